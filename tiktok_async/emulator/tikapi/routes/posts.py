"""Posts: one, those of a user, liked, saved, trending and related ones."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.answers import Answer
from tiktok_async.emulator.mixing import Permutation, mix, salt
from tiktok_async.emulator.tikapi import refusals
from tiktok_async.emulator.tikapi.pages import Dated, by_index
from tiktok_async.emulator.tikapi.posts import post
from tiktok_async.emulator.tikapi.routes.people import open_target
from tiktok_async.emulator.tikapi.state import newest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tiktok_async.emulator.tikapi.calls import Call
    from tiktok_async.emulator.timeline import Timeline
    from tiktok_async.emulator.videos import Video

_RELATED: Final = 16
_SAVED: Final = 45
_LATEST: Final = 3
"""How many posts of each followed user the list of followed users' posts has."""
_FOLLOWED: Final = 100


def video_of(call: Call, wire: str) -> Video:
    """Return the video that a parameter names.

    Raises:
        DeclinedError: if there is none, or it cannot be had.
    """
    video = call.service.names.video(call.text(wire))
    if video is None:
        raise refusals.tiktok(refusals.NO_VIDEO)
    people = call.service.world.people
    if people.is_private(video.author):
        raise refusals.tiktok(refusals.PRIVATE)
    if not video.is_visible:
        raise refusals.tiktok(refusals.DELETED)
    return video


async def video(call: Call) -> Answer:
    """Serve one post."""
    found = video_of(call, "id")
    if call.text("username"):
        open_target(call)
    return call.videos(rows=1, itemInfo={"itemStruct": post(call.scene, found, detail=True)})


async def posts(call: Call) -> Answer:
    """Serve one page of a user's posts; the cursor is a time in milliseconds."""
    user = open_target(call)
    world = call.service.world
    pinned = {each.index for each in islice(world.videos_of(user), 3)}

    def row(index: int) -> dict[str, Any] | None:
        found = world.video(index)
        if not found.is_visible:
            return None
        shown = post(call.scene, found, own_list=True)
        return shown | {"isPinnedItem": True} if index in pinned else shown

    places = call.service.posts_of(user)
    page = Dated(places, _moments(world.timeline)).page(call, row, _time(call), call.count)
    return _page(call, page.rows, str(page.end), page.more)


def _moments(timeline: Timeline) -> Callable[[int], int]:
    """Return what gives the milliseconds of a video by its index; no two have the same."""

    def moment(index: int) -> int:
        time = timeline.time_of(index)
        return time * 1000 + index - timeline.first_at(time)

    return moment


async def likes(call: Call) -> Answer:
    """Serve one page of what a user liked; the cursor is a time in milliseconds."""
    user = open_target(call)
    if call.service.world.social.hides_likes(user) and call.scene.viewer != user:
        return _hidden_likes(call)
    places = liked(call, user)
    found = Dated(places, lambda place: place[0])
    page = found.page(call, lambda place: _shown(call, place[1]), _time(call), call.count)
    return _page(call, page.rows, str(page.end), page.more)


def liked(call: Call, user: int) -> list[tuple[int, int]]:
    """Return what a user liked: times in milliseconds and indexes of videos, newest first."""
    marks = call.service.state.seen(user).likes
    listed = call.service.world.social.liked(user)
    new = [(int(time * 1000), index) for index, time in newest(marks)]
    # Two likes in one millisecond would be one place of the list.
    new = [(time + len(new) - at, index) for at, (time, index) in enumerate(new)]
    old = ((listed.date(place), listed.target(place)) for place in range(listed.total))
    return new + [(time, index) for time, index in old if index not in marks]


def _hidden_likes(call: Call) -> Answer:
    manner = call.service.settings.hidden_likes
    if manner == "no_content":
        return Answer(b"", status=204)
    if manner == "refused":
        raise refusals.tiktok(refusals.PRIVATE)
    return _page(call, [], "0", more=False)


async def saved(call: Call) -> Answer:
    """Serve one page of what the account saved."""
    world = call.service.world
    order = Permutation.seeded(world.videos, world.people.draw(call.user, 46))
    total = min(_SAVED, world.videos)

    def row(place: int) -> dict[str, Any] | None:
        shown = _shown(call, order.forward(place))
        return shown and shown | {"collected": True}

    page = by_index(call, total, row, call.index("cursor"), call.count)
    return _page(call, page.rows, str(page.end), page.more)


async def following_posts(call: Call) -> Answer:
    """Serve one page of the latest posts of those whom the account follows."""
    world = call.service.world
    listed = world.social.following(call.user)
    count = min(listed.total, _FOLLOWED)

    def row(place: int) -> dict[str, Any] | None:
        round_, at = divmod(place, count)
        indexes = call.service.posts_of(listed.target(at))
        return _shown(call, indexes[round_]) if round_ < len(indexes) else None

    page = by_index(call, count * _LATEST, row, call.index("cursor"), call.count)
    return _page(call, page.rows, str(page.end), page.more)


async def explore(call: Call) -> Answer:
    """Serve trending posts: others with every call. They cannot be paged, though it looks so."""
    drawn = call.service.emulation.draw()
    # Sessions are longer-lived proxies; what they change is not documented.
    return _trap(call, _drawn(call, drawn, call.count))


async def explore_category(call: Call) -> Answer:
    """Serve the posts of a category."""
    category = salt(call.service.world.seed, "category", call.text("category_id"))
    return _trap(call, _drawn(call, category, call.count))


async def related(call: Call) -> Answer:
    """Serve posts like one."""
    return _trap(call, _drawn(call, mix(video_of(call, "video_id").bits), _RELATED))


def _drawn(call: Call, bits: int, count: int) -> list[dict[str, Any]]:
    world = call.service.world
    order = Permutation.seeded(world.videos, bits)
    shown = (_shown(call, order.forward(place)) for place in range(world.videos))
    return list(islice((each for each in shown if each is not None), count))


def _trap(call: Call, rows: list[dict[str, Any]]) -> Answer:
    # True and "0" are what TikTok answers (contract, Pagination, Traps).
    return _page(call, rows, "0", more=True)


def _shown(call: Call, index: int) -> dict[str, Any] | None:
    found = call.service.world.video(index)
    return post(call.scene, found) if found.is_visible else None


def rows_of(call: Call, videos: Iterable[Video]) -> list[dict[str, Any]]:
    """Return the posts of the videos that can be had."""
    return [post(call.scene, each) for each in videos if each.is_visible]


def _page(call: Call, rows: list[dict[str, Any]], cursor: str, more: bool) -> Answer:
    return call.videos(rows=len(rows), itemList=rows, cursor=cursor, hasMore=more)


def _time(call: Call) -> int | None:
    return call.index("cursor") if call.text("cursor") not in {"", "0"} else None
