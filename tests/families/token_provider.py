"""A provider of users' tokens on a real socket: rotation, and what a test makes go wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import attrs

from tiktok_async import Limits, Options, RetryPolicy, Runtime
from tiktok_async.client import BaseClient
from tiktok_async.oauth import MemoryTokenStore, StoredToken, UserToken
from tiktok_async.sansio.endpoint import Api, Operation
from tiktok_async.sansio.envelope import official
from tiktok_async.secrets import Secret
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tiktok_async.oauth import TokenStore

KEY: Final = "app-key"
SECRET: Final = "app-s3cret-value"
OPEN_ID: Final = "afd97af1-b87b-48b9-ac98-410aghda5344"
NOW: Final = FakeClock().time()
API: Final = Api("test", "https://api.test", official, "NO_SUCH_VARIABLE")


def token(**changes: Any) -> StoredToken:
    """Return a stored token that has just come; changes may give texts for secrets."""
    given: dict[str, Any] = {
        "client_key": KEY,
        "open_id": OPEN_ID,
        "access_token": "act.0",
        "refresh_token": "rft.0",
        "scopes": ("user.info.basic",),
        "obtained_at": NOW,
        "expires_at": NOW + 7200,
        "refresh_expires_at": NOW + 15_552_000,
        **changes,
    }
    for name in ("access_token", "refresh_token"):
        given[name] = given[name] and Secret(given[name])
    return StoredToken(**given)


@attrs.define
class TokenProvider:
    """What the provider knows, and what it does next."""

    generation: int = 0
    """The access and refresh token that are good end in this number."""
    life: float | None = 7200.0
    latency: float = 0.0
    lose: int = 0
    """Refreshes whose answer is lost after the tokens were rotated."""
    drop: int = 0
    """Refreshes that are lost before anything happened."""
    error: dict[str, Any] | None = None
    """What every token call is answered."""
    answer: dict[str, Any] = attrs.field(factory=dict)
    """Fields of a refresh to answer otherwise; None leaves one out."""
    refreshes: list[str] = attrs.field(factory=list)
    """Every refresh token that came."""
    calls: list[str] = attrs.field(factory=list)
    """Every access token that came with a call."""
    on_call: Callable[[str], None] = lambda _: None
    url: str = ""
    arrived: asyncio.Event = attrs.field(factory=asyncio.Event)
    """Set when a refresh has come and is not answered yet."""

    async def respond(self, path: str, head: dict[str, str], form: dict[str, str]) -> Any:
        """Return the JSON to answer; None closes the connection."""
        if path != "/v2/oauth/token/":
            return self._call(head.get("authorization", "").removeprefix("Bearer "))
        self.refreshes.append(form["refresh_token"])
        self.arrived.set()
        if self.drop:
            self.drop -= 1
            return None
        good = form["refresh_token"] == f"rft.{self.generation}"
        self.generation += good and self.error is None
        answer = self._grant()
        await asyncio.sleep(self.latency)
        if self.error is not None:
            return self.error
        if not good:
            return {"error": "invalid_grant", "error_description": "Refresh token is invalid."}
        self.lose -= (lost := self.lose > 0)
        return None if lost else answer

    def _grant(self) -> dict[str, Any]:
        full = {
            "access_token": f"act.{self.generation}",
            "expires_in": self.life,
            "open_id": OPEN_ID,
            "refresh_expires_in": 15_552_000,
            "refresh_token": f"rft.{self.generation}",
            "scope": "user.info.basic",
            "token_type": "Bearer",
            **self.answer,
        }
        return {k: v for k, v in full.items() if v is not None}

    def _call(self, access: str) -> Any:
        self.calls.append(access)
        self.on_call(access)
        code = "ok" if access == f"act.{self.generation}" else "access_token_invalid"
        return {"data": {"as": access}, "error": {"code": code, "message": "", "log_id": "L"}}


async def _serve(
    provider: TokenProvider, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            head = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
            body = (await reader.readexactly(int(head.get("content-length", 0)))).decode()
            answer = await provider.respond(first.split()[1], head, dict(parse_qsl(body)))
            if answer is None:
                break
            refused = isinstance(answer.get("error"), dict) and answer["error"]["code"] != "ok"
            content = json.dumps(answer).encode()
            status = "401 Unauthorized" if refused else "200 OK"
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n\r\n".encode())
            writer.write(content)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def serving(**changes: Any) -> AsyncIterator[TokenProvider]:
    """Run a provider."""
    provider = TokenProvider(**changes)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(_serve(provider, reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        listener.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


class Caller(BaseClient):
    """A client of the provider, as a user.

    Args:
        provider: Where to call.
        store: Where the user's token is.
        clock: Virtual time.
    """

    def __init__(
        self, provider: TokenProvider, store: TokenStore | None = None, clock: Any = None
    ) -> None:
        self.store: Any = MemoryTokenStore(token()) if store is None else store
        self.clock = clock or FakeClock()
        self.events: list[Any] = []
        options = Options(limits=Limits(rate=None), retry=RetryPolicy(attempts=1))
        self.user = UserToken(self.store, KEY, SECRET, base_url=provider.url, options=options)
        runtime = Runtime(clock=self.clock, on_event=[self.events.append])
        super().__init__(API, provider.url, self.user, options, runtime)

    async def call(self) -> str:
        """Call as the user; return the access token that served."""
        answer = await self.request("POST", "/v2/thing/", operation=Operation.READ)
        return str(answer.json()["data"]["as"])
