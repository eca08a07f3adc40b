"""Rows as Parquet, written in row groups, so that memory does not grow with the file.

The groups have a fixed number of rows, however the rows came: a file that was written in several
runs has the bytes of one that was written in one.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final

from tiktok_async.convert import dumps
from tiktok_async.errors import MissingExtraError
from tiktok_async.io.output.columns import EXTRA, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tiktok_async.io.output.segments import Range

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as _missing:
    _what = "Writing Parquet"
    raise MissingExtraError(_what, "parquet") from _missing

GROUP_ROWS: Final = 20_000
"""Rows a group: about 10 MB of videos."""

_PLAIN: Final = {
    "id": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.string(),
    "json": pa.string(),
}
_INT64: Final = range(-(2**63), 2**63)


class _MisfitError(ValueError):
    """A value that its column cannot hold."""


def schema_of(columns: Sequence[Column], metadata: Mapping[str, str]) -> pa.Schema:
    """Return the schema of a file: the columns and `extra`.

    Args:
        columns: The columns before `extra`.
        metadata: Facts to keep in the file.
    """
    return pa.schema([*map(_field, columns), pa.field(EXTRA, pa.string())], metadata=dict(metadata))


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

    def write(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Take rows; whole groups go to the file. Return 0: bytes are no one row's."""
        made = [_row(row, self._columns) for row in rows]
        self._take(pa.RecordBatch.from_pylist(made, schema=self._schema))
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
        while self._held_rows >= GROUP_ROWS:
            self._flush(GROUP_ROWS)

    def _flush(self, rows: int) -> None:
        if not rows:
            return
        table = pa.Table.from_batches(self._held, self._schema)
        self._writer.write_table(table.slice(0, rows), row_group_size=GROUP_ROWS)
        self._held = table.slice(rows).to_batches()
        self._held_rows -= rows


def _field(column: Column) -> pa.Field:
    kind = _PLAIN.get(column.kind)
    if kind is None:
        kind = pa.struct([*map(_field, column.fields), pa.field(EXTRA, pa.string())])
    return pa.field(column.name, pa.list_(kind) if column.many else kind)


def _row(row: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, Any]:
    """Return a row whose values fit; what does not is in `extra`."""
    made: dict[str, Any] = {}
    rest = dict(row)
    for column in columns:
        value = rest.pop(column.name, None)
        try:
            made[column.name] = _fitted(value, column)
        except _MisfitError:
            rest[column.name] = value
    made[EXTRA] = dumps(rest).decode() if rest else None
    return made


def _fitted(value: Any, column: Column) -> Any:
    if value is None:
        return None
    return [_single(item, column) for item in value] if column.many else _single(value, column)


def _single(value: Any, column: Column) -> Any:
    if column.kind == "record":
        return _row(value, column.fields)
    return _FIT.get(column.kind, _as_it_is)(value)


def _json(value: Any) -> str:
    return dumps(value).decode()


def _whole(value: int) -> int:
    if value not in _INT64:
        raise _MisfitError
    return value


def _as_it_is(value: Any) -> Any:
    return value


def _encodable(text: str) -> str:
    # Half of a surrogate pair has no UTF-8; its escape, such as \ud83d, is what JSON shows.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


_FIT: Final[dict[str, Callable[[Any], Any]]] = {
    "id": str,
    "integer": _whole,
    "text": _encodable,
    "json": _json,
}
"""From a wire value to the column's, by the column's kind."""
