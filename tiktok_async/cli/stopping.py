"""Work that Ctrl-C and SIGTERM stop, and that has cleaned up when it has stopped."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import to_thread

from tiktok_async.cli.exits import StoppedError, Terminated
from tiktok_async.cli.interrupts import Interrupts

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType

T = TypeVar("T")


async def stoppable(work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns; a signal cancels it, and its end is waited for.

    Raises:
        StoppedError: a signal came first.
    """
    interrupts = Interrupts()
    with interrupts.listening():
        task = asyncio.ensure_future(work)

        async def stop() -> None:
            task.cancel()

        try:
            with interrupts.calling(stop):
                await asyncio.wait({task})
        finally:
            task.cancel()
    if task.cancelled() and interrupts.exit is not None:
        raise StoppedError(interrupts.exit)
    return task.result()


async def in_thread(work: Callable[[Callable[[], bool]], T]) -> T:
    """Return what blocking work returns; its end is waited for in any case.

    Args:
        work: Called in a thread with a function that says whether a signal came: it then raises
            what it likes, with nothing left behind.

    Raises:
        StoppedError: a signal came first.
    """
    interrupts = Interrupts()

    def stopped() -> bool:
        return interrupts.exit is not None

    with interrupts.listening():
        try:
            return await to_thread.run_sync(work, stopped)
        except Exception:
            if interrupts.exit is not None:
                raise StoppedError(interrupts.exit) from None
            raise


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM end the block by an exception, as Ctrl-C does, so that it cleans up."""

    def end(_: int, __: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
