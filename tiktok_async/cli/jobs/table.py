"""How a job stands while it runs: a live table on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tiktok_async.cli.amounts import duration
from tiktok_async.cli.bar import Step, shown
from tiktok_async.cli.terminal import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from tiktok_async.cli.options import Talk
    from tiktok_async.jobs.progress import Progress, StageProgress

_A_SECOND: Final = 4
"""Times that the table is drawn."""
_LEAST_DAYS: Final = 0.1
"""Of quota: less is not worth a word."""
_NUMBERS: Final = ("shards", "running", "rows", "calls", "holes", "missing")


class Board:
    """Holds the latest progress.

    Give `take` to a run as its listener.
    """

    def __init__(self) -> None:
        self.progress: Progress | None = None

    def take(self, progress: Progress) -> None:
        """Take the latest."""
        self.progress = progress

    async def step(self) -> Step:
        """Return it for lines."""
        return Step("" if self.progress is None else line_of(self.progress))

    def __rich__(self) -> RenderableType:
        return "starting" if self.progress is None else _drawn(self.progress)


@contextmanager
def watched(board: Board, talk: Talk) -> Iterator[None]:
    """Show a board while the block runs, as it suits standard error.

    Args:
        board: What to show.
        talk: How much to say.
    """
    if talk.quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        with shown(talk, board.step):
            yield
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True)
    with Live(
        console=console,
        get_renderable=lambda: board,
        refresh_per_second=_A_SECOND,
        transient=True,
        redirect_stdout=False,
    ):
        yield


def line_of(progress: Progress) -> str:
    """Return a progress in one line."""
    stage = next((one for one in progress.stages if not _ended(one)), progress.stages[-1])
    shards = f"{stage.name}: {_shards(stage)} shards"
    return " · ".join([shards, *_facts(progress)])


def _ended(stage: StageProgress) -> bool:
    return stage.shards is not None and stage.done == stage.shards


def _shards(stage: StageProgress) -> str:
    return "not planned yet" if stage.shards is None else f"{stage.done:,} of {stage.shards:,}"


def _facts(progress: Progress) -> list[str]:
    """Return what holds for the run as a whole."""
    rate = progress.rows / progress.seconds if progress.seconds else 0.0
    facts = [
        counted(progress.rows, "row"),
        f"{rate:,.0f} rows/s",
        counted(progress.calls, "call"),
        duration(progress.seconds),
    ]
    if progress.retries:
        facts.append(f"{progress.retries:,} repeated")
    if progress.quota is not None and progress.quota.requests_left is not None:
        facts.append(f"{progress.quota.requests_left:,} left today")
    if progress.quota_days_left is not None and progress.quota_days_left >= _LEAST_DAYS:
        facts.append(f"about {progress.quota_days_left:.1f} days of quota to go")
    if progress.waiting is not None:
        facts.append(_waiting(progress))
    return facts


def _waiting(progress: Progress) -> str:
    until = "" if progress.wake_at is None else f" until {progress.wake_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"waiting ({progress.waiting}){until}"


def _drawn(progress: Progress) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    return Group(_stages(progress), Text(" · ".join(_facts(progress)), style="dim"))


def _stages(progress: Progress) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("stage")
    for name in _NUMBERS:
        table.add_column(name, justify="right")
    for one in progress.stages:
        numbers = (one.running, one.rows, one.calls, one.holes, one.missing)
        table.add_row(
            one.name,
            _shards(one),
            *(f"{number:,}" if number else "-" for number in numbers),
            style="green" if _ended(one) else None,
        )
    return table
