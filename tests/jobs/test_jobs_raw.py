from __future__ import annotations

import shutil
import subprocess

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
from tests.jobs.handmade import make_job, ran, video, videos_stage, write_shard
from tiktok_async import convert
from tiktok_async.client import Runtime
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import CheckpointMismatchError, InputError
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.raw import RawFile, RawRecord, read_raw
from tiktok_async.jobs.rebuild import rebuild
from tiktok_async.jobs.spec import RunOptions, Spec
from tiktok_async.jobs.verify import verify
from tiktok_async.research.endpoints import ListComments
from tiktok_async.sansio.wire import Answer

pytestmark = pytest.mark.anyio

WORLD = {"videos": 10_000, **OPEN}
RAW = RunOptions(raw=True)


def record(number: int, body: bytes = b'{"data":{}}', **fields) -> RawRecord:
    return RawRecord(
        unit=f"2023-01-0{number}", done=number, count=1, status=200, body=body, **fields
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "00000.jsonl.zst"


BODIES = [
    pytest.param(b'{"data":{"id":1180591620717411303425}}', id="json"),
    pytest.param('{"a":"ü\u2028\\ud83d"}\r\n'.encode(), id="text"),
    pytest.param(b"\xff\x00<html>", id="bytes"),
    pytest.param(b"", id="empty"),
    pytest.param(b"\xef\xbb\xbf{}", id="byte-order-mark"),
    pytest.param(b"x" * 3_000_000, id="large"),
]


@pytest.mark.parametrize("body", BODIES)
async def test_an_answer_comes_back_as_it_was(path, body):
    file = RawFile(path)
    written = [record(1, body, log_id="20230113"), record(2), RawRecord(unit="x", done=2, count=1)]
    for one in written:
        size = file.append(one)
    file.close()
    file.close()
    assert list(read_raw(path, size)) == written
    assert size == path.stat().st_size


async def test_a_record_has_what_was_sent_and_no_credential():
    request = ListComments(video_id=7, max_count=3)
    answer = Answer(200, {"x-secret": "s"}, b"{}")
    made = RawRecord.of(request, answer, "log", unit="7", done=0, count=1)
    assert (made.endpoint, made.status, made.log_id) == ("research.video.comment.list", 200, "log")
    assert made.request["video_id"] == 7
    assert made.request["max_count"] == 3
    assert b"secret" not in made.line()


async def test_a_file_is_cut_to_what_counts_and_goes_on(path):
    file = RawFile(path)
    first = file.append(record(1))
    file.append(record(2))
    file.close()
    again = RawFile(path, first)
    size = again.append(record(3))
    again.close()
    assert [one.done for one in read_raw(path, size)] == [1, 3]
    assert list(read_raw(path, first)) == [record(1)]
    assert list(read_raw(path, 0)) == []


async def test_a_file_that_is_too_short_is_refused(path):
    file = RawFile(path)
    size = file.append(record(1))
    file.close()
    with pytest.raises(CheckpointMismatchError, match="were written"):
        RawFile(path, size + 1)
    assert path.stat().st_size == size


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda content: content[:-1], id="cut"),
        pytest.param(lambda content: content[:-9] + b"x" + content[-8:], id="changed"),
        pytest.param(lambda content: b"x" + content[1:], id="no-frame"),
    ],
)
async def test_a_damaged_file_is_told(path, harm):
    file = RawFile(path)
    file.append(record(1))
    size = file.append(record(2))
    file.close()
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(CheckpointMismatchError, match="damaged behind record"):
        list(read_raw(path, size))
    path.unlink()
    with pytest.raises(CheckpointMismatchError, match="is missing"):
        list(read_raw(path, size))


async def test_common_tools_read_it(path):
    file = RawFile(path)
    file.append(record(1))
    file.append(record(2))
    file.close()
    program = shutil.which("zstd")
    if program is None:
        pytest.skip("no zstd on this machine")
    done = subprocess.run([program, "-dc", str(path)], capture_output=True, check=True)  # noqa: ASYNC221, S603  # nothing else runs
    assert done.stdout == record(1).line() + record(2).line()


async def test_the_package_that_is_not_there_is_named(tmp_path):
    code = """
import sys
sys.modules["zstandard"] = None
try:
    import tiktok_async.jobs.raw
except Exception as error:
    print(error)
"""
    assert 'pip install "tiktok-async[zstd]"' in ran(code)


async def collected(directory, spec, faults=(), **options):
    async with Emulator(**WORLD, faults=list(faults)) as emulator:
        job = Job.create(spec, directory)
        runtime = Runtime(clock=options["clock"]) if "clock" in options else None
        manifest = await job.run(clients=clients_of(emulator, **options), runtime=runtime)
        assert manifest.status == "complete"
        assert manifest.calls == paid(emulator)
    return job


STAGES = {
    "days": (video_stage(20, 10, 5),),
    "items": (
        video_stage(4, 4, 100),
        of_videos("authors", "research.user", "username", items_per_shard=3),
        of_videos("comments", "research.comments", "id", limit=3, params=(("max_count", 2),)),
        of_videos("liked", "research.liked", "username", items_per_shard=2),
    ),
    "tikapi": (listed("tikapi.public.hashtag", "dance", "nobody-has-this", limit=40),),
}


@pytest.mark.parametrize("which", list(STAGES))
async def test_parts_are_made_again_of_the_answers_alone(tmp_path, which):
    job = await collected(tmp_path / "a", Spec(name="x", stages=STAGES[which], run=RAW))
    before = parts(tmp_path / "a")
    assert all(one.same for one in rebuild(tmp_path / "a"))
    made = rebuild(tmp_path / "a", tmp_path / "b")
    assert parts(tmp_path / "b") == before
    assert sum(one.rows for one in made) == job.manifest().rows > 0
    assert verify(tmp_path / "a").ok


async def test_parts_that_were_lost_or_changed_are_made_again(tmp_path):
    await collected(tmp_path, Spec(name="x", stages=STAGES["days"], run=RAW))
    before = parts(tmp_path)
    first, second = sorted((tmp_path / "parts" / "videos").iterdir())
    first.unlink()
    second.write_bytes(second.read_bytes()[:-7])
    assert not verify(tmp_path).ok
    assert [one.same for one in rebuild(tmp_path)] == [False, False]
    assert parts(tmp_path) == before
    assert verify(tmp_path).ok
    assert sorted(one.name for one in first.parent.iterdir()) == [first.name, second.name]


async def test_rows_that_were_given_up_do_not_come_back(tmp_path):
    spec = Spec(name="x", stages=(video_stage(30, 30, 5),), run=RAW)
    whole = await collected(tmp_path / "a", attrs.evolve(spec, run=RunOptions()))
    # Windows fail at their beginning and in the middle; they are asked for again in halves.
    faults = [
        Fault("server_error", path="research.video.query", times=2),
        Fault("server_error", path="research.video.query", times=4, after=9),
    ]
    await collected(tmp_path / "b", spec, faults, attempts=2, clock=clock_at())
    assert parts(tmp_path / "b") == parts(whole.layout.root)
    given_up = [
        one.unit
        for one in read_raw(
            tmp_path / "b/raw/videos/00000.jsonl.zst",
            (tmp_path / "b/raw/videos/00000.jsonl.zst").stat().st_size,
        )
        if one.status is None
    ]
    assert given_up
    rebuild(tmp_path / "b", tmp_path / "c")
    assert parts(tmp_path / "c") == parts(tmp_path / "b")


async def test_a_job_without_answers_says_how_to_keep_them(tmp_path):
    await collected(tmp_path, Spec(name="x", stages=(video_stage(2, 2),)))
    with pytest.raises(InputError, match="raw = true"):
        rebuild(tmp_path)


async def test_answers_of_another_part_are_refused_and_nothing_is_touched(tmp_path):
    await collected(tmp_path, Spec(name="x", stages=STAGES["days"], run=RAW))
    before = parts(tmp_path)
    first, second = sorted((tmp_path / "raw" / "videos").iterdir())
    content = first.read_bytes()
    second.write_bytes((content * 9)[: second.stat().st_size])
    with pytest.raises(CheckpointMismatchError):
        rebuild(tmp_path)
    assert parts(tmp_path) == before
    assert ("raw", "raw/videos/00001.jsonl.zst") in {
        (one.what, one.path) for one in verify(tmp_path).findings
    }


async def test_rows_of_an_update_are_made_again_without_those_that_were_known(tmp_path):
    clock = clock_at("2022-01-06T23:30:00+00:00")
    spec = Spec(
        name="x",
        stages=(video_stage(6, 3), of_videos("authors", "research.user", "username")),
        run=RAW,
    )
    async with Emulator(now=clock.time, **WORLD) as emulator:
        job, opener = Job.create(spec, tmp_path / "a"), clients_of(emulator, clock)
        runtime = Runtime(clock=clock)
        await job.run(clients=opener, runtime=runtime)
        clock.advance(3 * 86_400)
        manifest = await job.update(clients=opener, runtime=runtime)
    before = parts(tmp_path / "a")
    assert any("u001-" in name and content for name, content in before.items())
    assert verify(tmp_path / "a").findings == ()
    made = rebuild(tmp_path / "a", tmp_path / "b")
    assert parts(tmp_path / "b") == before
    assert sum(one.rows for one in made) == manifest.rows


async def test_a_row_of_an_update_that_was_known_is_found(tmp_path):
    clock = clock_at("2022-01-06T23:30:00+00:00")
    async with Emulator(now=clock.time, **WORLD) as emulator:
        job, opener = Job.create(videos(6, 5), tmp_path), clients_of(emulator, clock)
        await job.run(clients=opener, runtime=Runtime(clock=clock))
        clock.advance(3 * 86_400)
        await job.update(clients=opener, runtime=Runtime(clock=clock))
    known = job.layout.part("videos", "00000").read_bytes().splitlines(keepends=True)[0]
    later = job.layout.part("videos", "u001-00000")
    later.write_bytes(known + later.read_bytes()[len(known) :])
    said = [one.message for one in verify(tmp_path).findings if one.what == "row"]
    assert any("was there before" in message for message in said)


def answer_of(*videos_, more=False):
    data = {"videos": videos_, "cursor": len(videos_), "has_more": more, "search_id": "1"}
    return convert.dumps({"data": data, "error": {"code": "ok", "message": "", "log_id": ""}})


async def test_a_unit_that_was_given_up_leaves_no_row(tmp_path):
    spec = make_job(tmp_path, {videos_stage(1): [[]]})
    layout = Layout(tmp_path)
    layout.raw("videos", "00000").parent.mkdir(parents=True)
    file = RawFile(layout.raw("videos", "00000"))
    place = {"unit": "2023-01-01", "done": 0, "count": 1}
    file.append(RawRecord(status=200, body=answer_of(video(1), video(2), more=True), **place))
    size = file.append(RawRecord(**place))
    file.close()
    write_shard(layout, spec, "videos", "00000", [], raw_size=size)
    (one,) = rebuild(tmp_path)
    assert (one.same, one.rows, one.size) == (True, 0, 0)


async def test_rows_of_several_answers_come_once_and_of_their_days_only(tmp_path):
    rows = [video(3), video(2), video(1)]
    spec = make_job(tmp_path, {videos_stage(1): [rows]})
    layout = Layout(tmp_path)
    layout.raw("videos", "00000").parent.mkdir(parents=True)
    file = RawFile(layout.raw("videos", "00000"))
    place = {"unit": "2023-01-01", "done": 0, "count": 1}
    bodies = [answer_of(video(7, 1), video(3), video(2), more=True), answer_of(video(2), video(1))]
    for body in bodies:
        size = file.append(RawRecord(status=200, body=body, **place))
    file.close()
    write_shard(layout, spec, "videos", "00000", rows, raw_size=size, done=1)
    layout.part("videos", "00000").unlink()
    (one,) = rebuild(tmp_path)
    assert (one.same, one.rows) == (False, 3)
    assert verify(tmp_path).ok
