from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.jobs.collected import OPEN, clients_of, of_videos, paid, parts, video_stage
from tiktok_async.emulator import Emulator
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.spec import Output, Spec

if TYPE_CHECKING:
    from asyncio.subprocess import Process

pytestmark = pytest.mark.anyio

SPEC = Spec(
    name="killed",
    stages=(
        video_stage(4, 2),
        of_videos("authors", "research.user", "username", items_per_shard=10),
        of_videos("comments", "research.comments", "id", items_per_shard=40, limit=20),
    ),
    outputs=(Output(format="jsonl"),),
)
WORLD = {"videos": 5_000, "latency": 0.01, **OPEN}
IN_FLIGHT = 20


async def started(emulator: Emulator, directory: Path) -> Process:
    environment = {
        **os.environ,
        "TIKTOK_CLIENT_KEY": emulator.client_key,
        "TIKTOK_CLIENT_SECRET": emulator.client_secret,
        "TIKTOK_BASE_URL": emulator.base_url,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.jobs.killed_job",
        str(directory),
        env=environment,
        cwd=Path(__file__).parents[2],
    )


async def whole(emulator: Emulator, directory: Path) -> tuple[Any, dict[str, bytes]]:
    manifest = await Job.create(SPEC, directory).run(clients=clients_of(emulator))
    return manifest, parts(directory)


@pytest.mark.timeout(240)
async def test_killed_job_gives_the_bytes_of_an_unbroken_one(tmp_path):
    dice = random.Random(7)  # noqa: S311  # the same instants each time
    async with Emulator(**WORLD) as emulator:
        unbroken, expected = await whole(emulator, tmp_path / "whole")
        emulator.reset()
        Job.create(SPEC, tmp_path / "job")
        kills, ended = 0, None
        while ended != 0:
            process = await started(emulator, tmp_path / "job")
            before, wanted = paid(emulator), dice.randint(unbroken.calls // 5, unbroken.calls // 2)
            while process.returncode is None:
                if kills < 3 and paid(emulator) - before >= wanted:
                    await asyncio.sleep(dice.random() / 50)
                    process.send_signal(signal.SIGKILL)
                    kills += 1
                    break
                await asyncio.sleep(0.002)
            ended = await process.wait()
        again = Job.open(tmp_path / "job").manifest()
        assert kills >= 1
        assert parts(tmp_path / "job") == expected
        assert again.status == "complete"
        assert again.rows == unbroken.rows
        assert paid(emulator) - unbroken.calls <= kills * IN_FLIGHT
        assert [one.sha256 for stage in again.stages for one in stage.outputs] == [
            one.sha256 for stage in unbroken.stages for one in stage.outputs
        ]


async def test_lock_of_a_killed_process_is_free(tmp_path):
    async with Emulator(**WORLD) as emulator:
        job = Job.create(SPEC, tmp_path)
        process = await started(emulator, tmp_path)
        while paid(emulator) < 5:  # noqa: ASYNC110  # a server tells nobody
            await asyncio.sleep(0.01)
        with pytest.raises(ValueError, match="Another process runs the job"):
            await job.run(clients=clients_of(emulator))
        process.send_signal(signal.SIGKILL)
        await process.wait()
        assert job.manifest().status == "running"
        assert (await job.run(clients=clients_of(emulator))).whole
