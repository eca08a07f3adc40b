"""The parser of the core: h11."""

from __future__ import annotations

import functools
from typing import Final

import h11

from tiktok_async.io.transport.seam import Head

MAX_HEAD_BYTES: Final = 100 * 1024


@functools.cache
def _asked(method: str) -> tuple[h11.Request, h11.EndOfMessage]:
    # What is sent is written by us; h11 only needs to know that something was, and by which method.
    request = h11.Request(method=method, target="/", headers=[("Host", "x")])
    return request, h11.EndOfMessage()


class H11Parser:
    """Reads the answers of one connection, one after the other."""

    def __init__(self) -> None:
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._parts: list[bytes] = []
        self.head: Head | None = None
        self.size: int = 0
        self.whole: bool = False

    def begin(self, method: str) -> None:
        """Make ready for the answer to a request that is about to be sent."""
        self.head = None
        self.whole = False
        self._parts.clear()
        self.size = 0
        if self._state.their_state is h11.DONE:
            self._state.start_next_cycle()
        for event in _asked(method):
            self._state.send(event)

    def feed(self, data: bytes) -> None:
        """Take what came; b"" is the end of the connection.

        Raises:
            ValueError: It is not HTTP, or ends too early.
        """
        self._state.receive_data(data)
        try:
            while not self.whole and self._next():
                pass
        except h11.ProtocolError as error:
            raise ValueError(str(error)) from error

    def _next(self) -> bool:
        event = self._state.next_event()
        if isinstance(event, h11.Data):
            self._parts.append(bytes(event.data))
            self.size += len(event.data)
        elif isinstance(event, h11.Response):
            self.head = Head(event.status_code, event.headers.raw_items())
        elif isinstance(event, h11.EndOfMessage):
            self.whole = True
        return event is not h11.NEED_DATA and event is not h11.PAUSED

    def take(self) -> bytes:
        """Return what is here of the body."""
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self.size = 0
        return data

    @property
    def reusable(self) -> bool:
        """Whether another answer may follow on the connection; told once this one is whole."""
        return self._state.their_state is h11.DONE and self._state.trailing_data == (b"", False)
