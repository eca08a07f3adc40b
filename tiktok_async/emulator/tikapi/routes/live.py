"""Live rooms: those of others, the account's own, and their chat."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.mixing import salt
from tiktok_async.emulator.tikapi import refusals
from tiktok_async.emulator.tikapi.chat import Chat, cursor_of, place_of
from tiktok_async.emulator.tikapi.pages import by_index
from tiktok_async.emulator.tikapi.rooms import FIRST_OWN, PAST, Room
from tiktok_async.emulator.tikapi.state import Show
from tiktok_async.emulator.words import HASHTAGS

if TYPE_CHECKING:
    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.tikapi.calls import Call

_SEARCH_PAGE: Final = 12
_RECOMMENDED: Final = 10
_FOUND: Final = 60
_PUSH_SERVER: Final = "wss://webcast.example.org/webcast/im/push/"
_GAMING: Final = 6


def room_of(call: Call) -> Room:
    """Return the room that a call names, past or present.

    Raises:
        DeclinedError: if there is none.
    """
    found = call.service.names.room(call.text("room_id"))
    if found is None:
        raise refusals.tiktok(refusals.NO_LIVE)
    user, number = found
    scene = call.scene
    own = [show.number for show in scene.state.seen(user).shows]
    exists = scene.names.is_live(user) if number == 0 else number <= PAST or number in own
    if not exists:
        raise refusals.tiktok(refusals.NO_LIVE)
    if number == 0:
        call.service.state.opened.setdefault(scene.names.room_id(user), call.now)
    return Room(scene, user, number)


async def info(call: Call) -> Answer:
    """Serve a room."""
    return _data(call, room_of(call).shown())


async def details(call: Call) -> Answer:
    """Serve the details of a room, also of one that is over."""
    return _data(call, room_of(call).details())


async def stats(call: Call) -> Answer:
    """Serve the figures of a room."""
    return _data(call, room_of(call).stats())


async def recommend(call: Call) -> Answer:
    """Serve rooms like one; that rows are those of a search is unproven."""
    room = room_of(call)
    hosts = [user for user in _hosts(call) if user != room.user][:_RECOMMENDED]
    rows = [_hit(call, user) for user in hosts]
    return call.ok(rows=len(rows), data=[row for row in rows if row])


async def search(call: Call) -> Answer:
    """Serve one page of the rooms that a search finds: the same words find the same."""
    hosts = _hosts(call)
    turn = salt(0, "lives", call.text("query")) % max(1, len(hosts))
    found = (hosts[turn:] + hosts[:turn])[:_FOUND]
    page = by_index(
        call, len(found), lambda at: _hit(call, found[at]), call.index("cursor"), _SEARCH_PAGE
    )
    return call.videos(rows=len(page.rows), data=page.rows, cursor=page.end, has_more=page.flag)


def _hosts(call: Call) -> list[int]:
    names, count = call.service.names, call.service.world.people.count
    # A world of many users has more rooms than any search shows.
    near = range(min(count, 100 * _FOUND))
    return [user for user in near if names.is_live(user)]


def _hit(call: Call, user: int) -> dict[str, Any] | None:
    scene = call.scene
    if scene.live_room(user) is None:
        return None
    shown = Room(scene, user, 0).shown()
    if call.service.settings.live_info == "text":
        shown = {"raw_data": json.dumps(shown)}
    return {"live_info": shown}


async def permissions(call: Call) -> Answer:
    """Serve what the account may do live; no source shows an answer."""
    return _data(call, {"live_permission": True, "third_party": True, "live_center": True})


async def start(call: Call) -> Answer:
    """Open a room of the account; an open one is closed by it."""
    _close(call)
    shows = call.service.state.of(call.user).shows
    show = Show(FIRST_OWN + len(shows), call.text("title"), call.now)
    shows.append(show)
    return call.ok(rows=1, **Room(call.scene, call.user, show.number).started())


async def stop(call: Call) -> Answer:
    """Close the room of the account, if one is open; what else TikAPI says then is not known."""
    _close(call)
    return _data(call, {})


def _close(call: Call) -> None:
    show = call.service.state.of(call.user).show
    if show is not None:
        show.ended = call.now


async def topics(call: Call) -> Answer:
    """Serve the topics that a room can have; no source shows an answer."""
    rows = [{"id": 1 + at, "name": name} for at, name in enumerate(HASHTAGS[: _GAMING * 2])]
    return _data(call, {"topics": rows})


async def lives(call: Call) -> Answer:
    """Serve one page of the account's past rooms; no source shows where they are."""
    own = [show.number for show in call.service.state.seen(call.user).shows if show.ended]
    numbers = [*own[::-1], *range(1, PAST + 1)]
    if call.number("sort"):
        numbers.reverse()

    def row(place: int) -> dict[str, Any]:
        return Room(call.scene, call.user, numbers[place]).details()

    page = by_index(call, len(numbers), row, call.index("offset"), call.count)
    return call.ok(rows=len(page.rows), lives=page.rows, offset=page.end, hasMore=page.more)


async def chat(call: Call) -> Answer:
    """Serve what was said in a room since the last poll."""
    room = room_of(call)
    now = int(call.now * 1000)
    if not room.is_live:
        if call.service.settings.room_end == "refused":
            raise refusals.tiktok(refusals.NO_LIVE)
        return call.ok(messagesList=[], nextCursor="", now=str(now), pushServer="")
    text = call.text("nextCursor")
    place = place_of(text) if text else Chat(room).first(now)
    if place is None:
        raise refusals.bad_field("nextCursor", "A valid nextCursor is required.")
    found, behind = Chat(room).since(place, now)
    return call.ok(
        rows=len(found),
        messagesList=found,
        nextCursor=cursor_of(behind, room.id, found),
        now=str(now),
        pushServer=_PUSH_SERVER,
    )


async def send_chat(call: Call) -> Answer:
    """Say something in the chat of a room."""
    room = room_of(call)
    if not room.is_live:
        raise refusals.tiktok(refusals.NO_LIVE)
    said = call.service.state.said.setdefault(room.id, [])
    said.append((call.now, call.user, call.text("text")))
    return _data(call, {"content": call.text("text"), "msg_id": len(said)})


def _data(call: Call, data: dict[str, Any]) -> Answer:
    return call.ok(rows=1, data=data)
