from __future__ import annotations

import asyncio
import json
import os
import time
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from tests.jobs.collected import (
    OPEN,
    clients_of,
    clock_at,
    listed,
    of_videos,
    paid,
    parts,
    video_stage,
    videos,
)
from tiktok_async.client import Runtime
from tiktok_async.config import Limits
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import CheckpointMismatchError, DiskError, InputError
from tiktok_async.io.lock import at_once
from tiktok_async.jobs.engines.protocol import StopFlag
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.spec import Output, RunOptions, Spec

pytestmark = pytest.mark.anyio

WORLD = {"videos": 10_000, **OPEN}
QUOTA = {"videos": 10_000, "records_per_day": 10**6, "search_id_life": 10 * 86_400.0}
FROM_VIDEOS = Spec(
    name="three",
    stages=(
        video_stage(6, 2),
        of_videos("authors", "research.user", "username"),
        of_videos("comments", "research.comments", "id", limit=5),
    ),
    outputs=(Output(format="jsonl", stages=("videos",)),),
)


async def test_stages_follow_each_other(tmp_path):
    async with Emulator(**WORLD) as emulator:
        job = Job.create(FROM_VIDEOS, tmp_path / "job")
        manifest = await job.run(clients=clients_of(emulator))
        assert manifest.calls == paid(emulator) == sum(manifest.requests_per_day.values())
    assert (manifest.status, manifest.stopped, manifest.whole) == ("complete", None, True)
    assert [stage.status for stage in manifest.stages] == ["complete"] * 3
    videos_, authors, comments = manifest.stages
    rows = list(job.dataset("videos").rows())
    users = list(dict.fromkeys(row["username"] for row in rows))
    assert [row["of_username"] for row in job.dataset("authors").rows()] == users
    assert authors.calls == len(users)
    assert comments.calls == len(rows) == videos_.rows
    assert videos_.outputs[0].path == "dataset/videos.jsonl"
    assert videos_.outputs[0].rows == videos_.rows
    assert authors.outputs == ()
    assert manifest.base_url == emulator_url(manifest)
    assert "secret" not in (manifest.credential or "")


def emulator_url(manifest: Any) -> str:
    assert manifest.base_url.startswith("http://127.0.0.1:")
    return manifest.base_url


async def test_finished_job_makes_no_call(tmp_path):
    async with Emulator(**WORLD) as emulator:
        opener = clients_of(emulator)
        first = await Job.create(FROM_VIDEOS, tmp_path).run(clients=opener)
        served, before = emulator.stats()["served"], parts(tmp_path)
        again = await Job.open(tmp_path).run(clients=refused)
        assert emulator.stats()["served"] == served
    assert again.status == "complete"
    assert attrs.evolve(again, updated_at="") == attrs.evolve(first, updated_at="")
    assert parts(tmp_path) == before


def refused(family: str) -> Any:
    pytest.fail(f"a client of {family} was opened")


async def test_output_that_was_lost_is_made_again_without_a_call(tmp_path):
    async with Emulator(**WORLD) as emulator:
        manifest = await Job.create(FROM_VIDEOS, tmp_path).run(clients=clients_of(emulator))
    output = tmp_path / manifest.stages[0].outputs[0].path
    before = output.read_bytes()
    output.unlink()
    await Job.open(tmp_path).run(clients=refused)
    assert output.read_bytes() == before


async def test_list_of_nothing_is_complete(tmp_path):
    stages = (video_stage(1, 1), of_videos("authors", "research.user", "username"))
    async with Emulator(videos=1, **OPEN) as emulator:
        manifest = await Job.create(Spec(name="x", stages=stages), tmp_path).run(
            clients=clients_of(emulator)
        )
    assert (manifest.status, manifest.rows, manifest.stages[1].shards) == ("complete", 0, ())


async def test_progress_is_told_and_adds_up(tmp_path):
    seen: list[Any] = []
    async with Emulator(**WORLD) as emulator:
        job = Job.create(FROM_VIDEOS, tmp_path)
        manifest = await job.run(clients=clients_of(emulator), on_progress=seen.append)
    last = seen[-1]
    assert seen[0].stages[1].shards is None
    assert (last.rows, last.calls, last.retries) == (manifest.rows, manifest.calls, 0)
    assert [one.done for one in last.stages] == [len(one.shards) for one in manifest.stages]
    assert all(one.running == 0 for one in last.stages)
    assert last.seconds * 10 + 12 >= len(seen) >= 4


async def test_quota_that_is_spent_stops_the_run_which_can_be_gone_on_with(tmp_path):
    clock = clock_at()
    settings = {**QUOTA, "requests_per_day": 7}
    async with Emulator(now=clock.time, **settings) as emulator:
        job = Job.create(videos(20, 5), tmp_path / "job")
        opener = clients_of(emulator, clock)
        manifest = await job.run(clients=opener, runtime=Runtime(clock=clock))
        assert (manifest.status, manifest.stopped) == ("stopped", "quota")
        assert "Continue after the reset" in manifest.message
        assert paid(emulator) == 7
        runs = 1
        while manifest.status != "complete":
            clock.advance(86_400)
            manifest = await job.run(clients=opener, runtime=Runtime(clock=clock))
            runs += 1
        total = paid(emulator)
    async with Emulator(**WORLD) as emulator:
        whole = await Job.create(videos(20, 5), tmp_path / "whole").run(
            clients=clients_of(emulator)
        )
    assert runs > 2
    assert parts(tmp_path / "job") == parts(tmp_path / "whole")
    assert total == whole.calls
    assert len(manifest.requests_per_day) == runs


async def test_own_count_of_the_quota_stops_before_the_provider_does(tmp_path):
    clock = clock_at()
    limits = Limits(rate=None, requests_per_day=5, records_per_day=None)
    async with Emulator(now=clock.time, **WORLD) as emulator:
        job = Job.create(videos(20, 5), tmp_path)
        manifest = await job.run(
            clients=clients_of(emulator, clock, limits), runtime=Runtime(clock=clock)
        )
        assert manifest.stopped == "quota"
        assert manifest.calls == paid(emulator) == 5


async def test_quota_is_waited_for_until_shortly_after_its_reset(tmp_path):
    clock = clock_at("2026-11-20T20:00:00+00:00")
    waits: list[Any] = []

    def look(progress: Any) -> None:
        if progress.waiting:
            waits.append((progress.waiting, progress.wake_at))

    settings = {**QUOTA, "requests_per_day": 25}
    async with Emulator(now=clock.time, **settings) as emulator:
        job = Job.create(videos(20, 5, on_quota="wait"), tmp_path)
        manifest = await job.run(
            clients=clients_of(emulator, clock),
            runtime=Runtime(clock=clock),
            on_progress=look,
            rand=lambda: 0.5,
        )
    assert manifest.status == "complete"
    days = list(manifest.requests_per_day)
    assert days[:2] == ["2026-11-20", "2026-11-21"]
    assert waits[0] == ("quota", datetime(2026, 11, 21, 0, 1, 30, tzinfo=UTC))
    assert max(clock.slept) <= 60
    # A shard each may be told that the quota is spent, which costs nothing.
    assert all(calls <= 25 + 4 for calls in manifest.requests_per_day.values())


async def test_outage_is_waited_for_with_one_shard_as_probe(tmp_path):
    clock = clock_at()
    async with Emulator(now=clock.time, **WORLD) as emulator:
        whole = await Job.create(videos(20, 5), tmp_path / "whole").run(
            clients=clients_of(emulator)
        )
        emulator.reset()
        emulator.faults.add(Fault("reset_connection", path="research.*", after=6, times=40))
        job = Job.create(videos(20, 5, on_outage="wait"), tmp_path / "job")
        waits: list[str] = []
        manifest = await job.run(
            clients=clients_of(emulator, clock),
            runtime=Runtime(clock=clock),
            on_progress=lambda now: waits.append(now.waiting) if now.waiting else None,
        )
        assert manifest.whole
        assert paid(emulator) == manifest.calls
    assert parts(tmp_path / "job") == parts(tmp_path / "whole")
    assert set(waits) == {"network"}
    assert manifest.calls - 40 <= whole.calls
    assert 5.0 in clock.slept


async def test_unreachable_provider_stops_the_run(tmp_path):
    clock = clock_at()
    fault = Fault("reset_connection", path="research.*", times=None)
    async with Emulator(faults=[fault], **WORLD) as emulator:
        job = Job.create(videos(20, 5), tmp_path)
        manifest = await job.run(
            clients=clients_of(emulator, clock, attempts=2), runtime=Runtime(clock=clock)
        )
    assert (manifest.status, manifest.stopped, manifest.holes) == ("stopped", "network", ())


async def test_stop_flag_ends_after_the_pages_in_hand(tmp_path):
    stop = StopFlag()
    async with Emulator(latency=0.02, **WORLD) as emulator:
        job = Job.create(videos(40, 5), tmp_path / "job")
        opener = clients_of(emulator)
        run = asyncio.create_task(job.run(clients=opener, stop=stop))
        while paid(emulator) < 12:  # noqa: ASYNC110  # a server tells nobody
            await asyncio.sleep(0.01)
        stop.set()
        began = time.monotonic()
        manifest = await run
        assert time.monotonic() - began < 5
        assert (manifest.status, manifest.stopped) == ("stopped", "interrupted")
        assert manifest.calls == paid(emulator)
        again = await job.run(clients=opener)
        total = paid(emulator)
        assert again.whole
        emulator.reset()
        whole = await Job.create(videos(40, 5), tmp_path / "whole").run(clients=opener)
    assert parts(tmp_path / "job") == parts(tmp_path / "whole")
    assert total == whole.calls


async def test_page_that_does_not_come_is_cancelled_after_the_grace(tmp_path, monkeypatch):
    from tiktok_async.jobs.engines import local

    monkeypatch.setattr(local, "GRACE_SECONDS", 0.2)
    stop = StopFlag()
    fault = Fault("slow", path="research.*", after=3, seconds=30, times=None)
    async with Emulator(faults=[fault], **WORLD) as emulator:
        run = asyncio.create_task(
            Job.create(videos(40, 5), tmp_path).run(clients=clients_of(emulator), stop=stop)
        )
        while emulator.stats()["faults"].get("slow", 0) < 3:  # noqa: ASYNC110  # a server tells nobody
            await asyncio.sleep(0.01)
        stop.set()
        began = time.monotonic()
        manifest = await run
        assert time.monotonic() - began < 3
    assert manifest.stopped == "interrupted"


async def test_cancelled_run_keeps_its_pages_and_lets_go(tmp_path):
    async with Emulator(latency=0.02, **WORLD) as emulator:
        job = Job.create(videos(40, 5), tmp_path / "job")
        opener = clients_of(emulator)
        run = asyncio.create_task(job.run(clients=opener))
        while paid(emulator) < 20:  # noqa: ASYNC110  # a server tells nobody
            await asyncio.sleep(0.01)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert (job.manifest().status, job.manifest().stopped) == ("stopped", "interrupted")
        assert not [task for task in asyncio.all_tasks() if "jobs" in str(task.get_coro())[:80]]
        again = await job.run(clients=opener)
        total = paid(emulator)
        emulator.reset()
        whole = await Job.create(videos(40, 5), tmp_path / "whole").run(clients=opener)
    assert again.whole
    assert parts(tmp_path / "job") == parts(tmp_path / "whole")
    assert total - whole.calls <= 8


async def test_directory_is_of_one_process(tmp_path):
    async with Emulator(**WORLD) as emulator:
        job = Job.create(videos(2, 1), tmp_path)
        with at_once(Layout(tmp_path).lock) as alone:
            assert alone
            with pytest.raises(InputError, match="Another process runs the job"):
                await job.run(clients=clients_of(emulator))
        assert (await job.run(clients=clients_of(emulator))).whole


def test_other_spec_is_refused(tmp_path):
    Job.create(videos(20), tmp_path)
    with pytest.raises(CheckpointMismatchError, match="another spec"):
        Job.create(videos(21), tmp_path)
    with pytest.raises(CheckpointMismatchError, match="another spec"):
        Job.open(tmp_path, videos(21))
    assert Job.open(tmp_path).spec == videos(20)


def test_other_options_of_the_run_are_taken_over(tmp_path):
    Job.create(videos(20), tmp_path)
    other = attrs.evolve(videos(20), run=RunOptions(concurrency=3))
    Job.create(other, tmp_path)
    assert Job.open(tmp_path).spec.run.concurrency == 3


def test_directory_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="is not empty, and holds no job"):
        Job.create(videos(20), tmp_path)
    with pytest.raises(InputError, match="write the name of a directory"):
        Job.create(videos(20), tmp_path / "thesis.tex")
    with pytest.raises(InputError, match=r"holds no job: there is no job\.toml"):
        Job.open(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_directory_that_cannot_be_made_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DiskError, match="cannot be written"):
        Job.create(videos(20), tmp_path / "job")


async def test_full_disk_stops_the_run_which_can_be_gone_on_with(tmp_path, monkeypatch):
    from tiktok_async.jobs import parts as module

    real, left = module.write_all, [9]

    def fills_up(file: int, content: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        real(file, content)

    async with Emulator(**WORLD) as emulator:
        job = Job.create(videos(20, 5), tmp_path / "job")
        with monkeypatch.context() as patch:
            patch.setattr(module, "write_all", fills_up)
            with pytest.raises(DiskError, match="No space left"):
                await job.run(clients=clients_of(emulator))
        assert (job.manifest().status, job.manifest().stopped) == ("stopped", "disk")
        assert (await job.run(clients=clients_of(emulator))).whole
        whole = Job.create(videos(20, 5), tmp_path / "whole")
        await whole.run(clients=clients_of(emulator))
    assert parts(tmp_path / "job") == parts(tmp_path / "whole")


async def test_lost_part_is_said_before_a_call(tmp_path):
    cut = Fault("reset_connection", path="research.*", after=8, times=None)
    async with Emulator(faults=[cut], **WORLD) as emulator:
        job = Job.create(videos(20, 5), tmp_path)
        await job.run(clients=clients_of(emulator, clock_at(), attempts=2))
        for path in (tmp_path / "parts" / "videos").iterdir():
            path.write_bytes(b"")
        before = paid(emulator)
        with pytest.raises(CheckpointMismatchError, match="were collected"):
            await job.run(clients=clients_of(emulator))
        assert paid(emulator) - before <= 20


async def test_shard_that_cannot_be_read_lets_the_others_go_on(tmp_path):
    fault = Fault("wrong_shape", path="research.video.query", after=1)
    async with Emulator(faults=[fault], **WORLD) as emulator:
        job = Job.create(videos(20, 5), tmp_path)
        manifest = await job.run(clients=clients_of(emulator))
        assert (manifest.status, manifest.stopped) == ("stopped", "error")
        statuses = [one.status for one in manifest.stages[0].shards]
        assert sorted(statuses) == ["complete", "complete", "complete", "running"]
        assert (await job.run(clients=clients_of(emulator))).whole


async def test_user_kind_without_items_is_asked_once(tmp_path):
    stage = attrs.evolve(listed("tikapi.user.info"), source=None)
    async with Emulator(**WORLD) as emulator:
        job = Job.create(Spec(name="me", stages=(stage,)), tmp_path)
        manifest = await job.run(clients=clients_of(emulator))
    assert (manifest.status, manifest.rows) == ("complete", 1)
    row = json.loads(next(iter(parts(tmp_path).values())))
    assert not [key for key in row if key.startswith("of_")]
