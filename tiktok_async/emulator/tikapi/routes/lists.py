"""Posts of a hashtag or a sound, playlists, and what there is to discover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.mixing import Permutation, salt
from tiktok_async.emulator.searches import Scan, hits_before
from tiktok_async.emulator.tikapi import profiles, refusals, sounds
from tiktok_async.emulator.tikapi.pages import by_index
from tiktok_async.emulator.tikapi.posts import post
from tiktok_async.emulator.tikapi.routes.people import open_target
from tiktok_async.emulator.tikapi.routes.posts import rows_of
from tiktok_async.emulator.words import HASHTAGS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.tikapi.calls import Call
    from tiktok_async.emulator.videos import Video

_DISCOVERED: Final = 100
_KEYWORD_POSTS: Final = 75


async def hashtag(call: Call) -> Answer:
    """Serve one page of a hashtag's posts; by name, and what is known of it."""
    if not call.text("name") and not call.text("id"):
        raise refusals.bad_fields("Missing fields.", {"id": "A valid id is required."})
    name = call.text("name").removeprefix("#")
    if call.text("id"):
        name = call.service.names.hashtag(call.text("id")) or ""
    if name not in HASHTAGS:
        raise refusals.tiktok(refusals.NO_HASHTAG)
    answer = await _scanned(call, ("tikapi", name), lambda video: name in video.hashtag_names())
    if not call.text("id") and isinstance(answer.body, dict):
        answer.body["challengeInfo"] = sounds.hashtag_info(name)
        answer.body["shareMeta"] = {"desc": f"Videos about {name}", "title": f"#{name} on TikTok"}
    return answer


async def music(call: Call) -> Answer:
    """Serve one page of the posts with a sound."""
    sound = _sound(call)
    return await _scanned(call, ("tikapi", sound), lambda video: video.sound() == sound)


async def music_info(call: Call) -> Answer:
    """Serve what is known of a sound."""
    return call.ok(rows=1, musicInfo=sounds.music_info(call.scene, _sound(call)))


def _sound(call: Call) -> int:
    sound = call.service.names.sound(call.text("id"))
    if sound is None:
        raise refusals.tiktok(refusals.NO_MUSIC)
    return sound


async def _scanned(call: Call, key: Hashable, fits: Callable[[Video], bool]) -> Answer:
    """Serve one page of the posts that fit, newest first, as many as a list has at most."""
    world = call.service.world
    gaps = call.service.short_pages

    def shown(video: Video) -> bool:
        return fits(video) and (gaps or video.is_visible)

    scan = call.service.emulation.searches.scan(
        key, lambda: Scan(range(world.videos)[::-1], world.video, shown)
    )
    cursor, size = call.index("cursor"), call.count
    first, end = cursor, cursor + size
    if gaps:
        first, end = hits_before(first, size), hits_before(end, size)
    most = call.service.settings.list_cap
    first, end = min(first, most), min(end, most)
    videos, more = await scan.hits(first, end - first)
    rows = rows_of(call, videos)
    more = more and end < most
    return call.videos(rows=len(rows), itemList=rows, cursor=str(cursor + size), hasMore=more)


async def playlists(call: Call) -> Answer:
    """Serve one page of the playlists of a user: none or one, and forty of the first user's."""
    user = open_target(call)
    total = len(call.service.world.catalogue.playlists(user))

    def row(place: int) -> dict[str, Any]:
        return sounds.playlist(call.scene, user, place)

    page = by_index(call, total, row, call.index("cursor"), call.count)
    return call.ok(rows=len(page.rows), playList=page.rows, cursor=str(page.end), hasMore=page.more)


async def playlist_items(call: Call) -> Answer:
    """Serve one page of the posts in a playlist."""
    known = call.service.names.playlist(call.text("playlist_id"))
    if known is None:
        raise refusals.tiktok(refusals.NO_ENTITY)
    world = call.service.world
    indexes = world.catalogue.playlist_videos(*known)

    def row(place: int) -> dict[str, Any] | None:
        video = world.video(indexes[place])
        return post(call.scene, video) if video.is_visible else None

    page = by_index(call, len(indexes), row, call.index("cursor"), call.count)
    return call.videos(
        rows=len(page.rows), itemList=page.rows, cursor=str(page.end), hasMore=page.more
    )


async def discover_v3(call: Call) -> Answer:
    """Serve one page of the posts that go with a word."""
    world = call.service.world
    bits = salt(world.seed, "discover", call.text("keyword"))
    order = Permutation.seeded(world.videos, bits)

    def row(place: int) -> dict[str, Any] | None:
        video = world.video(order.forward(place))
        return post(call.scene, video) if video.is_visible else None

    total = min(_KEYWORD_POSTS, world.videos)
    page = by_index(call, total, row, call.index("nextCursor"), call.count)
    cursor = str(page.end) if page.more else ""
    return call.videos(
        rows=len(page.rows), videoList=page.rows, nextCursor=cursor, hasMore=page.more
    )


async def discover(call: Call) -> Answer:
    """Serve one page of users, sounds or hashtags; the sample of sounds is of 2021."""
    total, row = _category(call, call.text("category"))
    page = by_index(call, total, row, call.index("offset"), call.count)
    key = {"users": "userInfoList", "music": "musicInfoList", "hashtag": "challengeInfoList"}
    return call.ok(
        rows=len(page.rows),
        offset=page.end,
        hasMore=page.more,
        **{key[call.text("category")]: page.rows},
    )


async def discover_keyword(call: Call) -> Answer:
    """Serve the users that go with a word; no source shows an answer."""
    people = call.service.world.people
    order = Permutation.seeded(people.count, salt(0, "users", call.text("keyword")))
    users = [order.forward(place) for place in range(min(20, people.count))]
    found = [_person(call, user) for user in users if people.is_public(user)]
    return call.ok(rows=len(found), userInfoList=found)


def _category(call: Call, category: str) -> tuple[int, Callable[[int], Any]]:
    world = call.service.world
    if category == "hashtag":
        return len(HASHTAGS), lambda place: _hashtag(HASHTAGS[place])
    if category == "music":
        return min(_DISCOVERED, world.people.count), lambda place: _music(call, place)
    return min(_DISCOVERED, world.people.count), lambda place: _person(call, place)


def _person(call: Call, user: int) -> dict[str, Any] | None:
    if not call.service.world.people.is_public(user):
        return None
    scene = call.scene
    exact = profiles.counts(scene, user)
    return {"user": profiles.listed(scene, user), "stats": profiles.stats(exact)}


def _music(call: Call, sound: int) -> dict[str, Any]:
    info = sounds.music_info(call.scene, sound)
    return {"music": info["music"], "stats": info["stats"]}


def _hashtag(name: str) -> dict[str, Any]:
    info = sounds.hashtag_info(name)
    return {"challenge": info["challenge"], "stats": info["stats"]}
