"""What `demo` shows of jobs: three stages in a process that is killed half-way, and goes on."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import attrs
from anyio import to_thread

from tiktok_async.cli.amounts import duration
from tiktok_async.cli.bar import Step, shown
from tiktok_async.cli.exits import Exit
from tiktok_async.cli.stopping import stoppable
from tiktok_async.cli.terminal import counted, say
from tiktok_async.research.where import parse_where

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.table import Table

    from tiktok_async.cli.options import Talk
    from tiktok_async.emulator import Emulator
    from tiktok_async.jobs.verify import Verification

DIRECTORY: Final = "demo-job"
SPEC: Final = "demo-job.toml"
_WHERE: Final = "hashtag_name = catsoftiktok and region_code = US"
_SPAN: Final = date(2022, 7, 1), date(2022, 8, 29)
_TEXT: Final = f"""\
# Videos of a hashtag, then their authors, then their first comments.
name = "demo"
[[stage]]
name = "videos"
collect = "research.videos"
where = "{_WHERE}"
start = {_SPAN[0]}
end = {_SPAN[1]}
shard_days = 10
[[stage]]
name = "authors"
collect = "research.user"
from = "videos.username"
items_per_shard = 4
[[stage]]
name = "comments"
collect = "research.comments"
from = "videos.id"
limit = 20
items_per_shard = 4
[[output]]
format = "csv"
"""
_NOT_OURS: Final = (
    *("TIKTOK_ACCESS_TOKEN", "TIKTOK_ASYNC_REDIS", "TIKTOK_ASYNC_CONFIG", "TIKTOK_ASYNC_LEDGER"),
)
"""Settings of the user that are not to reach the demo's processes."""
_LOOK_SECONDS: Final = 0.01


@attrs.frozen(kw_only=True)
class _Killed:
    """What the first process left behind."""

    calls: int
    """As the emulator counted them."""
    rows: int


@attrs.frozen(kw_only=True)
class _Done:
    """What came of the job."""

    facts: dict[str, Any]
    """What the second process told."""
    killed: _Killed
    calls: int
    """Of both, as the emulator counted them."""
    found: Verification
    report: Path
    seconds: float


async def show_job(emulator: Emulator, folder: Path, talk: Talk) -> Exit:
    """Run, kill, go on, verify and report; return the exit code.

    Args:
        emulator: Where from.
        folder: Where the job's directory goes; one of an earlier demo is replaced.
        talk: How much to say.

    Raises:
        StoppedError: if the user had enough.
    """
    if not talk.quiet:
        say(f"Videos with {_WHERE}, their authors, their comments; killed half-way.")
    directory = folder / DIRECTORY
    await to_thread.run_sync(_make_room, folder)
    before = _calls(emulator)

    async def step() -> Step:
        return Step(f"{_calls(emulator) - before:,} calls")

    with shown(talk, step):
        done = await stoppable(_life(emulator, folder))
    if done is None:
        say("The job did not run; `tiktok-async collect run` tells why.")
        return Exit.ERROR
    wrong = await to_thread.run_sync(_wrong, emulator, directory, done)
    _show(done, wrong, directory)
    return Exit.ERROR if wrong else Exit.COMPLETE


def report_line(folder: Path) -> str:
    """Return where the report about the job is."""
    return f"Open in a browser: {(folder / DIRECTORY / 'report.html').resolve()}"


def _make_room(folder: Path) -> None:
    if (folder / DIRECTORY / "job.toml").exists():
        shutil.rmtree(folder / DIRECTORY)
    (folder / SPEC).write_text(_TEXT, encoding="utf-8")


async def _life(emulator: Emulator, folder: Path) -> _Done | None:
    from tiktok_async.jobs.job import Job
    from tiktok_async.report.dataset import write_dataset_report

    directory, began, before = folder / DIRECTORY, time.monotonic(), _calls(emulator)
    words = ("collect", "run", folder / SPEC, directory, "--quiet")
    half = before + await to_thread.run_sync(_at_least, emulator) // 2
    await _run(emulator, *words, until=lambda: _calls(emulator) >= half)
    rows = await to_thread.run_sync(_rows, directory)
    killed = _Killed(calls=_calls(emulator) - before, rows=rows)
    code, told = await _run(emulator, "jobs", "resume", directory, "--json", "--quiet")
    if code:
        return None
    job = Job.open(directory)
    found = await to_thread.run_sync(job.verify)
    report = await to_thread.run_sync(write_dataset_report, directory, None, True)
    return _Done(
        facts=json.loads(told),
        killed=killed,
        calls=_calls(emulator) - before,
        found=found,
        report=report,
        seconds=time.monotonic() - began,
    )


async def _run(
    emulator: Emulator, *words: object, until: Callable[[], bool] = lambda: False
) -> tuple[int, bytes]:
    """Run this program in a process of its own; return its exit code and what it printed.

    Args:
        emulator: Where it sends.
        words: Its command line.
        until: Tells when to kill it.
    """
    environment = {name: one for name, one in os.environ.items() if name not in _NOT_OURS}
    environment |= {
        "TIKTOK_BASE_URL": emulator.base_url,
        "TIKTOK_CLIENT_KEY": emulator.client_key,
        "TIKTOK_CLIENT_SECRET": emulator.client_secret,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tiktok_async", *map(str, words)),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    ended = asyncio.ensure_future(process.communicate())
    try:
        while not ended.done() and not until():
            await asyncio.wait({ended}, timeout=_LOOK_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()  # SIGKILL: it can neither catch it nor clean up
        out, _ = await ended
    return await process.wait(), out


def _calls(emulator: Emulator) -> int:
    counts: dict[str, int] = emulator.stats()["by_endpoint"]
    return sum(count for name, count in counts.items() if name.startswith("research."))


def _truth(emulator: Emulator) -> list[dict[str, Any]]:
    query = parse_where(_WHERE).to_dict()
    return list(emulator.world.search(query, *_SPAN, fields=["id", "username"]))


def _at_least(emulator: Emulator) -> int:
    """Return the calls that the job takes at least: one for each author and each video."""
    videos = _truth(emulator)
    return len(videos) + len({one["username"] for one in videos})


def _rows(directory: Path) -> int:
    parts = (directory / "parts").rglob("*.jsonl")
    return sum(path.read_bytes().count(b"\n") for path in parts)


def _column(directory: Path, stage: str, key: str) -> list[Any]:
    from tiktok_async.jobs.job import Job

    return [row[key] for row in Job.open(directory).dataset(stage).rows()]


def _wrong(emulator: Emulator, directory: Path, done: _Done) -> list[str]:
    """Return what is wrong; nothing, if every row is there once."""
    due = _truth(emulator)
    videos = _column(directory, "videos", "id")
    authors = _column(directory, "authors", "of_username")
    comments = _column(directory, "comments", "id")
    checks = {
        "the videos are not those of the world": sorted(videos) != sorted(o["id"] for o in due),
        "the authors are not those of the videos": (
            sorted(authors) != sorted({one["username"] for one in due})
        ),
        "comments are there twice": len(set(comments)) != len(comments),
        "the job was over before it was killed": done.killed.rows >= done.facts["rows"],
        "the job is not complete": not done.facts["complete"],
    }
    return [*(text for text, wrong in checks.items() if wrong), *map(str, done.found.findings)]


def _table(done: _Done) -> Table:
    from rich.table import Table

    calls, killed = done.facts["calls"], done.killed
    table = Table(title="What it took", show_header=False)
    for name, value in (
        *((one["name"], counted(one["rows"], "row")) for one in done.facts["stages"]),
        ("killed after", f"{counted(killed.calls, 'call')}, with {counted(killed.rows, 'row')}"),
        ("calls in all", f"{done.calls:,}"),
        ("of them paid twice", f"{max(0, done.calls - calls):,}"),
        ("verified", f"{counted(done.found.shards, 'shard')}, {counted(done.found.rows, 'row')}"),
        ("time", duration(done.seconds)),
    ):
        table.add_row(name, value)
    return table


def _show(done: _Done, wrong: list[str], directory: Path) -> None:
    from rich.console import Console

    console = Console()
    console.print(_table(done))
    verdict = "; ".join(wrong) or "the kill cost no row, and none is there twice"
    for line in (
        f"Checked against the emulator's world: {verdict}.",
        f"The job is in {directory}, and a page about it to open in a browser:",
        f"  {done.report.resolve()}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
