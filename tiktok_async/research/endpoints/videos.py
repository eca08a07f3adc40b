"""Videos, and what is said about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date  # noqa: TC003  # attrs and help() read the annotations
from typing import Any, ClassVar, Final

import attrs

from tiktok_async.errors import InputError
from tiktok_async.research.endpoints.family import (
    CURSOR,
    DAILY,
    MAX_COUNT,
    RESEARCH,
    keyed,
    model_fields,
)
from tiktok_async.research.models import (
    Comment,
    Video,
)
from tiktok_async.research.query import Query
from tiktok_async.sansio.endpoint import (
    Bucket,
    Operation,
    PagedEndpoint,
    Place,
    Route,
    between,
    field_names,
    is_id,
    known_fields,
    optional_id,
    param,
)
from tiktok_async.sansio.paging import CursorRule, PageRule

VIDEO_FIELDS: Final = model_fields(Video)
COMMENT_FIELDS: Final = model_fields(Comment, without=("display_name",))


def _dated(value: Iterable[str] | str) -> tuple[str, ...]:
    return field_names(value, "id", "create_time")


def _query(value: Query | Mapping[str, Any]) -> Query:
    """Convert the wire object to a Query; refuse what is neither."""
    query = Query.from_dict(value) if isinstance(value, Mapping) else value
    if not isinstance(query, Query):
        msg = f"query is {value!r}: write an expression such as F.region_code == 'US'."
        raise InputError(msg)
    return query


@attrs.frozen(kw_only=True)
class QueryVideos(PagedEndpoint[Video]):
    """Search public videos posted in at most 30 days."""

    id = "research.video.query"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/video/query/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    rule: ClassVar[PageRule] = CursorRule(("videos",), searches=True)
    source = "TikTok Research API, Query Videos, 2026-09-01"

    query: Query = attrs.field(
        converter=_query, metadata=param("The filter: an expression of F, or the wire object.")
    )
    start_date: date = attrs.field(metadata=param("First day, UTC."))
    end_date: date = attrs.field(metadata=param("Last day, UTC, at most 30 days after start_date."))
    fields: tuple[str, ...] = attrs.field(
        default=VIDEO_FIELDS,
        converter=_dated,
        validator=known_fields(VIDEO_FIELDS),
        metadata=param(
            "Fields of each video; id and create_time always come along.", where=Place.QUERY
        ),
    )
    max_count: int = attrs.field(default=100, validator=between(1, 100), metadata=MAX_COUNT)
    cursor: int | None = attrs.field(default=None, metadata=CURSOR)
    search_id: str | None = attrs.field(
        default=None, metadata=param("The search to go on with, as received.")
    )
    is_random: bool | None = attrs.field(
        default=None, metadata=param("One page of 1-100 rows in random order.")
    )

    def __attrs_post_init__(self) -> None:
        gap = (self.end_date - self.start_date).days
        if not 0 <= gap <= 30:
            msg = (
                f"start_date {self.start_date} to end_date {self.end_date} is {gap} days: write a "
                "start before the end, at most 30 days apart; research.videos.query takes any span."
            )
            raise InputError(msg)


@attrs.frozen(kw_only=True)
class ListComments(PagedEndpoint[Comment]):
    """List the comments of a video, or the replies of a comment."""

    id = "research.video.comment.list"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/video/comment/list/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    rule: ClassVar[PageRule] = CursorRule(("comments",))
    source = "TikTok Research API, Query Video Comments, 2026-09-01"

    video_id: int | None = attrs.field(
        default=None,
        converter=optional_id,
        validator=is_id,
        metadata=param("The video whose comments to list; this or comment_id."),
    )
    comment_id: int | None = attrs.field(
        default=None,
        converter=optional_id,
        validator=is_id,
        metadata=param("The comment whose replies to list; this or video_id."),
    )
    fields: tuple[str, ...] = attrs.field(
        default=COMMENT_FIELDS,
        converter=keyed,
        validator=known_fields(COMMENT_FIELDS),
        metadata=param("Fields of each comment; id always comes along.", where=Place.QUERY),
    )
    max_count: int = attrs.field(default=100, validator=between(1, 100), metadata=MAX_COUNT)
    cursor: int | None = attrs.field(default=None, metadata=CURSOR)

    def __attrs_post_init__(self) -> None:
        if (self.video_id is None) == (self.comment_id is None):
            msg = "Write exactly one of video_id and comment_id."
            raise InputError(msg)
