"""Turns at a rate that several processes share; `tiktok_async.io.shared` keeps it in Redis.

The gate asks for one turn at a time, and only where a call waits and a slot is free. So a process
that stalls sends one call late, never a heap of them; a call that is cancelled while it waits costs
no turn, since the turn is its lane's and goes to the next call; and a turn that nobody takes within
a second is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import attrs

from tiktok_async.io.barred import too_long

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.io.clock import Clock
    from tiktok_async.io.gate import Lane
    from tiktok_async.io.tasks import TaskSet
    from tiktok_async.sansio.limiter import Rate

_KEPT_SECONDS: Final = 1.0


@attrs.frozen
class Turn:
    """What a pacer answers: a reserved turn, or that the bucket is closed."""

    seconds: float
    """Until the turn, or until the bucket opens."""
    closing: int = 0
    """Tells closings apart; 0 = the bucket is open and the turn is reserved."""
    refused: bool = False
    """Whether the provider asked for a longer wait than anybody waits."""


class Pacer(Protocol):
    """Where a rate is shared. A key is a credential's fingerprint and a bucket."""

    async def acquire(self, key: str, rate: Rate | None) -> Turn:
        """Reserve the next turn; None = no rate, the bucket can only be closed."""

    async def close(self, key: str, seconds: float, *, refused: bool = False) -> int:
        """Close the bucket for everybody; return what tells this closing apart."""

    async def aclose(self) -> None:
        """Release what the pacer holds."""


@attrs.define
class _Standing:
    """What a lane holds of its shared rate."""

    kept_until: float = float("-inf")
    """Until when the turn at hand is good."""
    asking: bool = False
    closing: int = 0
    """The closing that this process obeys or has obeyed."""


class Turns:
    """The turns of a gate's lanes.

    Args:
        pacer: Gives them.
        clock: Tells and passes the time.
        tasks: Owns the questions.
        pump: Lets out who waits in a lane.
        fail: Gives an error to everybody who waits in a lane.
    """

    def __init__(
        self,
        pacer: Pacer,
        clock: Clock,
        tasks: TaskSet,
        pump: Callable[[Lane], None],
        fail: Callable[[Lane, Exception], None],
    ) -> None:
        self._pacer = pacer
        self._clock = clock
        self._tasks = tasks
        self._pump = pump
        self._fail = fail
        self._standings: dict[str, _Standing] = {}

    def take(self, lane: Lane) -> bool:
        """Take the lane's turn, or arrange that its waiters go on when it comes."""
        standing = self._standings.setdefault(lane.owner, _Standing())
        if self._clock.monotonic() < standing.kept_until:
            standing.kept_until = float("-inf")
            return True
        if not standing.asking:
            standing.asking = True
            self._tasks.start(self._ask(lane, standing))
        return False

    def give_back(self, lane: Lane) -> None:
        """Return a turn that was taken, and whose request was never sent."""
        self._standings[lane.owner].kept_until = self._clock.monotonic() + _KEPT_SECONDS

    def close(self, lane: Lane, seconds: float, *, refused: bool = False) -> None:
        """Tell all other processes what the provider asked for."""
        standing = self._standings.setdefault(lane.owner, _Standing())
        self._tasks.start(self._close(lane, standing, seconds, refused=refused))

    async def _close(
        self, lane: Lane, standing: _Standing, seconds: float, *, refused: bool
    ) -> None:
        try:
            standing.closing = await self._pacer.close(lane.owner, seconds, refused=refused)
        except Exception as error:  # noqa: BLE001  # whatever the pacer met reaches who waits
            self._fail(lane, error)

    async def _ask(self, lane: Lane, standing: _Standing) -> None:
        error: Exception | None = None
        try:
            turn = await self._pacer.acquire(lane.owner, lane.limiter.pace)
            await self._follow(lane, standing, turn)
        except Exception as failed:  # noqa: BLE001  # whatever the pacer met reaches who waits
            error = failed
        finally:
            standing.asking = False
        if error is not None:
            self._fail(lane, error)
        self._pump(lane)

    async def _follow(self, lane: Lane, standing: _Standing, turn: Turn) -> None:
        """Wait for the turn; a closing that another process met closes this one's limiter too."""
        if turn.closing in {0, standing.closing}:
            await self._clock.sleep(turn.seconds)
            if not turn.closing:
                standing.kept_until = self._clock.monotonic() + _KEPT_SECONDS
            return
        standing.closing = turn.closing
        now = self._clock.monotonic()
        if turn.refused:
            lane.limiter.refuse(now, now + turn.seconds)
            raise too_long(turn.seconds)
        lane.limiter.close(now, now + turn.seconds)
