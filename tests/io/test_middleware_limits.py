"""What a 429 does to the others, and that a lane never stays shut."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import anyio
import pytest
from scripted import ScriptedSession, limited, ok, read, stage

from tiktok_async.client import Runtime
from tiktok_async.config import Limits, Options
from tiktok_async.errors import RateLimitError
from tiktok_async.io.ledger import MemoryLedger
from tiktok_async.research.client import ResearchClient
from tiktok_async.sansio.limiter import Rate
from tiktok_async.sansio.retry import RetryPolicy
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def patience() -> AsyncIterator[None]:
    """End a test whose calls hang."""
    with anyio.fail_after(20):
        yield


async def test_429_closes_the_lane_for_everyone() -> None:
    on = stage(limited(10), ok())
    await on.call()
    late = [asyncio.ensure_future(on.call()) for _ in range(5)]
    await asyncio.gather(*late)
    assert on.times[0] == 0
    assert min(on.times[1:]) >= 10


async def test_429_holds_back_who_comes_while_the_lane_is_closed() -> None:
    on = stage(limited(10), ok())
    first = asyncio.ensure_future(on.call())
    await on.clock.sleep(1)
    others = [asyncio.ensure_future(on.call()) for _ in range(20)]
    await asyncio.gather(first, *others)
    assert min(on.times[1:]) >= 10
    assert len(on.times) == 22


async def test_429_holds_back_who_waits_for_the_slot_that_it_frees() -> None:
    async def slow() -> object:
        await on.clock.sleep(1)
        return limited(10)

    on = stage(lambda _: slow(), ok(), slots=1)
    await asyncio.gather(*(on.call() for _ in range(3)))
    assert on.times[0] == 0
    assert min(on.times[1:]) >= 10


async def test_429_is_followed_by_one_probe_alone() -> None:
    async def slow() -> object:
        await on.clock.sleep(5)
        return ok()

    on = stage(limited(10), lambda _: slow())
    await asyncio.gather(*(on.call() for _ in range(1)))
    await asyncio.gather(*(on.call() for _ in range(5)))
    probe = on.times[1]
    assert all(when >= probe + 5 for when in on.times[2:])


async def test_429s_of_many_in_flight_do_not_wake_them_all_at_once() -> None:
    answers = [limited(10)] * 30

    async def together() -> object:
        await on.clock.sleep(1)
        return answers.pop() if answers else ok()

    on = stage(lambda _: together())
    await asyncio.gather(*(on.call() for _ in range(30)))
    again = sorted(on.times[30:])
    assert again[0] >= 11
    assert again[1] >= again[0] + 1
    assert len(on.times) == 60


async def test_probe_that_is_cancelled_does_not_shut_the_lane_for_ever() -> None:
    on = stage(limited(10), lambda _: asyncio.sleep(3600), ok())
    probe = asyncio.ensure_future(on.call())
    await on.clock.sleep(20)
    assert len(on.times) == 2
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    await on.call()
    assert len(on.times) == 3


async def test_probe_that_gives_up_does_not_shut_the_lane_for_ever() -> None:
    options = Options(retry=RetryPolicy(rate_waits=1))
    on = stage(limited(10), limited(10), ok(), options=options)
    with pytest.raises(RateLimitError):
        await on.call()
    await on.call()
    assert len(on.times) == 3


async def test_probe_that_meets_a_bug_does_not_shut_the_lane_for_ever() -> None:
    on = stage(limited(10), KeyError("bug"), ok())
    with pytest.raises(KeyError):
        await on.call()
    await on.call()
    assert len(on.times) == 3


async def test_429_that_ends_a_call_still_holds_the_others_back() -> None:
    on = stage(limited(10), ok(), options=Options(retry=RetryPolicy(rate_waits=0)))
    with pytest.raises(RateLimitError):
        await on.call()
    await on.call()
    assert on.times[1] >= 10


async def test_429_beyond_patience_is_not_hammered_by_the_others() -> None:
    on = stage(limited(3600), options=Options())

    async def one() -> None:
        with pytest.raises(RateLimitError) as raised:
            await on.call()
        assert raised.value.retry_after is not None
        assert 3500 < raised.value.retry_after <= 3600

    for _ in range(10):
        await one()
    assert len(on.times) == 1


async def test_429_of_a_call_without_a_lane_is_waited_for() -> None:
    on = stage(limited(10), ok())
    await on.middleware.call(read(), on.scope)
    assert on.times[1] >= 10


async def test_two_clients_of_one_credential_share_their_rate() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    session: Any = ScriptedSession(clock, [ok()])
    runtime = Runtime(session=session, ledger=ledger, clock=clock)
    options = Options(limits=Limits(rate=Rate(1, 10.0, burst=1)))

    def client() -> ResearchClient:
        return ResearchClient(
            token="t", base_url="http://127.0.0.1:1", options=options, runtime=runtime
        )

    async with client() as one, client() as other:
        for each in (one, other):
            await each.users.info(username="joe")
    times = [sent.when for sent in cast("ScriptedSession", session).sent]
    assert len(times) == 2
    assert times[1] >= 10
