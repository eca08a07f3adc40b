"""Telling and passing time; the only place that reads a clock."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the library needs of time; `testing.FakeClock` is the other one."""

    def monotonic(self) -> float:
        """Return seconds that never go back; for durations."""

    def time(self) -> float:
        """Return wall time in Unix seconds; for days and dates."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""


class SystemClock:
    """The machine's own clock; all of them are one."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    def monotonic(self) -> float:
        """Return seconds that never go back; for durations."""
        return time.monotonic()

    def time(self) -> float:
        """Return wall time in Unix seconds; for days and dates."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        await asyncio.sleep(seconds)
