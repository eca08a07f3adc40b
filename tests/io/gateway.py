"""A gate on a clock that costs no time, and a record of who went through it when."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.sansio.limiter import Limiter, Rate

if TYPE_CHECKING:
    from tiktok_async.io.gate import Gate, Lane
    from tiktok_async.io.ledger import MemoryLedger
    from tiktok_async.io.tasks import TaskSet
    from tiktok_async.sansio.quota import DailyQuota
    from tiktok_async.testing import FakeClock

NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


@attrs.define
class Place:
    """A gate with all that belongs to it, and a record of who went when."""

    clock: FakeClock
    tasks: TaskSet
    ledger: MemoryLedger
    gate: Gate
    went: list[tuple[int, float]] = attrs.field(factory=list)

    def lane(
        self, name: str = "b", rate: Rate | None = None, quota: DailyQuota | None = None
    ) -> Lane:
        """Return a lane of the gate."""
        return self.gate.lane("f", name, Limiter(rate), quota)

    async def go(self, lane: Lane, number: int = 0, seconds: float = 0.0) -> None:
        """Go through the gate, stay inside, and leave."""
        await self.gate.enter(lane)
        self.went.append((number, self.clock.monotonic()))
        try:
            if seconds:
                await self.clock.sleep(seconds)
        finally:
            self.gate.leave(lane, limited=False)

    def line_up(self, lane: Lane, count: int, seconds: float = 0.0) -> list[asyncio.Task[None]]:
        """Send `count` tasks to the gate, in order."""
        return [asyncio.ensure_future(self.go(lane, n, seconds)) for n in range(count)]
