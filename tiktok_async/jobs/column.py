"""A column of rows, as a stage reads its items from it: dots go into objects, lists give each.

A column of a stage is looked up in the model of its rows, so any of a field's names will do: the
model's, or one of those on the wire. Columns of files are taken as they are written.
"""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.construct import Part, element, is_model, parts
from tiktok_async.convert import loads
from tiktok_async.errors import DecodeError, InputError, shown
from tiktok_async.jobs.nearest import nearest
from tiktok_async.models import IdText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktok_async.jobs.kinds import Kind

_GOOD: Final = (int, str, IdText)
"""Types of fields that can be asked about."""


@attrs.frozen
class Column:
    """Where in a row the items are."""

    name: str
    steps: tuple[tuple[str, ...], ...]
    """Keys to go into, one after the other; of each the first that holds a value counts."""

    def values(self, row: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what the row holds there, None for an absence."""
        return _reach(row, self.steps)


def plain_column(name: str) -> Column:
    """Return a column of rows whose model nobody knows; a dot goes into an object."""
    return Column(name, tuple((step,) for step in name.split(".")))


def whole_column(name: str) -> Column:
    """Return a column whose name is a key as it stands, dots included."""
    return Column(name, ((name,),))


def column_of(kind: Kind, name: str) -> Column:
    """Return a column of what a kind collects.

    Args:
        kind: What the rows are.
        name: A field of their model, with dots into objects; or of_<parameter>, the item that a
            row was asked for.

    Raises:
        InputError: if the model has no such field, or it holds nothing to ask about.
    """
    if kind.key is not None and name == asked_column(kind):
        return plain_column(name)
    steps, model = [], kind.model
    names = name.split(".")
    for number, step in enumerate(names, 1):
        part = _part(model, step, names[: number - 1], kind)
        steps.append(part.keys)
        model = _inside(part.type)
        if not is_model(model) and number < len(names):
            msg = f"{'.'.join(names[:number])} is no object: write it without .{names[number]}"
            raise InputError(msg)
    if is_model(model):
        some = ", ".join(f"{name}.{one.name}" for one in _good(model)[:3])
        msg = f"{name} is an object: write one of its fields, such as {some}"
        raise InputError(msg)
    if model not in _GOOD:
        msg = f"{name} holds no ids or names that could be asked about"
        raise InputError(msg)
    return Column(name, tuple(steps))


def asked_column(kind: Kind) -> str:
    """Return the key under which a row says which item it was asked for."""
    return f"of_{kind.key}"


def _part(model: Any, step: str, before: Sequence[str], kind: Kind) -> Part:
    fields = parts(model)
    for part in fields:
        if step in (part.name, *part.keys):
            return part
    known = [part.name for part in fields]
    known += [asked_column(kind)] if kind.key is not None and not before else []
    place = f"{'.'.join(before)} of {kind.name}" if before else kind.name
    msg = f"{place} has no column {shown(step)}: {nearest(step, known)}"
    raise InputError(msg)


def _inside(declared: Any) -> Any:
    """Return the type of what lists and packed texts hold."""
    while (item := element(declared)) is not None:
        declared = item[1]
    if typing.get_origin(declared) is typing.Annotated and declared not in _GOOD:
        return typing.get_args(declared)[0]
    return declared


def _good(model: Any) -> list[Part]:
    return [part for part in parts(model) if _inside(part.type) in _GOOD]


def _reach(value: Any, steps: Sequence[tuple[str, ...]]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _reach(one, steps)
    elif not steps:
        yield value
    elif (found := _object(value)) is not None:
        keys = steps[0]
        held = next((found[key] for key in keys if found.get(key) is not None), None)
        yield from _reach(held, steps[1:])
    else:
        yield None


def _object(value: Any) -> Mapping[str, Any] | None:
    """Return an object, also where an answer has it as the text of its JSON."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = loads(value.encode("utf-8", "surrogatepass"))
        except DecodeError:
            return None
    return value if isinstance(value, dict) else None
