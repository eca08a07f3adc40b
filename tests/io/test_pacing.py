"""A gate whose rate is shared: one turn at a time, none kept, none lost, closings obeyed by all."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import anyio
import attrs
import pytest
from gateway import NOON, Place

from tiktok_async.errors import RateLimitError, TransportError
from tiktok_async.io.gate import Gate
from tiktok_async.io.ledger import MemoryLedger
from tiktok_async.io.pacing import Turn
from tiktok_async.io.tasks import TaskSet
from tiktok_async.sansio.limiter import Rate
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio


@attrs.define
class MemoryPacer:
    """A rate that the gates of one test share."""

    clock: FakeClock
    due: float = 0.0
    closed: float = 0.0
    closings: int = 0
    refused: bool = False
    broken: bool = False
    asked: list[Rate | None] = attrs.field(factory=list)

    async def acquire(self, _: str, rate: Rate | None) -> Turn:
        """Reserve the next turn."""
        await asyncio.sleep(0)
        if self.broken:
            raise TransportError("gone", kind="shared", sent=False)
        now = self.clock.monotonic()
        self.asked.append(rate)
        if self.closed > now:
            return Turn(self.closed - now, self.closings, self.refused)
        start = max(now, self.due)
        self.due = start + (0.0 if rate is None else rate.per / rate.limit)
        return Turn(start - now)

    async def close(self, _: str, seconds: float, *, refused: bool = False) -> int:
        """Close the bucket for everybody."""
        if self.broken:
            raise TransportError("gone", kind="shared", sent=False)
        self.closed = max(self.closed, self.clock.monotonic() + seconds)
        self.closings, self.refused = self.closings + 1, refused
        return self.closings

    async def aclose(self) -> None:
        """Do nothing."""


@attrs.define
class Processes:
    """Two gates, as two processes have them, with one pacer and one record."""

    pacer: MemoryPacer
    one: Place
    other: Place


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    """Give two gates with one pacer, on a clock that costs no time."""
    clock, tasks, ledger = FakeClock(start=NOON), TaskSet(), MemoryLedger()
    pacer = MemoryPacer(clock)
    places = [Place(clock, tasks, ledger, Gate(clock, tasks, ledger, 10, pacer)) for _ in range(2)]
    with anyio.fail_after(30):
        yield Processes(pacer, *places)
    await tasks.aclose()


def starts(*places: Place) -> list[float]:
    """Return when calls of all gates went out, in order."""
    return sorted(when for place in places for _, when in place.went)


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


# The gates of a test would share their limiters, as clients of one process do: hence two names.
async def test_two_gates_keep_one_rate(processes: Processes) -> None:
    one, other = processes.one, processes.other
    rate = Rate(10, burst=1)
    tasks = one.line_up(one.lane("a", rate), 20) + other.line_up(other.lane("b", rate), 20)
    await asyncio.gather(*tasks)
    went = starts(one, other)
    gaps = [after - before for before, after in itertools.pairwise(went)]
    assert len(went) == 40
    assert min(gaps) == pytest.approx(0.1)
    assert went[-1] == pytest.approx(3.9)


async def test_gate_asks_for_one_turn_at_a_time_however_many_wait(processes: Processes) -> None:
    place = processes.one
    processes.pacer.due = 100.0  # by turns of others
    tasks = place.line_up(place.lane("a", Rate(1, 100.0, burst=1)), 50)
    await settle()
    assert len(processes.pacer.asked) == 1
    assert place.went == []
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_turn_of_a_cancelled_call_goes_to_the_next(processes: Processes) -> None:
    place = processes.one
    lane = place.lane("a", Rate(1, 10.0, burst=1))
    await place.go(lane)
    first, second = place.line_up(lane, 2)
    await settle()
    first.cancel()
    await second
    assert starts(place) == pytest.approx([0.0, 10.0])
    assert len(processes.pacer.asked) == 2


async def test_turn_of_a_call_that_was_let_out_and_never_ran_is_used_again(
    processes: Processes,
) -> None:
    place = processes.one
    lane = place.lane("a", Rate(10, burst=1))
    waiter = asyncio.ensure_future(place.gate.enter(lane))
    while not lane.waiters:  # noqa: ASYNC110  # the waiter is let out by a task of the gate
        await asyncio.sleep(0)
    given = lane.waiters[0]
    while not given.done():  # noqa: ASYNC110
        await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    await place.go(lane)
    assert len(processes.pacer.asked) == 1


async def test_turn_that_nobody_takes_is_lost_after_a_second(processes: Processes) -> None:
    place = processes.one
    lane = place.lane("a", Rate(1, 10.0, burst=1))
    processes.pacer.due = 10.0
    (waiter,) = place.line_up(lane, 1)
    await settle()
    waiter.cancel()
    await place.clock.sleep(12.0)
    await place.go(lane)
    assert starts(place) == pytest.approx([20.0])


async def test_no_slot_no_turn(processes: Processes) -> None:
    place = processes.one
    lane = place.lane("a", Rate(100, burst=1))
    tasks = place.line_up(lane, 11, seconds=5.0)
    await place.clock.sleep(3.0)
    assert len(processes.pacer.asked) == 10
    await asyncio.gather(*tasks)
    assert starts(place)[-1] == pytest.approx(5.0)


async def test_closing_of_one_gate_closes_the_other_and_halves_its_rate(
    processes: Processes,
) -> None:
    one, other = processes.one, processes.other
    rate = Rate(10, burst=1)
    one.gate.close(one.lane("a", rate), 30.0)
    await settle()
    tasks = other.line_up(other.lane("b", rate), 4, seconds=1.0)
    await asyncio.gather(*tasks)
    assert starts(other) == pytest.approx([30.0, 31.0, 31.2, 31.4])
    assert processes.pacer.asked[-1] == Rate(5, burst=1)


async def test_closing_is_obeyed_once(processes: Processes) -> None:
    one, other = processes.one, processes.other
    rate = Rate(10, burst=1)
    one.gate.close(one.lane("a", rate), 30.0)
    await settle()
    processes.pacer.closed += 5.0  # it lasts longer, and is the same closing
    lanes = one.lane("a", rate), other.lane("b", rate)
    await asyncio.gather(one.go(lanes[0]), other.go(lanes[1]))
    assert [lane.limiter.pace for lane in lanes] == [Rate(5, burst=1)] * 2
    assert starts(one, other)[0] == pytest.approx(35.0)


async def test_refusal_of_one_gate_refuses_calls_of_the_other(processes: Processes) -> None:
    one, other = processes.one, processes.other
    one.gate.refuse(one.lane("a"), 3600.0)
    await settle()
    lane = other.lane("b")
    results = await asyncio.gather(*other.line_up(lane, 3), return_exceptions=True)
    assert [type(result) for result in results] == [RateLimitError] * 3
    with pytest.raises(RateLimitError, match="3600 s"):
        await other.go(lane)
    assert other.went == []


@pytest.mark.parametrize("what", ["acquire", "close"])
async def test_pacer_that_is_gone_fails_who_waits_and_lets_nobody_out(
    processes: Processes, what: str
) -> None:
    place = processes.one
    lane = place.lane("a", Rate(1, 100.0, burst=1))
    if what == "close":
        await place.go(lane)
    tasks = place.line_up(lane, 3)
    if what == "close":
        await settle()
        place.gate.close(lane, 1.0)
    processes.pacer.broken = True
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [TransportError] * 3
    assert len(place.went) == (what == "close")
    processes.pacer.broken = False
    await place.go(lane)
    assert place.gate.statistics().in_flight == 0


async def test_bucket_without_a_rate_asks_whether_it_is_closed(processes: Processes) -> None:
    place = processes.one
    await asyncio.gather(*place.line_up(place.lane("a"), 5))
    assert processes.pacer.asked == [None] * 5
    assert starts(place) == [0.0] * 5
