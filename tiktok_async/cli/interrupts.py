"""SIGINT and SIGTERM as a wish to stop, so that what was paid for can be kept."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator
    from types import FrameType

_SAME_WISH_SECONDS: Final = 1.0
_SIGNALS: Final = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}


class Interrupts:
    """Listens while its `listening` block runs.

    A signal that comes a second time acts as without it, but not at once: some programs and
    shells deliver one wish to stop as two signals.
    """

    def __init__(self) -> None:
        self.exit: Exit | None = None
        """How to end, once a signal came."""
        self._since = 0.0
        self._came = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._before: dict[signal.Signals, object] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals over."""
        try:
            for number in _SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wants it
                    self._before[number] = signal.signal(number, self._take)
        except ValueError:
            pass  # not the main thread: signals are another's business
        try:
            yield
        finally:
            self._restore()

    async def wait(self) -> None:
        """Return when a signal has come."""
        await self._came.wait()

    async def during(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do some work, or leave it when a signal comes.

        Returns:
            Whether one came.
        """
        tasks = [self._loop.create_task(part) for part in (work, self.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        return self.exit is not None

    @contextmanager
    def calling(self, stop: Callable[[], Awaitable[None]]) -> Iterator[None]:
        """Call `stop` if a signal comes while the block runs, or came before."""

        async def watch() -> None:
            await self._came.wait()
            await stop()

        watcher = self._loop.create_task(watch())
        try:
            yield
        finally:
            watcher.cancel()

    def _take(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if self.exit is None:
            self.exit, self._since = _SIGNALS[signal.Signals(number)], now
            self._loop.call_soon_threadsafe(self._came.set)
        elif now - self._since > _SAME_WISH_SECONDS:
            self._restore()
            signal.raise_signal(number)

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() gave
        self._before.clear()
