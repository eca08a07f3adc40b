"""What an account is told: likes, comments, mentions, followers.

Source: contract, TikAPI models, Notification; the ids of the types are TikTok's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.mixing import mix
from tiktok_async.emulator.tikapi.remarks import person
from tiktok_async.emulator.words import REMARKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.emulator.tikapi.scene import Scene

NOTICES: Final = 95
_KINDS: Final = ("likes", "comments", "mentions", "followers")
_TYPES: Final[Mapping[str, int]] = {"likes": 41, "comments": 31, "mentions": 45, "followers": 33}
_FIRST_ID: Final = 7_100_000_000_000_000_000
_GAP: Final = 5400


def places(scene: Scene, user: int, kind: str) -> list[tuple[int, int]]:
    """Return the notices of a filter, newest first: Unix seconds and number."""
    bits = scene.world.people.draw(user, 52)
    found = [(_time(scene, bits, number), number) for number in range(NOTICES)]
    return [each for each in found if kind == "all" or _kind(bits, each[1]) == kind]


def notice(scene: Scene, user: int, time: int, number: int) -> dict[str, Any]:
    """Return one notice."""
    bits = scene.world.people.draw(user, 52)
    drawn = mix(bits + number)
    kind = _kind(bits, number)
    other = person(scene, (drawn >> 8) % scene.world.people.count)
    own = next(iter(scene.world.videos_of(user)), None)
    post = {"aweme_id": str(own.id()), "desc": own.video_description()} if own else None
    text = REMARKS[drawn >> 40 & 15]
    comment = {"aweme": post, "cid": str(_FIRST_ID + number), "text": text, "user": other}
    what: dict[str, dict[str, Any]] = {
        "likes": {"digg": {"aweme": post, "from_user": [other]}},
        "comments": {"comment": {"comment": comment}},
        "mentions": {"at": {"comment": comment, "content": text}},
        "followers": {"follow": {"from_user": other}},
    }
    return {
        "create_time": time,
        "has_read": number > 5,
        "nid": str(_FIRST_ID + user * 1000 + number),
        "type": _TYPES[kind],
        **what[kind],
    }


def _kind(bits: int, number: int) -> str:
    return _KINDS[mix(bits + number) & 3]


def _time(scene: Scene, bits: int, number: int) -> int:
    world = scene.world
    return world.timeline.begin - number * _GAP - mix(bits + number) % (_GAP // 2)
