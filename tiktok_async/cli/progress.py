"""How far a run is: a live line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from tiktok_async import events
from tiktok_async.cli.terminal import counted, say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from rich.progress import Progress as RichProgress

    from tiktok_async.cli.options import Talk
    from tiktok_async.events import Event
    from tiktok_async.io.counters import Statistics
    from tiktok_async.sansio.quota import QuotaStatus

_LIVE_SECONDS: Final = 0.25
_PLAIN_SECONDS: Final = 10.0


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


class Progress(Protocol):
    """Shows how far a run is."""

    async def tick(self, measure: Callable[[], Awaitable[Measure]]) -> None:
        """Show it again and again, until cancelled."""


class Silent:
    """Shows nothing."""

    async def tick(self, measure: Callable[[], Awaitable[Measure]]) -> None:
        """Do nothing."""


class Plain:
    """A line now and then."""

    async def tick(self, measure: Callable[[], Awaitable[Measure]]) -> None:
        """Show it again and again, until cancelled."""
        while True:
            await asyncio.sleep(_PLAIN_SECONDS)
            say((await measure()).line())


class Live:
    """A bar and a line that change in place.

    Args:
        progress: Draws them.
    """

    def __init__(self, progress: RichProgress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None)

    async def tick(self, measure: Callable[[], Awaitable[Measure]]) -> None:
        """Show it again and again, until cancelled."""
        while True:
            found = await measure()
            self._progress.update(
                self._task, completed=found.done, total=found.total, description=found.line()
            )
            await asyncio.sleep(_LIVE_SECONDS)


@contextmanager
def progress_of(talk: Talk) -> Iterator[Progress]:
    """Show progress as it suits standard error, until the block ends."""
    if talk.quiet:
        yield Silent()
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Plain()
    else:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        columns = BarColumn(bar_width=20), TextColumn("{task.description}", markup=False)
        console = Console(stderr=True)
        with RichProgress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
            yield Live(bar)


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
    return None


def duration(seconds: float) -> str:
    """Return a duration as a person says it, such as `2 min` or `3.5 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
