"""Rows as Parquet, written in row groups, so that memory does not grow with the file.

The groups have a fixed number of rows, however the rows came: a file that was written in several
runs has the bytes of one that was written in one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final

from tiktok_async.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tiktok_async.io.output.columns import Column
    from tiktok_async.io.output.segments import Range

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as _missing:
    _what = "Writing Parquet"
    raise MissingExtraError(_what, "parquet") from _missing

from tiktok_async.io.output.arrow import batch_of, schema_of
from tiktok_async.io.output.columns import breadth

GROUP_ROWS: Final = 20_000
"""Rows a group, at most: about 10 MB of videos."""
_GROUP_VALUES: Final = 1_000_000
"""Values a group: what is broad has fewer rows, so that memory stays flat."""


class ParquetRows:
    """Writes rows to an open file.

    Args:
        file: Where the bytes go.
        columns: The columns before `extra`.
        metadata: Facts to keep in the file.
    """

    def __init__(
        self, file: IO[bytes], columns: tuple[Column, ...], metadata: Mapping[str, str]
    ) -> None:
        self._columns = columns
        self._schema = schema_of(columns, metadata)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[pa.RecordBatch] = []
        self._held_rows = 0
        self._group = min(GROUP_ROWS, _GROUP_VALUES // breadth(columns))

    def write(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Take rows; whole groups go to the file. Return 0: bytes are no one row's."""
        self._take(batch_of(rows, self._columns, self._schema))
        return 0

    def take(self, source: IO[bytes], ranges: Iterable[Range]) -> None:
        """Copy stretches of another file of the same columns.

        Raises:
            ValueError: if it has fewer rows, or other columns.
        """
        old = pq.ParquetFile(source)
        if not old.schema_arrow.equals(self._schema):
            msg = "other columns"
            raise ValueError(msg)
        for one in ranges:
            self._copy(old, one.row, one.row + one.rows)

    def finish(self) -> None:
        """Write what is held and the footer."""
        self._flush(self._held_rows)
        self._writer.close()

    def abandon(self) -> None:
        """Give the file up as it is."""
        with suppress(OSError, ValueError):
            self._writer.close()
        self._writer.is_open = False  # what could not be closed would try it again when it goes

    def _copy(self, old: pq.ParquetFile, start: int, stop: int) -> None:
        if old.metadata.num_rows < stop:
            msg = "fewer rows"
            raise ValueError(msg)
        first = 0
        for group in range(old.num_row_groups):
            rows = old.metadata.row_group(group).num_rows
            low, high = max(start - first, 0), min(stop - first, rows)
            if low < high:
                for batch in old.read_row_group(group).slice(low, high - low).to_batches():
                    self._take(batch)
            first += rows

    def _take(self, batch: pa.RecordBatch) -> None:
        self._held.append(batch)
        self._held_rows += batch.num_rows
        while self._held_rows >= self._group:
            self._flush(self._group)

    def _flush(self, rows: int) -> None:
        if not rows:
            return
        table = pa.Table.from_batches(self._held, self._schema)
        self._writer.write_table(table.slice(0, rows), row_group_size=rows)
        self._held = table.slice(rows).to_batches()
        self._held_rows -= rows
