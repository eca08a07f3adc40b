"""What every model of an answer is made of.

A model is a frozen attrs class whose fields are all optional, because the providers omit what
has no value. Keys that no field knows are kept in `extra`::

    @attrs.frozen(kw_only=True)
    class Sound(Model):
        id: int | None = attrs.field(default=None, metadata=wire("id", "sound_id"))
        title: str | None = None
        tags: tuple[str, ...] | None = None

`tiktok_async.convert` makes models of wire JSON and wire JSON of models.
Models do no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import attrs

NAMES: Final = "tiktok_async.names"
LONE: Final = "tiktok_async.lone"
SECRET: Final = "tiktok_async.secret"  # noqa: S105  # a key of metadata
PACKED: Final = "tiktok_async.packed"
_SHOWN_FIELDS: Final = 5
_SHOWN_CHARS: Final = 40
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

IdText: TypeAlias = Annotated[str, "tiktok_async.id"]
"""Text that holds an id: a JSON integer is taken too, and becomes its digits."""
Flag: TypeAlias = Annotated[bool, "tiktok_async.flag"]
"""A boolean that some answers give as 0 or 1."""
Number: TypeAlias = Annotated[float, "tiktok_async.number"]
"""A number in the form it came in: an integer stays one."""
T = TypeVar("T")
Packed: TypeAlias = Annotated[T, PACKED]
"""A model that some answers give as the text of its JSON."""


class Extra(Mapping[str, Any]):
    """The keys of an object that its model has no field for, with their values. Read-only.

    Args:
        items: What it holds from now on; not a copy, which would cost more than all the rest.
    """

    __slots__ = ("_items",)

    def __init__(self, items: dict[str, Any]) -> None:
        self._items = items

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Extra({self._items!r})"


NO_EXTRA: Final[Mapping[str, Any]] = Extra({})


def wire(*names: str, lone: bool = False, secret: bool = False) -> dict[str, Any]:
    """Return the metadata of a field whose wire form differs from the plain rule.

    Args:
        names: Keys of the field on the wire. The first that holds a value counts, and the first
            is the one that is written; none means the field's own name.
        lone: Whether an object may stand where a list of objects is due; it counts as a list of
            one.
        secret: Whether the value is good for something, so that `repr` must not show it.
    """
    return {NAMES: names, LONE: lone, SECRET: secret}


def moment(count: int | None, unit: timedelta = timedelta(seconds=1)) -> datetime | None:
    """Return Unix time as an aware datetime in UTC; None where it is absent or beyond the calendar.

    Args:
        count: Units since 1970.
        unit: How long one of them is.
    """
    if count is None:
        return None
    try:
        return _EPOCH + count * unit
    except OverflowError:
        return None


@attrs.frozen(kw_only=True)
class Model:
    """The base of every model of an answer."""

    extra: Mapping[str, Any] = attrs.field(default=NO_EXTRA, hash=False)
    """Keys of the wire object that no field knows, with their values as they came; in any order."""

    @staticmethod
    def wire_key(name: str) -> str:
        """Return the key of a field that is declared without keys of its own."""
        return name

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        # attrs gives each class a repr with every field; a page of videos must stay readable.
        cls.__repr__ = Model.__repr__  # type: ignore[method-assign]  # see above

    def __repr__(self) -> str:
        given = [
            (field.name, "***" if field.metadata.get(SECRET) else _brief(value))
            for field in attrs.fields(type(self))
            if (value := getattr(self, field.name)) is not None and field.name != "extra"
        ]
        parts = [f"{name}={value}" for name, value in given[:_SHOWN_FIELDS]]
        if len(given) > _SHOWN_FIELDS or self.extra:
            parts.append("…")
        return f"{type(self).__name__}({', '.join(parts)})"


def _brief(value: object) -> str:
    if isinstance(value, str) and len(value) > _SHOWN_CHARS:
        return repr(value[: _SHOWN_CHARS - 1] + "…")
    if isinstance(value, tuple | Mapping):
        return f"<{len(value)}>"
    return repr(value)
