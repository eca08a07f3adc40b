from __future__ import annotations

import json

import attrs
import pytest

from tests.jobs.collected import OPEN, clients_of, clock_at, of_videos, video_stage
from tests.jobs.handmade import SECONDS, comments_stage, make_job, video, videos_stage, write_shard
from tiktok_async import convert
from tiktok_async.client import Runtime
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import InputError
from tiktok_async.io.lock import at_once
from tiktok_async.jobs.checkpoint import Mark
from tiktok_async.jobs.dataset import Dataset
from tiktok_async.jobs.documents import read_manifest, write_manifest
from tiktok_async.jobs.export import export
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.spec import Output, Spec
from tiktok_async.jobs.verify import verify

VIDEOS = [[video(3), video(2), video(1)], [video(9, 1)]]
COMMENTS = [
    [{"id": 1, "of_video_id": "11"}, {"id": 1, "of_video_id": "12"}],
    [{"id": 3, "of_video_id": "13"}],
]


@pytest.fixture
def layout(tmp_path):
    directory = tmp_path / "job"
    make_job(directory, {videos_stage(): VIDEOS, comments_stage("11", "12", "13"): COMMENTS})
    layout = Layout(directory)
    layout.dataset("videos", "csv").parent.mkdir()
    entry = export(Dataset.open(directory, "videos"), layout.dataset("videos", "csv"))
    manifest = read_manifest(layout)
    first, *rest = manifest.stages
    write_manifest(
        layout, attrs.evolve(manifest, stages=(attrs.evolve(first, outputs=(entry,)), *rest))
    )
    return layout


def found(layout):
    return {(one.what, one.path) for one in verify(layout.root).findings}


def flipped(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))


def test_a_job_as_it_was_collected_is_fine(layout):
    result = verify(layout.root)
    assert result.findings == ()
    assert result.ok
    assert (result.shards, result.rows) == (4, 7)
    assert result.size == sum(
        path.stat().st_size for path in (layout.root / "parts").rglob("*.jsonl")
    )


def test_a_job_that_never_ran_is_fine_but_for_its_manifest(layout):
    for folder in ("parts", "checkpoint", "plan", "dataset"):
        for path in (layout.root / folder).rglob("*.*"):
            if path.is_file():
                path.unlink()
    layout.manifest.unlink()
    assert found(layout) == {("manifest", "manifest.json")}


@pytest.mark.parametrize("at", [0, 10, 40, 90, -1])
def test_one_flipped_bit_of_a_part_is_found(layout, at):
    flipped(layout.part("videos", "00000"), at)
    assert ("part", "parts/videos/00000.jsonl") in found(layout)


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda content: content[:-1], id="cut-by-a-byte"),
        pytest.param(lambda content: content[: content.index(b"\n") + 1], id="cut-by-lines"),
        pytest.param(lambda content: content[:0], id="emptied"),
        pytest.param(lambda content: content * 2, id="doubled"),
        pytest.param(lambda content: content + content.splitlines(True)[0], id="a-line-doubled"),
        pytest.param(lambda content: b"".join(content.splitlines(True)[::-1]), id="turned-round"),
        pytest.param(lambda content: content.replace(b":7", b":8"), id="edited"),
    ],
)
def test_a_part_that_was_changed_is_found(layout, harm):
    path = layout.part("videos", "00000")
    path.write_bytes(harm(path.read_bytes()))
    assert ("part", "parts/videos/00000.jsonl") in found(layout)


def test_a_missing_part_is_found_and_what_to_do(layout):
    layout.part("comments", "00001").unlink()
    (one,) = verify(layout.root).findings
    assert (one.what, one.path) == ("part", "parts/comments/00001.jsonl")
    assert "checkpoint/comments/00001.*.json" in one.advice
    assert str(one).startswith("parts/comments/00001.jsonl: It is missing.")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param([video(1), video(2), video(1)], "Line 3 was there before", id="twice"),
        pytest.param([video(1), video(2, 5)], "Line 2 is of another day", id="another-day"),
        pytest.param([video(1, create_time=SECONDS - 1)], "another day", id="the-day-before"),
        pytest.param([video(1), video(2, id="x")], "Line 2 can not be read", id="no-video"),
        pytest.param([video(1)] * 6, "Lines 2, 3, 4 and 2 more was there", id="many"),
    ],
)
def test_rows_that_were_not_asked_for_are_found_without_a_digest(layout, rows, words):
    spec = Dataset.open(layout.root, "videos").spec
    mark = write_shard(layout, spec, "videos", "00000", rows, sha256=None, status="running")
    assert mark.rows == len(rows)
    said = [one.message for one in verify(layout.root).findings if one.what == "row"]
    assert len(said) == 1
    assert words in said[0]


def test_a_row_about_another_item_is_found(layout):
    spec = Dataset.open(layout.root, "comments").spec
    rows = [{"id": 1, "of_video_id": "11"}, {"id": 2, "of_video_id": "13"}, {"id": 4}]
    write_shard(layout, spec, "comments", "00000", rows)
    said = [one.message for one in verify(layout.root).findings if one.what == "row"]
    assert said == ["Lines 2, 3 is about nothing that was asked for."]


def test_the_same_id_for_two_items_is_no_repetition(layout):
    assert COMMENTS[0][0]["id"] == COMMENTS[0][1]["id"]
    assert verify(layout.root).ok


def test_a_line_that_is_no_json_is_found(layout):
    spec = Dataset.open(layout.root, "videos").spec
    path = layout.part("videos", "00000")
    content = path.read_bytes().replace(b'{"id"', b'{"id', 1)
    write_shard(
        layout, spec, "videos", "00000", [], size=len(content), rows=3, status="running", calls=1
    )
    path.write_bytes(content)
    said = [one.message for one in verify(layout.root).findings if one.what == "row"]
    assert said == ["Line 1 can not be read as a row."]


def test_what_stands_behind_a_running_part_is_no_fault(layout):
    spec = Dataset.open(layout.root, "videos").spec
    mark = write_shard(layout, spec, "videos", "00001", VIDEOS[1], sha256=None, status="running")
    with layout.part("videos", "00001").open("ab") as part:
        part.write(b'{"id":1')
    manifest = read_manifest(layout)
    write_manifest(layout, attrs.evolve(manifest, status="running"))
    assert mark.status == "running"
    assert verify(layout.root).ok


@pytest.mark.parametrize("slot", ["a", "b"])
@pytest.mark.parametrize("at", [3, 60, -3])
def test_one_flipped_bit_of_a_checkpoint_is_found(layout, slot, at):
    path = layout.checkpoint("videos", "00001", slot)
    flipped(path, at)
    # The older generation is of no use any more; without the newer one the shard is as before it.
    older = {("checkpoint", "checkpoint/videos/00001.a.json")}
    newer = {("manifest", "manifest.json")}
    assert found(layout) >= (older if slot == "a" else newer)


def test_a_part_without_a_checkpoint_is_found(layout):
    for slot in "ab":
        layout.checkpoint("videos", "00001", slot).unlink()
    assert ("checkpoint", "parts/videos/00001.jsonl") in found(layout)


def test_a_checkpoint_of_another_job_is_found(layout, tmp_path):
    make_job(tmp_path / "other", {videos_stage(2, limit=9): VIDEOS})
    for slot in "ab":
        other = Layout(tmp_path / "other").checkpoint("videos", "00001", slot).read_bytes()
        layout.checkpoint("videos", "00001", slot).write_bytes(other)
    assert ("checkpoint", "checkpoint/videos/00001.a.json") in found(layout)


def edited(layout, edit):
    raw = json.loads(layout.manifest.read_bytes())
    edit(raw)
    layout.manifest.write_bytes(convert.dumps(raw))


def shard(raw, **fields):
    raw["stages"][0]["shards"][0].update(fields)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda raw: shard(raw, rows=4), id="rows"),
        pytest.param(lambda raw: shard(raw, calls=0), id="calls"),
        pytest.param(lambda raw: shard(raw, sha256="0" * 64), id="digest"),
        pytest.param(lambda raw: shard(raw, status="running"), id="status"),
        pytest.param(lambda raw: shard(raw, holes=[{"label": "x", "reason": "y"}]), id="holes"),
        pytest.param(lambda raw: raw["stages"][0]["shards"].pop(), id="a-shard-less"),
        pytest.param(lambda raw: raw["stages"].pop(), id="a-stage-less"),
        pytest.param(
            lambda raw: raw["stages"][1]["shards"].append(raw["stages"][1]["shards"][0]),
            id="a-shard-more",
        ),
        pytest.param(lambda raw: raw["stages"][0].update(status="stopped"), id="stage"),
        pytest.param(lambda raw: raw.update(requests_per_day={"2026-11-20": 3}), id="requests"),
    ],
)
def test_an_edited_manifest_is_found(layout, edit):
    edited(layout, edit)
    assert found(layout) == {("manifest", "manifest.json")}


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: path.write_bytes(b"{"), id="no-json"),
        pytest.param(lambda path: path.write_bytes(b"{}"), id="another"),
    ],
)
def test_a_manifest_that_is_none_is_found(layout, harm):
    harm(layout.manifest)
    assert found(layout) == {("manifest", "manifest.json")}


def test_a_manifest_of_another_spec_is_found(layout):
    edited(layout, lambda raw: raw.update(spec_sha256="0" * 64))
    assert ("spec", "job.toml") in found(layout)


def test_a_spec_that_was_edited_is_found(layout):
    layout.spec.write_text(layout.spec.read_text().replace("cats", "dogs"))
    assert ("spec", "job.toml") in found(layout)


def test_a_spec_that_is_none_is_found(layout):
    layout.spec.write_text("name = ")
    assert found(layout) == {("spec", "job.toml")}


@pytest.mark.parametrize(
    ("stage", "harm"),
    [
        pytest.param("videos", lambda text: text.replace("2023-01-02", "2023-01-03"), id="day"),
        pytest.param("videos", lambda text: text.splitlines()[0] + "\n", id="a-line-less"),
        pytest.param("videos", lambda text: text * 2, id="doubled"),
        pytest.param("videos", lambda text: text[:-5], id="cut"),
        pytest.param("comments", lambda text: text.replace('["13"]', '["11"]'), id="item-twice"),
        pytest.param("comments", lambda text: text.replace('["13"]', '["14"]'), id="item"),
    ],
)
def test_a_plan_that_was_changed_is_found(layout, stage, harm):
    path = layout.plan(stage)
    path.write_text(harm(path.read_text()))
    assert ("plan", f"plan/{stage}.jsonl") in found(layout)


def test_a_missing_plan_is_found(layout):
    layout.plan("videos").unlink()
    assert ("plan", "plan/videos.jsonl") in found(layout)


def test_an_output_that_was_changed_or_lost_is_found(layout):
    path = layout.dataset("videos", "csv")
    flipped(path, 50)
    assert found(layout) == {("output", "dataset/videos.csv")}
    path.unlink()
    assert found(layout) == {("output", "dataset/videos.csv")}


def test_a_part_that_no_plan_names_is_found(layout):
    layout.part("videos", "00099").write_bytes(b"")
    assert found(layout) == {("part", "parts/videos/00099.jsonl")}


def test_a_job_that_runs_is_not_looked_at(layout):
    with at_once(layout.lock), pytest.raises(InputError, match="Another process runs"):
        verify(layout.root)


def test_a_directory_without_a_job_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no job"):
        verify(tmp_path)


def test_looking_changes_nothing(layout):
    def state():
        return {
            path: path.read_bytes()
            for path in layout.root.rglob("*")
            if path.is_file() and path != layout.lock
        }

    flipped(layout.part("videos", "00000"), 3)
    before = state()
    verify(layout.root)
    assert state() == before


def test_a_planned_shard_that_is_not_begun_is_fine(layout):
    for slot in "ab":
        layout.checkpoint("comments", "00001", slot).unlink()
    layout.part("comments", "00001").unlink()
    manifest = read_manifest(layout)
    videos, comments = manifest.stages
    comments = attrs.evolve(
        comments, status="stopped", shards=(comments.shards[0], Mark().entry("00001", "13", 1))
    )
    write_manifest(
        layout,
        attrs.evolve(
            manifest,
            status="stopped",
            stopped="quota",
            stages=(videos, comments),
            requests_per_day={"2026-11-20": 3},
        ),
    )
    assert verify(layout.root).findings == ()


@pytest.mark.anyio
@pytest.mark.parametrize("after", [1, 9, 40])
async def test_a_job_that_was_stopped_and_gone_on_with_is_fine_at_any_time(tmp_path, after):
    spec = Spec(
        name="x",
        stages=(
            video_stage(8, 2, 5),
            of_videos("authors", "research.user", "username", items_per_shard=3),
        ),
        outputs=(Output(format="csv"), Output(format="sqlite")),
    )
    job, clock = Job.create(spec, tmp_path / "job"), clock_at()
    fault = Fault("reset_connection", path="research.*", after=after, times=None)
    async with Emulator(videos=10_000, **OPEN, faults=[fault]) as emulator:
        opener, runtime = clients_of(emulator, clock, attempts=1), Runtime(clock=clock)
        manifest = await job.run(clients=opener, runtime=runtime)
        assert manifest.stopped == "network"
        assert verify(job.layout.root).findings == ()
        emulator.faults.clear()
        manifest = await job.run(clients=opener, runtime=runtime)
    assert manifest.whole
    result = job.verify()
    assert (result.findings, result.rows) == ((), manifest.rows)
