"""Rows of an emulator and of the provider do not mix; a part that was changed is told."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import attrs
import pytest

from tests.jobs.collected import OPEN, clients_of, parts, videos
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import CheckpointMismatchError, InputError
from tiktok_async.jobs.checkpoint import Identity, newest
from tiktok_async.jobs.documents import read_manifest, write_manifest
from tiktok_async.jobs.engines.protocol import StopFlag
from tiktok_async.jobs.job import Job
from tiktok_async.research.client import ResearchClient

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async.jobs.manifest import Manifest

pytestmark = pytest.mark.anyio

ELSEWHERE = "https://open.tiktokapis.com"
SPENT = Fault("quota_exhausted", path="research.video.query", after=3)


async def begun(emulator: Emulator, folder: Path) -> Job:
    """Return a job that was stopped after some pages."""
    job = Job.create(videos(20, 20), folder)
    manifest = await job.run(clients=clients_of(emulator, attempts=1))
    assert (manifest.status, manifest.stopped) == ("stopped", "quota")
    assert manifest.rows
    return job


def said_to_come_from(job: Job, base_url: str) -> Manifest:
    """Change the address in the manifest of a job."""
    manifest = read_manifest(job.layout)
    assert manifest is not None
    changed = attrs.evolve(manifest, base_url=base_url)
    write_manifest(job.layout, changed)
    return changed


async def test_job_of_an_emulator_is_not_gone_on_with_elsewhere(tmp_path):
    async with Emulator(videos=3000, **OPEN, faults=[SPENT]) as emulator:
        job = await begun(emulator, tmp_path)
        before = parts(tmp_path)
        with pytest.raises(InputError, match="do not mix") as caught:
            await job.run(clients=lambda _: ResearchClient(token="clt.none", base_url=ELSEWHERE))
        assert emulator.base_url in str(caught.value)
        assert ELSEWHERE in str(caught.value)
        assert parts(tmp_path) == before
        manifest = await job.run(clients=clients_of(emulator))
        assert (manifest.status, manifest.base_url) == ("complete", emulator.base_url)
    assert manifest.emulated


async def test_job_of_elsewhere_is_not_gone_on_with_on_an_emulator(tmp_path):
    async with Emulator(videos=3000, **OPEN, faults=[SPENT]) as emulator:
        job = await begun(emulator, tmp_path)
        said_to_come_from(job, ELSEWHERE)
        before = emulator.stats()["served"]
        with pytest.raises(InputError, match="do not mix"):
            await job.run(clients=clients_of(emulator))
        assert emulator.stats()["served"] == before
    manifest = job.manifest()
    assert manifest is not None
    assert (manifest.base_url, manifest.emulated) == (ELSEWHERE, False)


async def test_another_emulator_of_this_machine_goes_on(tmp_path):
    async with Emulator(videos=3000, **OPEN, faults=[SPENT]) as emulator:
        job = await begun(emulator, tmp_path)
    async with Emulator(videos=3000, **OPEN) as emulator:
        manifest = await job.run(clients=clients_of(emulator))
    assert manifest.status == "complete"


async def test_job_that_nothing_answered_goes_on_anywhere(tmp_path):
    faults = [Fault("quota_exhausted", path="research.video.query")]
    async with Emulator(videos=3000, **OPEN, faults=faults) as emulator:
        stopped = await Job.create(videos(20, 20), tmp_path).run(
            clients=clients_of(emulator, attempts=1)
        )
        assert (stopped.begun, stopped.base_url) == (False, emulator.base_url)
        job = Job.open(tmp_path)
        said_to_come_from(job, ELSEWHERE)
        manifest = await job.run(clients=clients_of(emulator))
        assert (manifest.status, manifest.base_url) == ("complete", emulator.base_url)


async def test_manifest_says_where_rows_come_from_as_soon_as_there_are_some(tmp_path):
    async with Emulator(videos=3000, latency=0.1, **OPEN) as emulator:
        job, stop = Job.create(videos(20, 20), tmp_path), StopFlag()
        run = asyncio.create_task(job.run(clients=clients_of(emulator), stop=stop))
        found = job.manifest()
        while not run.done() and (found is None or found.base_url is None):
            await asyncio.sleep(0.01)
            found = job.manifest()
        stop.set()
        await run
        assert found is not None
        assert (found.status, found.base_url) == ("running", emulator.base_url)
    assert found.begun


async def test_checkpoint_of_a_shard_under_way_has_the_digest_of_its_part(tmp_path):
    async with Emulator(videos=3000, **OPEN, faults=[SPENT]) as emulator:
        job = await begun(emulator, tmp_path)
    (part,) = parts(tmp_path).values()
    found = newest(job.layout, Identity(job.spec.fingerprint, "videos", "00000"))
    assert found is not None
    assert found[1].status == "running"
    assert found[1].sha256 == hashlib.sha256(part).hexdigest()
    assert found[1].entry("00000", "", 1).sha256 is None


async def test_part_that_was_changed_is_not_gone_on_with(tmp_path):
    async with Emulator(videos=3000, **OPEN, faults=[SPENT]) as emulator:
        job = await begun(emulator, tmp_path)
        (path,) = (tmp_path / "parts").rglob("*.jsonl")
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b'"like_count":', b'"like_Count":', 1))
        before = emulator.stats()["served"]
        with pytest.raises(CheckpointMismatchError, match="was changed"):
            await job.run(clients=clients_of(emulator))
        assert emulator.stats()["served"] == before
        found = job.verify().findings
        assert any("digest" in one.message for one in found)
        path.write_bytes(whole)
        manifest = await job.run(clients=clients_of(emulator))
    assert manifest.status == "complete"


async def test_rows_of_a_part_that_was_changed_are_told_where_they_are_read(tmp_path):
    async with Emulator(videos=3000, **OPEN) as emulator:
        job = Job.create(videos(20, 10), tmp_path / "job")
        await job.run(clients=clients_of(emulator))
    rows = len(list(job.dataset("videos").rows()))
    path = min((tmp_path / "job" / "parts").rglob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"like_count":', b'"like_Count":', 1))
    with pytest.raises(CheckpointMismatchError, match="was changed"):
        list(job.dataset("videos").rows())
    with pytest.raises(CheckpointMismatchError, match="was changed"):
        job.export("videos", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()
    assert rows
