"""Every endpoint of the Research API, declared once.

Rates are ours where the provider names none: ten calls a second, as in TikTok's own wrapper.
Source: TikTok for Developers, Research Tools, pages of 2026-08-04 to 2026-09-10; contract part 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date  # noqa: TC003  # attrs and help() read the annotations
from operator import attrgetter
from typing import Any, ClassVar, Final

import attrs

from tiktok_async.errors import InputError
from tiktok_async.research.models import (
    Comment,
    ComplianceTask,
    Playlist,
    Product,
    Review,
    Shop,
    User,
    UserRef,
    Video,
)
from tiktok_async.research.query import Query
from tiktok_async.sansio.endpoint import (
    Api,
    Bucket,
    Endpoint,
    Operation,
    PagedEndpoint,
    Place,
    Route,
    between,
    exact_id,
    field_names,
    is_id,
    is_text,
    is_username,
    known_fields,
    optional_id,
    param,
)
from tiktok_async.sansio.envelope import official
from tiktok_async.sansio.limiter import Rate
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageNumberRule, PageRule, Turn
from tiktok_async.sansio.quota import DailyQuota

RESEARCH: Final = Api(
    name="research",
    base_url="https://open.tiktokapis.com",
    dialect=official,
    base_url_variable="TIKTOK_BASE_URL",
    read_timeout=300.0,
    deadline=900.0,
)

DAILY: Final = Bucket("research", Rate(10), DailyQuota("research", 1_000, 100_000))
SOCIAL: Final = Bucket(
    "research_social", Rate(10), DailyQuota("research_social", 20_000, 2_000_000)
)
"""Followers and following are counted apart."""


def model_fields(
    model: type[attrs.AttrsInstance], *, without: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the wire fields of a model, in its order, as an endpoint may ask for them."""
    names = (a.name for a in attrs.fields(model))
    return tuple(name for name in names if name != "extra" and name not in without)


VIDEO_FIELDS: Final = model_fields(Video)
LIST_VIDEO_FIELDS: Final = model_fields(
    Video, without=("effect_ids", "playlist_id", "voice_to_text")
)
USER_FIELDS: Final = model_fields(User, without=("username",))
COMMENT_FIELDS: Final = model_fields(Comment, without=("display_name",))
SHOP_FIELDS: Final = model_fields(Shop)
PRODUCT_FIELDS: Final = model_fields(Product)
REVIEW_FIELDS: Final = model_fields(Review, without=("display_name",))


def _names(value: Iterable[str] | str) -> tuple[str, ...]:
    return field_names(value)


def _dated(value: Iterable[str] | str) -> tuple[str, ...]:
    return field_names(value, "id", "create_time")


def _keyed(value: Iterable[str] | str) -> tuple[str, ...]:
    return field_names(value, "id")


def _product(value: Iterable[str] | str) -> tuple[str, ...]:
    return field_names(value, "product_id")


def _review(value: Iterable[str] | str) -> tuple[str, ...]:
    return field_names(value, *_REVIEW_KEY)


_USERNAME: Final = param("The handle, without @.")
_MAX_COUNT: Final = param("Rows per page, 1-100.")
_CURSOR: Final = param("Where to go on, as received.")
_PAGE: Final = param("Number of the first page, from 1.")
_PAGE_SIZE: Final = param("Rows per page, 1-10.")
_PAGE_START: Final = between(1, 2**31)
_REVIEW_KEY: Final = ("create_time", "review_text", "review_rating")
"""A review has no id; these tell reviews apart."""


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
    max_count: int = attrs.field(default=100, validator=between(1, 100), metadata=_MAX_COUNT)
    cursor: int | None = attrs.field(default=None, metadata=_CURSOR)
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
class GetUser(Endpoint[User]):
    """Look up the public profile of a user; live data, not archived."""

    id = "research.user.info"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/user/info/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    good_500 = True
    source = "TikTok Research API, Query User Info"

    username: str = attrs.field(validator=is_username, metadata=_USERNAME)
    fields: tuple[str, ...] = attrs.field(
        default=USER_FIELDS,
        converter=_names,
        validator=known_fields(USER_FIELDS),
        metadata=param("Fields of the profile.", where=Place.QUERY),
    )


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
        converter=_keyed,
        validator=known_fields(COMMENT_FIELDS),
        metadata=param("Fields of each comment; id always comes along.", where=Place.QUERY),
    )
    max_count: int = attrs.field(default=100, validator=between(1, 100), metadata=_MAX_COUNT)
    cursor: int | None = attrs.field(default=None, metadata=_CURSOR)

    def __attrs_post_init__(self) -> None:
        if (self.video_id is None) == (self.comment_id is None):
            msg = "Write exactly one of video_id and comment_id."
            raise InputError(msg)


@attrs.frozen(kw_only=True)
class _VideosOfUser(PagedEndpoint[Video]):
    """What the lists of a user's videos have in common."""

    api = RESEARCH
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    good_500 = True

    username: str = attrs.field(validator=is_username, metadata=_USERNAME)
    fields: tuple[str, ...] = attrs.field(
        default=LIST_VIDEO_FIELDS,
        converter=_keyed,
        validator=known_fields(LIST_VIDEO_FIELDS),
        metadata=param("Fields of each video; id always comes along.", where=Place.QUERY),
    )


@attrs.frozen(kw_only=True)
class ListPinnedVideos(_VideosOfUser):
    """List the videos that a user pinned to the profile; one page, no cursor."""

    id = "research.user.pinned_videos"
    route: ClassVar[Route] = Route("POST", "/v2/research/user/pinned_videos/")
    rule: ClassVar[PageRule] = OnePageRule(("pinned_videos_list",))
    source = "TikTok Research API, Query User Pinned Videos"


@attrs.frozen(kw_only=True)
class _PagedVideosOfUser(_VideosOfUser):
    """What the paged ones of them have in common."""

    max_count: int = attrs.field(default=100, validator=between(1, 100), metadata=_MAX_COUNT)
    cursor: int | None = attrs.field(default=None, metadata=_CURSOR)


@attrs.frozen(kw_only=True)
class ListLikedVideos(_PagedVideosOfUser):
    """List the videos that a user liked; private for most users."""

    id = "research.user.liked_videos"
    route: ClassVar[Route] = Route("POST", "/v2/research/user/liked_videos/")
    rule: ClassVar[PageRule] = CursorRule(("user_liked_videos",))
    source = "TikTok Research API, Query User Liked Videos, 2026-08-04"


@attrs.frozen(kw_only=True)
class ListRepostedVideos(_PagedVideosOfUser):
    """List the videos that a user reposted; private for most users."""

    id = "research.user.reposted_videos"
    route: ClassVar[Route] = Route("POST", "/v2/research/user/reposted_videos/")
    rule: ClassVar[PageRule] = CursorRule(("reposted_videos", "user_reposted_videos"))
    # Its page lists favourites_count, all others and every object favorites_count (contract 3.4).
    doubtful_fields = frozenset({"favorites_count"})
    source = "TikTok Research API, Query User Reposted Videos"


@attrs.frozen(kw_only=True)
class _UsersOfUser(PagedEndpoint[UserRef]):
    """What followers and following have in common."""

    api = RESEARCH
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = SOCIAL
    good_500 = True

    username: str = attrs.field(validator=is_username, metadata=_USERNAME)
    max_count: int = attrs.field(default=100, validator=between(1, 100), metadata=_MAX_COUNT)
    cursor: int | None = attrs.field(
        default=None, metadata=param("Unix seconds: rows dated on or before it; default now.")
    )


@attrs.frozen(kw_only=True)
class ListFollowers(_UsersOfUser):
    """List the followers of a user, latest first; only public adult accounts are shown."""

    id = "research.user.followers"
    route: ClassVar[Route] = Route("POST", "/v2/research/user/followers/")
    rule: ClassVar[PageRule] = CursorRule(("user_followers",), key=attrgetter("username"))
    source = "TikTok Research API, Query User Followers, 2026-09-01"


@attrs.frozen(kw_only=True)
class ListFollowing(_UsersOfUser):
    """List whom a user follows, latest first; only public adult accounts are shown."""

    id = "research.user.following"
    route: ClassVar[Route] = Route("POST", "/v2/research/user/following/")
    rule: ClassVar[PageRule] = CursorRule(("user_following",), key=attrgetter("username"))
    source = "TikTok Research API, Query User Following, 2026-09-01"


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
        converter=_names,
        metadata=param("As in the documented example; no list is given.", where=Place.QUERY),
    )
    max_count: int | None = attrs.field(
        default=None, validator=between(1, 100), metadata=param("Video ids per page.")
    )
    cursor: int | None = attrs.field(default=None, metadata=_CURSOR)


@attrs.frozen(kw_only=True)
class QueryShops(PagedEndpoint[Shop]):
    """Search TikTok shops of the EU by name; one page."""

    id = "research.tts.shop"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/tts/shop/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    rule: ClassVar[PageRule] = OnePageRule(("shop_data",), key=attrgetter("shop_id"))
    source = "TikTok Research API, Query TikTok Shop Info"

    shop_name: str = attrs.field(validator=is_text, metadata=param("The shop's name."))
    limit: int = attrs.field(
        default=10, validator=between(1, 10), metadata=param("Shops to return, 1-10.")
    )
    fields: tuple[str, ...] = attrs.field(
        default=SHOP_FIELDS,
        converter=_names,
        validator=known_fields(SHOP_FIELDS),
        metadata=param("Fields of each shop.", where=Place.BOTH),
    )


@attrs.frozen(kw_only=True)
class ListProducts(PagedEndpoint[Product]):
    """List the products of a TikTok shop."""

    id = "research.tts.product"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/tts/product/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    rule: ClassVar[PageRule] = PageNumberRule(("product_data",), key=attrgetter("product_id"))
    source = "TikTok Research API, Query TikTok Shop Products"

    shop_id: int = attrs.field(
        converter=exact_id, validator=is_id, metadata=param("The shop's id.")
    )
    page_start: int = attrs.field(default=1, validator=_PAGE_START, metadata=_PAGE)
    page_size: int = attrs.field(default=10, validator=between(1, 10), metadata=_PAGE_SIZE)
    fields: tuple[str, ...] = attrs.field(
        default=PRODUCT_FIELDS,
        converter=_product,
        validator=known_fields(PRODUCT_FIELDS),
        metadata=param("Fields of each product; product_id always comes along.", where=Place.BOTH),
    )


@attrs.frozen(kw_only=True)
class ListReviews(PagedEndpoint[Review]):
    """List the reviews of a product of a TikTok shop."""

    id = "research.tts.review"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/tts/review/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    rule: ClassVar[PageRule] = PageNumberRule(("review_data",), key=attrgetter(*_REVIEW_KEY))
    source = "TikTok Research API, Query TikTok Shop Reviews"

    product_id: int = attrs.field(
        converter=exact_id, validator=is_id, metadata=param("The product's id.")
    )
    page_start: int = attrs.field(default=1, validator=_PAGE_START, metadata=_PAGE)
    page_size: int = attrs.field(default=10, validator=between(1, 10), metadata=_PAGE_SIZE)
    fields: tuple[str, ...] = attrs.field(
        default=REVIEW_FIELDS,
        converter=_review,
        validator=known_fields(REVIEW_FIELDS),
        metadata=param(
            "Fields of each review; time, text and rating always come along.", where=Place.BOTH
        ),
    )


MAX_IDS: Final = 10_000


def _id_file(value: bytes | Iterable[int | str]) -> bytes:
    """Convert ids to the text file that is uploaded, one id a line."""
    if isinstance(value, bytes):
        return value
    return "\n".join(str(exact_id(one)) for one in value).encode()


def _is_id_file(_: Any, attribute: attrs.Attribute[Any], value: bytes) -> None:
    lines = value.split()
    if not 1 <= len(lines) <= MAX_IDS:
        msg = f"{attribute.name} holds {len(lines)} ids: write 1 to {MAX_IDS} at a time."
        raise InputError(msg)
    wrong = next((line for line in lines if not line.isdigit()), None)
    if wrong is not None:
        msg = f"{attribute.name} holds {wrong[:40]!r}: write ids as digits."
        raise InputError(msg)


def _is_category(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value not in ("video", "comment"):
        msg = f"{attribute.name} is {value!r}: write 'video' or 'comment'."
        raise InputError(msg)


@attrs.frozen(kw_only=True)
class CreateComplianceTask(Endpoint[ComplianceTask]):
    """Ask which of up to 10 000 ids are still available."""

    id = "research.validation_task.create"
    api = RESEARCH
    route: ClassVar[Route] = Route(
        "POST", "/v2/research/validation_task/create/", encoding="multipart"
    )
    operation = Operation.ACT
    bucket: ClassVar[Bucket | None] = DAILY
    source = "TikTok Research API, Batch Compliance, 2026-09-01"

    file_data: bytes = attrs.field(
        converter=_id_file,
        validator=_is_id_file,
        repr=False,
        metadata=param("The ids, at most 10 000.", where=Place.FILE),
    )
    category: str = attrs.field(
        default="video", validator=_is_category, metadata=param("What they are: video, comment.")
    )


@attrs.frozen(kw_only=True)
class GetComplianceStatus(Endpoint[ComplianceTask]):
    """Look up how far a compliance task is."""

    id = "research.validation_task.status"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/validation_task_status/get/")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    source = "TikTok Research API, Batch Compliance, 2026-09-01"

    task_id: int = attrs.field(
        converter=exact_id, validator=is_id, metadata=param("The task's id.")
    )


@attrs.frozen(kw_only=True)
class DownloadComplianceResult(Endpoint[str]):
    """Fetch the text file of ids that are still available."""

    id = "research.validation_task.download"
    api = RESEARCH
    route: ClassVar[Route] = Route("POST", "/v2/research/validation_task/download/", answer="text")
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = DAILY
    source = "TikTok Research API, Batch Compliance, 2026-09-01"

    task_id: int = attrs.field(
        converter=exact_id, validator=is_id, metadata=param("The task's id.")
    )
