"""How TikAPI's lists go on, in each of its dialects.

Rules: a flag that is there decides: false is the end, whatever cursor stands beside it; true with a
cursor that does not move is said, never believed. Without a flag, a list goes on while its cursor
moves and rows come. A cursor is sent back as it was received. Null stands for an empty list.
Source: contract, TikAPI, Pagination and its traps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.errors import DecodeError, shown
from tiktok_async.rows import Rows
from tiktok_async.sansio.paging import ItemsRule, PageNumberRule, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping

_FLAGS: Final = ("hasMore", "has_more")
_CURSORS: Final = ("cursor", "nextCursor", "offset")
_ENVELOPE: Final = frozenset({"extra", "log_pb", "$other", "status", "message"})
LINK_HEADERS: Final = "$other"
"""Holds the headers that the links of an answer's videos want: one for the whole answer."""


class Received(str):
    """A cursor as it was received: good to be sent back, whatever its form."""

    __slots__ = ()


def flag_of(data: Mapping[str, Any]) -> bool | None:
    """Return whether there is more, as the answer says it; None = it does not say.

    Raises:
        DecodeError: if the flag is neither a boolean nor 0 or 1.
    """
    flag = next((data[name] for name in _FLAGS if data.get(name) is not None), None)
    if flag is None:
        return None
    if flag in (0, 1):  # a boolean equals its number
        return bool(flag)
    raise DecodeError(f"$.hasMore is {shown(repr(flag))}: nobody can tell whether there is more.")


def start(cursor: Any) -> bool:
    """Tell whether a cursor is none: the beginning of a list, or no place at all."""
    return cursor in (None, "", "0") or not isinstance(cursor, str | int) or not cursor


def moved(cursor: Any, sent: Any) -> bool:
    """Tell whether a cursor leads to another place than the one that was sent."""
    return not start(cursor) and str(cursor) != str(sent)


def echoed(cursor: Any) -> Any:
    """Return a cursor as it is sent back: same type, same bytes."""
    return Received(cursor) if isinstance(cursor, str) else cursor


@attrs.frozen
class ListRule(ItemsRule):
    """Where the rows of an answer are; without a known key, they are its only list."""

    def rows(self, data: Any) -> list[Any]:
        """Return the page's rows as they came, with what belongs to them from beside the list."""
        name = next((name for name in self.items if name in data), None)
        if name is None:
            return only_list(data) if not self.items and data else self._absent(data)
        rows = data[name] if data[name] is not None else []
        if not isinstance(rows, list):
            raise DecodeError(f"$.{name} is no list.", body=data)
        if type(rows) is Rows:
            return rows
        return [self.row(name, row, data) for row in rows]

    def row(self, name: str, row: Any, data: Any) -> Any:  # noqa: ARG002  # for rules of others
        """Return one row of the list `name` of an answer."""
        return row

    def void(self, data: Any) -> bool:  # noqa: ARG002  # the rule's interface
        """Return False: null stands for an empty list here."""
        return False

    def _absent(self, data: Any) -> list[Any]:
        """Take a list that is left out for an empty one, in an answer that is one of a list."""
        if not data or any(name in data for name in (*_FLAGS, *_CURSORS)):
            return []
        raise DecodeError(f"$ has no {' or '.join(self.items)}.", body=data)


def only_list(data: Mapping[str, Any]) -> list[Any]:
    """Return the only list in an answer, or in its `data`; where it is, no source tells.

    Raises:
        DecodeError: if there are several.
    """
    inner = data.get("data")
    lists = [v for k, v in data.items() if k not in _ENVELOPE and isinstance(v, list)]
    if isinstance(inner, dict):
        lists += [value for value in inner.values() if isinstance(value, list)]
    if len(lists) > 1:
        raise DecodeError("Nobody knows which of its lists holds the rows.", body=dict(data))
    return lists[0] if lists else []


@attrs.frozen
class SinglePage(ListRule):
    """A list that is never paged, whatever flags and cursors come with it."""

    def turn(self, request: Any, data: Any) -> Turn:  # noqa: ARG002  # the rule's interface
        """Return the end."""
        return Turn(more=False, params={})


@attrs.frozen
class CursorList(ListRule):
    """A list that follows a cursor."""

    param: str = "cursor"
    """The request's field for it."""
    answer: str = "cursor"
    """The answer's key for it; another known one is taken where it is missing."""

    def turn(self, request: Any, data: Any) -> Turn:
        """Return how to go on: by the flag, or where there is none, by the cursor and the rows."""
        names = (self.answer, *_CURSORS)
        cursor = next((data[name] for name in names if data.get(name) is not None), None)
        goes = moved(cursor, getattr(request, self.param))
        flag = flag_of(data)
        more = flag if flag is not None else goes and bool(self.rows(data))
        return Turn(more, {self.param: echoed(cursor)}, moved=goes)


@attrs.frozen
class PostList(CursorList):
    """Posts: each takes the headers along that its links want."""

    def row(self, name: str, row: Any, data: Any) -> Any:  # noqa: ARG002  # the rule's interface
        """Return a post with the answer's link headers."""
        return with_link_headers(row, data)


@attrs.frozen
class SinglePostPage(SinglePage):
    """Posts that are never paged."""

    def row(self, name: str, row: Any, data: Any) -> Any:  # noqa: ARG002  # the rule's interface
        """Return a post with the answer's link headers."""
        return with_link_headers(row, data)


def with_link_headers(post: Any, data: Mapping[str, Any]) -> Any:
    """Return a post with the link headers of its answer; they come once for all of its posts.

    They are put into the post itself: a copy of each would cost a good part of its decoding.
    """
    if isinstance(post, dict) and data.get(LINK_HEADERS) is not None:
        post.setdefault(LINK_HEADERS, data[LINK_HEADERS])
    return post


@attrs.frozen
class SearchList(CursorList):
    """Hits of a search: the lists of its categories, all in the form of the general one."""

    def row(self, name: str, row: Any, data: Any) -> Any:
        """Return a hit: `item` for a post, `user_list` for users, `suggestion` for a text."""
        if name == "item_list":
            return {"item": with_link_headers(row, data)}
        if name == "user_list":
            return {"user_list": [row]}
        if name == "sug_list":
            return {"suggestion": row}
        if isinstance(row, dict):
            with_link_headers(row.get("item"), data)
        return row


@attrs.frozen
class HashtagList(PostList):
    """Posts of a hashtag: asked for by name once, then by the id of the first answer."""

    def turn(self, request: Any, data: Any) -> Turn:
        """Return how to go on, by id.

        Raises:
            DecodeError: if there is more, and the answer to a name does not give the id.
        """
        turn = super().turn(request, data)
        if request.name is None or not turn.more:
            return turn
        params = {**turn.params, "name": None, "hashtag_id": hashtag_id(data)}
        return attrs.evolve(turn, params=params)


def hashtag_id(data: Mapping[str, Any]) -> str:
    """Return the id of the hashtag that an answer belongs to.

    Raises:
        DecodeError: if it is not there.
    """
    info = data.get("challengeInfo")
    challenge = info.get("challenge") if isinstance(info, dict) else None
    found = challenge.get("id") if isinstance(challenge, dict) else None
    if isinstance(found, str | int) and found and not isinstance(found, bool):
        return str(found)
    raise DecodeError("$.challengeInfo.challenge.id is missing: the list cannot go on.", body=data)


@attrs.frozen
class NoticeList(ItemsRule):
    """Notifications: the rows, the flag and two times are in the first of `notice_lists`."""

    def rows(self, data: Any) -> list[Any]:
        """Return the notifications as they came."""
        if data and "notice_lists" not in data:
            raise DecodeError("$ has no notice_lists.", body=data)
        group = self._group(data)
        rows: Any = next((group[name] for name in self.items if group.get(name) is not None), [])
        if not isinstance(rows, list):
            raise DecodeError("$.notice_lists[0] has no list of notifications.", body=data)
        return rows

    def void(self, data: Any) -> bool:  # noqa: ARG002  # the rule's interface
        """Return False: null stands for an empty list here."""
        return False

    def turn(self, request: Any, data: Any) -> Turn:
        """Return how to go on: both times, as received."""
        group = self._group(data)
        times = {name: group.get(name) for name in ("max_time", "min_time")}
        went = all(not start(time) for time in times.values()) and any(
            moved(time, getattr(request, name)) for name, time in times.items()
        )
        params = {name: echoed(time) for name, time in times.items()}
        return Turn(bool(flag_of(group)), params, moved=went)

    def _group(self, data: Any) -> Mapping[str, Any]:
        groups = data.get("notice_lists")
        first = groups[0] if isinstance(groups, list) and groups else {}
        return first if isinstance(first, dict) else {}


@attrs.frozen
class NumberedList(PageNumberRule):
    """Numbered pages without a flag: an empty page is the end."""

    number: str = "page"

    def rows(self, data: Any) -> list[Any]:
        """Return the page's rows as they came."""
        return only_list(data)

    def void(self, data: Any) -> bool:  # noqa: ARG002  # the rule's interface
        """Return False: null stands for an empty list here."""
        return False
