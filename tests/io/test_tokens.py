"""Minting tokens: one at a time, finished whoever is cancelled, renewed early and after a 401."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from scripted import BASE, Stage, fault, ok, stage

from tiktok_async import events
from tiktok_async.config import Options
from tiktok_async.errors import AuthError, ClientClosedError
from tiktok_async.oauth import ClientCredentials
from tiktok_async.sansio.wire import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tiktok_async.sansio.wire import WireRequest

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def patience() -> AsyncIterator[None]:
    """End a test whose calls hang."""
    with anyio.fail_after(10):
        yield


class Provider:
    """A token endpoint that takes a second, and calls that want its latest token.

    Args:
        life: Seconds that a token lives, as it says.
    """

    def __init__(self, life: float | None = 7200) -> None:
        self.life = life
        self.minted = 0
        self.refuse = False
        self.revoked = 0
        self.on: Stage

    def __call__(self, request: WireRequest) -> Any:
        """Answer a request."""
        if "/oauth/token/" in request.url:
            return self._mint()
        token = dict(request.headers)["authorization"]
        good = token == f"Bearer clt.{self.minted}" and self.minted > self.revoked
        return ok() if good else fault(401, "access_token_invalid")

    async def _mint(self) -> Answer:
        await self.on.clock.sleep(1)
        if self.refuse:
            return Answer(200, {}, b'{"error":"invalid_client","error_description":"no"}')
        self.minted += 1
        body: dict[str, Any] = {"access_token": f"clt.{self.minted}", "token_type": "Bearer"}
        if self.life is not None:
            body["expires_in"] = self.life
        return Answer(200, {}, json.dumps(body).encode())


def theatre(life: float | None = 7200) -> tuple[Stage, Provider]:
    """Return a stage whose credential mints its tokens at a provider."""
    provider = Provider(life)
    credential = ClientCredentials("app", "secret", base_url=BASE, options=Options())
    on = stage(provider, credential=credential, slots=1000)
    provider.on = on
    return on, provider


async def test_token_is_minted_once_for_a_hundred_callers() -> None:
    on, provider = theatre()
    await asyncio.gather(*(on.call() for _ in range(100)))
    assert provider.minted == 1
    assert len(on.times) == 101
    assert on.middleware.statistics().tokens_renewed == 1
    assert [e for e in on.events if isinstance(e, events.TokenRenewed)]


async def test_token_is_minted_though_the_caller_that_asked_is_cancelled() -> None:
    on, provider = theatre()
    first, *others = [asyncio.ensure_future(on.call()) for _ in range(10)]
    await asyncio.sleep(0)
    first.cancel()
    results = await asyncio.gather(first, *others, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert not any(isinstance(result, BaseException) for result in results[1:])
    assert provider.minted == 1


async def test_token_is_kept_though_every_caller_is_cancelled() -> None:
    on, provider = theatre()
    tasks = [asyncio.ensure_future(on.call()) for _ in range(5)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await on.clock.sleep(5)
    assert provider.minted == 1
    await on.call()
    assert provider.minted == 1


async def test_token_that_is_refused_to_many_is_renewed_once() -> None:
    on, provider = theatre()
    await on.call()
    provider.revoked = 1
    await asyncio.gather(*(on.call() for _ in range(100)))
    assert provider.minted == 2


async def test_token_that_another_caller_already_renewed_is_used_and_not_renewed_again() -> None:
    on, provider = theatre()
    await on.call()
    provider.revoked = 1
    slow = iter([10.0, 0.0])

    async def late(request: WireRequest) -> Any:
        if "clt.1" in dict(request.headers).get("authorization", ""):
            await on.clock.sleep(next(slow))
        answer = provider(request)
        return await answer if inspect.isawaitable(answer) else answer

    on.session._script = [late]
    await asyncio.gather(on.call(), on.call())
    assert on.clock.monotonic() >= 10
    assert provider.minted == 2


async def test_token_that_cannot_be_minted_is_an_error_for_each_caller() -> None:
    on, provider = theatre()
    provider.refuse = True
    results = await asyncio.gather(*(on.call() for _ in range(20)), return_exceptions=True)
    assert {type(result) for result in results} == {AuthError}
    assert len(set(map(id, results))) == 20
    assert "client key" in str(results[0])
    assert len(on.times) == 1


async def test_token_is_tried_again_after_a_mint_that_failed() -> None:
    on, provider = theatre()
    provider.refuse = True
    with pytest.raises(AuthError):
        await on.call()
    provider.refuse = False
    await on.call()
    assert provider.minted == 1


async def test_token_is_renewed_before_its_end() -> None:
    on, provider = theatre(life=100)
    await on.call()
    on.clock.advance(88)
    await on.call()
    assert provider.minted == 1
    on.clock.advance(3)
    await on.call()
    assert provider.minted == 2


async def test_token_that_is_being_minted_when_the_client_closes_is_an_error_of_ours() -> None:
    on, _ = theatre()
    waiting = asyncio.ensure_future(on.call())
    for _ in range(5):
        await asyncio.sleep(0)
    await on.middleware.aclose()
    results = await asyncio.gather(waiting, return_exceptions=True)
    assert [type(result) for result in results] == [ClientClosedError]
