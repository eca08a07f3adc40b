"""A provider that is down, and one that fails on every fifth call: nothing is lost or doubled.

`CALLS=100000 pytest tests/jobs/test_issue5_outages.py -s` is the whole of it; otherwise fewer.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import gc
import itertools
import json
import os
import random
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from tests.jobs.collected import OPEN, START, WHERE, clients_of, clock_at, of_videos, paid, parts
from tests.jobs.collected import videos as videos_of
from tests.jobs.mortal import tell
from tiktok_async.client import Runtime
from tiktok_async.config import Limits, Options, Timeouts
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.emulator.faults import Script
from tiktok_async.errors import TransportError
from tiktok_async.io.ledger import MemoryLedger
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.spec import RunOptions, Span, Spec, Stage
from tiktok_async.research.client import ResearchClient
from tiktok_async.research.where import parse_where
from tiktok_async.sansio.retry import RetryPolicy
from tiktok_async.testing.clock import FakeClock

if TYPE_CHECKING:
    from tiktok_async.emulator.faults import Met

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(7200)]

CALLS: Final = int(os.environ.get("CALLS", "550"))
EVERY: Final = 5
"""One call in so many goes wrong."""
MIXED: Final = (
    Fault("reset_connection", times=None),
    Fault("cut_body", times=None, at=0.5),
    Fault("server_error", times=None),
    Fault("gateway_html", times=None),
    Fault("rate_limited", times=None),
    Fault("html_200", times=None),
    Fault("malformed_json", times=None),
    Fault("stall", times=None, seconds=3.0, at=0.5),
)
SILENCE: Final = 0.5
"""Seconds after which a stalled answer is given up."""
COMMENTS: Final = 30


@attrs.define
class Dice(Script):
    """Faults by chance, any of them on any call of the Research API."""

    chance: random.Random = attrs.field(factory=lambda: random.Random(20))  # noqa: S311  # any faults
    met: collections.Counter[str] = attrs.field(factory=collections.Counter)

    def take(self, call: Met) -> Fault | None:
        """Return what happens to a call."""
        if not call.operation.id.startswith("research.") or self.chance.random() * EVERY >= 1:
            return None
        fault = self.chance.choice(MIXED)
        self.met[fault.kind] += 1
        return fault

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return False

    def has(self, kind: str) -> bool:
        """Whether any fault is of a kind."""
        return any(fault.kind == kind for fault in MIXED)


def open_things() -> tuple[int, int, int]:
    """Return how many files and sockets are open, and how many tasks there are."""
    gc.collect()
    names = []
    for one in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            names.append(str(one.readlink()))
    sockets = sum(name.startswith("socket:") for name in names)
    return len(names) - sockets, sockets, len(asyncio.all_tasks())


def clients(emulator: Emulator) -> Any:
    """Return what opens a client that is patient in number, and hasty in time."""
    limits = Limits(rate=None, requests_per_day=None, records_per_day=None)
    options = Options(
        timeouts=Timeouts(read=SILENCE),
        retry=RetryPolicy(attempts=10, wait_base=0.001, wait_max=0.01, rate_waits=20,
                          rate_wait_base=0.001, rate_wait_max=0.01),
        limits=limits,
    )  # fmt: skip
    return lambda _: ResearchClient(
        client_key=emulator.client_key,
        client_secret=emulator.client_secret,
        base_url=emulator.base_url,
        options=options,
    )


def three_stages(days: int) -> Spec:
    """Return a job of days, which decide the number of calls."""
    span = Span(START, START + timedelta(days=days - 1), shard_days=5)
    first = Stage(name="videos", collect="research.videos", where=WHERE, span=span)
    return Spec(
        name="mixed",
        stages=(
            first,
            of_videos("authors", "research.user", "username"),
            of_videos("comments", "research.comments", "id", limit=COMMENTS),
        ),
        run=RunOptions(concurrency=50, on_outage="wait"),
    )


def rows_of(directory: Path, stage: str) -> list[dict[str, Any]]:
    """Return the rows of a stage."""
    found = sorted((directory / "parts" / stage).glob("*.jsonl"))
    return [json.loads(line) for path in found for line in path.read_bytes().splitlines()]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
async def test_job_amid_mixed_faults_loses_and_doubles_nothing(tmp_path, capsys):
    days = min(730, max(4, CALLS // 138))
    world = {"videos": 220_000, "users": 70_000, "short_pages": False, **OPEN}
    await asyncio.sleep(0)
    before = open_things()
    began, busy = time.monotonic(), time.process_time()
    async with Emulator(**world) as emulator:
        dice = Dice()
        emulator._running.emulation.script = dice
        job = Job.create(three_stages(days), tmp_path / "job")
        manifest = await job.run(clients=clients(emulator))
        served = emulator.stats()["served"]
        assert manifest.status == "complete", manifest.message
        assert (manifest.holes, manifest.missing) == ((), ())
        truth = emulator.world.search(
            parse_where(WHERE).to_dict(), START, START + timedelta(days=days - 1), fields=["id"]
        )
        videos = rows_of(tmp_path / "job", "videos")
        assert collections.Counter(row["id"] for row in videos) == collections.Counter(
            row["id"] for row in truth
        )
        names = list(dict.fromkeys(row["username"] for row in videos))
        assert [row["of_username"] for row in rows_of(tmp_path / "job", "authors")] == names
        comments = rows_of(tmp_path / "job", "comments")
        of = [key for key, _ in itertools.groupby(comments, key=lambda row: row["of_video_id"])]
        assert len(of) == len(set(of)), "the comments of a video stand together"
        assert len({(row["of_video_id"], row["id"]) for row in comments}) == len(comments)
        if CALLS <= 5000:
            emulator._running.emulation.script = Script()
            clean = Job.create(three_stages(days), tmp_path / "clean")
            await clean.run(clients=clients(emulator))
            assert parts(tmp_path / "job") == parts(tmp_path / "clean")
    await asyncio.sleep(0.1)
    assert open_things() == before
    tell(
        capsys,
        f"{served} calls, {manifest.rows} rows, {sum(dice.met.values())} faults "
        f"{dict(dice.met)}; {time.monotonic() - began:.0f} s, "
        f"{time.process_time() - busy:.0f} s of CPU; open before and after: {before}",
    )
    assert served >= CALLS
    assert set(dice.met) == {fault.kind for fault in MIXED}


class Outage(FakeClock):
    """A clock on which a provider is down for some minutes.

    Args:
        start: Wall time at the beginning.
        minutes: So long.
    """

    def __init__(self, start: float, minutes: float) -> None:
        super().__init__(start)
        self.over = asyncio.Event()
        self.down_since: float | None = None
        self._seconds = minutes * 60

    async def sleep(self, seconds: float) -> None:
        """Return when virtual time has passed; tell when the outage is over."""
        await super().sleep(seconds)
        since = self.down_since
        if since is not None and self.monotonic() - since > self._seconds:
            self.over.set()


async def test_emulator_that_is_down_for_minutes_costs_nothing(tmp_path):
    clock = Outage(clock_at().time(), minutes=12)
    world = {"videos": 10_000, "now": clock.time, **OPEN}
    spec = videos_of(20, 5, on_outage="wait")
    async with Emulator(**world) as emulator:
        whole = await Job.create(spec, tmp_path / "whole").run(clients=clients_of(emulator))
    first = Emulator(latency=0.02, **world)
    await first.__aenter__()
    port = int(first.base_url.rpartition(":")[2])
    waits: list[str] = []
    job = Job.create(spec, tmp_path / "job")
    run = asyncio.create_task(
        job.run(
            clients=clients_of(first, clock, attempts=2),
            runtime=Runtime(clock=clock),
            on_progress=lambda now: waits.append(now.waiting) if now.waiting else None,
        )
    )
    while paid(first) < 7:  # noqa: ASYNC110  # the emulator sets no event
        await asyncio.sleep(0.005)
    clock.down_since = clock.monotonic()
    await first.__aexit__(None, None, None)
    await clock.over.wait()
    async with Emulator(port=port, **world) as second:
        manifest = await run
        again = paid(second)
    assert manifest.whole
    assert set(waits) == {"network"}
    assert parts(tmp_path / "job") == parts(tmp_path / "whole")
    # Search ids died with the first: what it began is asked for anew.
    assert paid(first) + again <= whole.calls + 4 * 8
    assert list(manifest.requests_per_day) == [f"{date(2026, 11, 20)}"]


class Gone(MemoryLedger):
    """A ledger that cannot be reached any more when quota is given back."""

    async def give_back(self, owner: str, day: str, requests: int) -> None:  # noqa: ARG002  # the protocol's
        """Fail, as a server that is gone."""
        raise TransportError("The ledger is gone.", kind="shared")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
async def test_client_whose_ledger_is_gone_closes_its_connections():
    await asyncio.sleep(0)
    before = open_things()
    async with Emulator() as emulator:
        client = ResearchClient(
            client_key=emulator.client_key,
            client_secret=emulator.client_secret,
            base_url=emulator.base_url,
            runtime=Runtime(ledger=Gone()),
        )
        await client.users.info(username="joe1234567")
        with pytest.raises(TransportError, match="The ledger is gone"):
            await client.aclose()
        assert client.session.statistics().connections == 0
    await asyncio.sleep(0.1)
    assert open_things() == before
