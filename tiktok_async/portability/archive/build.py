"""Makes rows of raw objects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

import attrs

from tiktok_async.construct import element, is_model, parts
from tiktok_async.models import Extra
from tiktok_async.portability.archive.names import normal
from tiktok_async.portability.archive.rows.row import VERBATIM, Row
from tiktok_async.portability.archive.values import (
    MISFIT,
    read_any,
    read_date,
    read_int,
    read_text,
    read_verbatim,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

R_co = TypeVar("R_co", bound=Row, covariant=True)
Reader: TypeAlias = Callable[[Any], Any]
Plan: TypeAlias = tuple[tuple[str, str, Reader], ...]
"""For each key of an object: the field that takes it, and its reader; no field = "" """

_READERS: Final[dict[Any, Reader]] = {
    datetime: read_date,
    int: read_int,
    str: read_text,
    Any: read_any,
}
_PLANS_MAX: Final = 256
"""The rows of a section have few shapes; only a hostile archive has more."""


class Builder(Generic[R_co]):
    """Makes rows of one class.

    Args:
        row: The class.
    """

    def __init__(self, row: type[R_co]) -> None:
        self._row = row
        self._essential = frozenset(row.essential)
        typed = {one.name for one in attrs.fields(row) if one.metadata.get(VERBATIM)}
        self._fields = {
            normal(key): (part.name, read_verbatim if part.name in typed else _reader(part.type))
            for part in parts(row)
            for key in part.keys
        }
        self._plans: dict[tuple[str, ...], Plan] = {}

    def knows(self, key: str) -> bool:
        """Tell whether a field takes this key."""
        return normal(key) in self._fields

    def all(self, raws: Iterable[Any], key: str | None = None) -> list[R_co]:
        """Return the rows of raw ones, without those that are no such row.

        Args:
            raws: What the archive has.
            key: What they stand under, if anything.
        """
        keyed = self._named_by(key)
        return [row for raw in raws if (row := self._row_of(raw, keyed)) is not None]

    def _row_of(self, raw: Any, keyed: dict[str, Any]) -> R_co | None:
        if type(raw) is not dict:
            return None
        named: dict[str, Any] = {}
        extra: dict[str, Any] | None = None
        shape = tuple(raw)
        for key, name, read in self._plans.get(shape) or self._plan(shape):
            value = read(raw[key])
            if value is MISFIT or name in named:
                extra = extra or {}
                extra[key] = raw[key]
            elif value is not None:
                named[name] = value
        if self._essential.isdisjoint(named) if self._essential else not raw:
            return None
        if extra:
            named["extra"] = Extra(extra)
        return self._row(**(keyed | named if keyed else named))

    def _plan(self, shape: tuple[str, ...]) -> Plan:
        plan = tuple((key, *self._fields.get(normal(key), _UNKNOWN)) for key in shape)
        if len(self._plans) < _PLANS_MAX:
            self._plans[shape] = plan
        return plan

    def _named_by(self, key: str | None) -> dict[str, Any]:
        """Return the field that a key above rows fills, by its name."""
        if not key or not self._row.keyed:
            return {}
        name, read = self._fields[normal(self._row.keyed)]
        value = read(self._row.from_key(key))
        return {} if value in (None, MISFIT) else {name: value}


def _reader(declared: Any) -> Reader:
    """Return the reader of a field's type."""
    items = element(declared)
    if items is None or not is_model(items[1]):
        return _READERS[declared]
    build = Builder[Any](items[1])

    def read(value: Any) -> Any:
        if value is None or type(value) is not list:
            return None if value is None else MISFIT
        rows = build.all(value)
        return tuple(rows) if len(rows) == len(value) else MISFIT

    return read


def _misfit(_: Any) -> Any:
    return MISFIT


_UNKNOWN: Final = ("", _misfit)
