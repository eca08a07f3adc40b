"""Posts as the user sees them, and what the user does with them."""

from __future__ import annotations

from typing import ClassVar

import attrs

from tiktok_async.sansio.endpoint import Route, param
from tiktok_async.sansio.paging import PageRule  # noqa: TC001  # help() resolves the annotations
from tiktok_async.tikapi.endpoints.family import Act, Listing, Lookup
from tiktok_async.tikapi.endpoints.forms import LINKED, as_text
from tiktok_async.tikapi.endpoints.parameters import (
    Counted,
    Cursored,
    MaybeSecUid,
    MaybeUserId,
    NextCursored,
    OnePlaylist,
    OneVideo,
    RelatedTo,
    Searched,
)
from tiktok_async.tikapi.endpoints.rules import ONE_PAGE_OF_POSTS, PLAYLISTS, POSTS, SEARCH
from tiktok_async.tikapi.models import Done, Playlist, Post, SearchHit

_EXPLORE: tuple[str, ...] = ("explore",)
_COLLECTIONS: tuple[str, ...] = ("view_collections",)


@attrs.frozen(kw_only=True)
class ListFeed(MaybeUserId, MaybeSecUid, Cursored, Counted, Listing[Post]):
    """List the posts of the user, or of another."""

    id = "tikapi.user.posts.feed"
    route: ClassVar[Route] = Route("GET", "/user/feed")
    scopes: ClassVar[tuple[str, ...]] = _EXPLORE
    rule: ClassVar[PageRule] = POSTS


@attrs.frozen(kw_only=True)
class ListOwnLikes(Cursored, Counted, MaybeSecUid, Listing[Post]):
    """List the posts that the user liked, or another."""

    id = "tikapi.user.posts.likes"
    route: ClassVar[Route] = Route("GET", "/user/likes")
    scopes: ClassVar[tuple[str, ...]] = _EXPLORE
    rule: ClassVar[PageRule] = POSTS


@attrs.frozen(kw_only=True)
class ListFollowingPosts(Cursored, Counted, Listing[Post]):
    """List the posts of those whom the user follows."""

    id = "tikapi.user.posts.following_posts"
    route: ClassVar[Route] = Route("GET", "/user/following_posts")
    scopes: ClassVar[tuple[str, ...]] = _EXPLORE
    rule: ClassVar[PageRule] = POSTS


@attrs.frozen(kw_only=True)
class ListOwnRelated(RelatedTo, Listing[Post]):
    """List posts that are related to one, for the user; one page."""

    id = "tikapi.user.posts.related_posts"
    route: ClassVar[Route] = Route("GET", "/user/related_posts")
    scopes: ClassVar[tuple[str, ...]] = _EXPLORE
    rule: ClassVar[PageRule] = ONE_PAGE_OF_POSTS


@attrs.frozen(kw_only=True)
class ListSaved(Cursored, Counted, Listing[Post]):
    """List the posts that the user saved."""

    id = "tikapi.user.posts.saved_posts"
    route: ClassVar[Route] = Route("GET", "/user/saved")
    scopes: ClassVar[tuple[str, ...]] = _COLLECTIONS
    rule: ClassVar[PageRule] = POSTS


@attrs.frozen(kw_only=True)
class ListOwnPlaylists(Cursored, Counted, MaybeSecUid, Listing[Playlist]):
    """List the user's playlists, or another's."""

    id = "tikapi.user.posts.playlists"
    route: ClassVar[Route] = Route("GET", "/user/playlists")
    scopes: ClassVar[tuple[str, ...]] = _COLLECTIONS
    rule: ClassVar[PageRule] = PLAYLISTS


@attrs.frozen(kw_only=True)
class ListOwnPlaylistItems(Cursored, Counted, OnePlaylist, Listing[Post]):
    """List the posts of a playlist."""

    id = "tikapi.user.posts.playlist_items"
    route: ClassVar[Route] = Route("GET", "/user/playlist/items")
    scopes: ClassVar[tuple[str, ...]] = _COLLECTIONS
    rule: ClassVar[PageRule] = POSTS


@attrs.frozen(kw_only=True)
class ListOwnTrending(Counted, Listing[Post]):
    """List trending posts, for the user; one page, and other posts each time."""

    id = "tikapi.user.posts.explore"
    route: ClassVar[Route] = Route("GET", "/user/explore")
    scopes: ClassVar[tuple[str, ...]] = _EXPLORE
    rule: ClassVar[PageRule] = ONE_PAGE_OF_POSTS


@attrs.frozen(kw_only=True)
class SearchAsUser(NextCursored, Searched, Listing[SearchHit]):
    """Search for posts, users and words, as the user."""

    id = "tikapi.user.posts.search"
    route: ClassVar[Route] = Route("GET", "/user/search/{category}")
    scopes: ClassVar[tuple[str, ...]] = _EXPLORE
    rule: ClassVar[PageRule] = SEARCH


@attrs.frozen(kw_only=True)
class GetVideoAsUser(OneVideo, Lookup[Post]):
    """Look up a post by its id or a short link, as the user sees it."""

    id = "tikapi.user.posts.video"
    route: ClassVar[Route] = Route("GET", "/user/video")
    scopes: ClassVar[tuple[str, ...]] = _EXPLORE
    place: ClassVar[tuple[str, ...]] = ("itemInfo", "itemStruct")
    beside: ClassVar[tuple[str, ...]] = ("$other",)


@attrs.frozen(kw_only=True)
class _Liking(Act[Done]):
    """What liking a video and its end have in common."""

    scopes: ClassVar[tuple[str, ...]] = ("media_actions",)
    trusted_only: ClassVar[bool] = True

    media_id: str = attrs.field(
        converter=as_text, validator=LINKED, metadata=param("The video's id, or a short link.")
    )


@attrs.frozen(kw_only=True)
class LikeVideo(_Liking):
    """Like a video (trusted customers only)."""

    id = "tikapi.user.posts.like"
    route: ClassVar[Route] = Route("POST", "/user/like")


@attrs.frozen(kw_only=True)
class UnlikeVideo(_Liking):
    """Like a video no longer (trusted customers only)."""

    id = "tikapi.user.posts.unlike"
    route: ClassVar[Route] = Route("POST", "/user/unlike")
