"""Figures of an account: series of days, and how followers are made up.

Source: contract, TikAPI models, Analytics; keys of the overview are those of the documentation.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.mixing import mix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktok_async.emulator.tikapi.scene import Scene

_DAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "overview": ("comment_", "like_", "pv_", "share_", "vv_", "follower_num_"),
    "content": ("vv_", "like_", "comment_", "share_"),
    "video": ("video_",),
    "followers": ("follower_num_", "follower_active_history_days"),
    "live": ("user_live_",),
}
"""Beginnings of the names of the series that each type has; the others are null."""
_MOST_DAYS: Final = 366
_HOURS: Final = 24


def analytics(
    scene: Scene, user: int, kind: str, days: int, series: Iterable[str]
) -> dict[str, Any]:
    """Return the figures of a type.

    Args:
        scene: What the answer is made from.
        user: Whose.
        kind: overview, content, video, followers or live.
        days: How many days back.
        series: Names of all series that there are.
    """
    bits = mix(scene.world.people.draw(user, 50) ^ hash_of(kind))
    days = max(1, min(days, _MOST_DAYS))
    shown: dict[str, Any] = {
        name: _series(scene, mix(bits + at), days) if name.startswith(_DAYS[kind]) else None
        for at, name in enumerate(series)
    }
    known = scene.world.people.profile(user)
    shown["follower_num"] = {"status": 0, "value": known["follower_count"]}
    shown["user_info"] = {
        "open_insight_time": scene.world.timeline.begin,
        "region": scene.world.people.region(user),
        "unique_id": scene.handle(user),
    }
    return shown | (_followers(bits) if kind == "followers" else {})


def hash_of(text: str) -> int:
    """Return a number that stands for a short text, the same in every process."""
    return int.from_bytes(text.encode()[:8], "big")


def _series(scene: Scene, bits: int, days: int) -> list[dict[str, Any]]:
    today = datetime.fromtimestamp(int(scene.now), UTC).date()
    return [
        {
            "date_key": (today - timedelta(days=days - day)).isoformat(),
            "status": 0,
            "value": mix(bits + day) % 1000,
        }
        for day in range(days)
    ]


def _followers(bits: int) -> dict[str, Any]:
    share = 0.3 + (bits & 255) / 640
    parts = {"Female": share, "Male": 1 - share}
    regions = {"US": 0.5, "GB": 0.25, "BR": 0.125, "Others": 0.125}
    hours = [
        {"status": 0, "value": [mix(bits + 24 * day + hour) % 100 for hour in range(_HOURS)]}
        for day in range(7)
    ]
    return {
        "follower_active_history_hours": hours,
        "follower_gender_percent": _shares(parts),
        "follower_region_percent": _shares(regions),
    }


def _shares(parts: Mapping[str, float]) -> dict[str, Any]:
    return {"status": 0, "value": [{"key": key, "value": part} for key, part in parts.items()]}


def live_analytics(scene: Scene, user: int, days: int) -> dict[str, Any]:
    """Return the figures of an account's rooms."""
    bits = scene.world.people.draw(user, 51)
    days = max(1, min(days, _MOST_DAYS))
    today = datetime.fromtimestamp(int(scene.now), UTC).date()
    dates = [(today - timedelta(days=days - day)).isoformat() for day in range(days)]

    def points(salted: int) -> list[dict[str, Any]]:
        return [{"Date": day, "Value": mix(salted + at) % 500} for at, day in enumerate(dates)]

    return {
        "diamonds_detail": {"diamonds": {"Total": points(bits)}},
        "live_duration_detail": {"live_duration": points(bits + 1000)},
    }
