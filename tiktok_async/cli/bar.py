"""How far a piece of work is: a live bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from tiktok_async.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from rich.progress import Progress as RichProgress

    from tiktok_async.cli.options import Talk

_LIVE_SECONDS: Final = 0.25
_PLAIN_SECONDS: Final = 10.0


@attrs.frozen
class Step:
    """How far it is."""

    text: str
    """In one line; empty = nothing to say yet."""
    done: float = 0.0
    total: float | None = None
    """In the unit of `done`; None = nobody knows."""


class Bar(Protocol):
    """Shows steps, until cancelled."""

    async def follow(self, look: Callable[[], Awaitable[Step]]) -> None:
        """Ask for a step again and again, and show it."""


class Silent:
    """Shows nothing."""

    async def follow(self, look: Callable[[], Awaitable[Step]]) -> None:
        """Do nothing."""


class Plain:
    """A line now and then."""

    async def follow(self, look: Callable[[], Awaitable[Step]]) -> None:
        """Ask for a step again and again, and show it."""
        while True:
            await asyncio.sleep(_PLAIN_SECONDS)
            step = await look()
            if step.text:
                say(step.text)


class Live:
    """A bar and a line that change in place.

    Args:
        progress: Draws them.
    """

    def __init__(self, progress: RichProgress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None)

    async def follow(self, look: Callable[[], Awaitable[Step]]) -> None:
        """Ask for a step again and again, and show it."""
        while True:
            step = await look()
            self._progress.update(
                self._task,
                completed=step.done,
                total=step.total,
                description=step.text or "starting",
            )
            await asyncio.sleep(_LIVE_SECONDS)


@contextmanager
def shown(talk: Talk, look: Callable[[], Awaitable[Step]]) -> Iterator[None]:
    """Show how far it is while the block runs, as it suits standard error.

    Args:
        talk: How much to say.
        look: Tells how far it is.
    """
    with _bar_of(talk) as bar:
        following = asyncio.ensure_future(bar.follow(look))
        try:
            yield
        finally:
            following.cancel()


@contextmanager
def _bar_of(talk: Talk) -> Iterator[Bar]:
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
