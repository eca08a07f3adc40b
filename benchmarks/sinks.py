"""Rows per second from a job's parts into each format, and the memory that it takes.

Claim: memory does not grow with the rows (under 300 MiB for a million), and no format is slower
than what reading the rows costs several times over.

A job of 20 shards is made by hand: videos with every field, about 1.4 KB of JSON each. Every format
has a process of its own, one after the other:

- read: the rows as plain objects, written nowhere;
- typed: the rows as `Video`;
- the formats, by their endings, as `jobs export` writes them, flushed to the disk.

    python -m benchmarks.sinks [--quick] [--json PATH] [--only FORMAT ...]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from benchmarks.videos import video
from tiktok_async import convert
from tiktok_async.jobs.checkpoint import Identity, Mark, encode
from tiktok_async.jobs.dataset import Dataset
from tiktok_async.jobs.export import export
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.plan import shards_of
from tiktok_async.jobs.spec import Span, Spec, Stage

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ROWS, QUICK_ROWS = 1_000_000, 100_000
SHARDS = 20
MEMORY_BAR = 300.0
"""MiB, of the whole process."""
DISTINCT = 5_000
CONTENDERS = ("read", "typed", "jsonl", "jsonl.zst", "csv", "parquet", "sqlite", "duckdb")
FIRST = date(2023, 1, 1)
STAGE = Stage(
    name="videos",
    collect="research.videos",
    where="keyword = 'cats'",
    span=Span(FIRST, FIRST + timedelta(days=SHARDS - 1), shard_days=1),
)
SPEC = Spec(name="sinks", stages=(STAGE,))


@attrs.frozen
class Result:
    """What one format took."""

    format: str
    rows: int
    seconds: float
    cpu: float
    """Seconds."""
    rate: float
    """Rows a second."""
    cpu_rate: float
    """Rows a second of CPU."""
    peak: float
    """MiB, of the whole process."""
    megabytes: float
    """Of the file."""
    bar: float = MEMORY_BAR
    """MiB."""


def make(directory: Path, rows: int) -> int:
    """Write the parts of a job; return their bytes."""
    chance = random.Random(1)  # noqa: S311  # data to measure with, not a secret
    lines = [convert.dumps(video(chance)) for _ in range(DISTINCT)]
    tails = [line[line.index(b",") :] + b"\n" for line in lines]
    layout = Layout(directory)
    plan = list(shards_of(STAGE))
    for path in (layout.plan("videos"), layout.part("videos", "x")):
        path.parent.mkdir(parents=True)
    layout.checkpoint("videos", "x", "a").parent.mkdir(parents=True)
    layout.plan("videos").write_bytes(b"".join(one.line() for one in plan))
    size, number = 0, 7_300_000_000_000_000_000
    for one in plan:
        each = rows // SHARDS
        digest, part = hashlib.sha256(), 0
        with layout.part("videos", one.id).open("wb") as file:
            for _ in range(each):
                number += 104_729
                line = b'{"id":%d' % number + tails[number % DISTINCT]
                digest.update(line)
                part += file.write(line)
        mark = Mark(status="complete", size=part, rows=each, sha256=digest.hexdigest())
        identity = Identity(SPEC.fingerprint, "videos", one.id)
        content = encode(mark, identity, 0)
        layout.checkpoint("videos", one.id, "a").write_bytes(content)
        size += part
    return size


def run(contender: str, directory: Path, answer: Connection) -> None:
    """Measure one format; meant for a process of its own."""
    dataset = Dataset(SPEC, "videos", directory)
    begun, cpu = time.perf_counter(), time.process_time()
    size = 0
    if contender in {"read", "typed"}:
        rows = sum(1 for _ in (dataset.rows() if contender == "read" else dataset.models()))
    else:
        made = export(dataset, directory / f"out.{contender}", overwrite=True)
        rows, size = made.rows, made.size
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.send((rows, seconds, cpu, peak, size))


def measure(contender: str, directory: Path, rows: int) -> Result:
    """Return what one format takes in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=run, args=(contender, directory, there))
    process.start()
    there.close()
    found, seconds, cpu, peak, size = here.recv()
    process.join()
    (directory / f"out.{contender}").unlink(missing_ok=True)
    assert found == rows
    return Result(contender, rows, seconds, cpu, rows / seconds, rows / cpu, peak, size / 1e6)


def main() -> None:
    """Measure every format."""
    parser = argparse.ArgumentParser(description="Rows into each format.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, help="some of them")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    rows = QUICK_ROWS if given.quick else ROWS
    results = []
    folder = Path(tempfile.mkdtemp())
    try:
        size = make(folder, rows)
        os.sync()
        print(f"{rows} rows, {size / 1e6:.0f} MB of JSON Lines")
        print(f"{'':>9} {'seconds':>8} {'CPU s':>6} {'rows/s':>9} {'peak MiB':>9} {'MB':>6}")
        for contender in given.only or CONTENDERS:
            one = measure(contender, folder, rows)
            results.append(attrs.asdict(one))
            print(
                f"{one.format:>9} {one.seconds:>8.2f} {one.cpu:>6.2f} {one.rate:>9.0f}"
                f" {one.peak:>9.0f} {one.megabytes:>6.0f}",
                flush=True,
            )
            if given.json:
                given.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
