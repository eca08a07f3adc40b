"""Pages per second of a job with a checkpoint for each page, against one without.

Claim: to have each page, and where the shard stands behind it, flushed to the disk before the next
page is asked for makes a job at most 10 % slower than to do so at the end of each shard alone.

Both are jobs of 20 windows of 20 pages on a server that takes 50 ms; they take turns, each in a
fresh process. With --folder they write there: what a flush costs is the disk's business. A job on
a server that answers at once is shown too, for what the disk itself takes; no bar is set for it.

    python -m benchmarks.checkpoints [--quick] [--folder PATH] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from benchmarks.jobs import WINDOWS, client_of, spec_of
from benchmarks.rounds import spread
from benchmarks.target import PAGES, running

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

EVERY: Final = {"each page": 1, "each shard": 1000}
"""Pages between two checkpoints, by contender."""
LATENCIES: Final = (0.05, 0.0)
"""Seconds that an answer takes."""
BAR: Final = 0.9
"""Of the rate without checkpoints, for the first of them."""


@attrs.frozen
class Result:
    """Medians of the rounds."""

    latency: float
    contender: str
    rate: float
    """Pages per second."""
    cpu: float
    """Milliseconds of CPU for each page."""
    kept: float
    """Of the rate without checkpoints: the median of the rounds' ratios."""
    spread: float | None
    """The slowest round's rate against the fastest one's."""
    bar: float | None


async def _run(url: str, every: int, folder: str, windows: int) -> None:
    from tiktok_async.jobs.job import Job

    spec = spec_of(windows, sync_pages=every)
    job = await asyncio.to_thread(Job.create, spec, folder)
    manifest = await job.run(clients=lambda _: client_of(url))
    assert manifest.rows == windows * PAGES * 100


def _child(url: str, every: int, place: str | None, answer: Connection) -> None:
    with tempfile.TemporaryDirectory(dir=place) as folder:
        asyncio.run(_run(url, every, f"{folder}/warm", 1))
        cpu, began = time.process_time(), time.perf_counter()
        asyncio.run(_run(url, every, f"{folder}/job", WINDOWS))
        answer.send((time.perf_counter() - began, time.process_time() - cpu))


def once(url: str, every: int, place: str | None) -> tuple[float, float]:
    """Return pages per second and milliseconds of CPU a page, of a job in a fresh process."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_child, args=(url, every, place, there))
    process.start()
    there.close()
    seconds, cpu = here.recv()
    process.join()
    pages = WINDOWS * PAGES
    return pages / seconds, cpu / pages * 1000


def measure(latency: float, rounds: int, place: str | None) -> list[Result]:
    """Return the medians of interleaved rounds."""
    made: dict[str, list[tuple[float, float]]] = {name: [] for name in EVERY}
    with running(latency) as url:
        once(url, 1, place)  # the server makes its pages when they are first asked for
        for _ in range(rounds):
            for name, found in made.items():
                found.append(once(url, EVERY[name], place))
    without = [rate for rate, _ in made["each shard"]]
    return [
        Result(
            latency,
            name,
            statistics.median(rate for rate, _ in found),
            statistics.median(cpu for _, cpu in found),
            statistics.median(rate / base for (rate, _), base in zip(found, without, strict=True)),
            spread([rate for rate, _ in found]),
            BAR if latency == LATENCIES[0] and name == "each page" else None,
        )
        for name, found in made.items()
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What checkpoints cost.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--folder", metavar="PATH", help="where to write")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    results: list[Result] = []
    print(
        f"{'latency':>8} {'checkpoint':>11} {'pages/s':>8} {'CPU ms':>7} {'kept':>6}"
        f" {'to reach':>9}"
    )
    for latency in LATENCIES:
        found = measure(latency, 3 if given.quick else 7, given.folder)
        for one in found:
            bar = "" if one.bar is None else f"{one.bar:.2f}"
            print(
                f"{latency * 1000:>5.0f} ms {one.contender:>11} {one.rate:>8.0f} {one.cpu:>7.2f}"
                f" {one.kept:>6.2f} {bar:>9}",
                flush=True,
            )
        results += found
    if given.json is not None:
        figures = [attrs.asdict(one) for one in results]
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
