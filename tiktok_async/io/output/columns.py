"""The columns of a table of rows, from the model that the rows are made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from tiktok_async.construct import element, is_model, parts
from tiktok_async.models import Flag, IdText, Number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tiktok_async.construct import Part
    from tiktok_async.models import Model

Kind: TypeAlias = Literal["id", "integer", "number", "boolean", "text", "json", "record"]

EXTRA: Final = "extra"
"""The last column: JSON text of what no other column holds."""

_KINDS: Final[dict[Any, Kind]] = {
    bool: "boolean",
    float: "number",
    str: "text",
    IdText: "id",
    Flag: "boolean",
    Number: "number",
    Mapping[str, Any]: "json",
    dict[str, Any]: "json",
}


@attrs.frozen
class Column:
    """One column."""

    name: str
    """Key of the wire row."""
    kind: Kind
    many: bool = False
    """Whether a value is a list of what `kind` says."""
    fields: tuple[Column, ...] = ()
    """For a record: its own columns, without `extra`."""


def columns_of(model: type[Model], wanted: Collection[str] | None = None) -> tuple[Column, ...]:
    """Return the columns of a model's rows, in the order of its fields, without `extra`.

    Args:
        model: The class of the rows.
        wanted: Keys to keep, under any of their spellings; None = all.
    """
    return _columns(model, (), wanted)


def breadth(columns: Iterable[Column]) -> int:
    """Return how many columns there are, those inside of records and their `extra` counted."""
    return 1 + sum(breadth(one.fields) if one.kind == "record" else 1 for one in columns)


def _columns(
    model: type[Model], above: tuple[type[Model], ...], wanted: Collection[str] | None = None
) -> tuple[Column, ...]:
    return tuple(
        _column(part, (*above, model))
        for part in parts(model)
        if wanted is None or not set(part.keys).isdisjoint(wanted)
    )


def _column(part: Part, above: tuple[type[Model], ...]) -> Column:
    name, declared = part.keys[0], part.type
    listed = element(declared)
    item = declared if listed is None else listed[1]
    if item in above:  # such as the replies to a comment: a column cannot hold its own kind
        return Column(name, "json", listed is not None)
    if is_model(item):
        return Column(name, "record", listed is not None, _columns(item, above))
    kind = _KINDS.get(item, "json") if item is not int else _integer(name)
    return Column(name, kind, listed is not None)


def _integer(name: str) -> Kind:
    return "id" if name == "id" or name.endswith(("_id", "_ids")) else "integer"
