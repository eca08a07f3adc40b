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
_RECORD_BYTES: Final = 2**15
"""More than TLS holds of a record that was read in part."""


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
        self._spilling = False

    async def fill(self, buffer: memoryview, seconds: float | None) -> int:
        """Put what comes into `buffer`; return how many bytes, 0 at the end.

        Raises:
            TimeoutError: Nothing came for `seconds`.
            OSError: The connection broke.
        """
        stream = self._stream
        self._room, self._filled = buffer, 0
        try:
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

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next bytes are to be.

        Args:
            sizehint: From asyncio's TLS: what it holds and has not decrypted yet. At the end of the
                connection it is taken at once, or lost; for a plain socket below 0.
        """
        room = memoryview(b"") if self._room is None else self._room[self._filled :]
        wanted = _RECORD_BYTES + max(0, sizehint)
        self._spilling = len(room) < (wanted if sizehint >= 0 else 1)
        if not self._spilling:
            return room
        if len(self._spill) < wanted:
            self._spill = memoryview(bytearray(wanted))
        return self._spill

    def buffer_updated(self, nbytes: int) -> None:
        """Take note of what came."""
        room = memoryview(b"") if self._room is None else self._room[self._filled :]
        size = min(nbytes, len(room))
        if self._spilling:
            room[:size] = self._spill[:size]
            if size < nbytes:
                self._stream.data_received(bytes(self._spill[size:nbytes]))
        self._filled += size
        if size == len(room):
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
