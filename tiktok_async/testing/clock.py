"""A clock for tests: sleeping costs no time, and every sleep is on record."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from typing import Final

_QUIET_SECONDS: Final = 0.003
"""Real seconds without a new sleeper before time jumps, so that exchanges on a socket may end."""
_TURNS: Final = 20
"""Turns of the loop besides: while a machine stands, real time passes and nobody runs."""


class FakeClock:
    """Virtual time that jumps to the next sleeper when everybody waits.

    Args:
        start: Wall time at the beginning, in Unix seconds.
    """

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._start = start
        self._now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._jump: asyncio.Handle | None = None
        self.slept: list[float] = []
        """Every sleep that was asked for, in order, in seconds."""

    def monotonic(self) -> float:
        """Return virtual seconds since the beginning."""
        return self._now

    def time(self) -> float:
        """Return virtual wall time in Unix seconds."""
        return self._start + self._now

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._now += seconds
        self._wake()

    async def sleep(self, seconds: float) -> None:
        """Return when virtual time has passed."""
        self.slept.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), waiter))
        self._arm()
        await waiter

    def _arm(self) -> None:
        if self._jump is not None:
            self._jump.cancel()
        loop = asyncio.get_running_loop()
        self._jump = loop.call_later(_QUIET_SECONDS, self._turn, _TURNS)

    def _turn(self, left: int) -> None:
        if left:
            self._jump = asyncio.get_running_loop().call_soon(self._turn, left - 1)
        else:
            self._forward()

    def _forward(self) -> None:
        self._jump = None
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        if self._sleepers:
            self._now = max(self._now, self._sleepers[0][0])
            self._wake()

    def _wake(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self._now:
            waiter = heapq.heappop(self._sleepers)[2]
            if not waiter.done():
                waiter.set_result(None)
        if self._sleepers:
            self._arm()
