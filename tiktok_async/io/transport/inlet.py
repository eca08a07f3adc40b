"""Bytes that go straight from the socket into the taker's own buffer.

What the event loop hands out piece by piece is allocated, kept and copied once more; for a large
body that costs as much as receiving it. Here the kernel, or TLS, writes where the bytes are to be,
and who waits is woken when the buffer is full, or has waited a moment for more.

Rules: the buffer is written to only while its owner waits in `fill`; between two calls nothing is
taken from the other side, which is thereby held back.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tiktok_async.io.transport.stream import Stream

_GATHERING: Final = 0.05
"""Seconds that the first bytes in a buffer wait for more."""
_SPILL_BYTES: Final = 2**16


class Inlet(asyncio.BufferedProtocol):
    """Stands in for a stream, which it tells all but the bytes, to the end of the connection.

    Args:
        stream: The stream, held back.
    """

    def __init__(self, stream: Stream) -> None:
        self._loop = asyncio.get_running_loop()
        self._stream = stream
        self._room: memoryview | None = None
        self._filled = 0
        self._gathering: asyncio.TimerHandle | None = None
        self._spill = memoryview(b"")

    async def fill(self, buffer: memoryview, seconds: float | None) -> int:
        """Put what comes into `buffer`; return how many bytes, 0 at the end.

        Raises:
            TimeoutError: Nothing came for `seconds`.
            OSError: The connection broke.
        """
        stream = self._stream
        self._room, self._filled = buffer, 0
        try:
            if not stream.ended:
                stream.go_on()
                await stream.wait(seconds)
        except TimeoutError:
            if not self._filled:
                raise
        finally:
            self._room = None
            if not stream.ended:
                stream.hold_back()
            if self._gathering is not None:
                self._gathering.cancel()
                self._gathering = None
        if not self._filled and stream.error is not None:
            raise stream.error
        return self._filled

    # What the event loop calls.

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # the event loop's guess
        """Return where the next bytes are to be."""
        if self._room is not None:
            return self._room[self._filled :]
        # An event loop may have read before it heard that it should not.
        self._spill = memoryview(bytearray(_SPILL_BYTES))
        return self._spill

    def buffer_updated(self, nbytes: int) -> None:
        """Take note of what came."""
        room = self._room
        if room is None:
            self._stream.data_received(bytes(self._spill[:nbytes]))
            return
        self._filled += nbytes
        if self._filled == len(room):
            self._room = None
            self._stream.hold_back()
            self._stream.wake()
        elif self._gathering is None:
            self._gathering = self._loop.call_later(_GATHERING, self._stream.wake)

    def eof_received(self) -> None:
        """Tell the stream."""
        self._stream.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the stream."""
        self._stream.connection_lost(exc)

    def pause_writing(self) -> None:
        """Tell the stream."""
        self._stream.pause_writing()

    def resume_writing(self) -> None:
        """Tell the stream."""
        self._stream.resume_writing()
