"""What `demo` shows of Research: a collection with faults, and that nothing is missing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from tiktok_async.cli.amounts import duration
from tiktok_async.cli.collect import gather
from tiktok_async.cli.exits import Exit
from tiktok_async.cli.interrupts import Interrupts
from tiktok_async.cli.options import Output, Talk
from tiktok_async.cli.order import Order
from tiktok_async.cli.run import Run
from tiktok_async.cli.summary import present
from tiktok_async.cli.terminal import say
from tiktok_async.io.clock import SystemClock
from tiktok_async.io.output import OutputFile
from tiktok_async.research.client import ResearchClient
from tiktok_async.research.resources import windows_of
from tiktok_async.research.where import parse_where
from tiktok_async.research.windows import plan_windows

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from tiktok_async.cli.summary import Report
    from tiktok_async.emulator import Emulator, Fault

_WHERE: Final = "region_code in (US, CA) and view_count >= 1000"
_SPAN: Final = date(2022, 7, 1), date(2022, 9, 28)
_WINDOW_DAYS: Final = 15
_SHOWN: Final = 5
_QUERY: Final = "research.video.query"
_COLUMNS: Final = ["id", "region_code", "view_count", "username", "video_description"]
_FAULTS: Final = {
    "server_error": 4,
    "gateway_html": 9,
    "search_id_invalid": 11,
    "cut_body": 14,
    "token_expired": 20,
}
"""What goes wrong, and how many calls before it."""


def faults() -> list[Fault]:
    """Return what goes wrong in this part."""
    from tiktok_async.emulator import Fault

    return [Fault(kind, _QUERY, after=after) for kind, after in _FAULTS.items()]


async def show_research(emulator: Emulator, folder: Path, talk: Talk) -> Exit:
    """Collect, check and show; return the exit code.

    Args:
        emulator: Where from.
        folder: Where the file goes.
        talk: How much to say.
    """
    if not talk.quiet:
        say(f"Asking for: {_WHERE}; {_SPAN[0]} to {_SPAN[1]}; windows side by side.")
    path = _place(folder)
    report = await _collect(emulator, path, talk)
    if report.code:
        present(report, Talk())
        return report.code
    rows = _read(path)
    wrong = _compare([int(row["id"]) for row in rows], _truth(emulator))
    _show(report, rows, emulator.stats()["faults"], wrong)
    return Exit.ERROR if wrong else Exit.COMPLETE


def _place(folder: Path) -> Path:
    """Return the file to write; without pyarrow the demo still runs."""
    return folder / ("videos.parquet" if find_spec("pyarrow") else "videos.jsonl")


async def _collect(emulator: Emulator, path: Path, talk: Talk) -> Report:
    output = Output(output=str(path), overwrite=True)
    interrupts = Interrupts()
    with interrupts.listening():
        async with ResearchClient(
            client_key=emulator.client_key,
            client_secret=emulator.client_secret,
            base_url=emulator.base_url,
        ) as client:
            slices = windows_of(
                plan_windows(*_SPAN, days=_WINDOW_DAYS),
                datetime.now(UTC).date(),
                query=parse_where(_WHERE),
            )
            run = Run(Order(slices=slices, unit="window"), client, interrupts, SystemClock())
            return await gather(run, OutputFile(path, overwrite=True), output, talk)


def _read(path: Path) -> list[dict[str, Any]]:
    """Read the file itself: what counts is what is on disk."""
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_bytes().splitlines()]
    from pyarrow import parquet

    rows: list[dict[str, Any]] = parquet.read_table(path, columns=_COLUMNS).to_pylist()
    return rows


def _truth(emulator: Emulator) -> list[int]:
    found = emulator.world.search(parse_where(_WHERE).to_dict(), *_SPAN, fields=["id"])
    return [row["id"] for row in found]


def _compare(had: list[int], due: list[int]) -> list[str]:
    """Return what is wrong; nothing, if every row is there once."""
    missing, foreign = set(due) - set(had), set(had) - set(due)
    counts = {
        "missing": len(missing),
        "not asked for": len(foreign),
        "there twice": len(had) - len(set(had)),
    }
    return [f"{number:,} rows {what}" for what, number in counts.items() if number]


def _show(
    report: Report, rows: list[dict[str, Any]], faults: dict[str, int], wrong: list[str]
) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("id", "region", "views", "username", "description", title="First rows")
    for row in rows[:_SHOWN]:
        text = str(row.get("video_description"))[:40]
        name = Text(str(row["username"]))
        table.add_row(
            str(row["id"]), row["region_code"], f"{row['view_count']:,}", name, Text(text)
        )
    console.print(table)
    console.print(_summary(report, faults))
    verdict = "; ".join(wrong) or f"every one of the {len(rows):,} rows is there, once"
    for line in (
        f"Checked against the emulator's world: {verdict}.",
        f"The rows are in {report.path}.",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _summary(report: Report, faults: dict[str, int]) -> Table:
    from rich.table import Table

    measure, statistics = report.measure, report.measure.statistics
    spent = "" if measure.quota is None else f"{measure.quota.requests_spent:,} requests"
    table = Table(title="What it took", show_header=False)
    for name, value in (
        ("rows", f"{measure.rows:,}"),
        ("windows", f"{measure.done} of {measure.total}"),
        ("calls", f"{statistics.attempts:,}"),
        ("retries", f"{statistics.retries:,}"),
        ("tokens", f"{statistics.tokens_renewed:,}"),
        ("quota spent", spent),
        ("faults healed", ", ".join(sorted(faults))),
        ("time", duration(measure.seconds)),
    ):
        table.add_row(name, value)
    return table
