"""Telling repeated deliveries apart.

TikTok delivers at least once and gives events no id; the same client key, event, user, time and
content are one event.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from tiktok_async.errors import InputError
from tiktok_async.io.clock import Clock, SystemClock

if TYPE_CHECKING:
    from tiktok_async.webhooks.events import Webhook

RETRY_SECONDS: Final = 72 * 3600.0
"""How long TikTok repeats a delivery."""
_LEAST_SECONDS: Final = 600.0
_MOST_EVENTS: Final = 100_000


class Seen:
    """The events that were handled lately, in the memory of one process.

    Args:
        seconds: How long an event is remembered, at least 600.
        most: How many are; beyond it the oldest is forgotten, and would be handled again.
        clock: Tells the time.
    """

    def __init__(
        self,
        *,
        seconds: float = RETRY_SECONDS,
        most: int = _MOST_EVENTS,
        clock: Clock | None = None,
    ) -> None:
        if not seconds >= _LEAST_SECONDS:
            raise InputError("seconds: write 600 or more; a repetition may come minutes later.")
        if most < 1:
            raise InputError("most: write the number of events to remember, 1 or more.")
        self._seconds = seconds
        self._most = most
        self._clock = clock or SystemClock()
        self._added: OrderedDict[bytes, float] = OrderedDict()

    def add(self, event: Webhook) -> None:
        """Remember an event; the time of one that is known starts anew."""
        key = identity(event)
        self._added[key] = self._clock.monotonic()
        self._added.move_to_end(key)
        self._forget()

    def __contains__(self, event: Webhook) -> bool:
        self._forget()
        return identity(event) in self._added

    def __len__(self) -> int:
        self._forget()
        return len(self._added)

    def _forget(self) -> None:
        oldest = self._clock.monotonic() - self._seconds
        while self._added and (
            len(self._added) > self._most or next(iter(self._added.values())) < oldest
        ):
            self._added.popitem(last=False)


def identity(event: Webhook) -> bytes:
    """Return what two deliveries of one event have in common, as 32 bytes."""
    parts = [event.client_key, event.event, event.user_openid, event.create_time, event.content]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()
