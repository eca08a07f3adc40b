from __future__ import annotations

import json
from datetime import date
from typing import Any

import attrs
import pytest

from tests.jobs.collected import (
    OPEN,
    START,
    clients_of,
    clock_at,
    listed,
    of_videos,
    paid,
    parts,
    video_stage,
    videos,
)
from tiktok_async.cli import main
from tiktok_async.client import Runtime
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import InputError
from tiktok_async.jobs.documents import write_manifest
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import Manifest, UpdateOptions
from tiktok_async.jobs.plan import ShardPlan
from tiktok_async.jobs.planning import make_plan, standing
from tiktok_async.jobs.rebuild import rebuild
from tiktok_async.jobs.rounds import plan_rounds
from tiktok_async.jobs.spec import Output, RunOptions, Span, Spec, Stage
from tiktok_async.jobs.toml import dump_spec, load_spec, spec_from

pytestmark = pytest.mark.anyio

DAY = 86_400
WORLD = {"videos": 20_000, **OPEN}
PUBLIC = "joe1234567"


def rows_of(job: Job, stage: str) -> list[dict[str, Any]]:
    return list(job.dataset(stage).rows())


def ids_of(job: Job, stage: str) -> list[Any]:
    return [row["id"] for row in rows_of(job, stage)]


def of_update(manifest: Manifest, number: int = 1) -> list[Any]:
    ids = f"u{number:03}-"
    return [one for one in manifest.stages[0].shards if one.id.startswith(ids)]


async def test_update_brings_the_days_since_and_each_row_once(tmp_path):
    clock = clock_at("2022-01-10T23:30:00+00:00")
    spec = Spec(
        name="x",
        stages=(video_stage(10, 5), of_videos("authors", "research.user", "username")),
        outputs=(Output(format="jsonl", stages=("videos",)),),
    )
    async with Emulator(now=clock.time, **WORLD) as emulator:
        job, opener = Job.create(spec, tmp_path / "job"), clients_of(emulator, clock)
        first = await job.run(clients=opener, runtime=Runtime(clock=clock))
        before, calls = parts(tmp_path / "job"), paid(emulator)
        clock.advance(6 * DAY)
        updated = await job.update(clients=opener, runtime=Runtime(clock=clock))
        assert paid(emulator) == updated.calls > calls
        assert updated.updates == ("2022-01-16T23:30:00+00:00",)
        again = await Job.create(
            attrs.evolve(spec, stages=(video_stage(16, 5), spec.stages[1])), tmp_path / "whole"
        ).run(clients=opener, runtime=Runtime(clock=clock))
    found = parts(tmp_path / "job")
    assert {name: found[name] for name in before} == before
    assert [one.label for one in of_update(updated)] == [
        "2022-01-08..2022-01-12",
        "2022-01-13..2022-01-16",
    ]
    ids = ids_of(job, "videos")
    assert len(set(ids)) == len(ids) == again.stages[0].rows > first.stages[0].rows
    whole = Job.open(tmp_path / "whole")
    assert set(ids) == set(ids_of(whole, "videos"))
    names = [row["of_username"] for row in rows_of(job, "authors")]
    assert len(set(names)) == len(names)
    assert set(names) == {row["of_username"] for row in rows_of(whole, "authors")}
    assert updated.stages[0].outputs[0].rows == len(ids)
    assert job.verify().ok


async def test_update_finds_rows_that_came_late(tmp_path):
    clock = clock_at("2022-01-04T12:00:00+00:00")
    async with Emulator(now=clock.time, **WORLD) as emulator:
        opener, runtime = clients_of(emulator, clock), Runtime(clock=clock)
        whole, job = [Job.create(videos(4, 2), tmp_path / name) for name in ("whole", "job")]
        await whole.run(clients=opener, runtime=runtime)
        ids = ids_of(whole, "videos")
        late, too_late = ids[-1], ids[0]  # of the 3rd, and of the 1st or 2nd
        assert next(row["create_time"] for row in rows_of(whole, "videos")) < START_OF_2ND_SHARD
        for one in (late, too_late):
            emulator.world.withdraw(one)
        await job.run(clients=opener, runtime=runtime)
        assert not {late, too_late} & set(ids_of(job, "videos"))
        for one in (late, too_late):
            emulator.world.restore(one)
        manifest = await job.update(clients=opener, runtime=runtime, lag_days=2)
    assert [one.label for one in of_update(manifest)] == ["2022-01-03..2022-01-04"]
    assert set(ids) - set(ids_of(job, "videos")) == {too_late}
    assert sum(one.rows for one in of_update(manifest)) == 1


START_OF_2ND_SHARD = 1_641_168_000
"""2022-01-03."""


@pytest.mark.parametrize(
    ("end", "begun", "updates", "expected"),
    [
        pytest.param(
            "2022-01-10", "2022-01-10", ["2022-01-12"], ["2022-01-08..2022-01-12"], id="its-day"
        ),
        pytest.param(
            "2022-01-10", "2022-01-12", ["2022-01-12"], ["2022-01-08..2022-01-12"], id="just-before"
        ),
        pytest.param("2022-01-10", "2022-01-14", ["2022-02-12"], [], id="history"),
        pytest.param(
            None,
            "2022-01-10",
            ["2022-02-20"],
            ["2022-01-08..2022-02-06", "2022-02-07..2022-02-20"],
            id="open",
        ),
        pytest.param(
            "2022-01-20", "2022-01-10", ["2022-01-15"], ["2022-01-08..2022-01-15"], id="to-come"
        ),
        pytest.param(
            "2022-01-20", "2022-01-10", ["2022-02-15"], ["2022-01-08..2022-01-20"], id="to-its-end"
        ),
        pytest.param(None, "2022-01-10", ["2022-01-01"], [], id="clock-turned-back"),
        pytest.param(
            None,
            "2022-01-10",
            ["2022-01-11", "2022-01-12"],
            ["2022-01-08..2022-01-11", "2022-01-09..2022-01-12"],
            id="two",
        ),
    ],
)  # fmt: skip
def test_days_of_an_update_follow_those_that_were_asked(tmp_path, end, begun, updates, expected):
    span = Span(START, None if end is None else date.fromisoformat(end))
    spec = Spec(name="x", stages=(attrs.evolve(video_stage(), span=span),))
    stage, layout = spec.stages[0], Layout(tmp_path)
    make_plan(spec, stage, layout, date.fromisoformat(begun))
    plan_rounds(spec, stage, layout, manifest_of(spec, begun, updates))
    plans = [one for one, _ in standing(layout, spec, "videos")]
    assert [one.label for one in plans if one.id.startswith("u")] == expected
    for one in plans:
        assert ("00000" in one.known) == (one.id.startswith("u") and one.first <= plans[0].last)
        assert one.id not in one.known


def manifest_of(spec: Spec, begun: str, updates: list[str]) -> Manifest:
    return Manifest(
        job=spec.name,
        spec_sha256=spec.fingerprint,
        library="0",
        status="complete",
        created_at=f"{begun}T12:00:00+00:00",
        updated_at=f"{begun}T12:00:00+00:00",
        updates=tuple(f"{one}T12:00:00+00:00" for one in updates),
    )


async def test_span_without_an_end_goes_to_the_day_of_each_round(tmp_path):
    clock = clock_at("2022-01-10T12:00:00+00:00")
    stage = attrs.evolve(video_stage(), span=Span(START, None, 5))
    spec = Spec(name="x", stages=(stage,))
    async with Emulator(now=clock.time, **WORLD) as emulator:
        opener, runtime = clients_of(emulator, clock), Runtime(clock=clock)
        job = Job.create(spec, tmp_path)
        assert job.spec == Job.open(tmp_path).spec == spec
        plan = job.plan(now=clock.time())
        assert plan.stages[0].labels[-1] == "2022-01-06..2022-01-10"
        await job.run(clients=opener, runtime=runtime)
        clock.advance(3 * DAY)
        job = Job.create(spec, tmp_path)
        assert (await job.run(clients=opener, runtime=runtime)).rows == len(rows_of(job, "videos"))
        assert not of_update(job.manifest())
        manifest = await job.update(clients=opener, runtime=runtime)
    assert [one.label for one in of_update(manifest)] == [
        "2022-01-08..2022-01-12",
        "2022-01-13..2022-01-13",
    ]
    assert job.verify().ok


async def test_update_of_a_feed_goes_on_behind_pinned_posts_and_one_known_page(tmp_path):
    clock = clock_at()
    async with Emulator(now=clock.time, **WORLD) as emulator:
        opener, runtime = clients_of(emulator, clock), Runtime(clock=clock)
        stage = listed("tikapi.public.posts", await sec_uid_of(opener), params=(("count", 3),))
        posts = [one.id() for one in emulator.world.videos_of(0)]
        new = posts[6:8]  # the first three are pinned
        for one in new:
            emulator.world.withdraw(one)
        job = Job.create(Spec(name="x", stages=(stage,)), tmp_path)
        first = await job.run(clients=opener, runtime=runtime)
        for one in new:
            emulator.world.restore(one)
        clock.advance(DAY)  # within a minute the same is answered
        manifest = await job.update(clients=opener, runtime=runtime)
    assert [one for one in rows_of(job, "listed")[:3] if not one["isPinnedItem"]] == []
    found = parts(tmp_path)["parts/listed/u001-00000.jsonl"].splitlines()
    assert [json.loads(line)["id"] for line in found] == [str(one) for one in new]
    assert 5 <= manifest.calls - first.calls <= 7, "and not to the end, which is far"


async def sec_uid_of(opener: Any) -> str:
    async with opener("tikapi") as client:
        found = await client.public.check(username=PUBLIC)
        return found.user.sec_uid


async def test_update_walks_lists_of_any_order_whole_and_keeps_new_rows(tmp_path):
    clock = clock_at()
    stage = listed("research.liked", PUBLIC, params=(("max_count", 5),))
    async with Emulator(now=clock.time, **WORLD) as emulator:
        opener, runtime = clients_of(emulator, clock), Runtime(clock=clock)
        whole = Job.create(Spec(name="x", stages=(stage,)), tmp_path / "whole")
        await whole.run(clients=opener, runtime=runtime)
        ids = ids_of(whole, "listed")
        emulator.world.withdraw(ids[-1])
        job = Job.create(Spec(name="x", stages=(stage,)), tmp_path / "job")
        first = await job.run(clients=opener, runtime=runtime)
        assert first.rows == len(ids) - 1
        emulator.world.restore(ids[-1])
        same = await job.update(clients=opener, runtime=runtime, new_items_only=True)
        assert same.calls == first.calls
        manifest = await job.update(clients=opener, runtime=runtime)
        third = await job.update(clients=opener, runtime=runtime)
    assert [one.rows for one in of_update(manifest, 2)] == [1]
    assert manifest.calls == 2 * first.calls
    assert of_update(third, 3)[0].rows == 0
    assert sorted(ids_of(job, "listed")) == sorted(ids)
    assert manifest.update_options[0] == UpdateOptions(new_items_only=True)
    assert job.verify().ok


async def test_limit_of_an_update_counts_rows_that_are_known(tmp_path):
    clock = clock_at()
    stage = listed("research.liked", PUBLIC, params=(("max_count", 5),), limit=10)
    async with Emulator(now=clock.time, short_pages=False, **WORLD) as emulator:
        opener, runtime = clients_of(emulator, clock), Runtime(clock=clock)
        spec = Spec(name="x", stages=(stage,), run=RunOptions(raw=True))
        job = Job.create(spec, tmp_path)
        first = await job.run(clients=opener, runtime=runtime)
        manifest = await job.update(clients=opener, runtime=runtime)
    assert first.rows == manifest.rows == 10
    assert manifest.calls == 2 * first.calls
    assert [one.rows for one in rebuild(tmp_path, tmp_path / "again")] == [10, 0]


async def test_update_that_is_stopped_is_gone_on_with(tmp_path):
    clock = clock_at("2022-01-10T12:00:00+00:00")
    async with Emulator(now=clock.time, **WORLD) as emulator:
        opener = clients_of(emulator, clock, attempts=2)
        runtime = Runtime(clock=clock)
        jobs = [Job.create(videos(10, 5), tmp_path / name) for name in ("by_run", "by_it", "whole")]
        for job in jobs:
            await job.run(clients=opener, runtime=runtime)
        clock.advance(9 * DAY)
        await jobs[2].update(clients=opener, runtime=runtime)
        for job in jobs[:2]:
            emulator.faults.add(Fault("reset_connection", path="research.*", after=4, times=None))
            manifest = await job.update(clients=opener, runtime=runtime)
            assert (manifest.status, manifest.stopped) == ("stopped", "network")
            emulator.faults.clear()
        clock.advance(DAY)  # the round is planned, and stays as it is
        for work in (jobs[0].run, jobs[1].update):
            manifest = await work(clients=opener, runtime=runtime)
            assert manifest.whole
            assert len(manifest.updates) == 1
    assert parts(tmp_path / "by_run") == parts(tmp_path / "by_it") == parts(tmp_path / "whole")


async def test_update_needs_a_job_that_was_complete(tmp_path):
    job = Job.create(videos(2, 2), tmp_path)
    with pytest.raises(InputError, match="is not complete"):
        await job.update(clients=lambda _: pytest.fail("a client was opened"))
    with pytest.raises(InputError, match="lag_days=0: write 1 or more"):
        await job.update(clients=lambda _: pytest.fail("a client was opened"), lag_days=0)


async def test_crash_between_plan_and_its_note_plans_an_update_once(tmp_path):
    clock = clock_at("2022-01-10T12:00:00+00:00")
    async with Emulator(now=clock.time, **WORLD) as emulator:
        job, opener = Job.create(videos(10, 5), tmp_path), clients_of(emulator, clock)
        await job.run(clients=opener, runtime=Runtime(clock=clock))
        await job.update(clients=opener, runtime=Runtime(clock=clock))
        layout = Layout(tmp_path)
        plan = layout.plan("videos").read_bytes()
        layout.rounds("videos").unlink()
        await job.run(clients=opener, runtime=Runtime(clock=clock))
        assert layout.plan("videos").read_bytes() == plan
        assert layout.rounds("videos").read_bytes() == b"1\n"


async def test_update_after_a_lost_manifest_is_a_new_round(tmp_path):
    clock = clock_at("2022-01-05T12:00:00+00:00")
    async with Emulator(now=clock.time, **WORLD) as emulator:
        job, opener = Job.create(videos(5, 5), tmp_path), clients_of(emulator, clock)
        runtime = Runtime(clock=clock)
        await job.run(clients=opener, runtime=runtime)
        await job.update(clients=opener, runtime=runtime)
        Layout(tmp_path).manifest.unlink()
        await job.run(clients=opener, runtime=runtime)
        manifest = await job.update(clients=opener, runtime=runtime)
    assert len(of_update(manifest, 1)) == len(of_update(manifest, 2)) == 1


def test_manifest_of_an_earlier_update_has_the_usual_options(tmp_path):
    spec = Spec(name="x", stages=(attrs.evolve(video_stage(), span=Span(START, None)),))
    manifest = manifest_of(spec, "2022-01-10", ["2022-01-11"])
    write_manifest(Layout(tmp_path), manifest)
    make_plan(spec, spec.stages[0], Layout(tmp_path), date(2022, 1, 10))
    plan_rounds(spec, spec.stages[0], Layout(tmp_path), manifest)
    plans = [one for one, _ in standing(Layout(tmp_path), spec, "videos")]
    assert plans[-1].label == "2022-01-08..2022-01-11"


def test_shards_of_a_thousand_updates_sort_in_their_order(tmp_path):
    spec = Spec(name="x", stages=(attrs.evolve(video_stage(), span=Span(START, None)),))
    layout = Layout(tmp_path)
    make_plan(spec, spec.stages[0], layout, START)
    layout.rounds("videos").write_bytes(b"998\n")
    plan_rounds(
        spec, spec.stages[0], layout, manifest_of(spec, "2022-01-01", ["2022-01-01"] * 1000)
    )
    plans = [one.id for one, _ in standing(layout, spec, "videos")]
    assert plans == ["00000", "u999-00000", "v1000-00000"]


def test_shard_of_an_update_is_read_as_it_was_written():
    shard = ShardPlan(id="u001-00000", items=("a",), known=("00000",))
    assert ShardPlan.read(shard.line()) == shard


def test_new_items_of_a_list_come_behind_the_known_ones(tmp_path):
    spec = Spec(name="x", stages=(listed("research.liked", "a", "b", items_per_shard=1),))
    layout = Layout(tmp_path)
    make_plan(spec, spec.stages[0], layout, START)
    grown = Stage(**{**fields(spec.stages[0]), "source": listed("x", "b", "c", "a").source})
    times = manifest_of(spec, "2022-01-10", ["2022-01-11", "2022-01-12"])
    plan_rounds(spec, grown, layout, attrs.evolve(times, updates=times.updates[:1]))
    plan_rounds(spec, grown, layout, times)
    plans = [one for one, _ in standing(layout, spec, "listed")][2:]
    assert [(one.id, one.items, one.known) for one in plans] == [
        ("u001-00000", ("a",), ("00000",)),
        ("u001-00001", ("b",), ("00001",)),
        ("u001-00002", ("c",), ()),
        ("u002-00000", ("a",), ("00000", "u001-00000")),
        ("u002-00001", ("b",), ("00001", "u001-00001")),
        ("u002-00002", ("c",), ("u001-00002",)),
    ]


def fields(stage: Stage) -> dict[str, Any]:
    return {one.name: getattr(stage, one.name) for one in attrs.fields(Stage)}


OPEN_SPAN = """\
name = "kept"
[[stage]]
name = "videos"
collect = "research.videos"
where = "region_code = US"
start = {start}
"""


def test_span_without_an_end_is_read_and_written_and_stays_the_same_job():
    spec = spec_from(OPEN_SPAN.format(start="2022-01-01"), "kept.toml")
    assert spec.stages[0].span == Span(START, None)
    assert "end =" not in dump_spec(spec)
    assert spec_from(dump_spec(spec), "job.toml") == spec
    ended = attrs.evolve(spec.stages[0], span=Span(START, date(2022, 1, 10)))
    assert attrs.evolve(spec, stages=(ended,)).fingerprint != spec.fingerprint


def test_span_that_begins_after_today_is_refused(tmp_path):
    path = tmp_path / "kept.toml"
    path.write_text(OPEN_SPAN.format(start="2999-01-01"))
    with pytest.raises(InputError, match=r"line 6: stage\.start: 2999-01-01 is after today"):
        load_spec(path)


def test_dry_run_tells_that_a_span_has_no_end(tmp_path, capsys):
    path = tmp_path / "kept.toml"
    path.write_text(OPEN_SPAN.format(start="2022-01-01"))
    assert main(["collect", "run", str(path), "--dry-run", "--emulator"]) == 0
    assert "; no end: to today, and `jobs update` goes on" in capsys.readouterr().out


def test_update_command_passes_its_options_on(tmp_path, capsys):
    (tmp_path / "job.toml").write_text(OPEN_SPAN.format(start="2022-01-01"))
    assert main(["jobs", "update", str(tmp_path), "--lag-days", "0", "--emulator"]) == 2
    assert "lag_days=0: write 1 or more" in capsys.readouterr().err
