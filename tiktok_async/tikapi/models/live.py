"""Live rooms, and the answers of the calls that find, open and close them."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from datetime import datetime  # noqa: TC003  # help() resolves the annotations
from typing import Any

import attrs

from tiktok_async.models import IdText, Model, Packed, moment, wire
from tiktok_async.tikapi.models.done import Done
from tiktok_async.tikapi.models.picture import Picture  # noqa: TC001  # attrs resolves it


@attrs.frozen(kw_only=True)
class FollowInfo(Model):
    """The counts of a room's owner."""

    follower_count: int | None = None
    following_count: int | None = None


@attrs.frozen(kw_only=True)
class LiveOwner(Model):
    """Whose live room it is."""

    id: IdText | None = attrs.field(default=None, metadata=wire("id_str", "id"))
    nickname: str | None = None
    bio_description: str | None = None
    avatar_thumb: Picture | None = None
    avatar_medium: Picture | None = None
    avatar_large: Picture | None = None
    follow_info: FollowInfo | None = None


@attrs.frozen(kw_only=True)
class StreamUrl(Model):
    """Where a live stream is to be had."""

    rtmp_pull_url: str | None = None
    flv_pull_url: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """Qualities (FULL_HD1, HD1, SD1, SD2) to links."""
    flv_pull_url_params: str | None = None
    """JSON as text."""
    candidate_resolution: tuple[str, ...] | None = None
    live_core_sdk_data: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """For TikTok's own player; `pull_data.stream_data` in it is JSON as text."""


@attrs.frozen(kw_only=True)
class LiveRoom(Model):
    """A live room, past or present.

    Source: TikTok web bodies; contract, TikAPI models, LiveRoom. Not proven for the call that looks
    one up.
    """

    # A number with a twin that is text; the twin is exact for every reader of JSON.
    id: IdText | None = attrs.field(default=None, metadata=wire("id_str", "id"))
    title: str | None = None
    status: int | None = None
    """2 = live."""
    owner_user_id: IdText | None = None
    owner: LiveOwner | None = None
    user_count: int | None = None
    """Who watches now."""
    like_count: int | None = None
    duration: int | None = None
    """Seconds; in the details of a room."""
    cover: Picture | None = None
    stream_url: StreamUrl | None = None
    client_version: int | None = None
    os_type: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether the room is open now."""
        return self.status == 2


@attrs.frozen(kw_only=True)
class LiveInfo(LiveRoom):
    """A live room that a search found: open, or packed into `raw_data`."""

    raw_data: Packed[LiveRoom] | None = None


@attrs.frozen(kw_only=True)
class LiveHit(Model):
    """A live room that was found or recommended.

    Source: public programs; contract, TikAPI models, live search. The rows of recommended rooms are
    unproven.
    """

    live_info: LiveInfo | None = None

    @property
    def room(self) -> LiveRoom | None:
        """The room, in whichever form it came."""
        return (self.live_info and self.live_info.raw_data) or self.live_info

    @property
    def key(self) -> str | None:
        """The id of the room."""
        return self.room.id if self.room else None


@attrs.frozen(kw_only=True)
class LivePermissions(Model):
    """What an account may do live; no source tells its keys, so all are in `extra`."""


@attrs.frozen(kw_only=True)
class LiveTopic(Model):
    """A topic that a live room can have; no source tells its other keys.

    Source: TikAPI documentation 3.1.4; its id is the `hashtag_id` of a room to be opened.
    """

    id: IdText | None = None


@attrs.frozen(kw_only=True)
class StartedRoom(Model):
    """A room that was opened."""

    id: IdText | None = None
    create_time: int | None = None
    """Unix seconds."""
    share_url: str | None = None
    status: int | None = None
    cover: Any = attrs.field(default=None, hash=False)

    @property
    def created_at(self) -> datetime | None:
        """When it was opened, UTC."""
        return moment(self.create_time)


@attrs.frozen(kw_only=True)
class StreamPush(Model):
    """Where to send a stream; who has the key can stream as the user."""

    server: str | None = None
    key: str | None = attrs.field(default=None, metadata=wire(secret=True))
    url: str | None = attrs.field(default=None, metadata=wire(secret=True))


@attrs.frozen(kw_only=True)
class StreamPull(Model):
    """Where the stream is to be had."""

    default_resolution: str | None = None
    flv: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """Qualities to links."""
    hls: Any = attrs.field(default=None, hash=False)
    rtmp: Any = attrs.field(default=None, hash=False)


@attrs.frozen(kw_only=True)
class LiveStream(Model):
    """The stream of a room that was opened."""

    id: IdText | None = None
    push: StreamPush | None = None
    pull: StreamPull | None = None


@attrs.frozen(kw_only=True)
class LiveStart(Done):
    """A room that was opened, and its stream.

    Source: TikAPI 2.x documentation; contract, TikAPI models, Live start.
    """

    room: StartedRoom | None = None
    stream: LiveStream | None = None
