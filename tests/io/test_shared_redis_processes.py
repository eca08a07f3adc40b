"""Four processes with one Redis: one rate and one budget, as the emulator itself sees them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import anyio
import pytest
from anyio import to_thread
from machine import has_time
from redis_server import RedisServer, needs_redis

from tiktok_async.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.anyio, needs_redis]

WORKER: Final = textwrap.dedent("""
    import asyncio, os, sys
    from tiktok_async import Limits, Options, ResearchClient, Runtime
    from tiktok_async.errors import QuotaExhaustedError
    from tiktok_async.io.shared import RedisLedger, RedisPacer
    from tiktok_async.sansio.limiter import Rate

    async def main(calls, rate, budget, at_once):
        url = os.environ["TIKTOK_ASYNC_REDIS"]
        limits = Limits(rate=Rate(rate), requests_per_day=budget)
        done, left = 0, iter(range(calls))
        async with RedisLedger(url) as ledger, RedisPacer(url) as pacer, ResearchClient(
            options=Options(limits=limits), runtime=Runtime(ledger=ledger, pacer=pacer)
        ) as research:
            async def work():
                nonlocal done
                for _ in left:
                    await research.users.info(username="joe1234567")
                    done += 1
            await research.users.info(username="joe1234567")
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            ends = await asyncio.gather(*(work() for _ in range(at_once)), return_exceptions=True)
            assert all(end is None or isinstance(end, QuotaExhaustedError) for end in ends)
            print(done + 1, flush=True)

    asyncio.run(main(*map(int, sys.argv[1:])))
""")


@pytest.fixture
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Give a server of this test."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


def started(emulator: Emulator, redis: RedisServer, *words: int) -> subprocess.Popen[str]:
    """Start a worker, with all that it needs in its environment."""
    environment = {
        **os.environ,
        "TIKTOK_CLIENT_KEY": emulator.client_key,
        "TIKTOK_CLIENT_SECRET": emulator.client_secret,
        "TIKTOK_BASE_URL": emulator.base_url,
        "TIKTOK_ASYNC_REDIS": redis.url,
    }
    return subprocess.Popen(  # noqa: S603  # our own interpreter and script
        [sys.executable, "-W", "error", "-c", WORKER, *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def go_on(worker: subprocess.Popen[str]) -> int:
    """Let a worker run to its end, and return how many calls were answered."""
    out, _ = worker.communicate("go\n", timeout=50)
    assert worker.returncode == 0
    return int(out)


async def at_work(emulator: Emulator, redis: RedisServer, *words: int) -> list[int]:
    """Run four workers side by side, from the same moment on."""
    counts: list[int] = []

    async def finish(worker: Any) -> None:
        counts.append(await to_thread.run_sync(go_on, worker))

    with ExitStack() as stack:
        workers = [stack.enter_context(started(emulator, redis, *words)) for _ in range(4)]
        for worker in workers:
            stack.callback(worker.kill)
            assert worker.stdout is not None
            assert await to_thread.run_sync(worker.stdout.readline) == "ready\n"
        async with anyio.create_task_group() as group:
            for worker in workers:
                group.start_soon(finish, worker)
    return counts


def busiest_second(arrivals: list[float]) -> int:
    """Return the most calls that came in within any one second."""
    most = first = 0
    for last, when in enumerate(arrivals):
        while when - arrivals[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


async def test_four_processes_keep_one_rate_and_one_budget(redis: RedisServer) -> None:
    async with Emulator(videos=500, requests_per_day=10_000) as emulator:
        counts = await at_work(emulator, redis, 100, 50, 301, 20)
        arrivals = [when for when, name in emulator.stats()["arrivals"] if "token" not in name]
    assert sum(counts) == len(arrivals) == 301
    busy = arrivals[4:]  # behind the calls that each sent to begin with
    assert busiest_second(busy) <= 60
    assert (len(busy) - 1) / (busy[-1] - busy[0]) >= 47 or not has_time()
