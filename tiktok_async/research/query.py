"""`F`, the builder of Research video queries, and the `Query` it builds.

::

    F.region_code.in_("US", "CA") & (F.keyword == "hello world") & ~(F.username == "spam")

Each comparison stands in parentheses, because Python binds `&`, `|` and `~` tighter than `==`.

The wire's language is flat: one `and` group (all hold), one `or` group (at least one holds), one
`not` group (none holds), and no group inside another. An expression is brought to that form, and
one that has no such form is refused, with the reason. How the provider combines the three groups is
not documented; that all three must hold fits all observed use, and is what `&` means here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, TypeVar

import attrs

from tiktok_async.errors import InputError, shown
from tiktok_async.research.vocabulary import (
    Day,
    Number,
    check_field_name,
    check_operation,
    near,
    quoted,
    wire_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_T = TypeVar("_T")
_V = TypeVar("_V")

_GROUPS = ("and", "or", "not")
_CONDITION_KEYS = ("operation", "field_name", "field_values")
_SYMBOLS = {"EQ": "==", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<="}
_FLAT = 'A TikTok query is flat: one "and", one "or" and one "not" group, none inside another. '
_TWO_QUERIES = "Run one query for each side, and drop the ids that repeat."


@attrs.frozen
class Condition:
    """One field compared with one or more values, as the wire has it.

    Raises:
        InputError: if the operation or field is unknown, or the field does not take a value.
    """

    operation: str
    """EQ, IN, GT, GTE, LT or LTE."""
    field_name: str
    field_values: tuple[str, ...]
    """Strings always, also for numbers and days."""

    def __attrs_post_init__(self) -> None:
        check_operation(self.operation)
        check_field_name(self.field_name)
        if not self.field_values:
            raise InputError(f"{self.field_name}: there is no value; write at least one.")
        for value in self.field_values:
            wire_value(self.field_name, value)

    def __repr__(self) -> str:
        values = ", ".join(map(repr, self.field_values))
        if self.operation == "IN":
            return f"F.{self.field_name}.in_({values})"
        if len(self.field_values) == 1:
            return f"F.{self.field_name} {_SYMBOLS[self.operation]} {values}"
        return f"Condition({self.operation!r}, {self.field_name!r}, ({values}))"

    def to_dict(self) -> dict[str, Any]:
        """Give the wire object."""
        values = list(self.field_values)
        return dict(zip(_CONDITION_KEYS, (self.operation, self.field_name, values), strict=True))


@attrs.frozen
class Query:
    """A query in the wire's flat form; made by `F`, by `parse_where` or by `from_dict`.

    `&` joins two queries, `|` joins plain conditions, `~` negates a condition or an `or` group.

    Raises:
        InputError: if no group holds a condition, or an operator would need a group in a group.
    """

    and_: tuple[Condition, ...] = ()
    """All of these hold."""
    or_: tuple[Condition, ...] = ()
    """At least one of these holds, where there are any."""
    not_: tuple[Condition, ...] = ()
    """None of these holds."""

    def __attrs_post_init__(self) -> None:
        if not (self.and_ or self.or_ or self.not_):
            raise InputError(
                'The query has no condition; write at least one, such as F.region_code == "US".'
            )

    def __and__(self, other: Query) -> Query:
        if not isinstance(other, Query):
            return NotImplemented
        if self.or_ and other.or_ and self.or_ != other.or_:
            raise InputError(
                f'{_FLAT}Two "or" groups would both have to hold. Write == of one field joined by '
                "| as F.field.in_(a, b) (in --where: field in (a, b)); else run one query for each "
                "alternative of one group, and drop the ids that repeat."
            )
        return Query(
            _unique(self.and_ + other.and_),
            self.or_ or other.or_,
            _unique(self.not_ + other.not_),
        )

    def __or__(self, other: Query) -> Query:
        if not isinstance(other, Query):
            return NotImplemented
        return _any_of(_alternatives(self) + _alternatives(other))

    def __invert__(self) -> Query:
        groups = [group for group in (self.and_, self.or_, self.not_) if group]
        if len(groups) > 1 or len(self.and_) > 1:
            raise InputError(
                f'{_FLAT}"not" means that none holds, so it cannot deny an "and" as a whole. '
                "To deny each of them write ~a & ~b; to let through what misses any of them, run "
                "one query with ~a and one with ~b, and drop the ids that repeat."
            )
        return _any_of(self.not_) if self.not_ else Query(not_=groups[0])

    def __bool__(self) -> NoReturn:
        raise InputError(
            "A query is not true or false. Join with & | ~ instead of and, or, not, each "
            "comparison in parentheses; instead of a < F.x < b write (F.x > a) & (F.x < b); "
            "instead of F.x in (...) write F.x.in_(...); to tell whether there is a query, "
            "write `is not None`."
        )

    def __repr__(self) -> str:
        if len(self.and_) == 1 and not (self.or_ or self.not_):
            return repr(self.and_[0])
        parts = [_term(condition) for condition in self.and_]
        if self.or_:
            either = " | ".join(map(_term, self.or_))
            parts.append(f"({either})" if parts or self.not_ else either)
        parts += [f"~{_term(condition)}" for condition in self.not_]
        return " & ".join(parts)

    def to_dict(self) -> dict[str, list[dict[str, Any]]]:
        """Give the wire object: the groups that hold anything, each a list of conditions."""
        groups = zip(_GROUPS, (self.and_, self.or_, self.not_), strict=True)
        return {
            name: [condition.to_dict() for condition in group] for name, group in groups if group
        }

    @classmethod
    def from_dict(cls, query: Mapping[str, Any]) -> Query:
        """Take a wire object; `to_dict` gives it back, without its empty and null groups.

        Raises:
            InputError: if the object is not a query; the message names the path, such as
                `query.and[0].operation`.
        """
        _check_keys(query, "query", _GROUPS)
        return cls(*(_group(query.get(name), f"query.{name}") for name in _GROUPS))


def _unique(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys(conditions))


def _any_of(conditions: tuple[Condition, ...]) -> Query:
    either = _unique(conditions)
    return Query(and_=either) if len(either) == 1 else Query(or_=either)


def _alternatives(side: Query) -> tuple[Condition, ...]:
    """Give the conditions of one side of `|`, where it is a plain condition or an `or` group."""
    if side.not_:
        raise InputError(f'{_FLAT}"or" joins plain conditions, not {shown(side)}. {_TWO_QUERIES}')
    if len(side.and_) + bool(side.or_) > 1:
        raise InputError(
            f'{_FLAT}"or" would have to hold an "and": {shown(side)}. {_TWO_QUERIES} '
            "What both sides share can stand once: a & (b | c) instead of (a & b) | (a & c)."
        )
    return side.and_ or side.or_


def _term(condition: Condition) -> str:
    return repr(condition) if condition.operation == "IN" else f"({condition!r})"


def _check_keys(raw: object, path: str, known: tuple[str, ...]) -> None:
    if not isinstance(raw, Mapping):
        raise InputError(
            f"{path}: {quoted(raw)} is not an object; its keys are {', '.join(known)}."
        )
    for key in raw:
        if key not in known:
            raise InputError(f"{path}: there is no key {quoted(key)}. {near(key, known)}")


def _group(raw: object, path: str) -> tuple[Condition, ...]:
    return tuple(
        _condition(item, f"{path}[{index}]")
        for index, item in enumerate(_items([] if raw is None else raw, path))
    )


def _condition(raw: Any, path: str) -> Condition:
    _check_keys(raw, path, _CONDITION_KEYS)
    for key in _CONDITION_KEYS:
        if key not in raw:
            raise InputError(f"{path}.{key} is missing.")
    operation, name = raw["operation"], raw["field_name"]
    _at(f"{path}.operation", check_operation, operation)
    _at(f"{path}.field_name", check_field_name, name)
    values = _items(raw["field_values"], f"{path}.field_values")
    for index, value in enumerate(values):
        where = f"{path}.field_values[{index}]"
        if not isinstance(value, str):
            raise InputError(f"{where}: {quoted(value)} is no string; write {quoted(str(value))}.")
        _at(where, wire_value, name, value)
    return _at(f"{path}.field_values", Condition, operation, name, tuple(values))


def _items(raw: object, path: str) -> Sequence[Any]:
    if isinstance(raw, str) or not isinstance(raw, Sequence):
        raise InputError(f"{path}: {quoted(raw)} is not a list; write it in [ ].")
    return raw


def _at(path: str, check: Callable[..., _T], *args: object) -> _T:
    try:
        return check(*args)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


class Field(Generic[_V]):  # noqa: PLW1641  # equality builds a query, so a dict has no use for it
    """A field of `F`, by its wire name; comparing it gives a `Query`, its values checked."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        check_field_name(name)
        self.name: Final = name

    def __repr__(self) -> str:
        return f"F.{self.name}"

    def in_(self, *values: _V) -> Query:
        """Give the query for any of the values, each once, in the order written.

        Raises:
            InputError: if there is no value, or the field does not take one.
        """
        if not values:
            raise InputError(f"{self}.in_() needs a value; write {self}.in_(a, b).")
        for value in values:
            if isinstance(value, (list, tuple, set, frozenset)):
                raise InputError(f"{self}.in_() takes values; write {self}.in_(*values).")
        wire = dict.fromkeys(wire_value(self.name, value) for value in values)
        return Query((Condition("IN", self.name, tuple(wire)),))

    def __eq__(self, value: _V) -> Query:  # type: ignore[override]  # it builds, as it says
        return self._compare("EQ", value)

    def __ne__(self, value: _V) -> Query:  # type: ignore[override]  # it builds, as it says
        return ~self._compare("EQ", value)

    def __gt__(self, value: _V) -> Query:
        return self._compare("GT", value)

    def __ge__(self, value: _V) -> Query:
        return self._compare("GTE", value)

    def __lt__(self, value: _V) -> Query:
        return self._compare("LT", value)

    def __le__(self, value: _V) -> Query:
        return self._compare("LTE", value)

    if not TYPE_CHECKING:  # type checkers refuse these by themselves

        def _refuse_operator(self, *_: object) -> NoReturn:
            raise InputError(
                f"{self} alone is no condition. & | ~ bind tighter than a comparison, so put each "
                f"comparison in parentheses: (F.view_count > 10) & ~({self} == ...)."
            )

        __and__ = __rand__ = __or__ = __ror__ = __invert__ = __bool__ = _refuse_operator

    def _compare(self, operation: str, value: _V) -> Query:
        return Query((Condition(operation, self.name, (wire_value(self.name, value),)),))


class Fields:
    """The fields of a video query, as attributes of `F`.

    Numbers and ids are written as int or as a string of digits, days as date, aware datetime or
    YYYYMMDD.
    """

    __slots__ = ()

    create_date: Final = Field[Day]("create_date")
    """UTC day of creation."""
    username: Final = Field[str]("username")
    """Handle of the creator, without @."""
    region_code: Final = Field[str]("region_code")
    """Two upper-case letters: where the account of the creator is registered."""
    video_id: Final = Field[Number]("video_id")
    hashtag_name: Final = Field[str]("hashtag_name")
    """Hashtag, without #."""
    keyword: Final = Field[str]("keyword")
    """Text in the description."""
    music_id: Final = Field[Number]("music_id")
    effect_id: Final = Field[Number]("effect_id")
    video_length: Final = Field[str]("video_length")
    """SHORT (under 15 s), MID (15 to 60 s), LONG (1 to 5 min) or EXTRA_LONG."""
    view_count: Final = Field[Number]("view_count")
    comment_count: Final = Field[Number]("comment_count")

    if not TYPE_CHECKING:  # type checkers know the fields, and report others

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(name)
            check_field_name(name)


F: Final = Fields()
"""The fields of a video query."""
