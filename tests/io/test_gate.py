"""The gate: who goes first, who holds what, and that nothing is ever lost in it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING

import anyio
import pytest
from gateway import NOON, Place

from tiktok_async.errors import ClientClosedError
from tiktok_async.io.gate import Gate
from tiktok_async.io.ledger import MemoryLedger
from tiktok_async.io.tasks import TaskSet
from tiktok_async.sansio.limiter import Limiter, Rate
from tiktok_async.sansio.quota import DailyQuota
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tiktok_async.io.gate import Lane

pytestmark = pytest.mark.anyio


@pytest.fixture
async def slots() -> int:
    """Say how many slots the gate has; a test may say otherwise."""
    return 1


@pytest.fixture
async def place(slots: int) -> AsyncIterator[Place]:
    """Give a gate on a clock that costs no time."""
    clock, tasks, ledger = FakeClock(start=NOON), TaskSet(), MemoryLedger()
    made = Place(clock, tasks, ledger, Gate(clock, tasks, ledger, slots))
    with anyio.fail_after(30):
        yield made
    await tasks.aclose()


many_slots = pytest.mark.parametrize("slots", [100])


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_waiters_go_in_the_order_they_came(place: Place) -> None:
    lane = place.lane()
    await asyncio.gather(*place.line_up(lane, 50, seconds=1.0))
    assert [number for number, _ in place.went] == list(range(50))


async def test_newcomer_never_overtakes_who_waits(place: Place) -> None:
    lane = place.lane(rate=Rate(1, burst=1))
    tasks = place.line_up(lane, 3)
    await settle()
    place.clock.advance(1.5)  # a turn is free, and its sleeper has not woken yet
    await place.go(lane, 99)
    await asyncio.gather(*tasks)
    assert [number for number, _ in place.went] == [0, 1, 2, 99]


@many_slots
async def test_rate_is_kept_with_one_sleeper_however_many_wait(place: Place) -> None:
    lane, most = place.lane(rate=Rate(1000, burst=2)), 0
    tasks = place.line_up(lane, 300)
    while not all(task.done() for task in tasks):
        most = max(most, sum(not sleeper[2].done() for sleeper in place.clock._sleepers))
        await asyncio.sleep(0)
    assert most == 1
    assert [number for number, _ in place.went] == list(range(300))
    assert place.went[-1][1] == pytest.approx(298 / 1000)
    assert len(place.clock.slept) <= 300


@many_slots
async def test_thousands_wait_for_a_closed_lane_with_one_sleeper(place: Place) -> None:
    lane = place.lane()
    place.gate.close(lane, 60.0)
    tasks = place.line_up(lane, 5000)
    await settle()
    assert len(place.clock.slept) == 1
    await asyncio.gather(*tasks)
    assert [number for number, _ in place.went] == list(range(5000))
    assert len(place.clock.slept) <= 2


@many_slots
async def test_waiters_hold_neither_slot_nor_quota(place: Place) -> None:
    lane = place.lane(rate=Rate(1, 3600.0, burst=1), quota=DailyQuota("q", 1000))
    tasks = place.line_up(lane, 50)
    await settle()
    stats = place.gate.statistics()
    assert (stats.in_flight, stats.waiting, len(place.went)) == (0, 49, 1)
    status = await place.gate.status(lane)
    assert status is not None
    assert status.requests_spent == 1
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_slots_are_never_more_than_there_are(place: Place) -> None:
    inside, most = 0, 0
    lanes = [place.lane(name) for name in "abc"]

    async def visit(lane: Lane) -> None:
        nonlocal inside, most
        await place.gate.enter(lane)
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        place.gate.leave(lane, limited=False)

    await asyncio.gather(*(visit(lane) for lane in lanes * 30))
    assert most == 1
    assert place.gate.statistics().in_flight == 0


async def test_lanes_take_turns_at_the_slots(place: Place) -> None:
    busy, quiet = place.lane("busy"), place.lane("quiet")
    crowd = place.line_up(busy, 20, seconds=1.0)
    await settle()
    single = asyncio.ensure_future(place.go(quiet, 99))
    await asyncio.gather(*crowd, single)
    assert [number for number, _ in place.went].index(99) <= 2


@many_slots
async def test_lane_that_waits_for_its_rate_does_not_hold_up_another(place: Place) -> None:
    slow, fast = place.lane("slow", Rate(1, 100.0, burst=1)), place.lane("fast")
    crowd = place.line_up(slow, 3)
    await place.go(fast, 99)
    assert (99, 0.0) in place.went
    await asyncio.gather(*crowd)


async def test_cancelled_waiter_gives_its_place_on(place: Place) -> None:
    lane = place.lane()
    await place.gate.enter(lane)
    first, second = place.line_up(lane, 2)
    await settle()
    first.cancel()
    await settle()
    place.gate.leave(lane, limited=False)
    await second
    assert [number for number, _ in place.went] == [1]


async def test_cancelled_waiter_returns_what_it_had_just_been_given(place: Place) -> None:
    lane = place.lane(rate=Rate(10, burst=1), quota=DailyQuota("q", 5))
    await place.go(lane)
    await place.clock.sleep(1)
    await place.gate.enter(lane)
    place.gate.leave(lane, limited=False)
    await place.clock.sleep(1)
    holder = asyncio.ensure_future(place.gate.enter(lane))
    await holder
    await place.clock.sleep(1)
    waiter = asyncio.ensure_future(place.gate.enter(lane))
    await settle()
    place.gate.leave(lane, limited=False)  # gives the slot to the waiter, which has not run yet
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert waiter.cancelled()
    assert place.gate.statistics().in_flight == 0
    assert lane.limiter.wait(place.clock.monotonic()) == 0.0
    status = await place.gate.status(lane)
    assert status is not None
    assert status.requests_spent == 3


async def test_grant_of_a_cancelled_waiter_goes_to_the_next(place: Place) -> None:
    lane = place.lane()
    await place.gate.enter(lane)
    first, second = place.line_up(lane, 2)
    await settle()
    place.gate.leave(lane, limited=False)
    first.cancel()
    await second
    assert [number for number, _ in place.went] == [1]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("slots", [1, 3])
async def test_nothing_leaks_under_random_cancels(place: Place, slots: int, seed: int) -> None:
    dice, quota = random.Random(seed), DailyQuota("q", 100_000)  # noqa: S311  # a test
    lanes = [place.lane("a", Rate(500, burst=3), quota), place.lane("b"), place.lane("c", Rate(50))]
    inside: Counter[int] = Counter()

    async def visit(lane: Lane) -> None:
        await place.gate.enter(lane)
        inside[0] += 1
        try:
            assert inside[0] <= slots
            await place.clock.sleep(dice.random() / 100)
        finally:
            inside[0] -= 1
            place.gate.leave(lane, limited=False)

    tasks = [asyncio.ensure_future(visit(dice.choice(lanes))) for _ in range(150)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0.0005)
        dice.choice(tasks).cancel()
        dice.choice(tasks).cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(r is None or isinstance(r, asyncio.CancelledError) for r in results)
    assert (place.gate.statistics().in_flight, place.gate.statistics().waiting) == (0, 0)
    for lane in lanes:
        await place.go(lane)


async def test_cancelled_waiters_leave_no_garbage_behind_the_first(place: Place) -> None:
    lane = place.lane(rate=Rate(1, 86_400.0, burst=1))
    await place.go(lane)
    first = asyncio.ensure_future(place.gate.enter(lane))
    await settle()
    for _ in range(300):
        other = asyncio.ensure_future(place.gate.enter(lane))
        await asyncio.sleep(0)
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)
    assert len(lane.waiters) < 100
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


@many_slots
async def test_closed_lane_lets_nothing_out_then_one_probe_then_the_others(place: Place) -> None:
    lane = place.lane()
    place.gate.close(lane, 30.0)
    tasks = place.line_up(lane, 10, seconds=5.0)
    await place.clock.sleep(29.9)
    assert place.went == []
    await asyncio.gather(*tasks)
    assert [number for number, _ in place.went] == list(range(10))
    assert [when for _, when in place.went] == pytest.approx([30.0] + [35.0] * 9)


@many_slots
@pytest.mark.parametrize("limited", [True, None], ids=["429", "no-answer"])
async def test_probe_that_proves_nothing_is_followed_by_another(
    place: Place, limited: bool | None
) -> None:
    lane = place.lane()
    place.gate.close(lane, 30.0)
    await place.gate.enter(lane)
    tasks = place.line_up(lane, 3, seconds=5.0)
    place.gate.leave(lane, limited)
    await asyncio.gather(*tasks)
    assert [when for _, when in place.went] == pytest.approx([30.0, 35.0, 35.0])


async def test_waiters_are_told_when_the_gate_closes(place: Place) -> None:
    lane = place.lane(rate=Rate(1, 1000.0, burst=1))
    tasks = place.line_up(lane, 5)
    await settle()
    await place.gate.aclose()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results[1:]] == [ClientClosedError] * 4


async def test_lane_is_the_same_for_the_same_credential_and_bucket(place: Place) -> None:
    assert place.lane("a") is place.lane("a", Rate(5))
    assert place.lane("a") is not place.lane("b")
    assert place.gate.lane("other", "a", Limiter(), None) is not place.lane("a")
