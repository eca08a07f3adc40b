"""Playlists."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from tiktok_async.research.endpoints.family import (
    CURSOR,
    DAILY,
    RESEARCH,
    names,
)
from tiktok_async.research.models import (
    Playlist,
)
from tiktok_async.sansio.endpoint import (
    Bucket,
    Operation,
    PagedEndpoint,
    Place,
    Route,
    between,
    exact_id,
    is_id,
    param,
)
from tiktok_async.sansio.paging import CursorRule, PageRule, Turn


def _video_ids(playlist: Any) -> tuple[int, ...]:
    return tuple(playlist.playlist_video_ids or ())


class PlaylistRule(CursorRule):
    """A playlist whose every page is the playlist itself with a part of its video ids.

    The cursor is reported to have no effect (contract 3.6): a page that holds all ids is the end.
    """

    def rows(self, data: Any) -> list[Any]:
        """Return the playlist as the one row of its page."""
        return [data]

    def turn(self, request: Any, data: Any) -> Turn:
        """Return how to go on, unless this page already holds every id."""
        ids = data.get("playlist_video_ids") or []
        total = data.get("playlist_item_total")
        if request.cursor is None and isinstance(total, int) and 0 < total <= len(ids):
            return Turn(more=False, params={})
        return super().turn(request, data)


@attrs.frozen(kw_only=True)
class GetPlaylist(PagedEndpoint[Playlist]):
    """Look up a playlist, one page of its video ids at a time."""

    id = "research.playlist.info"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/playlist/info/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    good_500 = True
    rule: ClassVar[PageRule] = PlaylistRule((), key=_video_ids)
    source = "TikTok Research API, Query Playlist Info, 2026-09-01"

    playlist_id: int = attrs.field(
        converter=exact_id, validator=is_id, metadata=param("The playlist's id.")
    )
    fields: tuple[str, ...] = attrs.field(
        default=("playlist_id",),
        converter=names,
        metadata=param("As in the documented example; no list is given.", where=Place.QUERY),
    )
    max_count: int | None = attrs.field(
        default=None, validator=between(1, 100), metadata=param("Video ids per page.")
    )
    cursor: int | None = attrs.field(default=None, metadata=CURSOR)
