"""The threads that write parts: a page waits for one of them, and nothing else of the loop does.

To wake a thread, and to be woken by it, costs the loop more than the writing itself. So pages that
come while others are being written are written together, a few at a time. Whoever waits for one is
told when that one is durable: pages that are told together would be asked for, answered and written
together from then on, with nothing to do for the loop meanwhile.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
from queue import SimpleQueue
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
    """Threads that share a queue; each begins when there is work that no other is free for.

    They are not those of `concurrent.futures`, which take nothing more once the main thread has
    ended, and are not there in a process that was forked.

    Args:
        most: Threads at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.begin_anew()

    def begin_anew(self) -> None:
        """Take it that no thread is there: none comes along with a fork, nor does its work."""
        self._lock = threading.Lock()
        self._quiet = threading.Condition(self._lock)
        self._queue: list[_Awaited] = []
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._threads = self._idle = 0

    def put(self, work: _Awaited) -> None:
        """Have some writing done."""
        with self._lock:
            self._queue.append(work)
            more = not self._idle and self._threads < self._most
            if more:
                self._threads += 1
            elif self._idle:
                self._idle -= 1
                self._wake.put(None)
        if more:
            self._begin()

    def _begin(self) -> None:
        thread = threading.Thread(target=self._serve, name="tiktok-async-parts", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system gives no more of them, or the interpreter is ending
            self._do_without()

    def _do_without(self) -> None:
        """Leave the work to the other threads; if there is none, do it here: it must be done."""
        with self._lock:
            self._threads -= 1
            if self._threads:
                return
            batch, self._queue = self._queue, []
        _write(batch)

    def _serve(self) -> None:
        while True:
            while batch := self._taken():
                _write(batch)
            self._wake.get()

    def _taken(self) -> Sequence[_Awaited]:
        with self._lock:
            batch, self._queue = self._queue[:_TOGETHER], self._queue[_TOGETHER:]
            if not batch:
                self._idle += 1
                self._quiet.notify_all()
            return batch

    def drain(self) -> None:
        """Wait until all is written that was to be, for a while. Blocks."""
        with self._quiet:
            self._quiet.wait_for(lambda: self._idle == self._threads, _GRACE_SECONDS)


def _write(batch: Sequence[_Awaited]) -> None:
    for work in together(batch):
        work.tell()


_WRITERS: Final = _Writers(_THREADS)
atexit.register(_WRITERS.drain)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_WRITERS.begin_anew)


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
