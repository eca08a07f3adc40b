"""video/query: search ids, index cursors, short and empty pages, random samples."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator import filters
from tiktok_async.emulator.answers import Answer, RefusedError, invalid
from tiktok_async.emulator.mixing import mix
from tiktok_async.emulator.searches import Scan, hits_before
from tiktok_async.emulator.videos import Video, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.emulator.calls import Call
    from tiktok_async.emulator.world import World

_PROBES_PER_ROW: Final = 50


@attrs.frozen
class Search:
    """What a search id stands for; equal searches are one."""

    query: filters.Filter
    first: date
    end: date
    """The first day that no longer belongs to it."""
    size: int
    is_random: bool


async def query(call: Call) -> Answer:
    """Serve one page of a search."""
    fields = call.fields()
    search = _search(call)
    cursor = call.index()
    search_id = _admitted(call, search, cursor)
    scan = call.emulation.searches.scan(search, lambda: _scan(call, search))
    if search.is_random:
        videos, more = await _sample(call, scan, search.size), False
    else:
        videos, more = await _page(call, scan, cursor, search.size)
    rows = [row(video, fields) for video in videos if video.is_visible]
    data: dict[str, Any] = {
        "videos": rows,
        "cursor": cursor + (search.size if more else len(videos)),
        "has_more": more,
    }
    # An answer without any row was seen to have no search id.
    if videos or more or cursor:
        data["search_id"] = _next_id(call, search, search_id)
    return call.ok(data, rows=len(rows))


def _search(call: Call) -> Search:
    body = call.body
    start = filters.day_of(body.get("start_date"), "start_date").date()
    end = filters.day_of(body.get("end_date"), "end_date").date()
    if end < start:
        raise invalid("end_date is invalid: it is before start_date")
    most = call.operation.max_window_days
    if (end - start).days > most:
        raise invalid(f"end_date is invalid: at most {most} days after start")
    is_random = body.get("is_random")
    if is_random is not None and not isinstance(is_random, bool):
        raise invalid("is_random is invalid: send true or false")
    if call.emulation.settings.end_date == "inclusive":
        end += timedelta(days=1)
    return Search(filters.parse(body.get("query")), start, end, call.size(), bool(is_random))


def _admitted(call: Call, search: Search, cursor: int) -> str | None:
    search_id = call.body.get("search_id")
    if search_id is None or search_id == "":
        if cursor:
            raise invalid("search_id is required with a cursor")
        return None
    if not call.emulation.searches.accepts(str(search_id), search, call.now):
        raise refused_id(search_id)
    return str(search_id)


def refused_id(search_id: object) -> RefusedError:
    """Return the refusal of a search id, in the words that were seen live."""
    return invalid(f"Search Id {search_id} is invalid or expired")


def _next_id(call: Call, search: Search, search_id: str | None) -> str:
    if search_id is not None and not call.emulation.settings.search_ids_change:
        return search_id
    return call.emulation.searches.issue(search, call.now)


def _scan(call: Call, search: Search) -> Scan:
    world = call.emulation.world
    fits = search.query.compiled()
    if not call.emulation.settings.short_pages:
        matches = fits

        def fits(video: Video) -> bool:
            return matches(video) and video.is_visible

    return Scan(_candidates(world, search), world.video, fits)


def _candidates(world: World, search: Search) -> Sequence[int]:
    window = world.window(search.first, search.end)
    for condition in search.query.required:
        named = _named(world, condition)
        if named is not None:
            return sorted((index for index in named if index in window), reverse=True)
    return window[::-1]


def _named(world: World, condition: filters.Condition) -> set[int] | None:
    """Return the only videos that a condition can hold for, where that is a short list."""
    if condition.selects and condition.field == "username":
        users = {world.people.find(name) for name in condition.values} - {None}
        return {
            index for user in users if user is not None for index in world.people.videos_of(user)
        }
    if condition.selects and condition.field == "video_id":
        found = {world.timeline.index_of(int(value)) for value in condition.values}
        return {index for index in found if index is not None}
    return None


async def _page(call: Call, scan: Scan, cursor: int, size: int) -> tuple[list[Video], bool]:
    first, end = cursor, cursor + size
    if call.emulation.settings.short_pages:
        first, end = hits_before(first, size), hits_before(end, size)
    return await scan.hits(first, end - first)


async def _sample(call: Call, scan: Scan, size: int) -> list[Video]:
    """Pick hits by chance; where they are rare, take the newest ones in a shuffled order."""
    drawn = call.emulation.draw()
    found: dict[int, Video] = {}
    for probe in range(_PROBES_PER_ROW * size if scan.candidates else 0):
        index = scan.candidates[mix(drawn + probe) % len(scan.candidates)]
        video = scan.video(index)
        if scan.fits(video) and video.is_visible:
            found[index] = video
        if len(found) == size:
            break
    if len(found) < size:
        newest, _ = await scan.hits(0, size)
        found = {video.index: video for video in newest}
    return sorted(found.values(), key=lambda video: mix(drawn ^ video.index))
