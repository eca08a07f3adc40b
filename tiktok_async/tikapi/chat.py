"""The chat of a live room as a stream: asked again and again, each event given once.

```python
chat = tikapi.user(account_key=...).live.chat(room_id=...)
async for event in chat:
    print(event.user.nickname, event.content)
print(chat.ended)                                           # room_closed
```

No source names an interval: the pause is short while something happens, and grows while nothing
does (`ChatPace`). Each poll costs a request of the day's quota. Between two events nothing is held,
no connection and no task, so leaving the loop at any point leaks nothing.

An event that comes again is left out by its id; those without one are all given. A poll that fails
is repeated for some minutes where that may help, and goes on at the same cursor. The stream ends
when the room does. That a room is over which answers like one that is not there, or which is
silent and looks closed, is ours: no source tells how a chat ends.
Source: contract, TikAPI, Live chat.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import attrs

from tiktok_async import convert
from tiktok_async.errors import DecodeError, InputError, NotFoundError, TikTokError
from tiktok_async.resource import fetch
from tiktok_async.tikapi.endpoints import GetLive, PollChat
from tiktok_async.tikapi.models import ChatEvent
from tiktok_async.tikapi.paging import echoed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.io.scope import Scope

_GONE: Final = frozenset({"10011", "10210"})
"""TikTok's codes for a live room that is not there."""
_KNOWN: Final = 10_000
"""Ids that are kept, to know an event when it comes again."""
_SILENCE: Final = 60.0
"""Seconds of silence after which the room is looked at, and then again."""
_GROWTH: Final = 1.5


@attrs.frozen(kw_only=True)
class ChatPace:
    """How often a chat is asked; times in seconds.

    Raises:
        InputError: if a time is not above zero, or `fastest` is above `slowest`.
    """

    fastest: float = 1.0
    """From one poll to the next while something happens."""
    slowest: float = 10.0
    """From one poll to the next while nothing does."""
    patience: float = 300.0
    """How long failures that may pass are borne, each poll with its own retries."""

    def __attrs_post_init__(self) -> None:
        """Refuse times that make no sense."""
        if not 0 < self.fastest <= self.slowest or not self.patience > 0:
            raise InputError(
                "fastest, slowest and patience are seconds: write such as 1.0, 10.0 and 300.0."
            )


class LiveChat:
    """What happens in a live room, from now on; take it with `async for`, once.

    Args:
        scope: Where and as whom.
        room_id: The live room.
        pace: How often it is asked.
        next_cursor: Where an earlier stream stood.
    """

    def __init__(
        self,
        scope: Scope,
        room_id: str | int,
        pace: ChatPace,
        next_cursor: int | str | None = None,
    ) -> None:
        self._request = PollChat(room_id=room_id, next_cursor=echoed(next_cursor))
        self._scope = scope
        self._clock = scope.middleware.clock
        self._pace = pace
        self._pause = pace.fastest
        self._due = self._heard = self._clock.monotonic()
        self._failing: float | None = None
        self._met = False
        self._events: deque[ChatEvent] = deque()
        self._known: OrderedDict[str, None] = OrderedDict()
        self.ended: Literal["room_closed"] | None = None
        """Why the stream ended; None = it did not."""

    @property
    def next_cursor(self) -> int | str | None:
        """Where the stream stands: what another one goes on with."""
        return self._request.next_cursor

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChatEvent:
        """Return the next event; waits for it.

        Raises:
            NotFoundError: if there is no such room, or it is not live, at the first poll.
            TikTokError: if the chat cannot be had any more, or failed for too long.
        """
        while not self._events:
            if self.ended is not None:
                raise StopAsyncIteration
            await self._clock.sleep(max(0.0, self._due - self._clock.monotonic()))
            await self._turn()
        return self._events.popleft()

    async def _turn(self) -> None:
        """Poll once, and set when to poll again."""
        began = self._clock.monotonic()
        before = len(self._events)
        try:
            lost = await self._poll()
        except TikTokError as error:
            self._bear(error, began)
        else:
            self._failing, self._met = None, True
            if len(self._events) > before:
                self._heard = self._clock.monotonic()
            elif lost or self._clock.monotonic() - self._heard >= _SILENCE:
                await self._look()
        busy = len(self._events) > before
        self._pause = self._pace.fastest if busy else self._slower()
        self._due = began + self._pause

    def _slower(self) -> float:
        return min(self._pace.slowest, self._pause * _GROWTH)

    async def _poll(self) -> bool:
        """Take what is new; tell whether the answer gave no cursor to go on with."""
        reply = await self._scope.middleware.call(self._request, self._scope)
        rows, cursor = _rows(reply.data), reply.data.get("nextCursor")
        for event in convert.decode_list(ChatEvent, rows, "$.messagesList"):
            if self._is_new(event.key):
                self._events.append(event)
        if cursor:
            self._request = attrs.evolve(self._request, next_cursor=echoed(cursor))
        return not cursor

    def _is_new(self, key: str | None) -> bool:
        if key is None:
            return True
        if key in self._known:
            return False
        self._known[key] = None
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return True

    def _bear(self, error: TikTokError, began: float) -> None:
        """Take a failure for the room's end, or for one that may pass; or raise it."""
        if self._met and _is_gone(error):
            self.ended = "room_closed"
            return
        if self._failing is None:
            self._failing = began
        if not error.retryable or self._clock.monotonic() - self._failing >= self._pace.patience:
            raise error

    async def _look(self) -> None:
        """Look whether a silent room is still open; where nobody can tell, it is."""
        self._heard = self._clock.monotonic()
        try:
            room = await fetch(GetLive(room_id=self._request.room_id), self._scope)
        except TikTokError as error:
            closed = _is_gone(error)
        else:
            closed = room.status is not None and not room.is_live
        if closed:
            self.ended = "room_closed"


def _is_gone(error: TikTokError) -> bool:
    return isinstance(error, NotFoundError) and error.code in _GONE


def _rows(data: Mapping[str, Any]) -> list[Any]:
    rows = data.get("messagesList") or []
    if not isinstance(rows, list):
        raise DecodeError("$.messagesList is no list.", body=dict(data))
    return rows
