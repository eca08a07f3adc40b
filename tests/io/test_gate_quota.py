"""The daily quota at the gate: who is told that it is spent, and what is given back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from gateway import NOON, Place

from tiktok_async.errors import QuotaExhaustedError
from tiktok_async.io.gate import Gate
from tiktok_async.io.ledger import MemoryLedger
from tiktok_async.io.tasks import TaskSet
from tiktok_async.sansio.limiter import Limiter
from tiktok_async.sansio.quota import DailyQuota
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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


@many_slots
async def test_spent_quota_reaches_every_waiter_as_an_error_of_its_own(place: Place) -> None:
    lane = place.lane(quota=DailyQuota("q", 10))
    results = await asyncio.gather(*place.line_up(lane, 200), return_exceptions=True)
    failed = [r for r in results if isinstance(r, QuotaExhaustedError)]
    assert results[:10] == [None] * 10
    assert len(failed) == len(set(map(id, failed))) == 190
    assert {error.reset_at for error in failed} == {datetime(2026, 3, 2, tzinfo=UTC)}
    assert "10 of 10 requests" in str(failed[0])
    assert place.gate.statistics().in_flight == 0


class StubbornError(Exception):
    """An error that cannot be copied, as those of some databases."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code}: {words}")


class BrokenLedger(MemoryLedger):
    """A ledger that fails."""

    async def lease(self, *_: Any) -> Any:
        """Fail."""
        raise StubbornError(7, "gone")


async def test_failing_ledger_reaches_every_waiter(place: Place) -> None:
    gate = Gate(place.clock, place.tasks, BrokenLedger(), 5)
    lane = gate.lane("f", "b", Limiter(), DailyQuota("q", 10))
    with anyio.fail_after(5):
        results = await asyncio.gather(
            *(gate.enter(lane) for _ in range(20)), return_exceptions=True
        )
    assert [str(result) for result in results] == ["7: gone"] * 20


@many_slots
async def test_quota_starts_anew_at_midnight_utc(place: Place) -> None:
    lane = place.lane(quota=DailyQuota("q", 2))
    for _ in range(2):
        await place.go(lane)
    with pytest.raises(QuotaExhaustedError):
        await place.go(lane)
    place.clock.advance(12 * 3600)
    await place.go(lane)
    status = await place.gate.status(lane)
    assert status is not None
    assert (status.day, status.requests_spent) == ("2026-03-02", 1)


@many_slots
async def test_rows_end_the_day_without_asking_the_provider(place: Place) -> None:
    lane = place.lane(quota=DailyQuota("q", 1000, 150))
    for rows in (100, 60):
        await place.go(lane)
        place.gate.received(lane, rows)
    with pytest.raises(QuotaExhaustedError, match="160 of 150 records"):
        await place.go(lane)


@pytest.mark.parametrize(
    "quota", [DailyQuota("q", 1000, 1000), DailyQuota("q", None, 1000)], ids=["both", "records"]
)
async def test_day_that_the_provider_calls_spent_is_spent(place: Place, quota: DailyQuota) -> None:
    lane = place.lane(quota=quota)
    await place.go(lane)
    status = await place.gate.spent(lane)
    assert status is not None
    assert status.exhausted
    with pytest.raises(QuotaExhaustedError) as raised:
        await place.go(lane)
    assert "None" not in str(raised.value)
    assert ": 0 of" not in str(raised.value)


async def test_status_does_not_count_what_is_leased_and_not_spent(place: Place) -> None:
    lane = place.lane(quota=DailyQuota("q", 1000))
    for _ in range(3):
        await place.go(lane)
    status = await place.gate.status(lane)
    assert status is not None
    assert (status.requests_spent, status.requests_left) == (3, 997)


async def test_closing_returns_what_was_leased_and_tells_the_rows(place: Place) -> None:
    quota = DailyQuota("q", 1000, 10_000)
    lane = place.lane(quota=quota)
    for _ in range(3):
        await place.go(lane)
    place.gate.received(lane, 42)
    await place.gate.aclose()
    status = await place.ledger.status(lane.owner, quota, NOON)
    assert (status.requests_spent, status.records_spent) == (3, 42)
