"""TikAPI: a guide.

TikAPI is a paid, unofficial service on top of TikTok (https://tikapi.io). All 74 of its endpoints
are here, awaitable and typed, over verified TLS:

```python
from tiktok_async import TikAPIClient

async with TikAPIClient() as tikapi:                    # TIKAPI_API_KEY
    user = await tikapi.public.check(username="lilyachty")
    async for post in tikapi.public.posts(sec_uid=user.user.sec_uid):
        print(post.id, post.desc)
    async for post in tikapi.public.hashtag(name="catsoftiktok"):   # the name is resolved once
        print(post.id)

    me = tikapi.user(account_key="...")                 # or TIKAPI_ACCOUNT_KEY
    async for comment in me.posts.comments.list(media_id=post.id):
        print(comment.text)
```

`TikAPIClient(sandbox=True)` asks TikAPI's own Sandbox with its public demo keys; the emulator of
this library needs no network at all. `country` and `session_id` are defaults of the client that a
call may override.

Lists are one object with three faces, as in `tiktok_async.research`: `await` gives the first page,
`async for` the items, `.pages()` the pages. A list ends when the provider's flag says so; a cursor
that stands still, or empty pages without end, end it by name, and the error carries `.state`.

`save_video`, `save_videos` and `save_media` stream to disk as exports do
(`tiktok_async.tikapi.media`); `me.live.chat(room_id)` is a stream of events
(`tiktok_async.tikapi.chat`); `authorize_url` and `parse_callback` get an account key from a user
(`tiktok_async.tikapi.links`). Who comes from the `tikapi` SDK finds each of its calls in
`tiktok_async.tikapi.moving`.

Calls that change something are never sent twice on a guess, also those that TikAPI serves by GET.
Premium endpoints and those for trusted customers say so in their docstrings, and in the error when
they are refused. A spent quota (429) is `QuotaExhaustedError`: TikAPI counts 24 hours from the
first request, so that the time of the reset is not known; its hint holds what `key.info()` said. A
dead account key (428) is `ReauthorizationRequiredError`, with the address for the user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.lazy import lazy_names

if TYPE_CHECKING:
    from tiktok_async.tikapi.chat import ChatPace, LiveChat
    from tiktok_async.tikapi.client import TikAPIClient
    from tiktok_async.tikapi.credential import TikAPIKey
    from tiktok_async.tikapi.links import (
        SCOPES,
        AccountGrant,
        authorize_url,
        parse_callback,
        parse_message,
    )
    from tiktok_async.tikapi.media import (
        BatchProgress,
        MediaRules,
        Outcome,
        SavedMedia,
        SavingBatch,
    )

_load = lazy_names(
    __name__,
    {
        "SCOPES": "links",
        "AccountGrant": "links",
        "BatchProgress": "media",
        "ChatPace": "chat",
        "LiveChat": "chat",
        "MediaRules": "media",
        "Outcome": "media",
        "SavedMedia": "media",
        "SavingBatch": "media",
        "TikAPIClient": "client",
        "TikAPIKey": "credential",
        "authorize_url": "links",
        "parse_callback": "links",
        "parse_message": "links",
    },
)


def __getattr__(name: str) -> object:
    return _load(name)


__all__ = [
    "SCOPES",
    "AccountGrant",
    "BatchProgress",
    "ChatPace",
    "LiveChat",
    "MediaRules",
    "Outcome",
    "SavedMedia",
    "SavingBatch",
    "TikAPIClient",
    "TikAPIKey",
    "authorize_url",
    "parse_callback",
    "parse_message",
]
