"""The threads that write parts: a page waits for one of them, and nothing else of the loop does.

A thread of a pool of our own costs a third of what a general one does, once for every page.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_THREADS: Final = 8
"""Enough for a disk: what it syncs at once, it syncs together."""
_GRACE_SECONDS: Final = 5.0

_POOL: Final = ThreadPoolExecutor(_THREADS, "tiktok-async-parts")


async def written(work: Callable[[], None]) -> None:
    """Do some writing in a thread; a caller that is cancelled waits for its end, for a while.

    Args:
        work: Is never torn: it goes on to its end, whatever becomes of the caller.

    Raises:
        Exception: what `work` raises.
    """
    future = asyncio.get_running_loop().run_in_executor(_POOL, work)
    try:
        await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(_looked_at)
        await asyncio.wait({future}, timeout=_GRACE_SECONDS)
        raise


def _looked_at(work: asyncio.Future[None]) -> None:
    """Take note of how some work ended, which nobody does after a cancellation."""
    if not work.cancelled():
        work.exception()
