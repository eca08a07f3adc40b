"""What each endpoint of TikAPI does, by the id that its section and name make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.emulator.tikapi.routes import (
    account,
    acts,
    comments,
    lists,
    live,
    messages,
    people,
    posts,
    search,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.tikapi.calls import Call

    Handler = Callable[[Call], Awaitable[Answer]]

_PUBLIC: Final[Mapping[str, Handler]] = {
    "check": people.check,
    "check_v3": people.check,
    "posts": posts.posts,
    "likes": posts.likes,
    "followers_list": people.followers,
    "following_list": people.following,
    "explore": posts.explore,
    "video": posts.video,
    "video_v2": posts.video,
    "video_v3": posts.video,
    "related_posts": posts.related,
    "playlists": lists.playlists,
    "playlist_items": lists.playlist_items,
    "explore_category": posts.explore_category,
    "hashtag": lists.hashtag,
    "comments_list": comments.comments,
    "comment_replies_list": comments.replies,
    "music": lists.music,
    "music_info": lists.music_info,
    "discover_v3": lists.discover_v3,
    "search": search.search,
    "discover": lists.discover,
    "discover_keyword": lists.discover_keyword,
}
_USER: Final[Mapping[str, Handler]] = {
    "info": people.info,
    "edit": acts.edit,
    "notifications": account.notifications,
    "analytics": account.figures,
    "verify": account.verify,
    "following_v1": people.following_v1,
    "following": people.following,
    "followers": people.followers,
    "follow": acts.follow,
    "unfollow": acts.unfollow,
    "conversations": messages.conversations,
    "messages": messages.messages,
    "send_message": messages.send,
}
_POSTS: Final[Mapping[str, Handler]] = {
    "feed": posts.posts,
    "likes": posts.likes,
    "following_posts": posts.following_posts,
    "related_posts": posts.related,
    "saved_posts": posts.saved,
    "playlists": lists.playlists,
    "playlist_items": lists.playlist_items,
    "explore": posts.explore,
    "search": search.search,
    "video": posts.video,
    "like": acts.like,
    "unlike": acts.unlike,
}
_COMMENTS: Final[Mapping[str, Handler]] = {
    "list": comments.comments,
    "replies": comments.replies,
    "post": comments.write,
    "like": comments.like,
    "unlike": comments.unlike,
    "delete": comments.delete,
}
_REQUESTS: Final[Mapping[str, Handler]] = {
    "conversations": messages.asked,
    "messages": messages.asked_messages,
    "mark_read": messages.mark_read,
    "delete": messages.delete,
    "accept": messages.accept,
}
_LIVE: Final[Mapping[str, Handler]] = {
    "permissions": live.permissions,
    "start": live.start,
    "stop": live.stop,
    "info": live.info,
    "recommend": live.recommend,
    "stats": live.stats,
    "chat": live.chat,
    "send_chat": live.send_chat,
    "topics": live.topics,
    "transaction_history": account.transactions,
    "search": live.search,
    "analytics": account.live_figures,
    "list": live.lives,
    "details": live.details,
}
_SECTIONS: Final[Mapping[str, Mapping[str, Handler]]] = {
    "public": _PUBLIC,
    "user": _USER,
    "user.posts": _POSTS,
    "user.posts.comments": _COMMENTS,
    "user.conversation_requests": _REQUESTS,
    "user.live": _LIVE,
    "key": {"info": account.key_info},
}
HANDLERS: Final[Mapping[str, Handler]] = {
    f"tikapi.{section}.{name}": handler
    for section, handlers in _SECTIONS.items()
    for name, handler in handlers.items()
}
