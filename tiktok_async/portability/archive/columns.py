"""The columns of a section's table, from the class of its rows.

Every field is a column, in its order, under its own name; then comes `video_id` where rows have
one, and `extra` with what no field holds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import attrs

from tiktok_async.construct import parts
from tiktok_async.portability.archive.rows import Row

Kind: TypeAlias = Literal["moment", "id", "integer", "text", "json"]

EXTRA: Final = "extra"
"""The last column: JSON text of what no other column holds."""

_KINDS: Final[dict[Any, Kind]] = {datetime: "moment", int: "integer", str: "text"}
_VIDEO_ID: Final = "video_id"


@attrs.frozen
class Column:
    """One column."""

    name: str
    """Of the field or property of the row."""
    kind: Kind


def columns_of(row: type[Row]) -> tuple[Column, ...]:
    """Return the columns before `extra`."""
    columns = [Column(part.name, _kind(part.name, part.type)) for part in parts(row)]
    if hasattr(row, _VIDEO_ID):
        columns.append(Column(_VIDEO_ID, "id"))
    return tuple(columns)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: dates in ISO 8601, rows as objects without what is absent."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Row):
        return plain_row(value, columns_of(type(value)))
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def plain_row(row: Row, columns: tuple[Column, ...]) -> dict[str, Any]:
    """Return a row as an object of JSON.

    Args:
        row: The row.
        columns: Those of its class.
    """
    made = {
        column.name: plain(value)
        for column in columns
        if (value := getattr(row, column.name)) is not None
    }
    return {**made, "extra": dict(row.extra)} if row.extra else made


def _kind(name: str, declared: Any) -> Kind:
    kind = _KINDS.get(declared, "json")
    return "id" if kind == "integer" and (name == "uid" or name.endswith("_id")) else kind
