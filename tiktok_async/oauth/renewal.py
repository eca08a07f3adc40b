"""How many callers share one renewal of a token, which no cancel may tear."""

from __future__ import annotations

import asyncio
import copy

from tiktok_async.errors import ClientClosedError, TikTokError


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
