"""playlist/info: a playlist and the ids in it, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.emulator.answers import Answer, invalid
from tiktok_async.emulator.words import PHRASES

if TYPE_CHECKING:
    from tiktok_async.emulator.calls import Call


async def info(call: Call) -> Answer:
    """Serve one page of a playlist; no list of fields is documented, so none is checked."""
    playlist_id = call.integer("playlist_id") or 0
    world = call.emulation.world
    known = world.catalogue.playlist_of(playlist_id)
    if known is None or not world.people.is_public(known[0]):
        raise invalid(f"playlist_id {playlist_id} is invalid")
    user, number = known
    videos = map(world.video, world.catalogue.playlist_videos(user, number))
    visible = sorted((video for video in videos if video.is_visible), key=lambda it: it.index)
    first, size = call.index(), call.size()
    shown = [video.id() for video in visible[first : first + size]]
    data = {
        "playlist_id": playlist_id,
        "playlist_item_total": len(visible),
        "playlist_last_updated": visible[-1].create_time() if visible else world.timeline.begin,
        "playlist_name": PHRASES[(world.people.draw(user, 21) + number) & 63].title(),
        "playlist_video_ids": shown,
        "cursor": first + len(shown),
        "has_more": first + len(shown) < len(visible),
    }
    answer = call.ok(data, rows=len(shown), message="ok")
    answer.status = call.emulation.settings.profile_status
    return answer
