"""The chat of a live room on its way to standard output."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from tiktok_async import convert
from tiktok_async.cli.amounts import duration
from tiktok_async.cli.exits import Exit, StoppedError
from tiktok_async.cli.outcome import tell, write_json
from tiktok_async.cli.progress import listener
from tiktok_async.cli.run import LIMIT
from tiktok_async.cli.stopping import stoppable
from tiktok_async.cli.terminal import counted
from tiktok_async.client import Runtime

if TYPE_CHECKING:
    from tiktok_async.cli.options import Talk
    from tiktok_async.cli.tikapi.options import TikAPIAccess
    from tiktok_async.tikapi.chat import ChatPace, LiveChat

_CLOSED: Final = "room_closed"


async def follow(
    room_id: str, pace: ChatPace, limit: int | None, access: TikAPIAccess, talk: Talk
) -> Exit:
    """Write the events of a room until it closes; return the exit code.

    Args:
        room_id: The room.
        pace: How often it is asked.
        limit: Events to end after; None = all.
        access: Where to ask, and as whom.
        talk: How much to say.

    Raises:
        TikTokError: if the chat cannot be had, or not any more.
    """
    flow = _Flow(limit)
    async with access.opened(Runtime(on_event=(listener(talk),))) as client:
        chat = client.user().live.chat(room_id, pace=pace)
        try:
            await stoppable(flow.pour(chat))
        except StoppedError as stopped:
            flow.tell(talk, client.statistics().attempts, stopped.exit.word, stopped.exit)
            return stopped.exit
        flow.tell(talk, client.statistics().attempts, chat.ended or LIMIT, Exit.COMPLETE)
    return Exit.COMPLETE


class _Flow:
    """Events that are written as they come.

    Args:
        limit: How many.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._events = 0
        self._began = time.monotonic()

    async def pour(self, chat: LiveChat) -> None:
        async for event in chat:
            write_json(convert.to_dict(event))
            self._events += 1
            if self._events == self._limit:
                return

    def tell(self, talk: Talk, calls: int, ended: str, code: Exit) -> None:
        seconds = time.monotonic() - self._began
        amounts = [counted(self._events, "event"), counted(calls, "call"), duration(seconds)]
        facts = {
            "ended": ended,
            "events": self._events,
            "calls": calls,
            "seconds": round(seconds, 3),
            "exit_code": int(code),
        }
        tell(talk, [self._headline(ended), f"  {', '.join(amounts)}"], facts, rows_out=True)

    def _headline(self, ended: str) -> str:
        if ended == LIMIT:
            return f"ended at --limit {self._limit:,}; the room may still be live"
        return "the room has closed" if ended == _CLOSED else ended
