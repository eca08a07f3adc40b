from __future__ import annotations

import json
from typing import Any

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
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import AuthError
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.spec import RunOptions, Spec

pytestmark = pytest.mark.anyio

QUERY = "research.video.query"


def failing(kind: str = "server_error", path: str = QUERY, **more: Any) -> Fault:
    return Fault(kind, path=path, **more)


async def collected(
    emulator: Emulator, directory: Any, spec: Spec, *, attempts: int = 5
) -> tuple[Any, dict[str, bytes]]:
    clock = clock_at()
    job = Job.create(spec, directory)
    opener = clients_of(emulator, clock, attempts=attempts)
    manifest = await job.run(clients=opener, runtime=Runtime(clock=clock))
    return manifest, parts(directory)


@pytest.fixture(scope="module")
def world() -> dict[str, Any]:
    return {"videos": 10_000, **OPEN}


async def test_rows_are_those_of_the_provider_as_they_came(tmp_path, world):
    async with Emulator(**world) as emulator:
        manifest, found = await collected(emulator, tmp_path, videos(20, 10))
        assert emulator.stats()["rows"] >= manifest.rows
        rows = [json.loads(line) for part in found.values() for line in part.splitlines()]
        ids = [row["id"] for row in rows]
        assert len(set(ids)) == len(ids) == manifest.rows > 50
        by_shard = [
            [json.loads(line)["id"] for line in part.splitlines()] for part in found.values()
        ]
        assert all(ids == sorted(ids, reverse=True) for ids in by_shard)
        assert manifest.calls == paid(emulator)
        assert {row["region_code"] for row in rows} <= {"US", "CA", "GB", "FR", "DE"}


@pytest.mark.parametrize("shard_days", [30, 7])
async def test_failing_windows_are_split_and_give_the_same_bytes(tmp_path, world, shard_days):
    spec = Spec(name="x", stages=(video_stage(30, shard_days, 5),))
    async with Emulator(**world) as emulator:
        _, whole = await collected(emulator, tmp_path / "a", spec)
    # A window of the first shard fails twice with all its attempts, the second one in the middle.
    faults = [
        failing(times=2),
        failing(times=2, after=9),
        failing("gateway_html", times=4, after=17),
    ]
    async with Emulator(**world, faults=faults) as emulator:
        manifest, found = await collected(emulator, tmp_path / "b", spec, attempts=2)
        assert manifest.calls == paid(emulator) > 20
    assert (manifest.status, manifest.holes) == ("complete", ())
    assert found == whole


async def test_windows_shrink_to_what_works_and_grow_again(tmp_path, world):
    from tiktok_async.jobs.raw import read_raw

    spec = Spec(name="x", stages=(video_stage(16, 16, 100),), run=RunOptions(raw=True))
    async with Emulator(**world, faults=[failing(times=3)]) as emulator:
        manifest, _ = await collected(emulator, tmp_path, spec, attempts=1)
    assert manifest.whole
    answers = Layout(tmp_path).raw("videos", "00000")
    asked = [record.count for record in read_raw(answers, answers.stat().st_size)]
    # 16, 8 and 4 days fail.
    assert list(dict.fromkeys(asked)) == [2, 4, 8]
    assert sum(dict.fromkeys(asked)) + 2 == 16


async def test_first_day_of_all_that_cannot_be_had_is_a_hole(tmp_path, world):
    # Thrice alone; then another day answers, and the first is tried thrice again.
    faults = [failing(times=3), failing(times=3, after=4)]
    async with Emulator(**world, faults=faults) as emulator:
        spec = videos(4, 1, concurrency=1)
        manifest, found = await collected(emulator, tmp_path, spec, attempts=1)
        assert manifest.calls == paid(emulator)
    assert manifest.status == "complete"
    assert [gap.label for gap in manifest.holes] == ["2022-01-01"]
    assert [bool(part) for part in found.values()] == [False, True, True, True]


async def test_many_days_in_a_row_that_fail_are_holes_while_the_provider_works(tmp_path, world):
    async with Emulator(**world) as emulator:
        first, _ = await collected(emulator, tmp_path / "a", videos(10, 10))
    # The second shard: 10, 5, 3 and 2 days fail, and three days, the first of them twice; what was
    # answered before is again.
    async with Emulator(**world, faults=[failing(times=8, after=first.calls)]) as emulator:
        spec = videos(20, 10, concurrency=1)
        manifest, _ = await collected(emulator, tmp_path / "b", spec, attempts=1)
        assert manifest.calls == paid(emulator)
    assert manifest.status == "complete"
    assert [gap.label for gap in manifest.holes] == ["2022-01-20", "2022-01-19", "2022-01-18"]


async def test_hole_in_the_middle_of_a_shard_costs_its_day_alone(tmp_path, world):
    async with Emulator(**world) as emulator:
        _, whole = await collected(emulator, tmp_path / "a", videos(4, 4))
    # 4 days, 2 days, the latest day twice: all fail; the day before it works.
    async with Emulator(**world, faults=[failing(times=4)]) as emulator:
        manifest, found = await collected(emulator, tmp_path / "b", videos(4, 4), attempts=1)
    assert [(gap.label, gap.reason) for gap in manifest.holes] == [("2022-01-04", "server")]
    assert manifest.holes[0].log_id
    assert (manifest.status, manifest.whole) == ("complete", False)
    rest = found["parts/videos/00000.jsonl"]
    assert 0 < len(rest) < len(whole["parts/videos/00000.jsonl"])
    assert whole["parts/videos/00000.jsonl"].endswith(rest)


async def test_provider_that_fails_on_everything_makes_no_holes(tmp_path, world):
    async with Emulator(**world, faults=[failing(times=None)]) as emulator:
        manifest, _ = await collected(emulator, tmp_path, videos(30, 10), attempts=1)
        assert (manifest.status, manifest.stopped) == ("stopped", "provider")
        assert (manifest.holes, manifest.rows) == ((), 0)
        assert manifest.calls == paid(emulator)
        emulator.faults.clear()
        manifest, _ = await collected(emulator, tmp_path, videos(30, 10))
        assert manifest.whole


async def test_outage_in_the_middle_of_a_window_loses_no_page(tmp_path, world):
    async with Emulator(**world) as emulator:
        whole, expected = await collected(emulator, tmp_path / "a", videos(30))
    async with Emulator(**world, faults=[failing(times=None, after=4)]) as emulator:
        manifest, found = await collected(emulator, tmp_path / "b", videos(30), attempts=1)
        assert (manifest.status, manifest.stopped) == ("stopped", "provider")
        pages = manifest.stages[0].shards[0].pages
        assert pages == 4
        emulator.faults.clear()
        before = paid(emulator)
        manifest, found = await collected(emulator, tmp_path / "b", videos(30))
        assert paid(emulator) - before == whole.calls - pages
    assert found == expected


async def test_dead_search_ids_split_the_window(tmp_path, world):
    spec = videos(8, 8)
    async with Emulator(**world) as emulator:
        _, whole = await collected(emulator, tmp_path / "a", spec)
    async with Emulator(**world, faults=[Fault("search_id_invalid", times=4)]) as emulator:
        manifest, found = await collected(emulator, tmp_path / "b", spec, attempts=1)
    assert manifest.whole
    assert found == whole


async def test_items_that_cannot_be_had_are_missing_and_the_rest_goes_on(tmp_path, world):
    users = ("joe1234567", "nobody", "joe_private")
    async with Emulator(**world) as emulator:
        spec = Spec(name="x", stages=(listed("research.liked", *users, items_per_shard=5),))
        manifest, found = await collected(emulator, tmp_path, spec)
        assert manifest.calls == paid(emulator)
    assert manifest.status == "complete"
    assert manifest.whole
    missing = {gap.label: gap.reason for gap in manifest.missing}
    assert missing["nobody"] == missing["joe_private"] == "not_found"
    rows = [json.loads(line) for line in found["parts/listed/00000.jsonl"].splitlines()]
    assert rows
    assert {row["of_username"] for row in rows} == {"joe1234567"}
    assert all(list(row)[-1] == "of_username" for row in rows)


async def test_item_that_the_provider_fails_on_is_a_hole(tmp_path, world):
    users = ("joe_private", "joe1234567")
    async with Emulator(**world, faults=[failing(path="research.user.info", times=2)]) as emulator:
        spec = Spec(name="x", stages=(listed("research.user", *users, items_per_shard=5),))
        manifest, _ = await collected(emulator, tmp_path, spec, attempts=1)
    assert [(gap.label, gap.reason) for gap in manifest.holes] == [("joe_private", "server")]
    assert (manifest.status, manifest.rows, manifest.whole) == ("complete", 1, False)


async def test_refusal_of_everything_stops_before_all_is_called_missing(tmp_path, world):
    users = tuple(f"user{n}" for n in range(40))
    fault = failing("error_200", "research.user.info", times=None, code="scope_not_authorized")
    async with Emulator(**world, faults=[fault]) as emulator:
        spec = Spec(name="x", stages=(listed("research.user", *users, items_per_shard=40),))
        with pytest.raises(Exception, match="scope_not_authorized"):
            await collected(emulator, tmp_path, spec)
        assert paid(emulator) == 10
    manifest = Job.open(tmp_path).manifest()
    assert (manifest.status, manifest.stopped) == ("stopped", "credentials")


async def test_limit_is_of_each_item(tmp_path, world):
    async with Emulator(**world) as emulator:
        spec = Spec(
            name="x",
            stages=(
                video_stage(4),
                of_videos(
                    "comments", "research.comments", "id", limit=3, params=(("max_count", 2),)
                ),
            ),
        )
        manifest, found = await collected(emulator, tmp_path, spec)
    rows = [
        json.loads(line)
        for name, part in found.items()
        if "comments" in name
        for line in part.splitlines()
    ]
    counts = [
        sum(row["of_video_id"] == video for row in rows)
        for video in {row["of_video_id"] for row in rows}
    ]
    assert max(counts) == 3
    assert manifest.stages[1].rows == len(rows)


async def test_list_that_tikapi_ends_is_kept_and_said(tmp_path, world):
    fault = Fault(
        "tiktok_error", path="tikapi.public.hashtag", after=2, code=10404, message="List limit"
    )
    async with Emulator(**world, faults=[fault]) as emulator:
        stage = listed("tikapi.public.hashtag", "fyp", params=(("count", 5),))
        manifest, _ = await collected(emulator, tmp_path, Spec(name="x", stages=(stage,)))
    assert manifest.status == "complete"
    assert [(gap.label, gap.reason) for gap in manifest.missing] == [("fyp", "list_limit_reached")]
    assert manifest.rows > 0


async def test_hashtag_by_name_goes_on_where_it_was(tmp_path, world):
    stage = listed("tikapi.public.hashtag", "fyp", params=(("count", 5),), limit=40)
    spec = Spec(name="x", stages=(stage,))
    async with Emulator(**world) as emulator:
        _, whole = await collected(emulator, tmp_path / "a", spec)
    fault = Fault("rate_limited", path="tikapi.public.hashtag", after=3)
    async with Emulator(**world, faults=[fault]) as emulator:
        stopped, _ = await collected(emulator, tmp_path / "b", spec)
        assert stopped.status == "stopped"
        _, found = await collected(emulator, tmp_path / "b", spec)
    ids = [
        [json.loads(line)["id"] for line in one["parts/listed/00000.jsonl"].splitlines()]
        for one in (found, whole)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 40


async def test_credential_that_is_refused_ends_the_run(tmp_path, world):
    async with Emulator(**world, faults=[failing("unauthorized", times=None)]) as emulator:
        with pytest.raises(AuthError):
            await collected(emulator, tmp_path, videos(60))
    manifest = Job.open(tmp_path).manifest()
    assert (manifest.status, manifest.stopped) == ("stopped", "credentials")


async def test_kept_answers_give_the_parts_again_also_after_splits(tmp_path, world):
    from tiktok_async.jobs.rebuild import rebuild

    stages = (video_stage(12, 6, 3), of_videos("comments", "research.comments", "id", limit=7))
    spec = Spec(name="x", stages=stages, run=RunOptions(raw=True))
    faults = [failing(times=2), failing(times=2, after=9), failing(times=4, after=17)]
    async with Emulator(**world, faults=faults) as emulator:
        manifest, found = await collected(emulator, tmp_path, spec, attempts=2)
    made = rebuild(tmp_path, tmp_path / "again")
    assert manifest.status == "complete"
    assert parts(tmp_path / "again") == found
    assert all(one.same for one in rebuild(tmp_path))
    assert sum(one.rows for one in made) == manifest.rows


async def test_item_whose_pages_lead_nowhere_keeps_what_came_and_is_a_hole(tmp_path, world):
    fault = Fault("stuck_cursor", path="research.user.followers", after=2, times=None)
    stage = listed("research.followers", "joe1234567", params=(("max_count", 2),))
    async with Emulator(**world, faults=[fault]) as emulator:
        manifest, found = await collected(emulator, tmp_path, Spec(name="x", stages=(stage,)))
    assert manifest.status == "complete"
    assert [gap.reason for gap in manifest.holes] == ["cursor_stands_still"]
    assert found["parts/listed/00000.jsonl"].count(b"\n") == manifest.rows >= 4


async def test_item_that_breaks_in_the_middle_keeps_what_came_and_is_a_hole(tmp_path, world):
    users = ("joe1234567", "user2", "user3")
    stage = listed("research.followers", *users, params=(("max_count", 2),), items_per_shard=3)
    spec = Spec(name="x", stages=(stage,))
    async with Emulator(**world) as emulator:
        _, expected = await collected(emulator, tmp_path / "a", spec)
    path = "research.user.followers"
    faults = [failing(path=path, after=2, times=2)]
    async with Emulator(**world, faults=faults) as emulator:
        manifest, found = await collected(emulator, tmp_path / "b", spec, attempts=1)
    assert [(gap.label, gap.reason) for gap in manifest.holes] == [("joe1234567", "server")]
    rows = [json.loads(line) for line in found["parts/listed/00000.jsonl"].splitlines()]
    assert sum(row["of_username"] == "joe1234567" for row in rows) in {3, 4}
    assert manifest.status == "complete"
    assert expected["parts/listed/00000.jsonl"].startswith(
        b"".join(found["parts/listed/00000.jsonl"].splitlines(keepends=True)[:3])
    )
