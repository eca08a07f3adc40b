"""Where the rows of each model say what a report counts: when, where, by whom, and about what.

One table for all models, in the names of their fields; `jobs.column` finds them in rows as they
came. Pure: no file, no clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.jobs.column import Column, asked_column, column_of
from tiktok_async.jobs.kinds import Kind, kind_of
from tiktok_async.models import moment
from tiktok_async.research import models as research
from tiktok_async.tikapi.models import Comment, Follower, Post, Profile, SearchHit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DIGITS_MOST: Final = 20
"""More are no time, whatever the unit."""
_TAGS_MOST: Final = 100
"""Hashtags of one row that are counted."""
_CHARS_MOST: Final = 200
_SECOND: Final = timedelta(seconds=1)


@attrs.frozen(kw_only=True)
class Fields:
    """Fields of a model, with dots into objects and lists; None = it does not tell."""

    moment: str | None = None
    """When a row was made."""
    unit: timedelta = _SECOND
    """What `moment` counts."""
    region: str | None = None
    user: str | None = None
    """By its handle."""
    hashtags: str | None = None
    """Their names, without `#`."""


def _post(before: str = "") -> Fields:
    return Fields(
        moment=f"{before}create_time",
        region=f"{before}location_created",
        user=f"{before}author.unique_id",
        hashtags=f"{before}text_extra.hashtag_name",
    )


FIELDS: Final[Mapping[Any, Fields]] = {
    research.Video: Fields(
        moment="create_time", region="region_code", user="username", hashtags="hashtag_names"
    ),
    research.Comment: Fields(moment="create_time"),
    research.Review: Fields(moment="create_time", unit=timedelta(milliseconds=1)),
    research.UserRef: Fields(user="username"),
    Post: _post(),
    SearchHit: _post("item."),
    Comment: Fields(
        moment="create_time",
        region="user.region",
        user="user.unique_id",
        hashtags="text_extra.hashtag_name",
    ),
    Follower: Fields(user="user.unique_id", region="user.region"),
    Profile: Fields(region="user.region"),
}
"""By model. When an account was made is left out: it is not when a row was."""


@attrs.frozen(kw_only=True)
class Facts:
    """What the rows of one kind tell."""

    unit: timedelta = _SECOND
    moment: Column | None = None
    region: Column | None = None
    user: Column | None = None
    hashtags: Column | None = None
    asked: str | None = None
    """The key that says which item a row was asked for."""

    def when(self, row: Mapping[str, Any]) -> datetime | None:
        """Return when the row was made, UTC; None if it does not tell."""
        count = next(_values(self.moment, row), None)
        if isinstance(count, str) and len(count) <= _DIGITS_MOST and count.isdecimal():
            count = int(count)
        return moment(count, self.unit) if type(count) is int else None

    def where(self, row: Mapping[str, Any]) -> str | None:
        """Return the region."""
        return next(_texts(self.region, row), None)

    def who(self, row: Mapping[str, Any]) -> str | None:
        """Return the handle."""
        return next(_texts(self.user, row), None)

    def about(self, row: Mapping[str, Any]) -> set[str]:
        """Return the hashtags, each once, in lower case."""
        tags: set[str] = set()
        for text in _texts(self.hashtags, row):
            tags.add(text.lower())
            if len(tags) == _TAGS_MOST:
                break
        return tags

    def item(self, row: Mapping[str, Any]) -> str | None:
        """Return the item that the row was asked for."""
        value = None if self.asked is None else row.get(self.asked)
        return None if value is None else str(value)[:_CHARS_MOST]


def facts_of(name: str) -> Facts:
    """Return what the rows of a kind tell.

    Raises:
        InputError: if there is no such kind.
    """
    kind = kind_of(name)
    fields = FIELDS.get(kind.model, Fields())
    return Facts(
        unit=fields.unit,
        moment=_column(kind, fields.moment),
        region=_column(kind, fields.region),
        user=_column(kind, fields.user),
        hashtags=_column(kind, fields.hashtags),
        asked=None if kind.key is None else asked_column(kind),
    )


def _column(kind: Kind, name: str | None) -> Column | None:
    return None if name is None else column_of(kind, name)


def _values(column: Column | None, row: Mapping[str, Any]) -> Iterator[Any]:
    return iter(()) if column is None else column.values(row)


def _texts(column: Column | None, row: Mapping[str, Any]) -> Iterator[str]:
    for value in _values(column, row):
        if isinstance(value, str) and value:
            yield value[:_CHARS_MOST]
