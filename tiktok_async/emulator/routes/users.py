"""user/*: profiles, follow lists, and what users liked, pinned and reposted."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.answers import Answer, RefusedError, invalid
from tiktok_async.emulator.videos import row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktok_async.emulator.calls import Call
    from tiktok_async.emulator.social import Listed

_MOST_PINNED: Final = 3
_BRITISH: Final = "favourites_count"


async def info(call: Call) -> Answer:
    """Serve a profile."""
    fields = call.fields()
    profile = call.emulation.world.people.profile(_user(call))
    answer = call.ok({name: profile[name] for name in fields if name in profile}, rows=1)
    answer.status = call.emulation.settings.profile_status
    return answer


async def followers(call: Call) -> Answer:
    """Serve one page of a user's followers."""
    user = _user(call)
    return _follows(call, user, call.emulation.world.social.followers(user))


async def following(call: Call) -> Answer:
    """Serve one page of whom a user follows."""
    user = _user(call)
    return _follows(call, user, call.emulation.world.social.following(user))


async def liked_videos(call: Call) -> Answer:
    """Serve one page of what a user liked; the cursor is in milliseconds, as in the samples."""
    fields = call.fields()
    user = _user(call)
    social = call.emulation.world.social
    if social.hides_likes(user):
        raise _hidden(call, "liked videos")
    listed = social.liked(user)
    date = call.index()
    first = listed.first_until(date) if date else 0
    end = min(first + call.size(), listed.total)
    rows = _rows(call, map(listed.target, range(first, end)), fields)
    data = {
        "user_liked_videos": rows,
        "cursor": listed.date(min(end, max(listed.total - 1, 0))),
        "has_more": end < listed.total,
    }
    return call.ok(data, rows=len(rows), message="ok")


async def reposted_videos(call: Call) -> Answer:
    """Serve one page of what a user reposted; the cursor is an index."""
    # The undated page of this endpoint alone still spells it the British way.
    asked = call.fields(also=(_BRITISH,))
    fields = tuple("favorites_count" if name == _BRITISH else name for name in asked)
    user = _user(call)
    social = call.emulation.world.social
    if social.hides_reposts(user):
        raise _hidden(call, "reposted videos")
    listed = social.reposted(user)
    first = call.index()
    end = min(first + call.size(), listed.total)
    rows = _rows(call, map(listed.target, range(first, end)), fields)
    data = {"reposted_videos": rows, "cursor": max(first, end), "has_more": end < listed.total}
    return call.ok(data, rows=len(rows), message="ok")


async def pinned_videos(call: Call) -> Answer:
    """Serve the videos that a user pinned, three at most."""
    fields = call.fields()
    user = _user(call)
    world = call.emulation.world
    count = _MOST_PINNED - (world.people.draw(user, 36) % 4 if user else 0)
    pinned = islice(world.people.videos_of(user), 40) if count else ()
    rows = _rows(call, pinned, fields)[:count]
    return call.ok({"pinned_videos_list": rows}, rows=len(rows), message="ok")


def _user(call: Call) -> int:
    name = call.text("username")
    people = call.emulation.world.people
    user = people.find(name)
    # The wording of both: patterns that clients look for in live answers.
    if user is None or people.is_gone(user):
        raise invalid(f"{name} is invalid: cannot find the user")
    if people.is_private(user):
        raise invalid("API cannot return this user's information")
    return user


def _hidden(call: Call, what: str) -> RefusedError:
    # Both patterns are known from a client; HTTP status and code were not shown.
    name = call.text("username")
    return invalid(f"{what} of {name} is private: information cannot be returned")


def _follows(call: Call, user: int, listed: Listed) -> Answer:
    people = call.emulation.world.people
    # A first call with cursor 0 instead of none is seen in the wild.
    first = listed.first_until(call.index() or int(call.now))
    end = min(first + call.size(), listed.total)
    targets = map(listed.target, range(first, end))
    rows = [
        {"display_name": people.display_name(target), "username": people.handle(target)}
        for target in targets
        if people.is_public(target) and target != user
    ]
    data: dict[str, Any] = {
        call.operation.items_key or "": rows,
        "cursor": _follow_cursor(listed, first, end),
        "has_more": end < listed.total,
    }
    return call.ok(data, rows=len(rows), message="ok")


def _follow_cursor(listed: Listed, first: int, end: int) -> int:
    """Return the date of the next row; a page shorter than a second steps over the rest of it."""
    if end >= listed.total:
        return listed.date(max(end - 1, 0))
    date = listed.date(end)
    return date if listed.first_until(date) > first else date - 1


def _rows(call: Call, indexes: Iterable[int], fields: tuple[str, ...]) -> list[dict[str, Any]]:
    world = call.emulation.world
    videos = map(world.video, indexes)
    return [_renamed(row(video, fields)) for video in videos if video.is_visible]


def _renamed(shown: dict[str, Any]) -> dict[str, Any]:
    # The pages of these three endpoints name the keys of video_tag in full.
    if "video_tag" in shown:
        shown["video_tag"] = {
            f"video_tag_{name}": value for name, value in shown["video_tag"].items()
        }
    return shown
