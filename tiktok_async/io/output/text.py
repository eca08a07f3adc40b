"""Rows as lines of text in a file."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tiktok_async.io.output.segments import Range

_CHUNK: Final = 2**20


class Lines(Protocol):
    """Turns rows into bytes."""

    def head(self) -> bytes:
        """Return what stands before the first row."""

    def lines(self, rows: Iterable[Mapping[str, Any]]) -> bytes:
        """Return the lines of `rows`."""


class TextRows:
    """Writes rows to an open, unbuffered file.

    Args:
        file: Where the bytes go.
        lines: The format.
        size: Bytes of the file that count; None = a new file.
    """

    def __init__(self, file: IO[bytes], lines: Lines, size: int | None = None) -> None:
        self._file = file
        self._lines = lines
        self._good = size or 0
        file.seek(self._good)
        if size is None:
            self._append(lines.head())

    def write(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Write rows, all or none of them; return their bytes."""
        data = self._lines.lines(rows)
        self._append(data)
        return len(data)

    def take(self, source: IO[bytes], ranges: Iterable[Range]) -> None:
        """Copy stretches of another file of the same format."""
        head = len(self._lines.head())
        for one in ranges:
            source.seek(head + one.byte)
            left = one.size
            while left:
                data = source.read(min(left, _CHUNK))
                self._append(data)
                left -= len(data)

    def finish(self) -> None:
        """Cut off what an error, or a crash of the run before, left."""
        self._file.truncate(self._good)

    def _append(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        self._good += len(data)
