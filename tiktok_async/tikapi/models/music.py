"""Music of posts."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from typing import Any

import attrs

from tiktok_async.models import IdText, Number  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.keys import CamelModel
from tiktok_async.tikapi.models.profile import Author  # noqa: TC001  # attrs resolves it


@attrs.frozen(kw_only=True)
class PreciseDuration(CamelModel):
    """How long a piece of music is, in seconds with a fraction."""

    precise_duration: Number | None = None
    precise_audition_duration: Number | None = None
    precise_shoot_duration: Number | None = None
    precise_video_duration: Number | None = None


@attrs.frozen(kw_only=True)
class Music(CamelModel):
    """A piece of music.

    Source: TikTok web bodies; contract, TikAPI models, Music.
    """

    id: IdText | None = None
    title: str | None = None
    author_name: str | None = None
    album: str | None = None
    duration: int | None = None
    """Seconds."""
    play_url: str | None = None
    """Signed and short-lived."""
    original: bool | None = None
    is_copyrighted: bool | None = None
    private: bool | None = None
    cover_large: str | None = None
    cover_medium: str | None = None
    cover_thumb: str | None = None
    tt2dsp: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """Where else it can be heard."""
    collected: bool | None = None
    precise_duration: PreciseDuration | None = None
    schedule_search_time: int | None = None


@attrs.frozen(kw_only=True)
class MusicStats(CamelModel):
    """The counts of a piece of music."""

    video_count: int | None = None
    """Posts that use it."""


@attrs.frozen(kw_only=True)
class MusicInfo(CamelModel):
    """A piece of music with its counts and artists.

    Source: TikTok web bodies; contract, TikAPI models, `musicInfo`.
    """

    music: Music | None = None
    stats: MusicStats | None = None
    artist: Author | None = None
    artists: tuple[Author, ...] | None = None
