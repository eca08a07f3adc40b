from __future__ import annotations

import collections
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
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
from tiktok_async.errors import (
    CredentialsMissingError,
    IncompleteError,
    InputError,
    QuotaExhaustedError,
    ScopeError,
)
from tiktok_async.io import disks
from tiktok_async.jobs import parts as parts_module
from tiktok_async.jobs import steps
from tiktok_async.jobs.board import Board
from tiktok_async.jobs.checkpoint import Identity, Mark
from tiktok_async.jobs.engines.protocol import ShardResult, ShardTask, StopFlag
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.outcomes import Stop
from tiktok_async.jobs.parts import ShardFiles
from tiktok_async.jobs.plan import lists_of
from tiktok_async.jobs.run import Ending
from tiktok_async.jobs.spec import FromFile, Output, Spec, Stage
from tiktok_async.jobs.steps import at_once
from tiktok_async.jobs.waits import Waits

pytestmark = pytest.mark.anyio

WORLD: dict[str, Any] = {"videos": 2_000, **OPEN}


async def run(job: Job, emulator: Emulator, clock: Any = None, attempts: int = 2, **more: Any):
    clock = clock or clock_at()
    opener = more.pop("opener", None) or clients_of(emulator, clock, attempts=attempts)
    return await job.run(clients=opener, runtime=Runtime(clock=clock), **more)


async def test_finished_job_that_is_run_again_leaves_its_manifest_as_it_is(tmp_path):
    spec = Spec(name="x", stages=videos(10, 5).stages, outputs=(Output(format="csv"),))
    async with Emulator(**WORLD) as emulator:
        await run(Job.create(spec, tmp_path), emulator)
        before = (tmp_path / "manifest.json").read_bytes()
        later = clock_at("2026-11-27T12:00:00+00:00")
        manifest = await run(Job.create(spec, tmp_path), emulator, later)
    assert manifest.status == "complete"
    assert (tmp_path / "manifest.json").read_bytes() == before


async def test_update_of_a_finished_job_is_written_down_before_it_begins(tmp_path):
    spec = Spec(name="x", stages=videos(10, 5).stages)
    async with Emulator(**WORLD) as emulator:
        job = Job.create(spec, tmp_path)
        await run(job, emulator)
        clock = clock_at("2026-11-27T12:00:00+00:00")
        manifest = await job.update(
            clients=clients_of(emulator, clock), runtime=Runtime(clock=clock)
        )
    assert manifest == job.manifest()
    assert manifest.updates == ("2026-11-27T12:00:00+00:00",)
    assert (manifest.status, manifest.updated_at) == ("complete", manifest.updates[0])


async def test_endpoint_that_is_down_makes_no_holes_though_another_one_answers(tmp_path):
    names = of_videos("authors", "research.user", "username", items_per_shard=20)
    spec = Spec(name="x", stages=(video_stage(5, 5), names))
    faults = [Fault("server_error", path="research.user.info", times=None)]
    async with Emulator(**WORLD, faults=faults) as emulator:
        manifest = await run(Job.create(spec, tmp_path), emulator)
    assert (manifest.status, manifest.stopped) == ("stopped", "provider")
    assert (manifest.holes, manifest.missing) == ((), ())


async def test_day_that_always_fails_is_a_hole_for_a_run_that_has_no_other_one_left(tmp_path):
    spec = videos(4, 1)
    async with Emulator(**WORLD) as emulator:
        await run(Job.create(spec, tmp_path), emulator)
    lost = [*(tmp_path / "checkpoint").rglob("00002.*"), *(tmp_path / "parts").rglob("00002.*")]
    assert len(lost) == 3
    for path in lost:
        path.unlink()
    # The day fails thrice; then what was answered before is, which nobody saw in this run.
    fault = Fault("server_error", path="research.video.query", times=3)
    async with Emulator(**WORLD, faults=[fault]) as emulator:
        manifest = await run(Job.open(tmp_path), emulator, attempts=1)
        assert paid(emulator) == 4
    assert manifest.status == "complete"
    assert [gap.label for gap in manifest.holes] == ["2022-01-03"]


async def test_quota_that_ends_while_the_provider_is_doubted_is_said(tmp_path):
    spec = videos(4, 1)
    async with Emulator(**WORLD) as emulator:
        await run(Job.create(spec, tmp_path), emulator)
    for path in [*(tmp_path / "checkpoint").rglob("00002.*")]:
        path.unlink()
    (tmp_path / "parts" / "videos" / "00002.jsonl").unlink()
    fault = Fault("server_error", path="research.video.query", times=None)
    world = {**WORLD, "requests_per_day": 3}
    async with Emulator(**world, faults=[fault]) as emulator:
        manifest = await run(Job.open(tmp_path), emulator, attempts=1)
    assert (manifest.status, manifest.stopped, manifest.holes) == ("stopped", "quota", ())


async def test_last_progress_has_the_quota_as_it_stands(tmp_path):
    seen: list[Any] = []
    async with Emulator(**WORLD) as emulator:
        opener = clients_of(emulator, limits=Limits(rate=None, requests_per_day=100))
        job = Job.create(videos(20, 5), tmp_path)
        manifest = await job.run(clients=opener, on_progress=seen.append)
    assert seen[-1].quota.requests_spent >= manifest.calls > 4


async def test_wish_to_stop_ends_the_making_of_an_output(tmp_path, monkeypatch):
    from tiktok_async.jobs import outputs

    spec = Spec(name="x", stages=videos(10, 10).stages, outputs=(Output(format="csv"),))
    stop = StopFlag()
    async with Emulator(**WORLD) as emulator:

        def export(*given: Any, **more: Any) -> Any:
            stop._set._value = True  # as if it were set while the thread works
            return made(*given, **more)

        made = outputs.export
        monkeypatch.setattr(outputs, "export", export)
        manifest = await run(Job.create(spec, tmp_path), emulator, stop=stop)
        assert (manifest.status, manifest.stopped) == ("stopped", "interrupted")
        assert list((tmp_path / "dataset").iterdir()) == []
        monkeypatch.undo()
        manifest = await run(Job.open(tmp_path), emulator)
    assert manifest.status == "complete"
    assert [one.path for one in manifest.stages[0].outputs] == ["dataset/videos.csv"]


async def test_job_of_a_list_by_a_relative_path_can_be_opened_from_anywhere(tmp_path, monkeypatch):
    (tmp_path / "users.txt").write_text("joe1234567\n")
    monkeypatch.chdir(tmp_path)
    stage = Stage(name="users", collect="research.user", source=FromFile(Path("users.txt")))
    async with Emulator(**WORLD) as emulator:
        made = Job.create(Spec(name="x", stages=(stage,)), "job")
        await run(made, emulator)
        monkeypatch.chdir("/")
        manifest = await run(Job.open(tmp_path / "job"), emulator)
    assert manifest.status == "complete"
    assert manifest.spec_sha256 == made.spec.fingerprint


@pytest.mark.parametrize("name", ["../out", "a/b", ".", "CON:"])
def test_spec_whose_stage_names_no_folder_is_refused(tmp_path, name):
    stage = attrs.evolve(video_stage(), name=name)
    with pytest.raises(InputError, match="folder"):
        Job.create(Spec(name="x", stages=(stage,)), tmp_path / "job")
    assert list(tmp_path.iterdir()) == []


def test_spec_whose_stages_would_share_a_folder_is_refused(tmp_path):
    stages = (video_stage(), attrs.evolve(video_stage(), name="Videos"))
    with pytest.raises(InputError, match="another name"):
        Job.create(Spec(name="x", stages=stages), tmp_path / "job")


def test_more_shards_than_ids_that_sort_are_refused():
    items = map(str, range(100_001))
    with pytest.raises(InputError, match="items_per_shard above 1"):
        collections.deque(lists_of(items, 1), maxlen=0)


def test_files_of_a_shard_are_in_their_folders_before_anything_counts(tmp_path, monkeypatch):
    done: list[str] = []
    monkeypatch.setattr(disks, "are_own", lambda *_: False)
    monkeypatch.setattr(parts_module, "sync_folder", lambda path: done.append(path.name))
    monkeypatch.setattr(steps, "sync", lambda _: done.append("it counts"))
    ShardFiles(Layout(tmp_path), Identity("spec", "videos", "00000")).close()
    assert {"00000.jsonl", "00000.a.json"} < set(done)
    assert done.index("it counts") == len(done) - 1


async def test_unit_that_is_gone_on_with_is_read_in_portions(tmp_path):
    files = ShardFiles(Layout(tmp_path), Identity("spec", "videos", "00000"))
    line = json.dumps({"id": 1, "text": "x" * 9990}).encode() + b"\n"
    mark = Mark(status="running", size=50 * len(line), base=50 * len(line))
    at_once(files.commit(line.replace(b"x", b"y") * 50, mark))
    mark = attrs.evolve(mark, size=350 * len(line), walk={"params": {}})
    at_once(files.commit(line * 300, mark))
    found = list(files.unit_rows())
    files.close()
    assert [one for lines in found for one in lines] == [line] * 300
    assert len(found) > 2


@pytest.mark.parametrize("items_per_shard", [40, 1])
async def test_items_are_not_called_missing_where_everything_is_refused(tmp_path, items_per_shard):
    users = tuple(f"user{n}" for n in range(40))
    stage = listed("research.user", *users, items_per_shard=items_per_shard)
    fault = Fault("error_200", "research.user.info", times=None, code="scope_not_authorized")
    async with Emulator(**WORLD, faults=[fault]) as emulator:
        job = Job.create(Spec(name="x", stages=(stage,)), tmp_path)
        with pytest.raises(ScopeError):
            await job.run(clients=clients_of(emulator))
        stopped = job.manifest()
        assert stopped is not None
        assert (stopped.stopped, stopped.missing) == ("credentials", ())
        emulator.faults.clear()
        manifest = await job.run(clients=clients_of(emulator))
    assert manifest.status == "complete"
    assert {gap.reason for gap in manifest.missing} <= {"not_found"}
    assert manifest.rows + len(manifest.missing) == len(users)


async def test_items_that_are_refused_before_others_come_are_missing(tmp_path):
    stage = listed("research.user", "joe_private", "joe1234567", items_per_shard=2)
    fault = Fault("error_200", "research.user.info", times=1, code="scope_not_authorized")
    async with Emulator(**WORLD, faults=[fault]) as emulator:
        manifest = await run(Job.create(Spec(name="x", stages=(stage,)), tmp_path), emulator)
    assert (manifest.status, manifest.rows) == ("complete", 1)
    assert [gap.label for gap in manifest.missing] == ["joe_private"]


async def test_list_of_one_item_that_is_refused_is_complete_without_it(tmp_path):
    stage = listed("research.user", "joe_private")
    fault = Fault("error_200", "research.user.info", times=None, code="scope_not_authorized")
    async with Emulator(**WORLD, faults=[fault]) as emulator:
        manifest = await run(Job.create(Spec(name="x", stages=(stage,)), tmp_path), emulator)
        assert paid(emulator) == 1
    assert (manifest.status, len(manifest.missing)) == ("complete", 1)


async def test_listener_that_fails_is_heard_and_loses_nothing(tmp_path):
    def listen(progress: Any) -> None:
        if progress.calls > 2:
            raise KeyError(progress.calls)

    clock = clock_at()
    clock.monotonic = itertools.count().__next__  # every page is told
    async with Emulator(**{**WORLD, "videos": 10_000}) as emulator:
        await run(Job.create(videos(20, 5), tmp_path / "whole"), emulator)
        job = Job.create(videos(20, 5), tmp_path / "cut")
        opener = clients_of(emulator)
        with pytest.raises(KeyError):
            await job.run(clients=opener, runtime=Runtime(clock=clock), on_progress=listen)
        stopped = job.manifest()
        assert stopped is not None
        assert (stopped.status, stopped.whole) == ("stopped", False)
        manifest = await run(job, emulator)
    assert manifest.whole
    assert parts(tmp_path / "cut") == parts(tmp_path / "whole")


def test_shard_that_was_cancelled_is_counted_once_when_it_goes_on():
    spec = videos(5, 5)
    board = Board(spec, clock_at(), None)
    task = ShardTask("x", "videos", "00000")
    entry = Mark().entry("00000", "", 5)
    board.take(ShardResult(task=task, entry=entry, ended=False, rows=5, calls=2))
    board.ended(board.stages["videos"])
    board.take(ShardResult(task=task, entry=entry, ended=False, rows=2, calls=1))
    assert (board.progress().rows, board.progress().calls) == (7, 3)


async def test_reset_that_is_said_to_be_past_is_not_asked_for_at_once():
    clock, stop = clock_at(), StopFlag()
    waits = Waits(clock, lambda: 0.0, stop, Board(videos(), clock, None))
    past = datetime.fromtimestamp(clock.time() - 3600, UTC)
    began = clock.time()
    assert await waits.for_quota(QuotaExhaustedError("spent", code="x", status=429, reset_at=past))
    assert clock.time() - began >= 60


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(
            CredentialsMissingError("No key.", hint="pass client_key=."), id="credentials"
        ),
        pytest.param(IncompleteError("Not whole.", reason="pages"), id="incomplete"),
    ],
)
def test_message_of_the_manifest_speaks_to_whoever_runs_the_job(error):
    said = Ending(Stop.ERROR, error).message
    assert said.startswith(error.message)
    assert "un the job again" in said
    assert "=" not in said
    assert "resume_from" not in said


async def test_limit_holds_for_a_list_that_is_asked_for_once(tmp_path):
    stage = Stage(name="feed", collect="tikapi.public.explore", limit=3)
    async with Emulator(**WORLD) as emulator:
        manifest = await run(Job.create(Spec(name="x", stages=(stage,)), tmp_path), emulator)
    assert (manifest.status, manifest.rows) == ("complete", 3)
