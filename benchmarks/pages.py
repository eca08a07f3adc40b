"""Typed pages of 100 videos per second, against httpx and json that stop at dicts.

Claim: the whole client, which decodes every row into a model, drops doubles, counts the quota and
guards the paging, keeps up with a bare loop that does none of it, and is ahead with many windows
in flight; with the extra `fast` it is 2 times and 4 times as fast.

Each contender walks the same windows of 20 pages, one after the other or 16 in flight. `core` is
ours as it is without the extra, `fast` with it; what is not installed is absent. The server has a
process of its own, so the CPU of this one is what a contender costs.

    python -m benchmarks.pages [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import statistics
import time
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import httpx

from benchmarks.rounds import EXTRAS, core_only, spread
from benchmarks.target import PAGES, server
from tiktok_async import Limits, Options, ResearchClient
from tiktok_async.io.session import Session
from tiktok_async.research import F

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

WHERE: Final = F.region_code == "US"
FIRST: Final = date(2022, 1, 1)
PATH: Final = "/v2/research/video/query/?fields=id"
BARS: Final = {("core", 1): 1.0, ("core", 16): 1.3, ("fast", 1): 2.0, ("fast", 16): 4.0}
"""Ratios to reach, by contender and windows in flight."""
PAGES_LEAST: Final = 160
"""Pages of a round: a shorter one would measure what else the machine does."""


@attrs.frozen
class Result:
    """Medians of the rounds."""

    windows: int
    contender: str
    rate: float
    """Pages per second."""
    cpu: float
    """Milliseconds of the process for each page."""
    ratio: float
    """Of the rates, against httpx."""
    spread: float | None
    """The slowest round's rate against the fastest one's."""
    bar: float | None


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


class Contenders:
    """Those who walk so many windows at once.

    Args:
        url: Where the server is.
        windows: How many.
        opened: Closes what they opened.
    """

    def __init__(self, url: str, windows: int, opened: AsyncExitStack) -> None:
        self._url = url
        self._starts = [FIRST + timedelta(days=30 * number) for number in range(windows)]
        self._opened = opened

    async def all(self) -> dict[str, Callable[[], Awaitable[int]]]:
        """Return those whose packages are here; each gives the rows that it had."""
        found = {"httpx": await self._plain(), "core": await self._client("core")}
        if all(map(importlib.util.find_spec, EXTRAS)):
            found["fast"] = await self._client("fast")
        return found

    async def _plain(self) -> Callable[[], Awaitable[int]]:
        count = len(self._starts)
        limits = httpx.Limits(max_connections=count, max_keepalive_connections=count)
        client = await self._opened.enter_async_context(
            httpx.AsyncClient(limits=limits, timeout=60)
        )

        async def walk() -> int:
            found = (plain_window(client, self._url, start) for start in self._starts)
            return sum(await asyncio.gather(*found))

        return walk

    async def _client(self, kind: str) -> Callable[[], Awaitable[int]]:
        session = Session(backend="h11" if kind == "core" else "aiohttp")
        self._opened.push_async_callback(session.aclose)
        count = len(self._starts)
        limits = Limits(concurrency=count, rate=None, requests_per_day=10**9, records_per_day=10**9)
        research = await self._opened.enter_async_context(
            ResearchClient(
                token="clt.none",
                base_url=self._url,
                options=Options(limits=limits),
                session=session,
            )
        )
        end = self._starts[-1] + timedelta(days=29)
        query = research.videos.query(WHERE, start=FIRST, end=end)

        async def walk() -> int:
            rows = 0
            with core_only(hidden=kind == "core"):
                async with query.concurrent(windows=count) as found:
                    async for _ in found:
                        rows += 1
            return rows

        return walk


async def measure(windows: int, rounds: int) -> list[Result]:
    """Return the medians of interleaved rounds with so many windows in flight."""
    async with server() as url, AsyncExitStack() as opened:
        contenders = await Contenders(url, windows, opened).all()
        pages = windows * PAGES
        walks = -(-PAGES_LEAST // pages)
        rates: dict[str, list[float]] = {name: [] for name in contenders}
        costs: dict[str, list[float]] = {name: [] for name in contenders}
        for walk in contenders.values():
            assert await walk() == pages * 100
        for _ in range(rounds):
            for name, walk in contenders.items():
                cpu, start = time.process_time(), time.perf_counter()
                for _ in range(walks):
                    await walk()
                rates[name].append(walks * pages / (time.perf_counter() - start))
                costs[name].append((time.process_time() - cpu) / (walks * pages) * 1000)
    plain = statistics.median(rates["httpx"])
    return [
        Result(
            windows,
            name,
            rate := statistics.median(rates[name]),
            statistics.median(costs[name]),
            rate / plain,
            spread(rates[name]),
            BARS.get((name, windows)),
        )
        for name in contenders
    ]


def main() -> None:
    """Measure one window and sixteen."""
    parser = argparse.ArgumentParser(description="Typed pages against httpx and json.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    print(
        f"{'windows':>8} {'by':>6} {'pages/s':>8} {'CPU ms':>7} {'ratio':>6} {'spread':>6}"
        f" {'to reach':>9}"
    )
    results = []
    for windows, rounds in ((1, 9), (16, 5)):
        for one in asyncio.run(measure(windows, 3 if given.quick else rounds)):
            results.append(one)
            bar = "" if one.bar is None else f"{one.bar:>8.1f}x"
            print(
                f"{one.windows:>8} {one.contender:>6} {one.rate:>8.0f} {one.cpu:>7.2f}"
                f" {one.ratio:>5.2f}x {one.spread or 0:>6.2f} {bar}",
                flush=True,
            )
    if given.json is not None:
        given.json.write_text(json.dumps([attrs.asdict(one) for one in results], indent=2) + "\n")


if __name__ == "__main__":
    main()
