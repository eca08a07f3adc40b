"""Typed pages of 100 videos per second, against httpx and json that stop at dicts.

Claim: the whole client, which decodes every row into a model, drops doubles, counts the quota and
guards the paging, keeps up with a bare loop that does none of it; side by side it pulls ahead.

Each contender walks the same windows of 20 pages, one after the other or 16 in flight.

    python -m benchmarks.pages [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from benchmarks.target import PAGES, server
from tiktok_async import Limits, Options, ResearchClient
from tiktok_async.research import F

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

WHERE = F.region_code == "US"
FIRST = date(2022, 1, 1)
PATH = "/v2/research/video/query/?fields=id"


async def plain_window(client: httpx.AsyncClient, url: str, start: date) -> int:
    """Walk one window as scripts do: post, json, next cursor."""
    body: dict[str, Any] = {
        "query": WHERE.to_dict(),
        "start_date": f"{start:%Y%m%d}",
        "end_date": f"{start + timedelta(days=30):%Y%m%d}",
        "max_count": 100,
    }
    rows = 0
    while True:
        answer = await client.post(url + PATH, json=body, headers={"Authorization": "Bearer x"})
        data = answer.raise_for_status().json()["data"]
        rows += len(data["videos"])
        if not data["has_more"]:
            return rows
        body.update(cursor=data["cursor"], search_id=data["search_id"])


async def timed(work: Callable[[], Awaitable[int]]) -> float:
    """Return pages per second."""
    start = time.perf_counter()
    rows = await work()
    return rows / 100 / (time.perf_counter() - start)


async def measure(windows: int, rounds: int) -> dict[str, Any]:
    """Return the medians of interleaved rounds with so many windows in flight."""
    options = Options(
        limits=Limits(concurrency=windows, rate=None, requests_per_day=10**9, records_per_day=10**9)
    )
    limits = httpx.Limits(max_connections=windows, max_keepalive_connections=windows)
    starts = [FIRST + timedelta(days=30 * n) for n in range(windows)]
    end = starts[-1] + timedelta(days=29)
    async with (
        server() as url,
        httpx.AsyncClient(limits=limits, timeout=60) as plain,
        ResearchClient(token="clt.none", base_url=url, options=options) as research,
    ):
        query = research.videos.query(WHERE, start=FIRST, end=end)

        async def by_httpx() -> int:
            return sum(await asyncio.gather(*(plain_window(plain, url, day) for day in starts)))

        async def by_client() -> int:
            rows = 0
            async with query.concurrent(windows=windows) as found:
                async for _ in found:
                    rows += 1
            return rows

        rates: dict[str, list[float]] = {"httpx": [], "client": []}
        contenders = (("httpx", by_httpx), ("client", by_client))
        for _, work in contenders:
            assert await work() == windows * PAGES * 100
        for _ in range(rounds):
            for name, work in contenders:
                rates[name].append(await timed(work))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    return {"windows": windows, **medians, "ratio": medians["client"] / medians["httpx"]}


def main() -> None:
    """Measure one window and sixteen."""
    parser = argparse.ArgumentParser(description="Typed pages against httpx and json.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    print(f"{'windows':>8} {'httpx pages/s':>14} {'client pages/s':>15} {'ratio':>6}")
    results = []
    for windows, rounds in ((1, 9), (16, 5)):
        found = asyncio.run(measure(windows, 3 if given.quick else rounds))
        results.append(found)
        print(
            f"{windows:>8} {found['httpx']:>14.0f} {found['client']:>15.0f}"
            f" {found['ratio']:>5.2f}x",
            flush=True,
        )
    if given.json is not None:
        given.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
