"""Turns of reading large answers: one in each round of the event loop.

To read a large page takes milliseconds, in which the loop does nothing else. Where many pages come
at once, and all were read in one round, whatever else is due would wait for all of them; and calls
that go on from there together would be answered together again. So between two large answers the
loop sees to everything else that is due.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

LARGE: Final = 32 * 1024
"""Bytes of an answer that waits for its turn; to read a smaller one takes too little time."""


class Turns:
    """The turns of a client's calls, first come, first served."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._taken = False
        """Whether an answer is read in this round of the loop."""
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def next(self) -> None:
        """Wait for the turn of who calls; at once, if there is nobody else."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # what another loop left undone is nobody's
            self._loop, self._taken = loop, False
            self._waiting.clear()
        if self._taken:
            await self._wait(loop.create_future())
        self._taken = True
        loop.call_soon(self._pass_on)

    async def _wait(self, turn: asyncio.Future[None]) -> None:
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it came too late for who was cancelled
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._taken = False
