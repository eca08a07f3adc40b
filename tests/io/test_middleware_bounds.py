"""Where a call ends for want of time, or because its client was closed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import anyio
import pytest
from scripted import fault, limited, ok, stage

from tiktok_async.config import Options, Timeouts
from tiktok_async.errors import ClientClosedError, ServerError, TransportError
from tiktok_async.sansio.limiter import Rate
from tiktok_async.sansio.quota import DailyQuota
from tiktok_async.sansio.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

SERVER = fault(500, "internal_error")


@pytest.fixture(autouse=True)
async def patience() -> AsyncIterator[None]:
    """End a test whose calls hang."""
    with anyio.fail_after(20):
        yield


async def test_deadline_ends_the_retries() -> None:
    async def slow() -> object:
        await on.clock.sleep(50)
        return SERVER

    on = stage(lambda _: slow())
    with pytest.raises((ServerError, TransportError)):
        await on.call()
    assert len(on.times) == 3
    assert on.clock.monotonic() < 160


async def test_deadline_counts_the_waits_between_attempts() -> None:
    on = stage(SERVER, options=Options(retry=RetryPolicy(attempts=1000)))
    with pytest.raises(ServerError):
        await on.call()
    assert 100 < on.clock.monotonic() < 120


async def test_deadline_cuts_an_exchange_that_never_ends() -> None:
    options = Options(timeouts=Timeouts(deadline=0.05), retry=RetryPolicy(attempts=1))
    on = stage(lambda _: asyncio.sleep(3600), options=options)
    with pytest.raises(TransportError, match=r"0\.05 s"):
        await on.call()
    assert on.middleware.statistics().in_flight == 0


async def test_deadline_does_not_count_the_wait_for_a_turn() -> None:
    on = stage(ok(), rate=Rate(1, 1000.0, burst=1))
    await asyncio.gather(*(on.call() for _ in range(3)))
    assert on.times == pytest.approx([0, 1000, 2000])


async def test_deadline_does_not_count_the_waits_that_the_server_asked_for() -> None:
    on = stage(*[limited(250)] * 4, ok())
    await on.call()
    assert on.times[-1] >= 1000


async def test_closed_client_sends_nothing() -> None:
    on = stage(ok())
    await on.middleware.aclose()
    with pytest.raises(ClientClosedError):
        await on.call()
    assert on.times == []


async def test_closing_twice_does_no_harm() -> None:
    on = stage(ok(), quota=DailyQuota("q", 1000))
    await on.call()
    await on.middleware.aclose()
    await on.middleware.aclose()


async def test_call_that_waits_for_its_turn_is_told_when_the_client_closes() -> None:
    on = stage(ok(), rate=Rate(1, 1000.0, burst=1))
    await on.call()
    waiting = asyncio.ensure_future(on.call())
    await asyncio.sleep(0)
    await on.middleware.aclose()
    with pytest.raises(ClientClosedError):
        await waiting


async def test_call_that_waits_for_a_retry_sends_nothing_after_the_client_closed() -> None:
    on = stage(SERVER, ok())
    waiting = asyncio.ensure_future(on.call())
    await asyncio.sleep(0)
    await on.middleware.aclose()
    with pytest.raises(ClientClosedError):
        await waiting
    assert len(on.times) == 1
