"""Playlists of posts."""

from __future__ import annotations

import attrs

from tiktok_async.models import IdText  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.keys import CamelModel
from tiktok_async.tikapi.models.profile import Author  # noqa: TC001  # attrs resolves it


@attrs.frozen(kw_only=True)
class Playlist(CamelModel):
    """A playlist.

    Source: TikTok web bodies; contract, TikAPI models, Playlist.
    """

    id: IdText | None = None
    name: str | None = None
    mix_id: IdText | None = None
    """The same as `id`."""
    mix_name: str | None = None
    """The same as `name`."""
    video_count: int | None = None
    cover: str | None = None
    creator: Author | None = None
