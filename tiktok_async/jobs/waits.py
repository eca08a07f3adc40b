"""Waiting for a quota's reset or for a provider that is down; a wish to stop ends it at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tiktok_async.sansio.quota import reset_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.errors import TikTokError
    from tiktok_async.io.clock import Clock
    from tiktok_async.jobs.board import Board
    from tiktok_async.jobs.engines.protocol import StopFlag

RESET_MARGIN: Final = 60.0
"""Seconds waited beyond the reset of a quota: clocks differ."""
_JITTER: Final = 60.0
"""Seconds more, at most, so that not everybody comes back at once."""
_NAP: Final = 60.0
"""Longest sleep in seconds: a machine that was suspended looks at its clock again."""
_FIRST_WAIT: Final = 5.0
_LONGEST_WAIT: Final = 300.0
"""Seconds before an outage is looked at again."""


class Waits:
    """Passes time for a run.

    Args:
        clock: Tells and passes it.
        rand: Returns random numbers from 0 to 1.
        stop: Ends a wait.
        board: Is told what is waited for.
    """

    def __init__(
        self, clock: Clock, rand: Callable[[], float], stop: StopFlag, board: Board
    ) -> None:
        self._clock = clock
        self._rand = rand
        self._stop = stop
        self._board = board
        self._outage = 0.0

    def worked(self) -> None:
        """Note that the provider answers: the next outage begins anew."""
        self._outage = 0.0

    async def for_quota(self, error: TikTokError) -> bool:
        """Wait for a quota to start anew; return whether it has, and nobody wished to stop.

        Args:
            error: What said that it is spent, and perhaps until when.
        """
        reset: datetime | None = getattr(error, "reset_at", None)
        until = (reset or reset_after(self._clock.time())).timestamp()
        begin = max(until, self._clock.time())  # who said so may have another clock
        return await self._until("quota", begin + RESET_MARGIN + self._rand() * _JITTER)

    async def for_outage(self, what: str, error: TikTokError) -> bool:
        """Wait a while for a provider that is down, each time longer; return as `for_quota`.

        Args:
            what: In one word.
            error: What said so, and perhaps for how long.
        """
        self._outage = min(self._outage * 2, _LONGEST_WAIT) or _FIRST_WAIT
        asked = getattr(error, "retry_after", None) or 0.0
        return await self._until(what, self._clock.time() + max(self._outage, asked))

    async def _until(self, what: str, until: float) -> bool:
        wake_at = datetime.fromtimestamp(until, UTC)
        while (left := until - self._clock.time()) > 0 and not self._stop.is_set():
            self._board.wait(what, wake_at)
            await self._nap(min(left, _NAP))
        self._board.wait(None)
        return not self._stop.is_set()

    async def _nap(self, seconds: float) -> None:
        tasks = [
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(self._stop.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
