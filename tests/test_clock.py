"""The clocks: the one that tests use passes time by itself, in order, and costs none."""

from __future__ import annotations

import asyncio
import time

import pytest

from tiktok_async.io.clock import SystemClock
from tiktok_async.testing import FakeClock

pytestmark = pytest.mark.anyio


async def test_fake_clock_jumps_to_the_next_sleeper_when_all_wait() -> None:
    clock, started = FakeClock(), time.monotonic()
    await clock.sleep(86_400)
    assert clock.monotonic() == 86_400
    assert time.monotonic() - started < 5


async def test_fake_clock_does_not_jump_past_who_did_not_run_while_the_machine_stood() -> None:
    clock = FakeClock()

    async def late() -> float:
        for _ in range(10):
            await asyncio.sleep(0)
        await clock.sleep(1.0)
        return clock.monotonic()

    longest = asyncio.create_task(clock.sleep(3.0))
    task = asyncio.create_task(late())
    await asyncio.sleep(0)
    time.sleep(0.02)  # noqa: ASYNC251  # the whole process stands
    assert await task == 1.0
    await longest


async def test_fake_clock_wakes_sleepers_in_the_order_of_their_time() -> None:
    clock, woken = FakeClock(), list[tuple[str, float]]()

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))

    await asyncio.gather(sleeper("c", 3), sleeper("a", 1), sleeper("b", 2), sleeper("a2", 1))
    assert woken == [("a", 1), ("a2", 1), ("b", 2), ("c", 3)]


async def test_fake_clock_keeps_every_sleep_on_record() -> None:
    clock = FakeClock()
    for seconds in (2, 0, 1.5):
        await clock.sleep(seconds)
    assert clock.slept == [2, 0, 1.5]
    assert clock.monotonic() == 3.5


async def test_fake_clock_tells_wall_time_from_its_start() -> None:
    clock = FakeClock(start=1_000.0)
    await clock.sleep(5)
    assert clock.time() == 1_005.0


async def test_fake_clock_advances_by_hand() -> None:
    clock = FakeClock()
    short = asyncio.ensure_future(clock.sleep(10))
    await asyncio.sleep(0)
    clock.advance(10)
    await asyncio.sleep(0)
    assert short.done()
    assert clock.monotonic() == 10


async def test_fake_clock_forgets_a_sleeper_that_was_cancelled() -> None:
    clock = FakeClock()
    cancelled = asyncio.ensure_future(clock.sleep(5))
    await asyncio.sleep(0)
    cancelled.cancel()
    await clock.sleep(7)
    assert clock.monotonic() == 7
    assert cancelled.cancelled()


async def test_fake_clock_lets_others_run_on_a_sleep_of_zero() -> None:
    clock, seen = FakeClock(), list[int]()
    asyncio.get_running_loop().call_soon(seen.append, 1)
    await clock.sleep(0)
    assert seen == [1]
    assert clock.monotonic() == 0


async def test_system_clock_tells_and_passes_real_time() -> None:
    clock = SystemClock()
    before, wall = clock.monotonic(), clock.time()
    await clock.sleep(0.002)
    assert 0.001 < clock.monotonic() - before < 10
    assert abs(wall - time.time()) < 10
