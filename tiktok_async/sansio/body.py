"""The body of one answer, collected up to a limit and decompressed within it.

Rules: no piece is inflated further than the limit, so a small body that inflates to gigabytes
costs no memory; a gzip stream that ends early, or goes on after its end, is an error.
"""

from __future__ import annotations

import zlib
from typing import Final

from tiktok_async.errors import TransportError

_GZIP: Final = zlib.MAX_WBITS | 16
_CODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip"})


class BoundedBody:
    """Takes the pieces of a body as they come; gives the whole of it.

    Args:
        coding: The answer's Content-Encoding, "" for none.
        max_bytes: Most bytes of the body, both as sent and decompressed.

    Raises:
        TransportError: `kind` is "decoding": the coding is none that was asked for.
    """

    def __init__(self, coding: str, max_bytes: int) -> None:
        coding = coding.strip().lower()
        if coding not in _CODINGS:
            raise _undecodable(f"its Content-Encoding {coding!r} was not asked for")
        self._inflater = zlib.decompressobj(_GZIP) if "gzip" in coding else None
        self._max_bytes = max_bytes
        self._raw_size = 0
        self._size = 0
        self._parts: list[bytes] = []

    def feed(self, piece: bytes) -> None:
        """Add `piece`.

        Raises:
            TransportError: `kind` is "too_large" or "decoding".
        """
        self._raw_size += len(piece)
        part = piece if self._inflater is None else self._inflated(self._inflater, piece)
        self._size += len(part)
        # Counted as sent too: a gzip stream can go on for ever without giving a byte.
        if max(self._size, self._raw_size) > self._max_bytes:
            raise TransportError(
                f"The answer is larger than the limit of {self._max_bytes} bytes.",
                kind="too_large",
                hint="Ask for smaller pages, or raise max_body_bytes.",
                retryable=False,
            )
        self._parts.append(part)

    def finish(self) -> bytes:
        """Return the whole body.

        Raises:
            TransportError: `kind` is "decoding": the gzip stream is not at its end.
        """
        if self._inflater is not None and self._raw_size and not self._inflater.eof:
            raise _undecodable("its gzip stream ends early")
        return b"".join(self._parts)

    def _inflated(self, inflater: zlib._Decompress, piece: bytes) -> bytes:
        if inflater.eof:
            raise _undecodable("bytes follow its gzip stream")
        try:
            part = inflater.decompress(piece, self._max_bytes - self._size + 1)
        except zlib.error as error:
            raise _undecodable(f"its gzip stream is damaged ({error})") from error
        if inflater.unused_data:
            raise _undecodable("bytes follow its gzip stream")
        return part


def _undecodable(why: str) -> TransportError:
    return TransportError(f"The answer cannot be decompressed: {why}.", kind="decoding")
