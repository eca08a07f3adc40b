"""The threads that write parts: a page waits for one of them, and nothing else of the loop does.

To wake a thread, and to be woken by it, costs the loop more than the writing itself. So pages that
come while others are being written are written together, a few at a time. Whoever waits for one is
told when that one is durable: pages that are told together would be asked for, answered and written
together from then on, with nothing to do for the loop meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from tiktok_async.jobs.steps import Work, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.jobs.steps import Steps

_THREADS: Final = 4
"""What comes next need not wait for a disk that is slow."""
_TOGETHER: Final = 3
"""Pages that a thread writes together."""
_GRACE_SECONDS: Final = 5.0


class _Awaited(Work):
    """Some writing that a task waits for."""

    def __init__(self, steps: Steps, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(steps)
        self._loop = loop
        self.ended: Final[asyncio.Future[None]] = loop.create_future()

    def tell(self) -> None:
        """Wake the task, from a thread."""
        with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody who waits
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        if self.ended.done():
            return
        if self.error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(self.error)


class _Writers:
    """Threads that share a queue."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, "tiktok-async-parts")
        self._idle = threads
        self._queue: list[_Awaited] = []
        self._lock = threading.Lock()

    def put(self, work: _Awaited) -> None:
        """Have some writing done."""
        with self._lock:
            self._queue.append(work)
            if not self._idle:
                return
            self._idle -= 1
        self._pool.submit(self._write)

    def _write(self) -> None:
        while batch := self._taken():
            for work in together(batch):
                work.tell()

    def _taken(self) -> Sequence[_Awaited]:
        with self._lock:
            batch, self._queue = self._queue[:_TOGETHER], self._queue[_TOGETHER:]
            if not batch:
                self._idle += 1
            return batch


_WRITERS: Final = _Writers(_THREADS)


async def written(steps: Steps) -> None:
    """Do some writing in a thread; a caller that is cancelled waits for its end, for a while.

    Args:
        steps: What to do. It is never torn: it goes on to its end, whatever becomes of the caller.

    Raises:
        Exception: what the writing raises.
    """
    work = _Awaited(steps, asyncio.get_running_loop())
    _WRITERS.put(work)
    try:
        await asyncio.shield(work.ended)
    except asyncio.CancelledError:
        work.ended.add_done_callback(_looked_at)
        await asyncio.wait({work.ended}, timeout=_GRACE_SECONDS)
        raise


def _looked_at(ended: asyncio.Future[None]) -> None:
    """Take note of how some writing ended, which nobody does after a cancellation."""
    if not ended.cancelled():
        ended.exception()
