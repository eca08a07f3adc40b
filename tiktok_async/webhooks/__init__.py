"""Webhooks of TikTok: a guide.

TikTok tells an app what happened by an HTTPS POST to its one callback URL: an export is ready, a
user took the authorization back, a post was published. Anybody can send such a POST, so what
counts is its signature.

## One call, in any web framework

```python
from tiktok_async.webhooks import PortabilityReady, verify

event = verify(request.headers, await request.body(), client_secret)   # or raises WebhookError
if isinstance(event, PortabilityReady):
    print(event.request_id)
```

`verify` takes the body as it came, before any parsing, and the headers in whatever form the
framework has them. A message that is malformed, forged, stale or above 1 MiB raises
`WebhookError`, always in the same words; the logger `tiktok_async.webhooks` tells at debug level
which it was, and nothing of its content. `DecodeError` means that the signature is good and the
body is not what is documented.

`tolerance` is the greatest age of a signature, 300 seconds by default. TikTok repeats a delivery
for up to 72 hours and does not say whether a repetition is signed anew. If late repetitions are
refused, take a larger one, or None for any age; repetitions are told apart all the same.

## A receiver, ready to mount

`WebhookApp` is a plain ASGI callable. With Starlette (FastAPI: `app.mount` in the same way):

```python
from starlette.applications import Starlette
from starlette.routing import Mount
from tiktok_async.webhooks import AuthorizationRemoved, PortabilityReady, WebhookApp, forgetting

hooks = WebhookApp(client_secret)

@hooks.on(PortabilityReady)
async def ready(event: PortabilityReady) -> None:
    portability.wake(event)                             # whoever waits for this export goes on

hooks.on(AuthorizationRemoved)(forgetting(store))       # the user's tokens are dead by now

app = Starlette(routes=[Mount("/tiktok", hooks)])
```

It answers 200 once the handlers have returned. A handler that raises is answered with 500 by the
server, and TikTok delivers again: no event is lost in a crash. So a handler should be quick (put
long work into a queue of yours) and must bear to see an event twice. Repetitions are answered
with 200 and not handled again, as far as the memory of this process reaches (`Seen`: three days,
100,000 events).

## Events

Each is a frozen `Webhook` with `client_key`, `event`, `create_time`, `user_openid`, `content` and
`extra`, and the documented ones have a class with fields of their own. An event that nobody knows
is a plain `Webhook`. `AuthorizationRemoved.reason` equals a `RemovalReason`, or is a number that
was not documented. `sign` makes the header that TikTok would send, for tests of your receiver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.lazy import lazy_names

if TYPE_CHECKING:
    from tiktok_async.webhooks.app import WebhookApp, forgetting
    from tiktok_async.webhooks.events import (
        EVENTS,
        AuthorizationRemoved,
        PortabilityReady,
        PostComplete,
        PostEvent,
        PostFailed,
        PostInboxDelivered,
        PostNoLongerAvailable,
        PostPubliclyAvailable,
        RemovalReason,
        VideoPublishCompleted,
        VideoUploadFailed,
        Webhook,
    )
    from tiktok_async.webhooks.receive import verify
    from tiktok_async.webhooks.seen import Seen
    from tiktok_async.webhooks.signature import sign

_load = lazy_names(
    __name__,
    {
        "EVENTS": "events",
        "AuthorizationRemoved": "events",
        "PortabilityReady": "events",
        "PostComplete": "events",
        "PostEvent": "events",
        "PostFailed": "events",
        "PostInboxDelivered": "events",
        "PostNoLongerAvailable": "events",
        "PostPubliclyAvailable": "events",
        "RemovalReason": "events",
        "Seen": "seen",
        "VideoPublishCompleted": "events",
        "VideoUploadFailed": "events",
        "Webhook": "events",
        "WebhookApp": "app",
        "forgetting": "app",
        "sign": "signature",
        "verify": "receive",
    },
)


def __getattr__(name: str) -> object:
    return _load(name)


__all__ = [
    "EVENTS",
    "AuthorizationRemoved",
    "PortabilityReady",
    "PostComplete",
    "PostEvent",
    "PostFailed",
    "PostInboxDelivered",
    "PostNoLongerAvailable",
    "PostPubliclyAvailable",
    "RemovalReason",
    "Seen",
    "VideoPublishCompleted",
    "VideoUploadFailed",
    "Webhook",
    "WebhookApp",
    "forgetting",
    "sign",
    "verify",
]
