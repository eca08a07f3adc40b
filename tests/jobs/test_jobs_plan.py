from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.jobs.collected import START, listed, of_videos, video_stage, videos
from tiktok_async.errors import CheckpointMismatchError
from tiktok_async.jobs.estimate import estimate
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.plan import ShardPlan, shards_of
from tiktok_async.jobs.planning import make_plan, standing
from tiktok_async.jobs.spec import Listed, Spec
from tiktok_async.sansio.quota import DailyQuota, QuotaStatus

USERS = "research.user"


@pytest.mark.parametrize(
    ("days", "shard_days", "expected"),
    [
        pytest.param(1, 30, ["2022-01-01..2022-01-01"], id="one-day"),
        pytest.param(30, 30, ["2022-01-01..2022-01-30"], id="one-window"),
        pytest.param(31, 30, ["2022-01-01..2022-01-30", "2022-01-31..2022-01-31"], id="a-rest"),
        pytest.param(3, 1, [f"2022-01-0{n}..2022-01-0{n}" for n in (1, 2, 3)], id="days"),
    ],
)
def test_span_is_cut_into_shards_in_order(days, shard_days, expected):
    shards = list(shards_of(video_stage(days, shard_days)))
    assert [one.label for one in shards] == expected
    assert [one.id for one in shards] == [f"{n:05}" for n in range(len(expected))]
    assert sum(one.units for one in shards) == days


@pytest.mark.parametrize(
    ("items", "wanted", "sizes"),
    [
        pytest.param(0, None, [], id="none"),
        pytest.param(3, None, [1, 1, 1], id="few"),
        pytest.param(401, None, [3] * 133 + [2], id="about-200"),
        pytest.param(60_001, None, [250] * 240 + [1], id="at-most-250"),
        pytest.param(5, 2, [2, 2, 1], id="as-the-spec-says"),
    ],
)
def test_list_is_cut_into_about_200_shards(items, wanted, sizes):
    stage = attrs.evolve(listed(USERS), items_per_shard=wanted)
    shards = list(shards_of(stage, (str(n) for n in range(items))))
    assert [one.units for one in shards] == sizes
    assert [item for one in shards for item in one.items] == [str(n) for n in range(items)]
    assert [one.id for one in shards] == sorted(one.id for one in shards)


@given(st.lists(st.text(), min_size=1).map(tuple))
def test_shard_is_read_as_it_was_written(items):
    shard = ShardPlan(id="00007", items=items)
    assert ShardPlan.read(shard.line()) == shard
    assert shard.line().count(b"\n") == 1


def test_shard_of_days_is_read_as_it_was_written():
    shard = ShardPlan(id="u001-00000", first=START, last=date(2022, 1, 9))
    assert ShardPlan.read(shard.line()) == shard


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"id":"1"}', b'{"id":"1","first":"x"}'])
def test_damaged_line_of_a_plan_is_refused(line):
    with pytest.raises(CheckpointMismatchError):
        ShardPlan.read(line)


def test_plan_stays_as_it_was_made(tmp_path):
    layout = Layout(tmp_path)
    stage = listed(USERS, "a", "b")
    make_plan(Spec(name="x", stages=(stage,)), stage, layout, START)
    before = layout.plan("listed").read_bytes()
    other = attrs.evolve(stage, source=Listed(("c",)))
    make_plan(Spec(name="x", stages=(other,)), other, layout, START)
    assert layout.plan("listed").read_bytes() == before
    assert [
        plan.items for plan, _ in standing(layout, Spec(name="x", stages=(stage,)), "listed")
    ] == [
        ("a",),
        ("b",),
    ]


def test_estimate_counts_a_call_for_each_shard_of_days_and_each_item(tmp_path):
    stages = (video_stage(90), listed(USERS, *map(str, range(2500)), limit=3))
    plan = estimate(Spec(name="x", stages=stages), Layout(tmp_path), now=_at("2026-11-20"))
    assert [(one.shards, one.requests_at_least) for one in plan.stages] == [(3, 3), (193, 2500)]
    assert plan.requests_at_least == 2503
    assert plan.quota_days == 3
    assert plan.finish == date(2026, 11, 22)
    assert (plan.stages[1].records_at_most, plan.records_at_most) == (7500, None)


def test_estimate_says_which_stages_it_knows_nothing_of(tmp_path):
    stages = (video_stage(10), of_videos("authors", USERS, "username"))
    plan = estimate(Spec(name="x", stages=stages), Layout(tmp_path))
    assert plan.open_stages == ("authors",)
    assert plan.stages[1].shards is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("spent", "records", "days"),
    [
        pytest.param(0, 0, 1, id="nothing-spent"),
        pytest.param(990, 0, 1, id="just-enough"),
        pytest.param(991, 0, 2, id="one-short"),
        pytest.param(0, 100_000, 2, id="no-records-left"),
    ],
)
def test_estimate_begins_with_what_is_left_of_today(tmp_path, spent, records, days):
    quota = DailyQuota("research", 1000, 100_000)
    status = QuotaStatus(quota, "2026-11-20", spent, records, datetime(2026, 11, 21, tzinfo=UTC))
    plan = estimate(videos(300), Layout(tmp_path), status, _at("2026-11-20"))
    assert (plan.requests_at_least, plan.quota_days) == (10, days)


def _at(day: str) -> float:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()
