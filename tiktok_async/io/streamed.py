"""An answer whose head is here and whose body is still to be read, of any size.

A body of a known length is read past the HTTP parser once its beginning has come through it: what
is left on the connection is nothing but the body, and the parser and its copies cost most of the
speed (measured). Such a connection is not used again.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.sansio.wire import length_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping

_LARGE_BYTES: Final = 2**20
"""What is left of a body that is worth a connection."""
_CHUNK_BYTES: Final = 2**18


@attrs.define(eq=False)
class StreamedAnswer:
    """An answer whose head is here and whose body is still to be read."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    """By lower-case name; values of a repeated header are joined by a comma and a space."""
    _receive: Callable[[], Awaitable[bytes]] = attrs.field(repr=False)
    """Gives the next piece of the body; b"" at its end."""
    _fill: Callable[[memoryview], Awaitable[int]] | None = attrs.field(repr=False)
    """Puts what comes on the connection into a buffer; None = it cannot be had."""
    _peeked: deque[bytes] = attrs.field(factory=deque, init=False, repr=False)
    _left: int = attrs.field(init=False, repr=False)
    """Bytes of the body that are still to be taken, where its length is known."""
    _past: bool = attrs.field(default=False, init=False, repr=False)
    """Whether what is left comes past the parser."""

    def __attrs_post_init__(self) -> None:
        self._left = length_of(self.headers) or 0

    async def peek(self, size: int) -> bytes:
        """Return the body's first bytes, `size` or more where it has so many; none is lost.

        Raises:
            TransportError: The body was cut, or nothing came for the read timeout.
        """
        while sum(map(len, self._peeked)) < size:
            piece = await self._receive()
            if not piece:
                break
            self._peeked.append(piece)
        return b"".join(self._peeked)

    async def fill(self, buffer: memoryview) -> int:
        """Put the next bytes of the body, as they come, into `buffer`, which is not empty.

        Cancelled, it has let go of the buffer; what it had put there is lost.

        Returns:
            How many bytes; 0 at the end.

        Raises:
            TransportError: The body was cut, or nothing came for the read timeout.
        """
        if self._past and self._fill is not None:
            size = await self._fill(buffer[: self._left]) if self._left else 0
            self._left -= size
            return size
        piece = await self._piece()
        size = min(len(piece), len(buffer))
        buffer[:size] = piece[:size]
        if size < len(piece):
            self._peeked.appendleft(piece[size:])
            self._left += len(piece) - size
            self._past = False
        return size

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives, not decompressed.

        Raises:
            TransportError: The body was cut, or nothing came for the read timeout.
        """
        while not self._past and (piece := await self._piece()):
            yield piece
        if self._past:
            buffer = memoryview(bytearray(_CHUNK_BYTES))
            while size := await self.fill(buffer):
                yield bytes(buffer[:size])

    async def _piece(self) -> bytes:
        """Return the next piece that comes through the parser; find out whether it is the last."""
        piece = self._peeked.popleft() if self._peeked else await self._receive()
        self._left -= len(piece)
        self._past = self._fill is not None and self._left > _LARGE_BYTES and not self._peeked
        return piece
