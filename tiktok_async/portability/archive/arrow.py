"""A section as an Arrow table.

A moment is a column without a zone, as the archive has it, and beside it stands `<name>_zone`:
`UTC` where the archive says so, else null. Ids are text of their digits, since common tools read a
column of integers with gaps as fractions; other integers are int64. Rows inside of rows and
values of no documented shape are JSON text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, Final

from tiktok_async.convert import dumps
from tiktok_async.errors import MissingExtraError
from tiktok_async.portability.archive.columns import EXTRA, Column, columns_of, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tiktok_async.portability.archive.rows import Row
    from tiktok_async.portability.archive.section import Section

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as _missing:
    _what = "A table of a section"
    raise MissingExtraError(_what, "parquet") from _missing

_GROUP_ROWS: Final = 20_000

_TYPES: Final = {
    "moment": pa.timestamp("us"),
    "id": pa.string(),
    "integer": pa.int64(),
    "text": pa.string(),
    "json": pa.string(),
}


def schema_of(row: type[Row]) -> pa.Schema:
    """Return the schema of a table of such rows."""
    fields = []
    for column in columns_of(row):
        fields.append(pa.field(column.name, _TYPES[column.kind]))
        if column.kind == "moment":
            fields.append(pa.field(_zone(column), pa.string()))
    return pa.schema([*fields, pa.field(EXTRA, pa.string())])


def to_arrow(section: Section[Any]) -> pa.Table:
    """Return the rows of a section as a table."""
    schema = schema_of(section.row)
    columns = columns_of(section.row)
    made = (_batch(rows, columns, schema) for rows in section.batches())
    return pa.Table.from_batches(made, schema)


def write_parquet(file: IO[bytes], row: type[Row], batches: Iterable[list[Row]]) -> None:
    """Write rows to an open file, in groups of a size that readers like."""
    columns, schema = columns_of(row), schema_of(row)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _groups(batches):
            writer.write_batch(_batch(rows, columns, schema))


def _groups(batches: Iterable[list[Row]]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for rows in batches:
        group += rows
        if len(group) >= _GROUP_ROWS:
            yield group
            group = []
    if group:
        yield group


def _batch(rows: list[Row], columns: tuple[Column, ...], schema: pa.Schema) -> pa.RecordBatch:
    cells = [cell for column in columns for cell in _cells(rows, column)]
    extra = [_json(dict(row.extra)) if row.extra else None for row in rows]
    arrays = [
        pa.array(values, field.type) for values, field in zip([*cells, extra], schema, strict=True)
    ]
    return pa.record_batch(arrays, schema=schema)


def _cells(rows: list[Row], column: Column) -> Iterator[list[Any]]:
    """Yield the values of a column, and those of its zone."""
    values = [getattr(row, column.name) for row in rows]
    if column.kind == "moment":
        yield [_wall_clock(value) for value in values]
        yield ["UTC" if value is not None and value.tzinfo else None for value in values]
    else:
        fit = _FITS.get(column.kind)
        yield [None if value is None else fit(value) for value in values] if fit else values


def _zone(column: Column) -> str:
    return f"{column.name}_zone"


def _wall_clock(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is None:
        return value
    return value.astimezone(UTC).replace(tzinfo=None)


def _json(value: Any) -> str:
    return dumps(plain(value)).decode()


def _encodable(text: str) -> str:
    # Half of a surrogate pair has no UTF-8; its escape, such as \ud83d, is what JSON shows.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


_FITS: Final[dict[str, Callable[[Any], Any]]] = {"id": str, "text": _encodable, "json": _json}
