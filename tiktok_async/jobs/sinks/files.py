"""Sinks that write a file from its beginning to its end: JSON Lines, CSV and Parquet."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, TYPE_CHECKING, Final

from tiktok_async.errors import MissingExtraError
from tiktok_async.io.output.csv import CSVLines

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async.io.output.parquet import ParquetRows
    from tiktok_async.jobs.sinks.protocol import Batch, Table

_CHUNK: Final = 2**20
"""Bytes given to the compressor at once: always so many, so that batches do not show."""
_LEVEL: Final = 3


class LinesSink:
    """Writes JSON Lines, as the rows came.

    Args:
        path: A new file.
    """

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("xb")

    def begin(self, table: Table) -> None:
        """Write what stands in front of the rows: nothing here."""

    def write(self, batch: Batch) -> None:
        """Write rows."""
        self._file.writelines(batch.lines)

    def finish(self) -> None:
        """Close the file."""
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        with suppress(OSError):  # on a full disk closing would write, and fail once more
            self._file.close()


class ZstdSink(LinesSink):
    """Writes JSON Lines, as the rows came, in one Zstandard frame with a checksum.

    Args:
        path: A new file.

    Raises:
        MissingExtraError: if the package zstandard is not there.
    """

    def __init__(self, path: Path) -> None:
        try:
            import zstandard
        except ImportError as missing:
            raise MissingExtraError("Writing Zstandard", "zstd") from missing
        super().__init__(path)
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compressobj()
        self._held = bytearray()

    def write(self, batch: Batch) -> None:
        """Write rows."""
        self._held += b"".join(batch.lines)
        while len(self._held) >= _CHUNK:
            self._file.write(self._compressor.compress(bytes(self._held[:_CHUNK])))
            del self._held[:_CHUNK]

    def finish(self) -> None:
        """Write what is held and close the file."""
        self._file.write(self._compressor.compress(bytes(self._held)))
        self._file.write(self._compressor.flush())
        super().finish()


class CSVSink(LinesSink):
    """Writes CSV with a header.

    Args:
        path: A new file.
    """

    _lines: CSVLines

    def begin(self, table: Table) -> None:
        """Write the header."""
        self._lines = CSVLines(table.columns)
        self._file.write(self._lines.head())

    def write(self, batch: Batch) -> None:
        """Write rows."""
        self._file.write(self._lines.lines(batch.rows))


class ParquetSink(LinesSink):
    """Writes Parquet.

    Args:
        path: A new file.

    Raises:
        MissingExtraError: if the package pyarrow is not there.
    """

    _rows: ParquetRows | None = None

    def __init__(self, path: Path) -> None:
        import tiktok_async.io.output.parquet  # noqa: F401  # says at once that pyarrow is not there

        super().__init__(path)

    def begin(self, table: Table) -> None:
        """Write what stands in front of the rows."""
        from tiktok_async.io.output.parquet import ParquetRows

        self._rows = ParquetRows(self._file, table.columns, table.metadata)

    def write(self, batch: Batch) -> None:
        """Write rows."""
        if self._rows is not None:
            self._rows.write(batch.rows)

    def finish(self) -> None:
        """Write what is held and the footer; close the file."""
        if self._rows is not None:
            self._rows.finish()
        super().finish()

    def abandon(self) -> None:
        """Close the file as it is."""
        if self._rows is not None:
            self._rows.abandon()
        super().abandon()
