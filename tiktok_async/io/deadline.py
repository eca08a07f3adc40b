"""Time limits of exchanges: all of a client's share one timer, which rings when the first is due.

`asyncio.timeout` makes a timer for each, and costs a tenth of all that a call costs. Rules: as
there; who is cancelled from outside meanwhile stays cancelled.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class Deadline:
    """A block of one task that may take so long.

    Args:
        deadlines: Whose timer it shares.
        seconds: How long.

    Raises:
        TimeoutError: if it takes longer; on leaving the block.
    """

    __slots__ = ("_cancelling", "_deadlines", "_seconds", "due", "expired", "task")

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self._deadlines = deadlines
        self._seconds = seconds
        self.expired: bool = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A call is made in a task.")
        self.task: asyncio.Task[object] = task
        self._cancelling = task.cancelling()
        self.due: float = self._deadlines.add(self, self._seconds)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._deadlines.discard(self)
        mine = self.expired and self.task.uncancel() <= self._cancelling
        if mine and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error


class Deadlines:
    """The deadlines of one event loop that are running."""

    def __init__(self) -> None:
        self._running: set[Deadline] = set()
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> Deadline:
        """Return a block that may take `seconds`, for use in `with`."""
        return Deadline(self, seconds)

    def add(self, deadline: Deadline, seconds: float) -> float:
        """Begin to watch a block; return when it is due, in the loop's time."""
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        self._running.add(deadline)
        timer = self._timer
        if timer is None or due < timer.when() or timer.cancelled():
            self._ring_at(due, loop)
        return due

    def discard(self, deadline: Deadline) -> None:
        """Watch a block no longer."""
        self._running.discard(deadline)

    def _ring_at(self, due: float, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(due, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        late = [one for one in self._running if one.due <= now]
        self._running.difference_update(late)
        for one in late:
            one.expired = True
            one.task.cancel()
        if self._running:
            self._ring_at(min(one.due for one in self._running), loop)

    def close(self) -> None:
        """Let the timer go; a block that begins later has one again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
