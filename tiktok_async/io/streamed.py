"""An answer whose head is here and whose body is still to be read, of any size.

A body of a known length is read past the HTTP parser once its beginning has come through it: what
is left on the connection is nothing but the body, and the parser costs two thirds of the speed
(measured). Such a connection is not used again.
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


@attrs.define(eq=False)
class StreamedAnswer:
    """An answer whose head is here and whose body is still to be read."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    """By lower-case name; values of a repeated header are joined by a comma and a space."""
    _receive: Callable[[], Awaitable[bytes]] = attrs.field(repr=False)
    """Gives the next piece of the body; b"" at its end."""
    _read: Callable[[], Awaitable[bytes]] | None = attrs.field(repr=False)
    """Gives what comes on the connection; None = it cannot be had."""
    _peeked: deque[bytes] = attrs.field(factory=deque, init=False, repr=False)

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

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives, not decompressed.

        Raises:
            TransportError: The body was cut, or nothing came for the read timeout.
        """
        left = length_of(self.headers) or 0
        while piece := self._peeked.popleft() if self._peeked else await self._receive():
            left -= len(piece)
            yield piece
            if self._read is not None and left > _LARGE_BYTES and not self._peeked:
                break
        else:
            return
        while left:
            piece = (await self._read())[:left]
            left -= len(piece)
            yield piece
