"""A receiver of webhooks: one plain ASGI callable, to be mounted in any ASGI app."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from tiktok_async.errors import DecodeError, WebhookError
from tiktok_async.io.clock import Clock, SystemClock
from tiktok_async.webhooks.events import AuthorizationRemoved, Webhook
from tiktok_async.webhooks.receive import TOLERANCE_SECONDS, verify
from tiktok_async.webhooks.seen import Seen, identity
from tiktok_async.webhooks.signature import MAX_BODY_BYTES, checked_secret, checked_tolerance

if TYPE_CHECKING:
    from tiktok_async.oauth import StoredToken, TokenStore
    from tiktok_async.secrets import Secret

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
E = TypeVar("E", bound=Webhook)

_LOGGER: Final = logging.getLogger(__name__)


class _DisconnectedError(Exception):
    """The sender went away before its body was here."""


class _TooLargeError(Exception):
    """The body exceeds what a webhook may hold."""


class WebhookApp:
    """Answers TikTok's deliveries and hands each genuine event to its handlers.

    An event is answered with 200 once its handlers have returned; where one raises, the server
    answers 500 and TikTok delivers again, for up to 72 hours. So no event is lost in a crash,
    and a handler must be quick, and bear to see an event twice. Handlers run one after the
    other in the event loop, in the order in which they were added, plain functions too.

    ========================================  =====================
    what comes                                answer, empty
    ========================================  =====================
    a genuine event, or one handled before    200
    a genuine body that is not as documented  400
    no valid, fresh signature                 401
    a method other than POST                  405
    a body above 1 MiB                        413
    an event that is just being handled       503
    ========================================  =====================

    Args:
        secret: The app's client secret.
        on_event: Called with every event; `on` adds handlers for some.
        tolerance: As for `verify`.
        seen: Remembers what was handled; by default a `Seen` of this process.
        clock: Tells the time.

    Raises:
        ConfigError: if the secret is empty.
        InputError: if the tolerance is not above 0.
    """

    def __init__(
        self,
        secret: str | Secret,
        on_event: Callable[[Webhook], object] | None = None,
        *,
        tolerance: float | None = TOLERANCE_SECONDS,
        seen: Seen | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._secret = checked_secret(secret)
        self._tolerance = checked_tolerance(tolerance)
        self._clock = clock or SystemClock()
        self._seen = Seen(clock=self._clock) if seen is None else seen
        self._in_hand: set[bytes] = set()
        self._handlers: list[tuple[type[Webhook], Callable[[Any], object]]] = []
        if on_event is not None:
            self.on(Webhook)(on_event)

    def on(self, kind: type[E]) -> Callable[[Callable[[E], object]], Callable[[E], object]]:
        """Return a decorator that adds a handler for the events of one class.

        Args:
            kind: Such as `PortabilityReady`; `Webhook` means all, unknown ones included.
        """

        def add(handler: Callable[[E], object]) -> Callable[[E], object]:
            self._handlers.append((kind, handler))
            return handler

        return add

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope: a request, or the lifespan of a server."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status = await self._status(scope, receive)
        except _DisconnectedError:
            return
        headers = [(b"content-length", b"0")]
        if status == 405:
            headers.append((b"allow", b"POST"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _status(self, scope: Scope, receive: Receive) -> int:
        if scope["method"] != "POST":
            return 405
        try:
            event = self._verified(scope, await _body(receive))
        except _TooLargeError:
            return 413
        except WebhookError:
            return 401
        except DecodeError as error:
            _LOGGER.warning("%s", error.message)
            return 400
        return await self._handled(event)

    def _verified(self, scope: Scope, body: bytes) -> Webhook:
        now = self._clock.time()
        return verify(scope["headers"], body, self._secret, tolerance=self._tolerance, now=now)

    async def _handled(self, event: Webhook) -> int:
        key = identity(event)
        if event in self._seen:
            return 200
        if key in self._in_hand:
            return 503  # a 200 would lose the event, should the first delivery fail
        self._in_hand.add(key)
        try:
            for kind, handler in self._handlers:
                if isinstance(event, kind):
                    outcome = handler(event)
                    if inspect.isawaitable(outcome):
                        await outcome
        finally:
            self._in_hand.discard(key)
        self._seen.add(event)
        return 200


def forgetting(store: TokenStore) -> Callable[[AuthorizationRemoved], Awaitable[None]]:
    """Return a handler of `AuthorizationRemoved` that removes the user's token from a store.

    TikTok has revoked it by then; keeping it only leads to calls that are refused. A token that
    came after the event stays: a delivery may be days late, and the user may have logged in again.

    Args:
        store: Where the app's tokens are.
    """

    async def forget(event: AuthorizationRemoved) -> None:
        for token in await store.tokens():
            if not _is_of(token, event):
                continue
            async with store.exclusive(token):
                for latest in await store.tokens():
                    if _is_of(latest, event) and int(latest.obtained_at) <= event.create_time:
                        await store.delete(latest)

    return forget


def _is_of(token: StoredToken, event: AuthorizationRemoved) -> bool:
    return (token.client_key, token.open_id) == (event.client_key, event.user_openid)


async def _body(receive: Receive) -> bytes:
    chunks = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _DisconnectedError
        chunks += message.get("body", b"")
        if len(chunks) > MAX_BODY_BYTES:
            raise _TooLargeError
        more = message.get("more_body", False)
    return bytes(chunks)


async def _live(receive: Receive, send: Send) -> None:
    """Answer a server that tells of its start and its end; there is nothing to set up."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
