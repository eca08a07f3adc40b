"""The resources of TikAPI: what `tikapi.public`, `.key` and `.user()` can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async import convert
from tiktok_async.resource import Resource, one, paged
from tiktok_async.tikapi import endpoints
from tiktok_async.tikapi.chat import ChatPace, LiveChat
from tiktok_async.tikapi.models import HashtagInfo

if TYPE_CHECKING:
    from tiktok_async.io.scope import Scope

_PACE: Final = ChatPace()


class Public(Resource):
    """What anybody may see."""

    check: Final = one(endpoints.GetProfile)
    check_v3: Final = one(endpoints.GetProfileV3)
    posts: Final = paged(endpoints.ListPosts)
    likes: Final = paged(endpoints.ListLikes)
    followers_list: Final = paged(endpoints.ListFollowers)
    following_list: Final = paged(endpoints.ListFollowing)
    explore: Final = paged(endpoints.ListTrending)
    explore_category: Final = paged(endpoints.ListTrendingInCategory)
    video: Final = one(endpoints.GetVideo)
    video_v2: Final = one(endpoints.GetVideoV2)
    video_v3: Final = one(endpoints.GetVideoV3)
    related_posts: Final = paged(endpoints.ListRelated)
    playlists: Final = paged(endpoints.ListPlaylists)
    playlist_items: Final = paged(endpoints.ListPlaylistItems)
    hashtag: Final = paged(endpoints.ListHashtagPosts)
    comments_list: Final = paged(endpoints.ListComments)
    comment_replies_list: Final = paged(endpoints.ListReplies)
    music: Final = paged(endpoints.ListMusicPosts)
    music_info: Final = one(endpoints.GetMusic)
    search: Final = paged(endpoints.Search)
    discover: Final = paged(endpoints.Discover)
    discover_keyword: Final = paged(endpoints.DiscoverByKeyword)
    discover_v3: Final = paged(endpoints.DiscoverPosts)

    async def hashtag_info(self, name: str, *, country: str | None = None) -> HashtagInfo:
        """Look up a hashtag by its name; the answer's posts are left aside.

        Args:
            name: The hashtag without #.
            country: Country from which TikTok is asked, two small letters.

        Raises:
            DecodeError: if the answer does not tell of it.
            TikTokError: as for any call.
        """
        request = endpoints.ListHashtagPosts(name=name, country=country, count=1)
        reply = await self._scope.middleware.call(request, self._scope)
        found = reply.data.get("challengeInfo")
        if isinstance(found, dict) and "shareMeta" in reply.data:
            found = {"shareMeta": reply.data["shareMeta"], **found}
        return convert.decode(HashtagInfo, found, "$.challengeInfo")


class Key(Resource):
    """The API key itself."""

    info: Final = one(endpoints.GetKey)


class Comments(Resource):
    """Comments, as a user."""

    list: Final = paged(endpoints.ListCommentsAsUser)
    replies: Final = paged(endpoints.ListRepliesAsUser)
    post: Final = one(endpoints.PostComment)
    like: Final = one(endpoints.LikeComment)
    unlike: Final = one(endpoints.UnlikeComment)
    delete: Final = one(endpoints.DeleteComment)


class Posts(Resource):
    """Posts, as a user."""

    feed: Final = paged(endpoints.ListFeed)
    likes: Final = paged(endpoints.ListOwnLikes)
    following_posts: Final = paged(endpoints.ListFollowingPosts)
    related_posts: Final = paged(endpoints.ListOwnRelated)
    saved_posts: Final = paged(endpoints.ListSaved)
    playlists: Final = paged(endpoints.ListOwnPlaylists)
    playlist_items: Final = paged(endpoints.ListOwnPlaylistItems)
    explore: Final = paged(endpoints.ListOwnTrending)
    search: Final = paged(endpoints.SearchAsUser)
    video: Final = one(endpoints.GetVideoAsUser)
    like: Final = one(endpoints.LikeVideo)
    unlike: Final = one(endpoints.UnlikeVideo)

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.comments: Comments = Comments(scope)


class ConversationRequests(Resource):
    """Conversations that strangers ask a user for."""

    conversations: Final = paged(endpoints.ListConversationRequests)
    messages: Final = paged(endpoints.ListRequestMessages)
    mark_read: Final = one(endpoints.MarkRequestRead)
    delete: Final = one(endpoints.DeleteRequest)
    accept: Final = one(endpoints.AcceptRequest)


class Live(Resource):
    """Live rooms, as a user."""

    permissions: Final = one(endpoints.GetLivePermissions)
    start: Final = one(endpoints.StartLive)
    stop: Final = one(endpoints.StopLive)
    info: Final = one(endpoints.GetLive)
    recommend: Final = paged(endpoints.ListRecommendedLives)
    stats: Final = one(endpoints.GetLiveStats)
    poll_chat: Final = paged(endpoints.PollChat)
    send_chat: Final = one(endpoints.SendChat)
    topics: Final = paged(endpoints.ListLiveTopics)
    transaction_history: Final = paged(endpoints.ListTransactions)
    search: Final = paged(endpoints.SearchLives)
    analytics: Final = one(endpoints.GetLiveAnalytics)
    list: Final = paged(endpoints.ListOwnLives)
    details: Final = one(endpoints.GetLiveDetails)

    def chat(
        self, room_id: str | int, *, pace: ChatPace = _PACE, next_cursor: int | str | None = None
    ) -> LiveChat:
        """Follow the chat of a live room (premium): take its events with `async for`.

        Args:
            room_id: The live room's id; a profile has it while its user is live.
            pace: How often it is asked: each time costs a request of the day's quota.
            next_cursor: Where an earlier stream stood, from its `next_cursor`.

        Raises:
            InputError: if the id is none.
        """
        return LiveChat(self._scope, room_id, pace, next_cursor)


class User(Resource):
    """A TikTok user who authorised the customer, and all that may be done as that user."""

    info: Final = one(endpoints.GetOwnProfile)
    edit: Final = one(endpoints.EditProfile)
    notifications: Final = paged(endpoints.ListNotifications)
    analytics: Final = one(endpoints.GetAnalytics)
    verify: Final = one(endpoints.CheckSession)
    followers: Final = paged(endpoints.ListOwnFollowers)
    following: Final = paged(endpoints.ListOwnFollowing)
    following_v1: Final = paged(endpoints.ListOwnFollowingV1)
    follow: Final = one(endpoints.Follow)
    unfollow: Final = one(endpoints.Unfollow)
    conversations: Final = paged(endpoints.ListConversations)
    messages: Final = paged(endpoints.ListMessages)
    send_message: Final = one(endpoints.SendMessage)

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.posts: Posts = Posts(scope)
        self.conversation_requests: ConversationRequests = ConversationRequests(scope)
        self.live: Live = Live(scope)
