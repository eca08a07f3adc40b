"""Rows under the names and with the types of their model, as `convert.to_dict` would give them.

Most are so when they come. Whether a thousand of them are is told column by column, which costs a
tenth of making models and rows again; what is not is made again, object by object. Which way an
object goes is up to that object alone, so that the same rows always make the same file.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Mapping
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.construct import element, is_model, parts
from tiktok_async.convert import decode, to_dict
from tiktok_async.errors import DecodeError
from tiktok_async.models import Flag, IdText, Number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.construct import Part
    from tiktok_async.models import Model

_ABSENT: Final = type(None)
_EXACT: Final[dict[Any, frozenset[type]]] = {
    int: frozenset({int}),
    str: frozenset({str}),
    bool: frozenset({bool}),
    float: frozenset({float}),
    IdText: frozenset({str}),
    Flag: frozenset({bool}),
    Number: frozenset({int, float}),
    Mapping[str, Any]: frozenset({dict}),
    dict[str, Any]: frozenset({dict}),
}


@attrs.frozen
class _Field:
    """How the values of a field look that need no care."""

    key: str
    many: bool
    model: type[Model] | None
    exact: frozenset[type] | None
    """Types of a value, or of the items of a list; None = anything."""


@attrs.frozen
class _Shape:
    """How the objects of a model look that need no care."""

    fields: tuple[_Field, ...]
    aliases: frozenset[str]
    """Names of fields besides the first of each."""


def canonical(rows: list[dict[str, Any]], model: type[Model]) -> list[dict[str, Any]]:
    """Return rows in their model's form; an object that its model refuses stays as it came.

    Args:
        rows: Wire rows.
        model: What they are.
    """
    return _canonical(rows, model, absent=True)


def _canonical(
    objects: list[dict[str, Any]], model: type[Model], *, absent: bool
) -> list[dict[str, Any]]:
    """Return objects in their model's form, in the same list if they all are; null may do or not.

    Only those objects are made anew that have something odd of their own: a row whose counts come
    as text inside of it costs as much as the counts.
    """
    shape = _shape(model)
    keys = set[str]().union(*objects)
    fields = [field for field in shape.fields if field.key in keys]
    if not keys.isdisjoint(shape.aliases) or any(
        _odd(_values(objects, field.key), field, absent=absent) for field in fields
    ):
        objects = [
            _made(one, model) if _is_odd(one, shape, absent=absent) else one for one in objects
        ]
    for field in fields:
        if field.model is not None:
            objects = _with_inner(objects, field, field.model)
    return objects


def _made(row: dict[str, Any], model: type[Model]) -> dict[str, Any]:
    try:
        return to_dict(decode(model, row))
    except DecodeError:
        return row


def _is_odd(one: Mapping[str, Any], shape: _Shape, *, absent: bool) -> bool:
    return not shape.aliases.isdisjoint(one) or any(
        _odd([one[field.key]], field, absent=absent) for field in shape.fields if field.key in one
    )


def _odd(values: list[Any], field: _Field, *, absent: bool) -> bool:
    """Tell whether one of the values of a field has another type than its own."""
    kinds = set(map(type, values))
    if _ABSENT in kinds:
        if not absent:
            return True
        values = [value for value in values if value is not None]
        kinds.discard(_ABSENT)
    if field.many:
        if kinds - {list}:
            return True
        kinds = set(map(type, chain.from_iterable(values)))
    return field.exact is not None and bool(kinds - field.exact)


def _with_inner(
    objects: list[dict[str, Any]], field: _Field, model: type[Model]
) -> list[dict[str, Any]]:
    """Return objects whose own objects under a field are in the form of their model."""
    held = [one.get(field.key) for one in objects]
    lists = [value if type(value) is list else [value] for value in held]
    inner = [item for items in lists for item in items if type(item) is dict]
    made = _canonical(inner, model, absent=False)
    if made is inner:
        return objects
    renewed = iter(made)
    put = [[next(renewed) if type(item) is dict else item for item in items] for items in lists]
    return [
        one if value is None else {**one, field.key: items if type(value) is list else items[0]}
        for one, value, items in zip(objects, held, put, strict=True)
    ]


def _values(objects: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    try:
        return list(map(itemgetter(key), objects))
    except KeyError:
        return [one[key] for one in objects if key in one]


def _shape(model: type[Model]) -> _Shape:
    return _shape_of(typing.cast("Any", model))  # mypy takes the class for unhashable


@functools.cache
def _shape_of(model: Any) -> _Shape:
    fields = parts(model)
    aliases = frozenset(key for part in fields for key in part.keys[1:])
    return _Shape(tuple(map(_field, fields)), aliases)


def _field(part: Part) -> _Field:
    listed = element(part.type)
    item = part.type if listed is None else listed[1]
    if is_model(item):
        return _Field(part.keys[0], listed is not None, item, frozenset({dict}))
    # A type of another kind, such as an object that comes as text, always needs care.
    exact = None if item is typing.Any else _EXACT.get(item, frozenset[type]())
    return _Field(part.keys[0], listed is not None, None, exact)
