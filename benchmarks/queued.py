"""Memory and rate with 10,000 tasks queued at once, against the same calls made by few tasks.

Claim: a call that waits for its turn costs at most 4 KiB, the caller's own task included, and the
rate stays what it was.

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

from benchmarks.target import rate_of, server
from tiktok_async import Limits, Options, ResearchClient
from tiktok_async.research.endpoints import GetUser

TASKS = 10_000
SLOTS = 50
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


async def rates(research: ResearchClient, rounds: int) -> tuple[float, float]:
    """Return calls per second by as many tasks as slots, and by all tasks queued at once."""
    few, many = [], []

    async def call() -> None:
        await research.raw(REQUEST)

    await rate_of(call, SLOTS, 0.5)
    for _ in range(rounds):
        few.append(await rate_of(call, SLOTS, 2.0))
        start = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(TASKS // 4):
                group.create_task(call())
        many.append(TASKS / 4 / (time.perf_counter() - start))
    return statistics.median(few), statistics.median(many)


async def measure(rounds: int) -> dict[str, float]:
    """Return both figures."""
    async with (
        server(0.2) as slow,
        ResearchClient(token="clt.none", base_url=slow, options=Options(limits=LIMITS)) as research,
    ):
        held = await memory(research)
    async with (
        server() as fast,
        ResearchClient(token="clt.none", base_url=fast, options=Options(limits=LIMITS)) as research,
    ):
        few, many = await rates(research, rounds)
    return {"bytes_each": held, "few": few, "many": many, "ratio": many / few}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Ten thousand queued calls.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    found = asyncio.run(measure(2 if given.quick else 5))
    print(f"memory of a queued call: {found['bytes_each'] / 1024:.2f} KiB (to reach: at most 4)")
    print(
        f"rate with {TASKS // 4} queued: {found['many']:.0f}/s, with {SLOTS} tasks: "
        f"{found['few']:.0f}/s, kept: {found['ratio']:.2f}"
    )
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
