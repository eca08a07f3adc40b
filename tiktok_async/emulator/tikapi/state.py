"""What accounts did: all that TikAPI's acts leave behind.

Nothing of it reaches the Research side of the world, whose bytes stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIRST_COMMENT: Final = 7_500_000_000_000_000_000


@attrs.define
class Remark:
    """A comment that an account wrote."""

    id: int
    video: int
    """Index of the video."""
    author: int
    text: str
    parent: str
    """Id of the comment that it replies to; "0" where it replies to none."""
    time: int
    """Unix seconds."""


@attrs.define
class Show:
    """A live room that an account opened."""

    number: int
    title: str
    started: float
    ended: float | None = None


@attrs.define
class Doings:
    """What one user did with an account."""

    edits: dict[str, str] = attrs.field(factory=dict)
    """New values of nickname, username, bio and private."""
    likes: dict[int, tuple[bool, float]] = attrs.field(factory=dict)
    """By index of the video: liked or unliked, and when."""
    follows: dict[int, tuple[bool, float]] = attrs.field(factory=dict)
    """By user: followed or unfollowed, and when."""
    comment_likes: dict[str, bool] = attrs.field(factory=dict)
    sent: dict[int, list[tuple[int, str]]] = attrs.field(factory=dict)
    """Messages by number of the conversation: microseconds and text."""
    accepted: list[int] = attrs.field(factory=list)
    """Numbers of conversation requests."""
    deleted: set[int] = attrs.field(factory=set)
    read: set[int] = attrs.field(factory=set)
    shows: list[Show] = attrs.field(factory=list)

    @property
    def show(self) -> Show | None:
        """The room that is open now."""
        last = self.shows[-1] if self.shows else None
        return last if last is not None and last.ended is None else None


def newest(marks: Mapping[int, tuple[bool, float]]) -> list[tuple[int, float]]:
    """Return what was liked or followed, the last one first, each with when."""
    kept = [(key, time) for key, (done, time) in marks.items() if done]
    return sorted(kept, key=lambda each: -each[1])


@attrs.define
class State:
    """What all accounts did."""

    remarks: dict[int, Remark] = attrs.field(factory=dict)
    """Comments by id."""
    said: dict[int, list[tuple[float, int, str]]] = attrs.field(factory=dict)
    """Chat messages by room: when, who and what."""
    opened: dict[int, float] = attrs.field(factory=dict)
    """When a room of the world was first looked at."""
    _doings: dict[int, Doings] = attrs.field(factory=dict)
    _written: int = 0
    version: int = 0
    """Counts up with whatever anyone does."""

    def of(self, user: int) -> Doings:
        """Return what a user did, to be added to."""
        self.version += 1
        return self._doings.setdefault(user, Doings())

    def seen(self, user: int | None) -> Doings:
        """Return what a user did; nothing for users without an account."""
        return self._doings.get(-1 if user is None else user, _NOTHING)

    def write(self, video: int, author: int, text: str, parent: str, time: float) -> Remark:
        """Keep a comment."""
        self._written += 1
        self.version += 1
        remark = Remark(_FIRST_COMMENT + self._written, video, author, text, parent, int(time))
        self.remarks[remark.id] = remark
        return remark

    def erase(self, remark: Remark) -> None:
        """Forget a comment."""
        self.version += 1
        del self.remarks[remark.id]

    def remarks_on(self, video: int, parent: str = "0") -> list[Remark]:
        """Return the comments on a video, or the replies to a comment, the newest first."""
        found = [r for r in self.remarks.values() if r.video == video and r.parent == parent]
        return found[::-1]

    def likes_of(self, video: int) -> int:
        """Return how many accounts liked a video, less those that unliked it."""
        marks = (doings.likes.get(video) for doings in self._doings.values())
        return sum(1 if mark[0] else -1 for mark in marks if mark)

    def followers_of(self, user: int) -> int:
        """Return how many accounts followed a user, less those that unfollowed them."""
        marks = (doings.follows.get(user) for doings in self._doings.values())
        return sum(1 if mark[0] else -1 for mark in marks if mark)

    def owner_of(self, handle: str) -> int | None:
        """Return who renamed themselves to a handle."""
        found = (u for u, doings in self._doings.items() if doings.edits.get("username") == handle)
        return next(found, None)

    def shown(self) -> dict[str, Any]:
        """Return how much was done, as JSON."""
        doings = self._doings.values()
        return {
            "likes": sum(len(newest(one.likes)) for one in doings),
            "follows": sum(len(newest(one.follows)) for one in doings),
            "comments": len(self.remarks),
            "messages": sum(len(sent) for one in doings for sent in one.sent.values()),
            "chat_messages": sum(map(len, self.said.values())),
            "requests_read": sum(len(one.read) for one in doings),
        }


_NOTHING: Final = Doings()
