"""The quota ledgers: never more than the limit, whoever shares them, whatever dies."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis_server import RedisServer, needs_redis

import tiktok_async
from tiktok_async.io.ledger import MemoryLedger, SQLiteLedger
from tiktok_async.io.shared import RedisLedger
from tiktok_async.sansio.quota import DailyQuota, block_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tiktok_async.io.ledger import Ledger

pytestmark = pytest.mark.anyio

NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
DAY: Final = "2026-03-01"
QUOTA: Final = DailyQuota("q", 10, 100)
FUSE: Final = 1000
"""More than any quota here: where a broken ledger is no longer asked."""
ROOT: Final = Path(tiktok_async.__file__).parent.parent


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Give a server that this module shares."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


def made_ledger(kind: str, request: pytest.FixtureRequest, path: Path) -> Ledger:
    """Return a ledger of that kind, empty."""
    if kind == "memory":
        return MemoryLedger()
    if kind == "sqlite":
        return SQLiteLedger(path / "d" / "q.db")
    server: RedisServer = request.getfixturevalue("redis")
    server.flush()
    return RedisLedger(server.url)


KINDS: Final = ["memory", "sqlite", pytest.param("redis", marks=needs_redis)]


@pytest.fixture(params=KINDS)
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    """Give each kind of ledger, empty."""
    made = made_ledger(request.param, request, tmp_path)
    yield made
    await made.aclose()


async def test_lease_grants_what_is_left_and_then_nothing(ledger: Ledger) -> None:
    granted = [(await ledger.lease("a", QUOTA, 4, NOON))[0] for _ in range(4)]
    assert granted == [4, 4, 2, 0]
    status = await ledger.status("a", QUOTA, NOON)
    assert (status.requests_spent, status.requests_left, status.exhausted) == (10, 0, True)


async def test_lease_returns_the_status_after_it(ledger: Ledger) -> None:
    granted, status = await ledger.lease("a", QUOTA, 4, NOON)
    assert (granted, status.requests_spent, status.day) == (4, 4, DAY)
    assert status.reset_at == datetime(2026, 3, 2, tzinfo=UTC)


async def test_owners_are_counted_apart(ledger: Ledger) -> None:
    await ledger.lease("a", QUOTA, 10, NOON)
    assert (await ledger.lease("b", QUOTA, 3, NOON))[0] == 3


async def test_day_rolls_at_midnight_utc(ledger: Ledger) -> None:
    midnight = NOON + 12 * 3600
    await ledger.lease("a", QUOTA, 10, midnight - 0.001)
    assert (await ledger.lease("a", QUOTA, 1, midnight - 0.001))[0] == 0
    granted, status = await ledger.lease("a", QUOTA, 3, midnight)
    assert (granted, status.day, status.requests_spent) == (3, "2026-03-02", 3)


async def test_give_back_makes_room_on_its_own_day_alone(ledger: Ledger) -> None:
    await ledger.lease("a", QUOTA, 10, NOON)
    await ledger.lease("a", QUOTA, 10, NOON + 86_400)
    await ledger.give_back("a", DAY, 4)
    assert (await ledger.lease("a", QUOTA, 10, NOON))[0] == 4
    assert (await ledger.lease("a", QUOTA, 10, NOON + 86_400))[0] == 0


async def test_count_is_never_negative(ledger: Ledger) -> None:
    await ledger.lease("a", QUOTA, 3, NOON)
    await ledger.give_back("a", DAY, 5)
    assert (await ledger.status("a", QUOTA, NOON)).requests_spent == 0
    assert (await ledger.lease("a", QUOTA, 50, NOON))[0] == 10


async def test_records_end_the_day_too(ledger: Ledger) -> None:
    await ledger.add_records("a", DAY, 99)
    assert (await ledger.lease("a", QUOTA, 1, NOON))[0] == 1
    await ledger.add_records("a", DAY, 1)
    granted, status = await ledger.lease("a", QUOTA, 1, NOON)
    assert (granted, status.records_left, status.exhausted) == (0, 0, True)


@pytest.mark.parametrize(
    "quota",
    [
        pytest.param(QUOTA, id="limited"),
        pytest.param(DailyQuota("q", None, 100), id="records-only"),
        pytest.param(DailyQuota("q", None, None), id="not-limited-by-us"),
    ],
)
async def test_exhausted_day_grants_nothing_whatever_the_count_says(
    ledger: Ledger, quota: DailyQuota
) -> None:
    await ledger.lease("a", quota, 2, NOON)
    status = await ledger.exhaust("a", quota, NOON)
    assert status.exhausted
    granted, after = await ledger.lease("a", quota, 1, NOON)
    assert granted == 0
    assert after.exhausted
    assert (await ledger.status("a", quota, NOON)).exhausted
    assert (await ledger.lease("a", quota, 1, NOON + 86_400))[0] == 1


async def test_quota_without_limits_grants_all_and_still_counts(ledger: Ledger) -> None:
    quota = DailyQuota("q")
    granted, status = await ledger.lease("a", quota, 10**6, NOON)
    assert (granted, status.requests_spent, status.requests_left) == (10**6, 10**6, None)


async def test_closing_twice_does_no_harm(ledger: Ledger) -> None:
    await ledger.lease("a", QUOTA, 1, NOON)
    await ledger.aclose()
    await ledger.aclose()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["lease", "give_back", "records", "exhaust"]),
        st.integers(0, 6),
        st.sampled_from([0, 86_400]),
    ),
    max_size=25,
)


@pytest.mark.parametrize("kind", KINDS[1:])
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example makes its own
)
@given(steps=STEPS)
async def test_all_ledgers_say_the_same_and_never_grant_more_than_the_limit(
    steps: list[tuple[str, int, int]],
    kind: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    memory, shared = MemoryLedger(), made_ledger(kind, request, tmp_path_factory.mktemp("l"))
    held = {0: 0, 86_400: 0}
    try:
        for what, n, later in steps:
            now, day = NOON + later, "2026-03-02" if later else DAY
            for ledger in (memory, shared):
                if what == "lease":
                    granted, _ = await ledger.lease("a", QUOTA, n, now)
                    held[later] += granted if ledger is memory else 0
                elif what == "give_back":
                    await ledger.give_back("a", day, min(n, held[later]))
                elif what == "records":
                    await ledger.add_records("a", day, n)
                else:
                    await ledger.exhaust("a", QUOTA, now)
            if what == "give_back":
                held[later] -= min(n, held[later])
            assert held[later] <= 10
            status = await memory.status("a", QUOTA, now)
            assert status == await shared.status("a", QUOTA, now)
    finally:
        await shared.aclose()


async def test_two_ledgers_on_one_file_share_the_count(tmp_path: Path) -> None:
    one, other = SQLiteLedger(tmp_path / "q.db"), SQLiteLedger(tmp_path / "q.db")
    assert (await one.lease("a", QUOTA, 7, NOON))[0] == 7
    assert (await other.lease("a", QUOTA, 7, NOON))[0] == 3
    await one.aclose()
    await other.aclose()


def lease_all(path: Path, quota: DailyQuota, wanted: int) -> int:
    """Lease until nothing is left, in an event loop of its own; return what was granted."""

    async def run() -> int:
        ledger, total = SQLiteLedger(path), 0
        while total < FUSE and (granted := (await ledger.lease("a", quota, wanted, NOON))[0]):
            total += granted
        await ledger.aclose()
        return total

    return asyncio.run(run())


def test_ledgers_of_several_threads_never_grant_more_than_the_limit(tmp_path: Path) -> None:
    quota, totals = DailyQuota("q", 301), list[int]()
    threads = [
        threading.Thread(target=lambda: totals.append(lease_all(tmp_path / "q.db", quota, 3)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(totals) == 301
    assert len(totals) == 4


LEASE_ALL: Final = """
    import asyncio, sys
    from tiktok_async.io.ledger import SQLiteLedger
    from tiktok_async.sansio.quota import DailyQuota

    async def main():
        ledger, total = SQLiteLedger(sys.argv[1]), 0
        print("ready", flush=True)
        sys.stdin.readline()
        quota, now = DailyQuota("q", 301), float(sys.argv[2])
        while total < 1000 and (granted := (await ledger.lease("a", quota, 3, now))[0]):
            total += granted
        await ledger.aclose()
        print(total)

    asyncio.run(main())
"""
SPEND_AND_DIE: Final = """
    import asyncio, os, sys
    from tiktok_async.io.gate import Gate
    from tiktok_async.io.ledger import SQLiteLedger
    from tiktok_async.io.tasks import TaskSet
    from tiktok_async.sansio.limiter import Limiter
    from tiktok_async.sansio.quota import DailyQuota
    from tiktok_async.testing import FakeClock

    async def main():
        clock = FakeClock(start=float(sys.argv[2]))
        gate = Gate(clock, TaskSet(), SQLiteLedger(sys.argv[1]), 10)
        lane = gate.lane("f", "b", Limiter(), DailyQuota("q", 1000))
        for n in range(int(sys.argv[3])):
            await gate.enter(lane)
            gate.leave(lane, limited=False)
        os.kill(os.getpid(), 9)

    asyncio.run(main())
"""


def process(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a fresh interpreter on a script."""
    return subprocess.Popen(  # noqa: S603  # our own interpreter and script
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_ledgers_of_several_processes_never_grant_more_than_the_limit(tmp_path: Path) -> None:
    running = [process(LEASE_ALL, tmp_path / "q.db", NOON) for _ in range(3)]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    totals = [int(out) for out, _ in [_go(one) for one in running]]
    assert sum(totals) == 301


def _go(one: subprocess.Popen[str]) -> tuple[str, str]:
    assert one.stdin is not None
    one.stdin.write("go\n")
    one.stdin.flush()
    return one.communicate(timeout=50)


@pytest.mark.parametrize("sent", [1, 10, 25])
async def test_killed_process_counts_too_much_by_less_than_a_block(
    tmp_path: Path, sent: int
) -> None:
    with process(SPEND_AND_DIE, tmp_path / "q.db", NOON, sent) as dying:
        assert dying.wait(50) == -9
    quota, ledger = DailyQuota("q", 1000), SQLiteLedger(tmp_path / "q.db")
    spent = (await ledger.status("f:b", quota, NOON)).requests_spent
    await ledger.aclose()
    assert sent <= spent < sent + block_of(quota)
