"""Searches: everything, users, videos, words.

What is found has nothing to do with the words but this: the same words find the same.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.mixing import Permutation, salt
from tiktok_async.emulator.tikapi import refusals
from tiktok_async.emulator.tikapi.pages import by_index
from tiktok_async.emulator.tikapi.posts import post
from tiktok_async.emulator.tikapi.profiles import avatar
from tiktok_async.emulator.words import PHRASES

if TYPE_CHECKING:
    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.tikapi.calls import Call

_PAGE: Final = 12
_LEAST: Final = 40
_MORE: Final = 60
_TOP_USERS: Final = 3
_SPLIT: Final = "---split_cusror---"
"""TikAPI's spelling; behind it stands the log id of the first answer."""
_CURSOR: Final = re.compile(rf"([0-9]{{1,9}}){_SPLIT}([0-9A-F]{{20,60}})", re.ASCII)
_KEYS: Final = {"general": "data", "users": "user_list", "videos": "item_list"}


async def search(call: Call) -> Answer:
    """Serve one page of a search."""
    category = call.text("category")
    if category == "autocomplete":
        return _words(call)
    first, log_id = _place(call)
    page = by_index(call, *_found(call, category), first, _PAGE)
    cursor = f"{page.end}{_SPLIT}{log_id}"
    return call.videos(
        rows=len(page.rows),
        ad_info={},
        has_more=page.flag,
        nextCursor=b64encode(cursor.encode()).decode() if page.more else "",
        **{_KEYS[category]: page.rows},
    )


def _words(call: Call) -> Answer:
    bits = salt(0, "words", call.text("query"))
    words = [f"{call.text('query')} {PHRASES[bits >> shift & 63]}" for shift in range(0, 48, 6)]
    rows = [{"content": word} for word in words]
    return call.videos(rows=len(rows), sug_list=rows, has_more=0, nextCursor="", ad_info={})


def _place(call: Call) -> tuple[int, str]:
    """Return where a page begins, and the log id of the first one.

    Raises:
        DeclinedError: if the cursor is none of ours.
    """
    text = call.text("nextCursor")
    if not text:
        return 0, call.log_id
    try:
        found = _CURSOR.fullmatch(b64decode(text, validate=True).decode())
    except ValueError:
        found = None
    if found is None:
        raise refusals.bad_field("nextCursor", "A valid nextCursor is required.")
    return int(found[1]), found[2]


def _found(call: Call, category: str) -> tuple[int, Any]:
    """Return how many places a search has, and what gives the row of a place."""
    world = call.service.world
    bits = salt(world.seed, "search", call.text("query"))
    total = _LEAST + bits % _MORE
    videos = Permutation.seeded(world.videos, bits)
    users = Permutation.seeded(world.people.count, bits)

    def video(place: int) -> dict[str, Any] | None:
        found = world.video(videos.forward(place))
        return post(call.scene, found) if found.is_visible else None

    def user(place: int) -> dict[str, Any] | None:
        found = users.forward(place)
        return _user(call, found) if world.people.is_public(found) else None

    def mixed(place: int) -> dict[str, Any] | None:
        if place == 0:
            return _card([user(at) for at in range(min(_TOP_USERS, users.size))])
        item = video(place - 1)
        return item and {"type": 1, "common": {"doc_id_str": item["id"]}, "item": item}

    if category == "users":
        return min(total, users.size), user
    if category == "videos":
        return min(total, videos.size), video
    return min(total, videos.size + 1), mixed


def _card(users: list[dict[str, Any] | None]) -> dict[str, Any] | None:
    found = [user for user in users if user]
    if not found:
        return None
    doc_id = found[0]["user_info"]["uid"]
    return {"type": 4, "common": {"doc_id_str": doc_id}, "user_list": found}


def _user(call: Call, user: int) -> dict[str, Any]:
    """Return a user as searches show them."""
    scene = call.scene
    known = scene.world.people.profile(user)
    room = scene.live_room(user) or 0
    picture = {
        "height": 720, "uri": str(user), "url_list": [avatar(user, 720)], "url_prefix": None,
        "width": 720,
    }  # fmt: skip
    return {
        "effects": None,
        "items": None,
        "mix_list": None,
        "musics": None,
        "challenges": None,
        "position": None,
        "uniqid_position": None,
        "user_info": {
            "avatar_thumb": picture,
            "custom_verify": "",
            "enterprise_verify_reason": "",
            "follow_status": 0,
            "follower_count": known["follower_count"],
            "nickname": known["display_name"],
            "room_id": room,
            "room_id_str": str(room or ""),
            "sec_uid": scene.names.sec_uid(user),
            "signature": known["bio_description"],
            "total_favorited": known["likes_count"],
            "uid": str(scene.names.user_id(user)),
            "unique_id": scene.handle(user),
        },
    }
