"""Profiles, follow lists, and whom a call is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.emulator.tikapi import profiles, refusals
from tiktok_async.emulator.tikapi.pages import by_index
from tiktok_async.emulator.tikapi.state import newest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.social import Listed
    from tiktok_async.emulator.tikapi.calls import Call
    from tiktok_async.emulator.tikapi.pages import Page


async def check(call: Call) -> Answer:
    """Serve a profile."""
    if not call.given.keys() & {"username", "user_id", "secUid"}:
        raise refusals.bad_fields("Missing fields.", {"username": "A valid username is required."})
    return _profile(call, target(call))


async def info(call: Call) -> Answer:
    """Serve the profile of the account, or of another user."""
    return _profile(call, target(call))


def _profile(call: Call, user: int) -> Answer:
    scene = call.scene
    title = f"{scene.world.people.display_name(user)} on TikTok"
    shown = profiles.with_counts(scene, user, profiles.profile(scene, user))
    share = {"desc": f"@{scene.handle(user)} on TikTok", "title": title}
    return call.ok(rows=1, userInfo=shown, shareMeta=share)


async def followers(call: Call) -> Answer:
    """Serve one page of a user's followers."""
    user = open_target(call)
    listed = call.service.world.social.followers(user)
    return _follows(call, user, _Follows(call, user, listed, ()), "nextCursor")


async def following(call: Call) -> Answer:
    """Serve one page of whom a user follows, those whom an account follows since first."""
    user = open_target(call)
    return _follows(call, user, _following(call, user), "nextCursor")


async def following_v1(call: Call) -> Answer:
    """Serve one page of whom the account follows, by a cursor."""
    return _follows(call, call.user, _following(call, call.user), "cursor")


class _Follows:
    """A follow list: new entries of an account, then those of the world."""

    def __init__(self, call: Call, user: int, listed: Listed, new: Sequence[int]) -> None:
        self.call, self.user, self.listed, self.new = call, user, listed, new
        self.marks = call.service.state.seen(user).follows
        self.total = len(new) + listed.total

    def row(self, place: int) -> dict[str, Any] | None:
        """Return whoever is at a place."""
        is_new = place < len(self.new)
        other = self.new[place] if is_new else self.listed.target(place - len(self.new))
        people = self.call.service.world.people
        gone = not people.is_public(other) or other == self.user
        if not is_new and (gone or other in self.marks):
            return None
        scene = self.call.scene
        return profiles.with_counts(scene, other, profiles.listed(scene, other))

    def date(self, place: int) -> int:
        """Return the date of a place in Unix seconds; those of new entries are not told."""
        return self.listed.date(max(place - len(self.new), 0))


def _following(call: Call, user: int) -> _Follows:
    listed = call.service.world.social.following(user)
    marks = call.service.state.seen(user).follows
    return _Follows(call, user, listed, [other for other, _ in newest(marks)])


def _follows(call: Call, user: int, found: _Follows, cursor: str) -> Answer:
    first = call.index(cursor)
    page: Page = by_index(call, found.total, found.row, first, call.count)
    exact = profiles.counts(call.scene, user)
    name = "followerCount" if call.operation.path.endswith("followers") else "followingCount"
    return call.ok(
        rows=len(page.rows),
        userList=page.rows,
        hasMore=page.more,
        isTruncated=False,
        maxCursor=found.date(first),
        minCursor=found.date(min(page.end, found.total)),
        total=exact[name],
        # A number, as SDK 3.2.2 wants it; 0 is none.
        **{cursor: page.end if page.more else 0},
    )


def target(call: Call) -> int:
    """Return the user whom a call is about: the one it names, or that of the account.

    Raises:
        DeclinedError: if there is no such user.
    """
    names = call.service.names
    ways: dict[str, Callable[[str], int | None]] = {
        "secUid": names.by_sec_uid,
        "user_id": names.by_user_id,
        "username": lambda text: _by_handle(call, text),
    }
    for wire, find in ways.items():
        if text := call.text(wire):
            user = find(text)
            if user is None or names.world.people.is_gone(user):
                raise refusals.tiktok(refusals.NO_USER)
            return user
    return call.user


def _by_handle(call: Call, text: str) -> int | None:
    renamed = call.service.state.owner_of(text)
    return call.service.names.by_handle(text) if renamed is None else renamed


def open_target(call: Call) -> int:
    """Return the user whom a call is about, if the caller may see their lists.

    Raises:
        DeclinedError: if there is no such user, or they are private. What TikAPI says of the lists
            of a private user is unconfirmed.
    """
    user = target(call)
    if call.service.world.people.is_private(user) and call.scene.viewer != user:
        raise refusals.tiktok(refusals.PRIVATE)
    return user
