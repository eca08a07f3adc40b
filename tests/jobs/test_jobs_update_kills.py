from __future__ import annotations

import os
import random
import shutil
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from tests.jobs.collected import START, of_videos, paid, parts, video_stage
from tests.jobs.mortal import KILLED, doing, lived
from tiktok_async.emulator import Emulator
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.spec import RunOptions, Span, Spec

if TYPE_CHECKING:
    from pathlib import Path

    from tests.jobs.mortal import Doing

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(sys.platform != "linux", reason="needs forks and /proc"),
]

KILLS = int(os.environ.get("KILLS", "4"))
BEGUN = datetime(2022, 1, 6, 12, tzinfo=UTC).timestamp()
LATER = datetime(2022, 1, 9, 12, tzinfo=UTC).timestamp()
INFINITE = float("inf")
SPEC = Spec(
    name="kept",
    stages=(
        attrs.evolve(video_stage(max_count=10), span=Span(START, None, 3)),
        of_videos("liked", "research.liked", "username", items_per_shard=8, limit=20),
    ),
    run=RunOptions(concurrency=1),
)


def at(moment: float, directory: Path, emulator: Emulator, **more: Any) -> Doing:
    return doing(directory, emulator, ahead=moment - time.time(), **more)


async def test_update_killed_at_any_step_goes_on_with_the_same_round(tmp_path):
    before, whole = tmp_path / "before", tmp_path / "whole"
    settings = {"requests_per_day": INFINITE, "records_per_day": INFINITE}
    async with Emulator(videos=3_000, social_requests_per_day=INFINITE, **settings) as emulator:
        Job.create(SPEC, before)
        assert await lived(at(BEGUN, before, emulator)) == 0
        shutil.copytree(before, whole)
        spent, steps = paid(emulator), tmp_path / "steps"
        assert await lived(at(LATER, whole, emulator, update=True, steps=steps)) == 0
        calls = paid(emulator) - spent
        drawn = random.Random(7).sample(range(1, int(steps.read_text())), KILLS)  # noqa: S311  # no secret
        for number, step in enumerate(drawn):
            directory = tmp_path / f"{number}"
            shutil.copytree(before, directory)
            spent, job = paid(emulator), Job.open(directory)
            doomed = at(LATER, directory, emulator, update=True, dies_at=step)
            assert await lived(doomed) == KILLED
            manifest = job.manifest()
            assert manifest is not None
            if manifest.updates:  # the round is as it was begun, whenever it is gone on with
                again = at(LATER + 86_400, directory, emulator)
            else:
                again = at(LATER, directory, emulator, update=True)
            assert await lived(again) == 0
            assert parts(directory) == parts(whole), f"killed at step {step}"
            assert paid(emulator) - spent <= calls + 1, "the page in hand at most"
            assert job.verify().ok
