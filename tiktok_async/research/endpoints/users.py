"""Profiles, and the lists of a user."""

from __future__ import annotations

from operator import attrgetter
from typing import ClassVar, Final

import attrs

from tiktok_async.research.endpoints.family import (
    CURSOR,
    DAILY,
    MAX_COUNT,
    RESEARCH,
    SOCIAL,
    keyed,
    model_fields,
    names,
)
from tiktok_async.research.models import (
    User,
    UserRef,
    Video,
)
from tiktok_async.sansio.endpoint import (
    Bucket,
    Endpoint,
    Operation,
    PagedEndpoint,
    Place,
    Route,
    between,
    is_username,
    known_fields,
    param,
)
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageRule

LIST_VIDEO_FIELDS: Final = model_fields(
    Video, without=("effect_ids", "playlist_id", "voice_to_text")
)
USER_FIELDS: Final = model_fields(User, without=("username",))
_USERNAME: Final = param("The handle, without @.")


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
        converter=names,
        validator=known_fields(USER_FIELDS),
        metadata=param("Fields of the profile.", where=Place.QUERY),
    )


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
        converter=keyed,
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

    max_count: int = attrs.field(default=100, validator=between(1, 100), metadata=MAX_COUNT)
    cursor: int | None = attrs.field(default=None, metadata=CURSOR)


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
    doubtful_fields: ClassVar[frozenset[str]] = frozenset({"favorites_count"})
    source = "TikTok Research API, Query User Reposted Videos"


@attrs.frozen(kw_only=True)
class _UsersOfUser(PagedEndpoint[UserRef]):
    """What followers and following have in common."""

    api = RESEARCH
    operation = Operation.READ
    bucket: ClassVar[Bucket | None] = SOCIAL
    good_500 = True

    username: str = attrs.field(validator=is_username, metadata=_USERNAME)
    max_count: int = attrs.field(default=100, validator=between(1, 100), metadata=MAX_COUNT)
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
