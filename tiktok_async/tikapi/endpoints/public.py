"""What anybody may see: profiles, posts, comments, music, hashtags, and searches for them."""

from __future__ import annotations

from typing import ClassVar

import attrs

from tiktok_async.errors import InputError
from tiktok_async.sansio.endpoint import Place, Route, param
from tiktok_async.sansio.paging import PageRule  # noqa: TC001  # help() resolves the annotations
from tiktok_async.tikapi.endpoints.family import SDK, Listing, Lookup
from tiktok_async.tikapi.endpoints.forms import DIGITS, LINKED, TEXT, OneOf, as_text, optional_text
from tiktok_async.tikapi.endpoints.parameters import (
    ByHandle,
    BySecUid,
    Counted,
    Cursored,
    Keyword,
    MaybeHandle,
    MaybeSecUid,
    MaybeUserId,
    NextCursored,
    OfComment,
    Offset,
    OfMedia,
    OneMusic,
    OnePlaylist,
    OneVideo,
    Public,
    RelatedTo,
    Searched,
    in_query,
)
from tiktok_async.tikapi.endpoints.rules import (
    COMMENTS,
    ONE_PAGE_OF_POSTS,
    PLAYLISTS,
    POSTS,
    SEARCH,
    USERS,
    by,
)
from tiktok_async.tikapi.models import (
    Comment,
    DiscoverItem,
    Follower,
    MusicInfo,
    Playlist,
    Post,
    Profile,
    SearchHit,
)
from tiktok_async.tikapi.paging import CursorList, HashtagList, PostList, SinglePage


def _one_user(given: tuple[str | None, ...], names: str) -> None:
    if not any(given):
        raise InputError(f"Nobody is asked for: write {names}.")


# ---- profiles and their lists


@attrs.frozen(kw_only=True)
class GetProfile(Public, MaybeUserId, MaybeHandle, Lookup[Profile]):
    """Look up a profile by handle or id."""

    id = "tikapi.public.check"
    route: ClassVar[Route] = Route("GET", "/public/check")
    place: ClassVar[tuple[str, ...]] = ("userInfo",)
    beside: ClassVar[tuple[str, ...]] = ("shareMeta",)

    def __attrs_post_init__(self) -> None:
        """Refuse a call about nobody, which no source says would be answered."""
        _one_user((self.username, self.user_id), "username or user_id")


@attrs.frozen(kw_only=True)
class GetProfileV3(Public, MaybeSecUid, MaybeUserId, MaybeHandle, Lookup[Profile]):
    """Look up a profile by handle, id or secUid; costs much more bandwidth than `check`."""

    id = "tikapi.public.check_v3"
    route: ClassVar[Route] = Route("GET", "/public/check/v3")
    place: ClassVar[tuple[str, ...]] = ("userInfo",)
    beside: ClassVar[tuple[str, ...]] = ("shareMeta",)
    source = SDK

    def __attrs_post_init__(self) -> None:
        """Refuse a call about nobody, which no source says would be answered."""
        _one_user((self.username, self.user_id, self.sec_uid), "username, user_id or sec_uid")


@attrs.frozen(kw_only=True)
class ListPosts(Public, MaybeUserId, Cursored, Counted, BySecUid, Listing[Post]):
    """List the posts of a user, pinned ones and then the latest first."""

    id = "tikapi.public.posts"
    route: ClassVar[Route] = Route("GET", "/public/posts")
    rule: ClassVar[PageRule] = POSTS


@attrs.frozen(kw_only=True)
class ListLikes(Public, Cursored, Counted, BySecUid, Listing[Post]):
    """List the posts that a user liked, where the user lets everybody see them."""

    id = "tikapi.public.likes"
    route: ClassVar[Route] = Route("GET", "/public/likes")
    rule: ClassVar[PageRule] = POSTS


@attrs.frozen(kw_only=True)
class ListFollowers(Public, NextCursored, Counted, BySecUid, Listing[Follower]):
    """List the followers of a user."""

    id = "tikapi.public.followers_list"
    route: ClassVar[Route] = Route("GET", "/public/followers")
    rule: ClassVar[PageRule] = USERS


@attrs.frozen(kw_only=True)
class ListFollowing(Public, NextCursored, Counted, BySecUid, Listing[Follower]):
    """List whom a user follows."""

    id = "tikapi.public.following_list"
    route: ClassVar[Route] = Route("GET", "/public/following")
    rule: ClassVar[PageRule] = USERS


@attrs.frozen(kw_only=True)
class ListPlaylists(Public, Cursored, Counted, BySecUid, Listing[Playlist]):
    """List the playlists of a user."""

    id = "tikapi.public.playlists"
    route: ClassVar[Route] = Route("GET", "/public/playlists")
    rule: ClassVar[PageRule] = PLAYLISTS


@attrs.frozen(kw_only=True)
class ListPlaylistItems(Public, Cursored, Counted, OnePlaylist, Listing[Post]):
    """List the posts of a playlist."""

    id = "tikapi.public.playlist_items"
    route: ClassVar[Route] = Route("GET", "/public/playlist/items")
    rule: ClassVar[PageRule] = POSTS


# ---- posts


@attrs.frozen(kw_only=True)
class ListTrending(Public, Counted, Listing[Post]):
    """List trending posts; one page, and other posts each time."""

    id = "tikapi.public.explore"
    route: ClassVar[Route] = Route("GET", "/public/explore")
    rule: ClassVar[PageRule] = ONE_PAGE_OF_POSTS


@attrs.frozen(kw_only=True)
class ListTrendingInCategory(Public, Counted, Listing[Post]):
    """List trending posts of a category; one page (beta).

    Categories: 1 comedy and drama, 2 dance and music, 3 relationships, 4 nature and pets,
    5 lifestyle, 6 society, 7 fashion, 8 entertainment, 10 informative, 11 sports and outdoors,
    12 auto and vehicle.
    """

    id = "tikapi.public.explore_category"
    route: ClassVar[Route] = Route("GET", "/public/explore/category")
    rule: ClassVar[PageRule] = ONE_PAGE_OF_POSTS
    source = SDK

    category_id: str = attrs.field(
        converter=as_text, validator=DIGITS, metadata=in_query("Number of the category, 1-12.")
    )


@attrs.frozen(kw_only=True)
class _Video(Public, OneVideo, Lookup[Post]):
    """What the three ways to look up a post have in common."""

    place: ClassVar[tuple[str, ...]] = ("itemInfo", "itemStruct")
    beside: ClassVar[tuple[str, ...]] = ("$other",)


@attrs.frozen(kw_only=True)
class GetVideo(_Video):
    """Look up a post by its id or a short link."""

    id = "tikapi.public.video"
    route: ClassVar[Route] = Route("GET", "/public/video")


@attrs.frozen(kw_only=True)
class GetVideoV2(_Video):
    """Look up a post, second way; what differs is not documented."""

    id = "tikapi.public.video_v2"
    route: ClassVar[Route] = Route("GET", "/public/video/v2")
    source = SDK


@attrs.frozen(kw_only=True)
class GetVideoV3(ByHandle, _Video):
    """Look up a post by its id and its author's handle, third way."""

    id = "tikapi.public.video_v3"
    route: ClassVar[Route] = Route("GET", "/public/video/v3")
    source = SDK


@attrs.frozen(kw_only=True)
class ListRelated(Public, RelatedTo, Listing[Post]):
    """List posts that are related to one; one page."""

    id = "tikapi.public.related_posts"
    route: ClassVar[Route] = Route("GET", "/public/related_posts")
    rule: ClassVar[PageRule] = ONE_PAGE_OF_POSTS


# ---- comments


@attrs.frozen(kw_only=True)
class ListComments(Public, Cursored, Counted, OfMedia, Listing[Comment]):
    """List the comments on a video, without their replies."""

    id = "tikapi.public.comments_list"
    route: ClassVar[Route] = Route("GET", "/public/comment/list")
    rule: ClassVar[PageRule] = COMMENTS
    source = SDK


@attrs.frozen(kw_only=True)
class ListReplies(Public, Cursored, Counted, OfComment, OfMedia, Listing[Comment]):
    """List the replies to a comment."""

    id = "tikapi.public.comment_replies_list"
    route: ClassVar[Route] = Route("GET", "/public/comment/reply/list")
    rule: ClassVar[PageRule] = COMMENTS
    source = SDK


# ---- hashtags and music


@attrs.frozen(kw_only=True)
class ListHashtagPosts(Public, Cursored, Counted, Listing[Post]):
    """List the posts of a hashtag, by its name or its id.

    A name is good for the first page, whose answer tells the id; the list goes on by that.
    """

    id = "tikapi.public.hashtag"
    route: ClassVar[Route] = Route("GET", "/public/hashtag")
    rule: ClassVar[PageRule] = HashtagList(("itemList",))

    name: str | None = attrs.field(
        default=None, validator=TEXT, metadata=in_query("The hashtag without #; this or its id.")
    )
    hashtag_id: str | None = attrs.field(
        default=None,
        converter=optional_text,
        validator=LINKED,
        metadata=in_query("The hashtag's id, or a short link; this or its name.", name="id"),
    )

    def __attrs_post_init__(self) -> None:
        """Refuse both and neither: the two may name different hashtags."""
        if (self.name is None) == (self.hashtag_id is None):
            raise InputError("Write exactly one of name and hashtag_id, such as name='cats'.")


@attrs.frozen(kw_only=True)
class ListMusicPosts(Public, Cursored, Counted, OneMusic, Listing[Post]):
    """List the posts with a piece of music."""

    id = "tikapi.public.music"
    route: ClassVar[Route] = Route("GET", "/public/music")
    rule: ClassVar[PageRule] = POSTS


@attrs.frozen(kw_only=True)
class GetMusic(Public, OneMusic, Lookup[MusicInfo]):
    """Look up a piece of music."""

    id = "tikapi.public.music_info"
    route: ClassVar[Route] = Route("GET", "/public/music/info")
    place: ClassVar[tuple[str, ...]] = ("musicInfo",)


# ---- searches


@attrs.frozen(kw_only=True)
class Search(Public, NextCursored, Searched, Listing[SearchHit]):
    """Search for posts, users and words."""

    id = "tikapi.public.search"
    route: ClassVar[Route] = Route("GET", "/public/search/{category}")
    rule: ClassVar[PageRule] = SEARCH


@attrs.frozen(kw_only=True)
class Discover(Public, Offset, Counted, Listing[DiscoverItem]):
    """List what TikTok suggests: users, music, or hashtags; no longer in the SDK."""

    id = "tikapi.public.discover"
    route: ClassVar[Route] = Route("GET", "/public/discover/{category}")
    rule: ClassVar[PageRule] = CursorList(
        ("userInfoList", "musicInfoList", "challengeInfoList"),
        key=by("key"),
        param="offset",
        answer="offset",
    )

    category: str = attrs.field(
        validator=OneOf(("users", "music", "hashtag")),
        metadata=param("What to list: users, music, or hashtag.", where=Place.PATH),
    )


@attrs.frozen(kw_only=True)
class DiscoverByKeyword(Public, Keyword, Listing[DiscoverItem]):
    """List what TikTok suggests for a word; one page; no longer in the SDK."""

    id = "tikapi.public.discover_keyword"
    route: ClassVar[Route] = Route("GET", "/public/discover/keyword")
    rule: ClassVar[PageRule] = SinglePage((), key=by("key"))


@attrs.frozen(kw_only=True)
class DiscoverPosts(Public, NextCursored, Counted, Keyword, Listing[Post]):
    """List the posts that TikTok suggests for a word; `public.discover` of SDK 3.2.2."""

    id = "tikapi.public.discover_v3"
    route: ClassVar[Route] = Route("GET", "/public/discover/v3")
    rule: ClassVar[PageRule] = PostList(("videoList",), param="next_cursor", answer="nextCursor")
    source = SDK
