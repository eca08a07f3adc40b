"""The ASGI receiver: each genuine event is handled, and no other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from tiktok_async import ConfigError, InputError, Secret
from tiktok_async.oauth import MemoryTokenStore, StoredToken
from tiktok_async.testing import FakeClock
from tiktok_async.webhooks import (
    AuthorizationRemoved,
    PortabilityReady,
    Seen,
    Webhook,
    WebhookApp,
    forgetting,
    sign,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, MutableMapping

pytestmark = pytest.mark.anyio

SECRET = "made-up-secret"


def body_of(event: str = "portability.download.ready", **content: Any) -> bytes:
    text = json.dumps(content)
    whole = {"client_key": "key", "event": event, "create_time": 1, "content": text}
    return json.dumps({**whole, "user_openid": "open-id"}).encode()


class Sender:
    """Calls an ASGI app without a server, as TikTok would."""

    def __init__(self, app: Callable[..., Any], clock: FakeClock) -> None:
        self.app = app
        self.clock = clock

    async def post(
        self, body: bytes, *, method: str = "POST", header: str | None = None, chunk: int = 1 << 16
    ) -> int:
        """Return the status, or 0 where the app gave no answer."""
        header = header or sign(body, SECRET, at=int(self.clock.time()))
        scope = {
            "type": "http",
            "method": method,
            "headers": [(b"tiktok-signature", header.encode())],
        }
        parts = [body[at : at + chunk] for at in range(0, len(body), chunk)] or [b""]
        messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        messages[-1]["more_body"] = False
        return await self.talk(scope, messages)

    async def talk(self, scope: dict[str, Any], messages: list[dict[str, Any]]) -> int:
        """Return the status of the answer, or 0; reading past `messages` fails."""
        waiting = iter(messages)
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return next(waiting)

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        assert all(not message.get("body") for message in sent)
        return sent[0]["status"] if sent else 0


@pytest.fixture
def hooks_clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def events() -> list[Webhook]:
    return []


@pytest.fixture
def hooks(hooks_clock: FakeClock, events: list[Webhook]) -> WebhookApp:
    return WebhookApp(SECRET, events.append, clock=hooks_clock)


@pytest.fixture
def sender(hooks: WebhookApp, hooks_clock: FakeClock) -> Sender:
    return Sender(hooks, hooks_clock)


async def test_app_hands_on_a_genuine_event(sender: Sender, events: list[Webhook]) -> None:
    assert await sender.post(body_of(request_id=7), chunk=10) == 200
    [event] = events
    assert isinstance(event, PortabilityReady)
    assert event.request_id == 7


@pytest.mark.parametrize(
    ("body", "options", "status"),
    [
        pytest.param(body_of(), {"method": "GET"}, 405, id="get"),
        pytest.param(body_of(), {"method": "PUT"}, 405, id="put"),
        pytest.param(body_of(), {"header": "t=1,s=" + "0" * 64}, 401, id="forged"),
        pytest.param(body_of(), {"header": sign(body_of(), SECRET, at=1)}, 401, id="stale"),
        pytest.param(b"not json", {}, 400, id="genuine-nonsense"),
        pytest.param(b"x" * (1024 * 1024 + 1), {}, 413, id="too-large"),
        pytest.param(b"", {"header": "t=1"}, 401, id="empty"),
    ],
)
async def test_app_refuses_everything_else(
    sender: Sender, events: list[Webhook], body: bytes, options: dict[str, Any], status: int
) -> None:
    assert await sender.post(body, **options) == status
    assert events == []


async def test_app_stops_reading_what_is_too_large(sender: Sender) -> None:
    scope = {"type": "http", "method": "POST", "headers": []}
    part = {"type": "http.request", "body": b"x" * 600_000, "more_body": True}
    # A third read would run out of messages.
    assert await sender.talk(scope, [part, part]) == 413


async def test_app_gives_no_answer_to_who_left(sender: Sender) -> None:
    scope = {"type": "http", "method": "POST", "headers": []}
    part = {"type": "http.request", "body": b"{", "more_body": True}
    assert await sender.talk(scope, [part, {"type": "http.disconnect"}]) == 0


async def test_app_handles_a_repetition_once(sender: Sender, events: list[Webhook]) -> None:
    assert await sender.post(body_of(request_id=1)) == 200
    sender.clock.advance(3600)
    assert await sender.post(body_of(request_id=1)) == 200
    assert len(events) == 1
    assert await sender.post(body_of(request_id=2)) == 200
    assert len(events) == 2


async def test_failed_handler_sees_the_event_again(sender: Sender, hooks: WebhookApp) -> None:
    calls: list[Webhook] = []

    @hooks.on(Webhook)
    async def flaky(event: Webhook) -> None:
        calls.append(event)
        if len(calls) == 1:
            raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError):  # the server makes a 500 of it
        await sender.post(body_of())
    assert await sender.post(body_of()) == 200
    assert await sender.post(body_of()) == 200
    assert len(calls) == 2


async def test_delivery_beside_an_unfinished_one_is_put_off(
    sender: Sender, hooks: WebhookApp
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    @hooks.on(Webhook)
    async def slow(_: Webhook) -> None:
        begun.set()
        await go_on.wait()

    first = asyncio.create_task(sender.post(body_of()))
    await begun.wait()
    assert await sender.post(body_of()) == 503
    go_on.set()
    assert await first == 200
    assert await sender.post(body_of()) == 200


async def test_cancelled_delivery_counts_as_not_handled(
    sender: Sender, hooks: WebhookApp, events: list[Webhook]
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    @hooks.on(Webhook)
    async def slow(_: Webhook) -> None:
        begun.set()
        await go_on.wait()

    first = asyncio.create_task(sender.post(body_of()))
    await begun.wait()
    first.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await first
    go_on.set()
    assert await sender.post(body_of()) == 200
    assert len(events) == 2


async def test_handlers_get_their_kind_in_order(sender: Sender, hooks: WebhookApp) -> None:
    told: list[str] = []

    @hooks.on(PortabilityReady)
    async def ready(event: PortabilityReady) -> None:
        told.append(f"ready {event.request_id}")

    @hooks.on(AuthorizationRemoved)
    def removed(event: AuthorizationRemoved) -> None:
        told.append(f"removed {event.reason}")

    @hooks.on(Webhook)
    def every(event: Webhook) -> None:
        told.append(event.event)

    await sender.post(body_of(request_id=7))
    await sender.post(body_of("authorization.removed", reason=2))
    await sender.post(body_of("tomorrow.came"))
    assert told == [
        "ready 7",
        "portability.download.ready",
        "removed 2",
        "authorization.removed",
        "tomorrow.came",
    ]


def token(open_id: str, client_key: str = "key", obtained_at: float = 0.0) -> StoredToken:
    return StoredToken(
        client_key=client_key,
        open_id=open_id,
        access_token=Secret("act.made-up"),
        refresh_token=Secret("rft.made-up"),
        scopes=("portability.all.single",),
        obtained_at=obtained_at,
        expires_at=7200.0,
        refresh_expires_at=None,
    )


async def test_removed_authorization_forgets_that_users_token(
    sender: Sender, hooks: WebhookApp
) -> None:
    others = [token("somebody-else"), token("open-id", client_key="another app")]
    store = MemoryTokenStore(token("open-id"), *others)
    hooks.on(AuthorizationRemoved)(forgetting(store))
    await sender.post(body_of("portability.download.ready", request_id=1))
    assert len(await store.tokens()) == 3
    assert await sender.post(body_of("authorization.removed", reason=1)) == 200
    assert list(await store.tokens()) == others
    unknown = body_of("authorization.removed", reason=1).replace(b'"open-id"', b"null")
    assert await sender.post(unknown) == 200
    assert list(await store.tokens()) == others


@pytest.mark.parametrize(
    ("later", "left"),
    [
        pytest.param(-1.0, 0, id="before"),
        pytest.param(0.5, 0, id="same-second"),
        pytest.param(1.0, 1, id="after"),
    ],
)
async def test_token_of_a_later_login_outlives_a_late_event(
    sender: Sender, hooks: WebhookApp, later: float, left: int
) -> None:
    body = body_of("authorization.removed", reason=1)
    removed_at = json.loads(body)["create_time"]
    store = MemoryTokenStore(token("open-id", obtained_at=removed_at + later))
    hooks.on(AuthorizationRemoved)(forgetting(store))
    assert await sender.post(body) == 200
    assert len(await store.tokens()) == left


async def test_app_bears_a_servers_life(hooks: WebhookApp) -> None:
    incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        return next(incoming)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message["type"])

    await hooks({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    await hooks({"type": "websocket"}, receive, send)
    assert sent[2:] == ["websocket.close"]


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an app on a socket of its own and yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


async def test_app_is_mounted_in_starlette_on_a_socket() -> None:
    clock = FakeClock()
    events: list[Webhook] = []
    hooks = WebhookApp(SECRET, events.append, clock=clock)
    mounted = Starlette(routes=[Mount("/tiktok", hooks)])
    body = body_of(request_id=7)
    good = {"TikTok-Signature": sign(body, SECRET, at=int(clock.time()))}
    async with served(mounted) as address, httpx.AsyncClient(base_url=address) as http:
        answers = [
            await http.post("/tiktok/", content=body, headers=good),
            await http.post("/tiktok/any/path", content=body, headers=good),
            await http.post("/tiktok/", content=body),
            await http.get("/tiktok/"),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 401, 405]
    assert [answer.content for answer in answers] == [b""] * 4
    assert answers[3].headers["allow"] == "POST"
    assert [event.content for event in events] == [{"request_id": 7}]


async def test_app_alone_on_a_socket_answers_500_for_a_failed_handler() -> None:
    clock = FakeClock()

    def fail(_: Webhook) -> None:
        raise RuntimeError("the database is away")

    body = body_of(request_id=7)
    good = {"TikTok-Signature": sign(body, SECRET, at=int(clock.time()))}
    hooks = WebhookApp(SECRET, fail, clock=clock)
    async with served(hooks) as address, httpx.AsyncClient(base_url=address) as http:
        answer = await http.post("/", content=body, headers=good)
    assert answer.status_code == 500


@pytest.mark.parametrize(
    ("options", "error"),
    [
        pytest.param({"secret": " "}, ConfigError, id="empty-secret"),
        pytest.param({"secret": SECRET, "tolerance": -1.0}, InputError, id="negative-tolerance"),
    ],
)
def test_app_refuses_bad_settings_when_it_is_made(
    options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        WebhookApp(**options)


def event_of(number: int, **changes: Any) -> Webhook:
    named = {"client_key": "k", "event": "e", "create_time": number, "content": {"b": 1, "a": 2}}
    return Webhook(**{**named, **changes})


def test_seen_forgets_after_its_time_and_not_before() -> None:
    clock = FakeClock()
    seen = Seen(seconds=600, clock=clock)
    seen.add(event_of(1))
    clock.advance(600)
    assert event_of(1) in seen
    clock.advance(1)
    assert event_of(1) not in seen
    assert len(seen) == 0


def test_seen_counts_from_the_last_time() -> None:
    clock = FakeClock()
    seen = Seen(seconds=600, clock=clock)
    for number in (1, 2, 1):
        seen.add(event_of(number))
        clock.advance(400)
    assert event_of(1) in seen
    assert event_of(2) not in seen


def test_seen_is_bounded() -> None:
    seen = Seen(most=3, clock=FakeClock())
    for number in range(10):
        seen.add(event_of(number))
    assert len(seen) == 3
    assert event_of(6) not in seen
    assert event_of(7) in seen


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        pytest.param({"content": {"a": 2, "b": 1}}, True, id="keys-in-other-order"),
        pytest.param({"extra": {"attempt": 2}}, True, id="something-added"),
        pytest.param({"content": {"a": 2}}, False, id="other-content"),
        pytest.param({"user_openid": "u"}, False, id="other-user"),
        pytest.param({"client_key": "K"}, False, id="other-app"),
        pytest.param({"event": "f"}, False, id="other-event"),
        pytest.param({"create_time": 2}, False, id="other-time"),
    ],
)
def test_seen_tells_events_apart(changes: dict[str, Any], same: bool) -> None:
    seen = Seen(clock=FakeClock())
    seen.add(event_of(1))
    assert (event_of(1, **changes) in seen) is same


@pytest.mark.parametrize("options", [{"seconds": 599}, {"seconds": float("nan")}, {"most": 0}])
def test_seen_refuses_a_memory_too_short(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Seen(**options)
