"""The query language of video/query: `and`, `or` and `not` lists of conditions.

Every condition of `and` holds, at least one of `or`, none of `not`, and the three conjoined (the
contract calls that unconfirmed, and knows no use that it does not fit). Any operation may meet any
field; a comparison of a field with several values, such as hashtags, holds if it holds for one.
"""

from __future__ import annotations

import operator
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.answers import invalid
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.videos import Video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Test = Callable[[Video], bool]

_GROUPS: Final = ("and", "or", "not")
_DAY: Final = re.compile(r"(?!9999)[0-9]{8}", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]{1,25}", re.ASCII)


@attrs.frozen
class Condition:
    """One comparison; its values as they were sent."""

    operation: str
    field: str
    values: tuple[str, ...]

    @property
    def selects(self) -> bool:
        """Whether it names its values, rather than a range of them."""
        return self.operation in {"EQ", "IN"}


@attrs.frozen
class Filter:
    """A whole query; equal queries are equal."""

    required: tuple[Condition, ...]
    optional: tuple[Condition, ...]
    forbidden: tuple[Condition, ...]

    def compiled(self) -> Test:
        """Return the function that tells whether a video fits."""
        every = [_compiled(condition) for condition in self.required]
        some = [_compiled(condition) for condition in self.optional]
        none = [_compiled(condition) for condition in self.forbidden]

        def fits(video: Video) -> bool:
            for test in every:
                if not test(video):
                    return False
            for test in none:
                if test(video):
                    return False
            return not some or any(test(video) for test in some)

        return fits


def parse(query: Any) -> Filter:
    """Read a query.

    Raises:
        RefusedError: if it is not one; invalid_params with what is wrong.
    """
    if not isinstance(query, dict):
        raise invalid("query is invalid: send an object with and, or, not")
    if unknown := set(query) - set(_GROUPS):
        raise invalid(f"query is invalid: unknown group {sorted(unknown)}")
    groups = [_group(name, query.get(name)) for name in _GROUPS]
    if not any(groups):
        raise invalid("query is invalid: it has no condition")
    return Filter(*groups)


def day_of(text: Any, name: str) -> datetime:
    """Return the first moment, UTC, of a day written YYYYMMDD.

    Raises:
        RefusedError: if it is not one.
    """
    if isinstance(text, str) and _DAY.fullmatch(text):
        try:
            return datetime(int(text[:4]), int(text[4:6]), int(text[6:]), tzinfo=UTC)
        except ValueError:
            pass
    raise invalid(f"{name} is invalid: send a date as YYYYMMDD")


def _group(name: str, raw: Any) -> tuple[Condition, ...]:
    # Clients send null and empty lists for groups that they do not use.
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise invalid(f"query.{name} is invalid: send a list of conditions")
    return tuple(_condition(f"query.{name}[{place}]", item) for place, item in enumerate(raw))


def _condition(where: str, raw: Any) -> Condition:
    if not isinstance(raw, dict):
        raise invalid(f"{where} is invalid: send an object")
    facts = official()
    operation: Any = raw.get("operation")
    field: Any = raw.get("field_name")
    values = raw.get("field_values")
    if operation not in facts.condition_operations:
        raise invalid(f"{where}.operation {operation!r} is invalid")
    if field not in facts.condition_fields:
        raise invalid(f"{where}.field_name {field!r} is invalid")
    strings = isinstance(values, list) and all(isinstance(value, str) for value in values)
    if not strings or not values:
        raise invalid(f"{where}.field_values is invalid: send a list of strings")
    condition = Condition(operation, field, tuple(values))
    _parsed(condition, where)
    return condition


def _compiled(condition: Condition) -> Test:
    values = _parsed(condition, condition.field)
    if condition.field in _MANY:
        return _of_many(condition, _MANY[condition.field], values)
    get = _ONE[condition.field]
    if condition.field == "keyword":
        return lambda video: any(value in get(video) for value in values)
    if condition.selects:
        wanted = frozenset(values)
        return lambda video: get(video) in wanted
    compare = _COMPARE[condition.operation]
    return lambda video: any(compare(get(video), value) for value in values)


def _of_many(
    condition: Condition, get: Callable[[Video], Iterable[Any]], values: list[Any]
) -> Test:
    if condition.selects:
        wanted = frozenset(values)
        return lambda video: not wanted.isdisjoint(get(video))
    compare = _COMPARE[condition.operation]
    return lambda video: any(compare(has, value) for has in get(video) for value in values)


def _parsed(condition: Condition, where: str) -> list[Any]:
    kind = official().condition_fields[condition.field]["value"]
    return [_value(kind, condition.field, value, where) for value in condition.values]


def _value(kind: Any, field: str, value: str, where: str) -> Any:
    if kind == "digits":
        if _DIGITS.fullmatch(value):
            return int(value)
    elif kind == "YYYYMMDD":
        return day_of(value, where).strftime("%Y%m%d")
    elif field == "region_code":
        if value in official().regions:
            return value
    elif not isinstance(kind, list) or value in kind:
        return value.casefold() if field in {"keyword", "hashtag_name"} else value
    raise invalid(f"{where}: {field} {value!r} is invalid")


def _date(video: Video) -> str:
    return datetime.fromtimestamp(video.create_time(), UTC).strftime("%Y%m%d")


def _length(video: Video) -> str:
    return official().length_class(video.video_duration())


_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "GT": operator.gt,
    "GTE": operator.ge,
    "LT": operator.lt,
    "LTE": operator.le,
}

_ONE: Final[Mapping[str, Callable[[Video], Any]]] = {
    "create_date": _date,
    "username": Video.username,
    "region_code": Video.region_code,
    "video_id": Video.id,
    "keyword": lambda video: video.video_description().casefold(),
    "music_id": Video.music_id,
    "video_length": _length,
    "view_count": Video.view_count,
    "comment_count": Video.comment_count,
}
"""Fields that a video has one value of."""

_MANY: Final[Mapping[str, Callable[[Video], Iterable[Any]]]] = {
    "hashtag_name": Video.hashtag_names,
    "effect_id": Video.effects,
}
"""Fields that a video may have several values of."""
