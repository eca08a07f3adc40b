"""Memory and rate with 10,000 tasks queued at once, against the same calls made by few tasks.

Claim: a call that waits for its turn costs at most 4 KiB, the caller's own task included, and the
rate stays what it was, to a tenth.

    python -m benchmarks.queued [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import time
import tracemalloc
from pathlib import Path
from typing import Any

from benchmarks.rounds import spread
from benchmarks.target import rate_of, server
from tiktok_async import Limits, Options, ResearchClient
from tiktok_async.research.endpoints import GetUser

TASKS = 10_000
SLOTS = 50
QUEUED = TASKS // 4
"""Calls queued at once where the rate is measured."""
MEMORY_BAR = 4096
"""Bytes of a queued call."""
RATE_BAR = 0.9
"""Of the rate without a queue."""
REQUEST = GetUser(username="joe1234567")
LIMITS = Limits(concurrency=SLOTS, rate=None, requests_per_day=10**9, records_per_day=None)


async def memory(research: ResearchClient) -> float:
    """Return the bytes that each queued call holds, by the allocator's own count."""
    await research.raw(REQUEST)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tasks = [asyncio.create_task(research.raw(REQUEST)) for _ in range(TASKS)]
    while research.statistics().waiting < TASKS - SLOTS:  # noqa: ASYNC110  # a snapshot, no event
        await asyncio.sleep(0)
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return held / TASKS


async def rates(research: ResearchClient, rounds: int) -> tuple[list[float], list[float]]:
    """Return calls per second by as many tasks as slots, and by all tasks queued at once."""
    few, many = [], []

    async def call() -> None:
        await research.raw(REQUEST)

    await rate_of(call, SLOTS, 0.5)
    for _ in range(rounds):
        few.append(await rate_of(call, SLOTS, 2.0))
        start = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(QUEUED):
                group.create_task(call())
        many.append(QUEUED / (time.perf_counter() - start))
    return few, many


async def measure(rounds: int) -> dict[str, Any]:
    """Return both figures, and what they are to be."""
    async with (
        server(0.2) as slow,
        ResearchClient(token="clt.none", base_url=slow, options=Options(limits=LIMITS)) as research,
    ):
        held = await memory(research)
    async with (
        server() as quick,
        ResearchClient(
            token="clt.none", base_url=quick, options=Options(limits=LIMITS)
        ) as research,
    ):
        few, many = await rates(research, rounds)
    queued, free = statistics.median(many), statistics.median(few)
    return {
        "memory": {"bytes_each": held, "bar": MEMORY_BAR},
        "few": {"tasks": SLOTS, "rate": free, "spread": spread(few)},
        "many": {"tasks": QUEUED, "rate": queued, "spread": spread(many)},
        "ratio": queued / free,
        "bar": RATE_BAR,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Ten thousand queued calls.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    found = asyncio.run(measure(2 if given.quick else 5))
    held = found["memory"]["bytes_each"] / 1024
    print(f"memory of a queued call: {held:.2f} KiB (to reach: at most {MEMORY_BAR / 1024:.0f})")
    print(
        f"rate with {QUEUED} queued: {found['many']['rate']:.0f}/s, with {SLOTS} tasks:"
        f" {found['few']['rate']:.0f}/s, kept: {found['ratio']:.2f} (to reach: {RATE_BAR})"
    )
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
