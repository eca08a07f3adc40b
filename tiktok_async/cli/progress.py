"""How far a run is, and what happens in it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import attrs

from tiktok_async import events
from tiktok_async.cli.amounts import duration
from tiktok_async.cli.bar import Step
from tiktok_async.cli.terminal import counted, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.cli.options import Talk
    from tiktok_async.events import Event
    from tiktok_async.io.counters import Statistics
    from tiktok_async.sansio.quota import QuotaStatus


@attrs.frozen(kw_only=True)
class Measure:
    """How far a run is."""

    unit: str
    done: int
    """Units fetched to their end."""
    total: int
    rows: int
    statistics: Statistics
    quota: QuotaStatus | None
    seconds: float = 0.0
    """Since the run began."""

    @property
    def eta(self) -> float | None:
        """Seconds to go, if all units are alike; None = nobody knows yet."""
        if not 0 < self.done < self.total:
            return None
        return self.seconds / self.done * (self.total - self.done)

    def step(self) -> Step:
        """Return it for a bar."""
        return Step(self.line(), self.done, self.total)

    def line(self) -> str:
        """Return it in one line."""
        rate = self.rows / self.seconds if self.seconds else 0.0
        parts = [
            f"{self.done:,} of {counted(self.total, self.unit)}",
            counted(self.rows, "row"),
            f"{rate:,.0f} rows/s",
            counted(self.statistics.attempts, "call"),
        ]
        if self.quota is not None and self.quota.requests_left is not None:
            parts.append(f"{self.quota.requests_left:,} left today")
        if self.eta is not None:
            parts.append(f"about {duration(self.eta)} to go")
        return " · ".join(parts)


def listener(talk: Talk) -> Callable[[Event], None]:
    """Return a listener that says what a user asked to hear."""

    def hear(event: Event) -> None:
        if talk.verbose and (text := _told(event)):
            say(f"{time.strftime('%H:%M:%S')} {text}")

    return hear


def _told(event: Event) -> str | None:
    match event:
        case events.Retrying(endpoint, attempt, wait, error):
            return f"{endpoint}: attempt {attempt} failed, next in {wait:.1f} s: {error}"
        case events.RateLimited(endpoint, wait):
            return f"{endpoint}: the provider asks to slow down for {wait:.1f} s"
        case events.TokenRenewed():
            return "a fresh token was obtained"
        case events.ExportPolled(_, request_id, status, _, pause):
            return f"export {request_id}: {status or 'no answer'}, next look in {pause:.1f} s"
    return None
