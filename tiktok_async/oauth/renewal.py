"""How many callers share one renewal of a token, which no cancel may tear."""

from __future__ import annotations

import asyncio
import copy
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tiktok_async.errors import ClientClosedError, TikTokError

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

_GRACE_SECONDS: Final = 5.0


async def joined(renewal: asyncio.Task[None]) -> None:
    """Wait for a renewal that others wait for too; a cancelled caller leaves it running.

    Raises:
        TikTokError: what the renewal raised, as an error of this caller's own.
        ClientClosedError: if the client was closed in the middle of it.
    """
    try:
        await asyncio.shield(renewal)
    except TikTokError as error:
        raise copy.copy(error) from error
    except asyncio.CancelledError:
        caller = asyncio.current_task()
        if caller is not None and caller.cancelling():
            raise
        msg = "The client was closed while its token was renewed."
        raise ClientClosedError(msg) from None


async def finished(work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` gives; where this task is cancelled, let it end within five seconds.

    The provider kills a refresh token when it answers: an answer on its way must be kept.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=_GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
