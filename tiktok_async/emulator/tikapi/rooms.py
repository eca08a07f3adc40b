"""Live rooms as TikAPI shows them.

Source: contract, TikAPI models, LiveRoom, Live start and Live stats; sample live_stats.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.mixing import mix
from tiktok_async.emulator.tikapi.profiles import avatar
from tiktok_async.emulator.words import PHRASES

if TYPE_CHECKING:
    from tiktok_async.emulator.tikapi.scene import Scene
    from tiktok_async.emulator.tikapi.state import Show

LIVE: Final = 2
OVER: Final = 4
PAST: Final = 17
"""How many rooms each user had before anyone looked."""
FIRST_OWN: Final = 100
"""Number of the first room that an account opens."""
_QUALITIES: Final = ("FULL_HD1", "HD1", "SD1", "SD2")
_STREAMS: Final = "https://pull.example.org"
_DAY: Final = 86_400


@attrs.frozen
class Room:
    """A room of a user, by its number: 0 is that of the world, 1 to `PAST` are over."""

    scene: Scene
    user: int
    number: int

    @property
    def id(self) -> int:
        """Its id."""
        return self.scene.names.room_id(self.user, self.number)

    @property
    def is_live(self) -> bool:
        """Whether it is open now."""
        return self.scene.live_room(self.user) == self.id

    @property
    def bits(self) -> int:
        """64 bits of its own."""
        return mix(self.scene.world.people.draw(self.user, 49) ^ self.number)

    @property
    def begin(self) -> int:
        """When it was opened, in Unix seconds."""
        if self._show is not None:
            return int(self._show.started)
        if self.number == 0:
            return int(self.scene.state.opened.get(self.id, self.scene.now)) - 600
        return self.scene.world.timeline.begin - self.number * _DAY - self.bits % 3600

    @property
    def end(self) -> int | None:
        """When it was closed, in Unix seconds; None while it is open."""
        if self.is_live:
            return None
        if self._show is not None and self._show.ended is not None:
            return int(self._show.ended)
        return self.begin + 1800 + self.bits % 7200

    @property
    def title(self) -> str:
        """What it is called."""
        made_up = PHRASES[self.bits & 63].title()
        return made_up if self._show is None else self._show.title

    @property
    def _show(self) -> Show | None:
        """The room as the account that opened it has it; None for rooms of the world."""
        shows = self.scene.state.seen(self.user).shows
        return next((show for show in shows if show.number == self.number), None)

    def shown(self) -> dict[str, Any]:
        """Return the room."""
        return {
            "client_version": 370_000,
            "cover": picture(f"room/{self.id}"),
            "create_time": self.begin,
            "id": self.id,
            "id_str": str(self.id),
            "like_count": self.bits >> 8 & 0xFFFFF,
            "os_type": 2,
            "owner": self._owner(),
            "owner_user_id": self.scene.names.user_id(self.user),
            "status": LIVE if self.is_live else OVER,
            "stream_url": self._stream(),
            "title": self.title,
            "user_count": self.bits >> 30 & 0xFFF if self.is_live else 0,
        }

    def started(self) -> dict[str, Any]:
        """Return what the account that opened the room is told."""
        urls = {quality: f"{_STREAMS}/{self.id}_{quality}.flv" for quality in _QUALITIES}
        key = f"stream-{self.id}?expire={self.begin + _DAY}&sign={self.bits:016x}"
        return {
            "room": {
                "cover": picture(f"room/{self.id}"),
                "create_time": self.begin,
                "id": str(self.id),
                "share_url": f"https://m.example.org/live/{self.id}",
                "status": LIVE,
            },
            "stream": {
                "id": str(self.id + 1),
                "pull": {
                    "default_resolution": "HD1",
                    "flv": urls,
                    "hls": f"{_STREAMS}/{self.id}/playlist.m3u8",
                    "rtmp": f"rtmp://pull.example.org/stage/{self.id}",
                },
                "push": {
                    "key": key,
                    "server": "rtmp://push.example.org/stage/",
                    "url": f"rtmp://push.example.org/stage/{key}",
                },
            },
        }

    def details(self) -> dict[str, Any]:
        """Return the room, past or present, with its length."""
        end = self.end
        return {
            "create_time": self.begin,
            "duration": int(self.scene.now if end is None else end) - self.begin,
            "finish_time": end or 0,
            "id": self.id,
            "id_str": str(self.id),
            "status": LIVE if self.is_live else OVER,
            "title": self.title,
        }

    def stats(self) -> dict[str, Any]:
        """Return the figures of the room."""
        bits = self.bits
        end = self.end
        return {
            "period_stats": {"decimal_num": 2, "stats_type": 0, "value": bits % 10_000},
            "room_stats": {
                "live_comment_ucnt": bits >> 14 & 63,
                "live_consume_ucnt": bits >> 20 & 15,
                "live_end_time": _text(self.scene.now if end is None else end),
                "live_like_cnt": bits >> 24 & 1023,
                "live_new_fans_ucnt": bits >> 34 & 31,
                "live_pause_duration": 0,
                "live_start_time": _text(self.begin),
                "live_watch_ucnt": bits >> 39 & 1023,
                "room_id": str(self.id),
                "total_score": 0,
            },
        }

    def _owner(self) -> dict[str, Any]:
        known = self.scene.world.people.profile(self.user)
        return {
            "avatar_large": {"url_list": [avatar(self.user, 1080)]},
            "avatar_medium": {"url_list": [avatar(self.user, 720)]},
            "avatar_thumb": {"url_list": [avatar(self.user, 100)]},
            "bio_description": known["bio_description"],
            "display_id": self.scene.handle(self.user),
            "follow_info": {
                "follower_count": known["follower_count"],
                "following_count": known["following_count"],
            },
            "id_str": str(self.scene.names.user_id(self.user)),
            "nickname": known["display_name"],
        }

    def _stream(self) -> dict[str, Any]:
        urls = {quality: f"{_STREAMS}/{self.id}_{quality}.flv" for quality in _QUALITIES}
        params = {quality: {"resolution": "1280x720"} for quality in _QUALITIES}
        data = {"data": {"hd": {"main": {"flv": urls["HD1"]}}}}
        return {
            "candidate_resolution": list(_QUALITIES),
            "flv_pull_url": urls,
            "flv_pull_url_params": json.dumps(params),
            "live_core_sdk_data": {"pull_data": {"stream_data": json.dumps(data)}},
            "rtmp_pull_url": urls["FULL_HD1"],
        }


def picture(name: str) -> dict[str, Any]:
    """Return a picture as snake_case bodies have it."""
    return {"uri": name, "url_list": [f"https://p16.example.org/{name}.jpeg"]}


def _text(time: float) -> str:
    moment = datetime.fromtimestamp(int(time), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
