from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

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
from tests.jobs.handmade import make_job, video, videos_stage
from tiktok_async.cli import main
from tiktok_async.client import Runtime
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import InputError, TransportError
from tiktok_async.jobs.alone import holding
from tiktok_async.jobs.availability import windows_of_days
from tiktok_async.jobs.dataset import Dataset
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.marks import read_marks, write_marks
from tiktok_async.jobs.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async.jobs.engines.protocol import Clients
    from tiktok_async.testing.clock import FakeClock

pytestmark = pytest.mark.anyio

DAY = 86_400
WORLD = {"videos": 20_000, **OPEN}
PUBLIC = "joe1234567"
WHEN = "2026-11-20T12:00:00+00:00"


async def collected(spec: Spec, directory: Path, opener: Clients, clock: FakeClock) -> Job:
    job = Job.create(spec, directory)
    await job.run(clients=opener, runtime=Runtime(clock=clock))
    return job


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize(
    ("days", "way", "calls"),
    [pytest.param(2, "query", (1, 2), id="few"), pytest.param(40, "compliance", (3, 5), id="many")],
)
async def test_recheck_of_videos_takes_the_fewest_calls_and_notes_what_is_gone(
    tmp_path, days, way, calls
):
    clock = clock_at()
    async with Emulator(now=clock.time, **WORLD) as emulator:
        opener, runtime = clients_of(emulator, clock), Runtime(clock=clock)
        job = await collected(videos(days), tmp_path, opener, clock)
        before, ids = parts(tmp_path), [row["id"] for row in job.dataset("videos").rows()]
        spent = paid(emulator)
        found = await job.recheck("videos", clients=opener, runtime=runtime)
        assert (found.checked, found.gone, found.way) == (len(ids), 0, way)
        assert calls[0] <= paid(emulator) - spent <= calls[1]
        for one in (ids[0], ids[-1]):
            emulator.world.withdraw(one)
        first = await job.recheck("videos", clients=opener, runtime=runtime)
        seen = lines_of(first.path)
        assert first.gone == 2
        assert [(one["id"], one["gone"]) for one in seen] == [(ids[0], True), (ids[-1], True)]
        assert [one["checked_at"][:16] for one in seen] == [WHEN[:16]] * 2
        clock.advance(DAY)
        emulator.world.restore(ids[0])
        later = await job.recheck("videos", clients=opener, runtime=runtime)
        assert lines_of(later.path) == seen[1:], "it keeps when it was first seen"
    assert parts(tmp_path) == before
    assert [row["id"] for row in job.dataset("videos").rows(without_gone=True)] == ids[:-1]
    assert len(job.dataset("videos")) == len(ids)
    assert job.verify().ok


async def test_recheck_of_comments_asks_batch_compliance(tmp_path):
    clock = clock_at()
    spec = Spec(
        name="x",
        stages=(video_stage(1, 1), of_videos("comments", "research.comments", "id", limit=5)),
    )
    async with Emulator(now=clock.time, **WORLD) as emulator:
        opener, runtime = clients_of(emulator, clock), Runtime(clock=clock)
        job = await collected(spec, tmp_path, opener, clock)
        rows = list(job.dataset("comments").rows())
        emulator.world.withdraw(int(rows[0]["of_video_id"]))
        found = await job.recheck("comments", clients=opener, runtime=runtime)
    own = [row["id"] for row in rows if row["of_video_id"] == rows[0]["of_video_id"]]
    assert found.way == "compliance"
    assert [mark["id"] for mark in lines_of(found.path)] == own


async def test_recheck_of_users_and_posts_asks_for_each(tmp_path):
    clock = clock_at()
    async with Emulator(now=clock.time, **WORLD) as emulator:
        opener, runtime = clients_of(emulator, clock), Runtime(clock=clock)
        names = [emulator.world.people.handle(user).rstrip("\0") for user in range(5)]
        names = [name for user, name in enumerate(names) if emulator.world.people.is_public(user)]
        users = Spec(name="users", stages=(listed("research.user", *names),))
        job = await collected(users, tmp_path / "users", opener, clock)
        emulator.world.close_account(names[-1])
        spent = paid(emulator)
        found = await job.recheck("listed", clients=opener, runtime=runtime)
        assert paid(emulator) - spent == found.checked == len(names)
        assert (found.gone, found.way) == (1, "item")
        assert [one["id"] for one in lines_of(found.path)] == names[-1:]

        async with opener("tikapi") as client:
            user = (await client.public.check(username=PUBLIC)).user.sec_uid
        feed = listed("tikapi.public.posts", user, params=(("count", 30),), limit=5)
        job = await collected(Spec(name="p", stages=(feed,)), tmp_path / "posts", opener, clock)
        posts = [row["id"] for row in job.dataset("listed").rows()]
        emulator.world.withdraw(int(posts[1]))
        clock.advance(DAY)
        found = await job.recheck("listed", clients=opener, runtime=runtime)
        assert [one["id"] for one in lines_of(found.path)] == [posts[1]]
    kept = [row["id"] for row in job.dataset("listed", without_gone=True).rows()]
    assert kept == [*posts[:1], *posts[2:]]


async def test_recheck_that_was_interrupted_goes_on_behind_what_was_noted(tmp_path):
    clock = clock_at()
    spec = Spec(name="x", stages=(video_stage(7, 7), of_videos("a", "research.user", "username")))
    async with Emulator(now=clock.time, **WORLD) as emulator:
        opener, runtime = clients_of(emulator, clock, attempts=1), Runtime(clock=clock)
        job = await collected(spec, tmp_path, opener, clock)
        names = [row["of_username"] for row in job.dataset("a").rows()]
        assert len(names) > 2 * 16
        emulator.world.close_account(names[0])

        async def interrupted() -> None:
            emulator.faults.add(Fault("reset_connection", path="research.*", after=20, times=None))
            with pytest.raises(TransportError):
                await job.recheck("a", clients=opener, runtime=runtime)
            emulator.faults.clear()

        await interrupted()
        assert list(read_marks(job.layout.recheck("a"))) == names[:1]
        spent = paid(emulator)
        found = await job.recheck("a", clients=opener, runtime=runtime)
        assert paid(emulator) - spent == len(names) - 16
        assert (found.checked, found.gone) == (len(names), 1)
        assert not job.layout.recheck_progress("a").exists()

        await interrupted()
        clock.advance(31 * DAY)  # what was seen then says little now
        spent = paid(emulator)
        await job.recheck("a", clients=opener, runtime=runtime)
        assert paid(emulator) - spent == len(names)

        await interrupted()
        progress = json.loads(job.layout.recheck_progress("a").read_bytes())
        job.layout.recheck_progress("a").write_text(json.dumps({**progress, "last": "other"}))
        spent = paid(emulator)
        await job.recheck("a", clients=opener, runtime=runtime)
        assert paid(emulator) - spent == len(names)


async def test_recheck_of_what_cannot_be_asked_for_again_is_refused(tmp_path):
    stage = listed("research.followers", "a")
    job = Job.create(Spec(name="x", stages=(stage,)), tmp_path)
    with pytest.raises(InputError, match="listed cannot be asked for again: name a stage that has"):
        await job.recheck("listed", clients=lambda _: pytest.fail("a client was opened"))


async def test_recheck_waits_for_nobody(tmp_path):
    job = Job.create(videos(2, 2), tmp_path)
    refused = pytest.raises(InputError, match="Another process runs the job")
    with holding(job.layout), refused:
        await job.recheck("videos", clients=lambda _: pytest.fail("a client was opened"))


@pytest.fixture
def handmade(tmp_path) -> Job:
    rows = [[video(1), video(2)], [video(3, 1)]]
    make_job(tmp_path / "job", {videos_stage(): rows})
    job = Job.open(tmp_path / "job")
    write_marks(job.layout.recheck("videos"), {video(1)["id"]: WHEN, video(3)["id"]: WHEN})
    return job


def test_rows_that_are_gone_are_left_out_everywhere_on_request(handmade, tmp_path, capsys):
    left = [video(2)["id"]]
    dataset = Dataset.open(handmade.layout.root, "videos", without_gone=True)
    assert [row["id"] for row in dataset.rows()] == [one.id for one in dataset.models()] == left
    assert (len(dataset), len(handmade.dataset("videos"))) == (1, 3)
    assert dataset.facts()["without_gone"] == "2"
    assert "without_gone" not in handmade.dataset("videos").facts()
    made = handmade.export("videos", tmp_path / "a.jsonl", without_gone=True)
    assert made.rows == 1
    to = tmp_path / "b.jsonl"
    words = ["jobs", "export", str(handmade.layout.root), "videos", "-o", str(to)]
    assert main([*words, "--without-gone"]) == 0
    assert to.read_bytes() == (tmp_path / "a.jsonl").read_bytes()
    capsys.readouterr()


def test_marks_that_are_damaged_are_said_to_be(handmade):
    assert handmade.verify().ok
    handmade.layout.recheck("videos").write_bytes(b'{"id":1}\n')
    with pytest.raises(InputError, match="holds something else than marks: delete it"):
        list(handmade.dataset("videos", without_gone=True).rows())
    assert [one.what for one in handmade.verify().findings] == ["recheck"]
    assert len(list(handmade.dataset("videos").rows())) == 3


def test_marks_are_read_as_they_were_written(tmp_path):
    marks = {2**70 + 1: WHEN, "a.b": WHEN}
    path = Layout(tmp_path).recheck("x")
    assert read_marks(path) == {}
    write_marks(path, marks)
    assert list(read_marks(path).items()) == list(marks.items())


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days * DAY + DAY - 1


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param(["2022-01-30", "2022-01-01"], [("2022-01-01", "2022-01-30")], id="thirty"),
        pytest.param(
            ["2022-01-01", "2022-01-31"],
            [("2022-01-01", "2022-01-01"), ("2022-01-31", "2022-01-31")],
            id="thirty-one",
        ),
    ],
)
def test_windows_hold_all_days_in_thirty_at_most(days, expected):
    found = windows_of_days({number: day(text) for number, text in enumerate(days)})
    assert [(f"{first}", f"{last}") for first, last, _ in found] == expected
    assert sorted(one for *_, ids in found for one in ids) == list(range(len(days)))
