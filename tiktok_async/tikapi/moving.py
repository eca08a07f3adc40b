"""Moving from the `tikapi` SDK: what each of its calls becomes here.

With the SDK, a list is asked for page by page, in a thread:

```python
api = TikAPI("the API key")
response = api.public.posts(secUid="MS4wLjABAAAA...")
while response:
    for post in response.json()["itemList"]:
        print(post["id"], post["stats"]["diggCount"])
    response = response.next_items()
```

Here it is one loop, and every row is typed:

```python
async with TikAPIClient(api_key="the API key") as tikapi:
    async for post in tikapi.public.posts(sec_uid="MS4wLjABAAAA..."):
        print(post.id, post.likes)
```

| SDK | here |
| --- | --- |
| `TikAPI("...")` | `TikAPIClient(api_key="...")`, or TIKAPI_API_KEY |
| `api.set(__sandbox__=True)` | `TikAPIClient(sandbox=True)` |
| `api.public.set(country="us", session_id=1)` | `TikAPIClient(country="us", session_id=1)` |
| `api.user(accountKey="...")` | `tikapi.user(account_key="...")`, or TIKAPI_ACCOUNT_KEY |
| `response.json()` | the answer itself; `page.raw` has a page's body as it came |
| `response.next_items()` | `async for` goes over all rows; `.pages()` gives them page by page |
| `response.save_video(link, path)` | `await tikapi.save_video(post, path)` |
| `ValidationException` | `InputError`: no call was spent |
| `ResponseException` | `APIError` and its kinds; `TransportError` where no answer came |

What is different on the way: TLS is verified. A list ends where the provider's flag says so, and
says why where it ends sooner; the SDK asks on after a flag that is false if a `nextCursor` stands
beside it. A call that changes something is never sent twice on a guess.

The calls themselves: `user` is what `api.user(...)` and `tikapi.user(...)` return. Every call of
`public` takes `country` and `session_id` besides, there as here. The cursors have no place in a
call: they are walked for you.

| SDK 3.2.2 | here | gives |
| --- | --- | --- |
| `public.check(username, user_id)` | `public.check(username, user_id)` | `Profile` |
| `public.checkV3(username, user_id, secUid)` | `public.check_v3(username, user_id, sec_uid)` | `Profile` |
| `public.posts(secUid, count, cursor, user_id)` | `public.posts(sec_uid, count, user_id)` | rows of `Post` |
| `public.likes(secUid, count, cursor)` | `public.likes(sec_uid, count)` | rows of `Post` |
| `public.followersList(secUid, count, nextCursor)` | `public.followers_list(sec_uid, count)` | rows of `Follower` |
| `public.followingList(secUid, count, nextCursor)` | `public.following_list(sec_uid, count)` | rows of `Follower` |
| `public.explore(count)` | `public.explore(count)` | rows of `Post` |
| `public.video(id)` | `public.video(video_id)` | `Post` |
| `public.videoV2(id)` | `public.video_v2(video_id)` | `Post` |
| `public.videoV3(id, username)` | `public.video_v3(video_id, username)` | `Post` |
| `public.relatedPosts(video_id)` | `public.related_posts(video_id)` | rows of `Post` |
| `public.playlists(secUid, count, cursor)` | `public.playlists(sec_uid, count)` | rows of `Playlist` |
| `public.playlistItems(playlist_id, count, cursor)` | `public.playlist_items(playlist_id, count)` | rows of `Post` |
| `public.exploreCategory(category_id, count)` | `public.explore_category(count, category_id)` | rows of `Post` |
| `public.hashtag(id, name, count, cursor)` | `public.hashtag(count, name, hashtag_id)` | rows of `Post` |
| `public.commentsList(media_id, count, cursor)` | `public.comments_list(media_id, count)` | rows of `Comment` |
| `public.commentRepliesList(media_id, comment_id, count, cursor)` | `public.comment_replies_list(media_id, comment_id, count)` | rows of `Comment` |
| `public.music(id, count, cursor)` | `public.music(music_id, count)` | rows of `Post` |
| `public.musicInfo(id)` | `public.music_info(music_id)` | `MusicInfo` |
| `public.discover(keyword, count, nextCursor)` | `public.discover_v3(keyword, count)` | rows of `Post` |
| `public.search(category, query, nextCursor)` | `public.search(category, query)` | rows of `SearchHit` |
| `user.info(username)` | `user.info(username)` | `Profile` |
| `user.edit(field, value)` | `user.edit(field, value)` | `ProfileEdit` |
| `user.notifications(filter, count, max_time, min_time)` | `user.notifications(count, filter)` | rows of `Notification` |
| `user.analytics(type, days, media_id)` | `user.analytics(type, days, media_id)` | `Analytics` |
| `user.verify()` | `user.verify()` | `SessionCheck` |
| `user.followingV1(count, cursor)` | `user.following_v1(count)` | rows of `Follower` |
| `user.following(secUid, count, nextCursor)` | `user.following(sec_uid, count)` | rows of `Follower` |
| `user.followers(secUid, count, nextCursor)` | `user.followers(sec_uid, count)` | rows of `Follower` |
| `user.follow(username, secUid, user_id)` | `user.follow(username, sec_uid, user_id)` | `Done` |
| `user.unfollow(username, secUid, user_id)` | `user.unfollow(username, sec_uid, user_id)` | `Done` |
| `user.conversations(nextCursor)` | `user.conversations()` | rows of `Conversation` |
| `user.messages(conversation_id, conversation_short_id, nextCursor, limit)` | `user.messages(conversation_id, conversation_short_id, limit)` | rows of `Message` |
| `user.sendMessage(text, conversation_id, conversation_short_id, ticket)` | `user.send_message(text, conversation_id, conversation_short_id, ticket)` | `SentMessage` |
| `user.posts.feed(count, cursor, secUid, user_id)` | `user.posts.feed(count, sec_uid, user_id)` | rows of `Post` |
| `user.posts.likes(count, secUid, cursor)` | `user.posts.likes(sec_uid, count)` | rows of `Post` |
| `user.posts.followingPosts(count, cursor)` | `user.posts.following_posts(count)` | rows of `Post` |
| `user.posts.relatedPosts(video_id)` | `user.posts.related_posts(video_id)` | rows of `Post` |
| `user.posts.savedPosts(count, cursor)` | `user.posts.saved_posts(count)` | rows of `Post` |
| `user.posts.playlists(secUid, count, cursor)` | `user.posts.playlists(sec_uid, count)` | rows of `Playlist` |
| `user.posts.playlistItems(playlist_id, count, cursor)` | `user.posts.playlist_items(playlist_id, count)` | rows of `Post` |
| `user.posts.explore(count)` | `user.posts.explore(count)` | rows of `Post` |
| `user.posts.search(category, query, nextCursor)` | `user.posts.search(category, query)` | rows of `SearchHit` |
| `user.posts.video(id)` | `user.posts.video(video_id)` | `Post` |
| `user.posts.like(media_id)` | `user.posts.like(media_id)` | `Done` |
| `user.posts.unlike(media_id)` | `user.posts.unlike(media_id)` | `Done` |
| `user.posts.comments.list(media_id, count, cursor)` | `user.posts.comments.list(media_id, count)` | rows of `Comment` |
| `user.posts.comments.replies(media_id, comment_id, count, cursor)` | `user.posts.comments.replies(media_id, comment_id, count)` | rows of `Comment` |
| `user.posts.comments.post(media_id, text, reply_comment_id, has_tags)` | `user.posts.comments.post(media_id, text, reply_comment_id, has_tags)` | `Done` |
| `user.posts.comments.like(media_id, comment_id)` | `user.posts.comments.like(media_id, comment_id)` | `Done` |
| `user.posts.comments.unlike(media_id, comment_id)` | `user.posts.comments.unlike(media_id, comment_id)` | `Done` |
| `user.posts.comments.delete(comment_id)` | `user.posts.comments.delete(comment_id)` | `Done` |
| `user.conversationRequests.conversations(nextCursor)` | `user.conversation_requests.conversations()` | rows of `ConversationRequest` |
| `user.conversationRequests.messages(conversation_id, conversation_short_id)` | `user.conversation_requests.messages(conversation_id, conversation_short_id)` | rows of `Message` |
| `user.conversationRequests.markRead(conversation_id, conversation_short_id)` | `user.conversation_requests.mark_read(conversation_id, conversation_short_id)` | `Done` |
| `user.conversationRequests.delete(conversation_id, conversation_short_id)` | `user.conversation_requests.delete(conversation_id, conversation_short_id)` | `Done` |
| `user.conversationRequests.accept(conversation_id, conversation_short_id, user_id)` | `user.conversation_requests.accept(conversation_id, conversation_short_id, user_id)` | `Done` |
| `user.live.permissions()` | `user.live.permissions()` | `LivePermissions` |
| `user.live.start(title, third_party, hashtag_id, game_tag_id)` | `user.live.start(title, third_party, hashtag_id, game_tag_id)` | `LiveStart` |
| `user.live.stop()` | `user.live.stop()` | `Done` |
| `user.live.info(room_id)` | `user.live.info(room_id)` | `LiveRoom` |
| `user.live.recommend(room_id)` | `user.live.recommend(room_id)` | rows of `LiveHit` |
| `user.live.stats(room_id)` | `user.live.stats(room_id)` | `LiveStats` |
| `user.live.chat(room_id, nextCursor)` | `user.live.chat(room_id)` | rows of `ChatEvent` |
| `user.live.sendChat(room_id, text)` | `user.live.send_chat(room_id, text)` | `Done` |
| `user.live.topics()` | `user.live.topics()` | rows of `LiveTopic` |
| `user.live.transactionHistory(page, count)` | `user.live.transaction_history(count)` | rows of `Transaction` |
| `user.live.search(query, cursor)` | `user.live.search(query)` | rows of `LiveHit` |
| `user.live.analytics(days)` | `user.live.analytics(days)` | `LiveAnalytics` |
| `user.live.list(count, offset, sort)` | `user.live.list(count, sort)` | rows of `LiveRoom` |
| `user.live.details(room_id)` | `user.live.details(room_id)` | `LiveRoom` |
| `key()` | `key.info()` | `KeyInfo` |
"""  # noqa: E501  # a row of a table is one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import tiktok_async.tikapi.endpoints  # noqa: F401  # fills the registry
from tiktok_async.sansio.endpoint import REGISTRY, PagedEndpoint, parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktok_async.sansio.endpoint import Endpoint

_EVERYWHERE: Final = frozenset({"country", "session_id"})
"""Parameters of every public call."""
OF_PAGES: Final = frozenset({"cursor", "next_cursor", "offset", "max_time", "min_time", "page"})
"""Parameters that the paginator fills in."""


def table(contract: Mapping[str, Any]) -> str:
    """Return the table of calls.

    Args:
        contract: What TikAPI documents, machine-readable; its calls are the left column.
    """
    rows = [_row(call) for call in contract["endpoints"] if call["in_sdk_3_2_2"]]
    return "\n".join(["| SDK 3.2.2 | here | gives |", "| --- | --- | --- |", *rows])


def _row(call: Mapping[str, Any]) -> str:
    endpoint = REGISTRY[f"tikapi.{call['section']}.{call['name']}"]
    there = [one["wire"] for one in call["params"]]
    here = [one.field for one in parameters(endpoint) if one.field not in OF_PAGES]
    path = endpoint.id.removeprefix("tikapi.")
    return f"| {_call(call['sdk_name'], there)} | {_call(path, here)} | {_gives(endpoint)} |"


def _call(path: str, names: Iterable[str]) -> str:
    return f"`{path}({', '.join(name for name in names if name not in _EVERYWHERE)})`"


def _gives(endpoint: type[Endpoint[Any]]) -> str:
    rows = "rows of " if issubclass(endpoint, PagedEndpoint) else ""
    return f"{rows}`{endpoint.result.__name__}`"
