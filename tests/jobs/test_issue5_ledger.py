"""Two processes with one quota ledger, killed at random: the provider never sees too many calls."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from tests.jobs.collected import OPEN, video_stage
from tests.jobs.mortal import KILLED, doing, lived, tell
from tiktok_async.emulator import Emulator
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.spec import RunOptions, Spec

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="needs forks"),
]

ROUNDS: Final = int(os.environ.get("ROUNDS", "1"))
KILLS: Final = 16
AT_ONCE: Final = 3
BUDGET: Final = 45
DAY: Final = 86_400.0
WIRE: Final = 0.5
"""Seconds between a call's being counted and its arrival, at most."""
WORLD: Final = {"videos": 10_000, "latency": 0.02, **OPEN}
SPEC: Final = Spec(
    name="spent", stages=(video_stage(60, 10, max_count=2),), run=RunOptions(concurrency=AT_ONCE)
)
"""More calls than two days allow."""
QUOTA: Final = 4


@attrs.define
class Seen:
    """What came of both processes."""

    kills: int = 0
    ends: int = 0
    """How often one was told that the quota is spent."""


async def live_and_die(directory: Path, dice: random.Random, seen: Seen, **more: Any) -> None:
    """Run a job, killed now and then, until it is told three times that the quota is spent."""
    Job.create(SPEC, directory)
    emulator = more.pop("emulator")
    for _ in range(3):
        while True:
            seconds = None if seen.kills >= KILLS else 0.1 + dice.random() * 1.2
            code = await lived(doing(directory, emulator, **more), seconds)
            if code != KILLED:
                break
            seen.kills += 1
        assert code == QUOTA
        seen.ends += 1


def by_day(emulator: Emulator) -> dict[int, list[float]]:
    """Return when calls arrived, by UTC day, in seconds since its midnight."""
    arrivals = emulator.stats()["arrivals"]
    calls = [at for at, endpoint in arrivals if endpoint.startswith("research.")]
    days = itertools.groupby(sorted(calls), key=lambda at: int(at // DAY))
    return {day: [at % DAY for at in found] for day, found in days}


@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize(
    ("zones", "to_midnight"),
    [
        pytest.param(("XXX-14", "XXX+11"), None, id="far-apart"),
        pytest.param(("XXX-5:45", "UTC0"), 4.0, id="at-midnight"),
    ],
)
async def test_two_killed_processes_never_spend_more_than_the_day_allows(
    tmp_path, zones, to_midnight, turn, capsys
):
    dice = random.Random(f"{zones}{turn}")  # noqa: S311  # any times
    noon = DAY / 2 - time.time() % DAY
    ahead = noon if to_midnight is None else DAY - time.time() % DAY - to_midnight
    seen = Seen()
    async with Emulator(now=lambda: time.time() + ahead, **WORLD) as emulator:
        await asyncio.gather(
            *(
                live_and_die(
                    tmp_path / zone.replace(":", ""),
                    random.Random(dice.random()),  # noqa: S311
                    seen,
                    emulator=emulator,
                    zone=zone,
                    ahead=ahead,
                    ledger=tmp_path / "ledger.sqlite",
                    a_day=BUDGET,
                )
                for zone in zones
            )
        )
        days = by_day(emulator)
    counts = [len(calls) for calls in days.values()]
    tell(capsys, f"{seen.kills} kills, {seen.ends} ends; of {BUDGET} calls a day came {counts}")
    first, *later = days.values()
    assert len(first) <= BUDGET
    for calls in later:
        # What was counted just before midnight may arrive just after it.
        assert sum(at > WIRE for at in calls) <= BUDGET
        assert len(calls) <= BUDGET + 2 * AT_ONCE
    last = list(days.values())[-1]
    assert len(last) > BUDGET / 2, "a kill costs the calls that were counted and not sent, no more"
    assert len(days) == 1 if to_midnight is None else len(days) <= 2
