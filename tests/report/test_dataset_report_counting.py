"""What a dataset's page counts, and how its time is laid out: pure parts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async import InputError
from tiktok_async.jobs.kinds import kinds
from tiktok_async.jobs.manifest import Gap, ShardEntry
from tiktok_async.jobs.spec import FromFile, FromJob, FromStage, Listed, Stage
from tiktok_async.report.dataset import asked, counting
from tiktok_async.report.dataset.counting import Items, RowCounts
from tiktok_async.report.dataset.coverage import coverage_of
from tiktok_async.report.dataset.days import Days, Stretch
from tiktok_async.report.dataset.facts import facts_of
from tiktok_async.report.dataset.stage import size

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)
NEW_YEAR = date(2026, 1, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
UNIX = int(NOON.timestamp())
POST = {
    "createTime": str(UNIX),
    "locationCreated": "NL",
    "author": {"uniqueId": "ann"},
    "textExtra": [{"hashtagName": "Cats"}, {"hashtagName": ""}, {"userUniqueId": "bob"}],
}


@pytest.mark.parametrize(
    ("kind", "row", "told"),
    [
        pytest.param(
            "research.videos",
            {
                "create_time": UNIX,
                "region_code": "US",
                "username": "ann",
                "hashtag_names": ["Cats", "cats", ""],
            },
            (NOON, "US", "ann", {"cats"}),
            id="research-video",
        ),
        pytest.param(
            "research.comments", {"create_time": UNIX}, (NOON, None, None, set()), id="comment"
        ),
        pytest.param(
            "research.reviews",
            {"create_time": UNIX * 1000},
            (NOON, None, None, set()),
            id="review-in-milliseconds",
        ),
        pytest.param(
            "research.followers", {"username": "ann"}, (None, None, "ann", set()), id="follower"
        ),
        pytest.param("tikapi.public.posts", POST, (NOON, "NL", "ann", {"cats"}), id="post"),
        pytest.param(
            "tikapi.public.search", {"item": POST}, (NOON, "NL", "ann", {"cats"}), id="hit"
        ),
        pytest.param(
            "tikapi.public.comments_list",
            {
                "create_time": UNIX,
                "user": {"unique_id": "ann", "region": "NL"},
                "text_extra": [{"hashtag_name": "Cats"}],
            },
            (NOON, "NL", "ann", {"cats"}),
            id="comment-on-a-post",
        ),
        pytest.param(
            "tikapi.public.followers_list",
            {"user": {"uniqueId": "ann", "region": "NL"}},
            (None, "NL", "ann", set()),
            id="follower-in-tikapi",
        ),
        pytest.param(
            "tikapi.public.check",
            {"user": {"region": "NL"}},
            (None, "NL", None, set()),
            id="profile",
        ),
        pytest.param("research.user", {"username": "ann"}, (None, None, None, set()), id="user"),
        pytest.param(
            "research.videos",
            {"create_time": True, "region_code": 3, "username": None, "hashtag_names": "cats"},
            (None, None, None, {"cats"}),
            id="other-types",
        ),
        pytest.param(
            "tikapi.public.posts",
            {"createTime": "9" * 400, "author": "ann", "textExtra": {"hashtagName": []}},
            (None, None, None, set()),
            id="other-shapes",
        ),
    ],
)
def test_row_tells_when_where_who_and_about_what(
    kind: str, row: dict[str, Any], told: tuple[Any, ...]
) -> None:
    facts = facts_of(kind)
    assert (facts.when(row), facts.where(row), facts.who(row), facts.about(row)) == told


@pytest.mark.parametrize("kind", [one.name for one in kinds()])
def test_every_kind_has_facts_that_its_model_has(kind: str) -> None:
    assert facts_of(kind).when({}) is None


def test_unknown_kind_has_no_facts() -> None:
    with pytest.raises(InputError):
        facts_of("research.dreams")


def test_row_tells_its_item() -> None:
    facts = facts_of("research.comments")
    assert facts.item({"of_video_id": 7}) == "7"
    assert facts.item({"of_video_id": "7" * 999}) == "7" * 200
    assert facts.item({}) is None
    assert facts_of("research.videos").item({"of_video_id": 7}) is None


def test_hashtags_of_one_row_are_bounded() -> None:
    row = {"hashtag_names": [f"tag{number}" * 99 for number in range(500)]}
    tags = facts_of("research.videos").about(row)
    assert len(tags) == 100
    assert max(map(len, tags)) == 200


def test_rows_are_counted_by_day_region_account_and_hashtag() -> None:
    counts = RowCounts(facts_of("research.videos"), date(2026, 11, 22))
    for number in range(6):
        counts.add(
            {
                "create_time": UNIX + number % 2 * 86_400,
                "region_code": "US" if number else "CA",
                "username": f"user{number % 2}",
                "hashtag_names": ["a", "b"],
            }
        )
    assert counts.dates.days == {NEW_YEAR: 3, NEW_YEAR + DAY: 3}
    assert counts.regions.most(9) == [("US", 5), ("CA", 1)]
    assert counts.region_days.parts(9) == [
        ("US", {NEW_YEAR: 2, NEW_YEAR + DAY: 3}),
        ("CA", {NEW_YEAR: 1}),
    ]
    assert counts.users.most(9) == [("user0", 3), ("user1", 3)]
    assert counts.hashtags.most(9) == [("a", 6), ("b", 6)]


def test_items_are_spread_over_ranges() -> None:
    items = Items()
    for item, rows in {"a": 1, "b": 5, "c": 2, "d": 10_001, "e": 50}.items():
        for _ in range(rows):
            items.add(item)
    items.add(None)
    spread = dict(items.spread())
    assert {name: count for name, count in spread.items() if count} == {
        "1": 1,
        "2 to 5": 2,
        "21 to 50": 1,
        "10,001 and more": 1,
    }
    assert list(spread)[:4] == ["1", "2 to 5", "6 to 10", "11 to 20"]
    assert items.most(2) == [("d", 10_001), ("e", 50)]


def test_items_beyond_the_bound_are_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_ITEMS_MOST", 3)
    items = Items()
    for number in range(3):
        items.add(f"{number}")
    assert items.exact
    items.add("0")
    assert items.exact
    items.add("3")
    assert not items.exact
    assert len(items) == 3


def shard(label: str, **more: Any) -> ShardEntry:
    return ShardEntry(id="00000", label=label, **{"status": "complete", **more})


@pytest.mark.parametrize(
    ("shards", "had", "holes", "left"),
    [
        pytest.param([shard("2026-01-01..2026-01-10")], 10, [], [], id="complete"),
        pytest.param(
            [shard("2026-01-01..2026-01-10", status="running", done=4)],
            4,
            [],
            ["2026-01-01..2026-01-06"],
            id="from-the-latest-on",
        ),
        pytest.param(
            [
                shard(
                    "2026-01-01..2026-01-10",
                    holes=(Gap("2026-01-03..2026-01-04", "server"), Gap("2026-01-09", "server")),
                )
            ],
            7,
            ["2026-01-03..2026-01-04", "2026-01-09"],
            [],
            id="holes",
        ),
        pytest.param(
            [
                shard("2026-01-01..2026-01-02", status="planned"),
                shard("2026-01-03..2026-01-04", status="planned"),
            ],
            0,
            [],
            ["2026-01-01..2026-01-04"],
            id="open-shards-are-one",
        ),
        pytest.param(
            [
                shard("2026-01-01..2026-01-03", holes=(Gap("2026-01-02", "server"),)),
                shard("2026-01-02..2026-01-05", status="stopped", done=3),
            ],
            4,
            ["2026-01-02"],
            [],
            id="later-round-adds",
        ),
        pytest.param(
            [
                shard("2026-01-01..2026-01-03", holes=(Gap("2026-01-02", "server"),)),
                shard("2026-01-02..2026-01-03"),
            ],
            3,
            [],
            [],
            id="later-round-mends",
        ),
        pytest.param(
            [shard("2026-01-01..2026-01-02", holes=(Gap("word", "x"), Gap("2099-01-01", "x")))],
            2,
            [],
            [],
            id="strange-holes",
        ),
    ],
)
def test_coverage_tells_how_each_day_stands(
    shards: list[ShardEntry], had: int, holes: list[str], left: list[str]
) -> None:
    coverage = coverage_of(shards)
    assert coverage is not None
    assert coverage.count("had") == had
    assert [_text(one) for one in coverage.stretches("hole")] == holes
    assert [_text(one) for one in coverage.stretches("open")] == left


def _text(one: Stretch) -> str:
    return f"{one.first}" if one.days == 1 else f"{one.first}..{one.last}"


@pytest.mark.parametrize(
    "label",
    [
        pytest.param("word", id="no-day"),
        pytest.param("2026-02-30..2026-03-01", id="no-such-day"),
        pytest.param("2026-03-01..2026-01-01", id="backwards"),
        pytest.param("2000-01-01..2099-12-31", id="too-long"),
        pytest.param("0001-01-01", id="too-old"),
    ],
)
def test_label_that_is_no_stretch_of_days_covers_nothing(label: str) -> None:
    assert coverage_of([shard(label)]) is None


@pytest.mark.parametrize(
    ("days", "step", "steps", "labels"),
    [
        pytest.param(1, "day", 1, {0: "1 Jan"}, id="one-day"),
        pytest.param(12, "day", 12, {0: "1 Jan", 2: "3 Jan", 4: "5 Jan"}, id="days"),
        pytest.param(365, "day", 365, {0: "Jan \u201926", 59: "Mar \u201926"}, id="a-year"),
        pytest.param(730, "week", 105, {0: "Jan \u201926", 25: "Jul \u201926"}, id="weeks"),
        pytest.param(4_000, "4 weeks", 143, {0: "Jan \u201926", 26: "Jan \u201928"}, id="months"),
    ],
)
def test_axis_keeps_days_in_equal_steps(
    days: int, step: str, steps: int, labels: dict[int, str]
) -> None:
    axis = Days(NEW_YEAR, NEW_YEAR + (days - 1) * DAY)
    assert (axis.step, len(axis.steps())) == (step, steps)
    found = axis.labels()
    assert labels.items() <= found.items()
    assert len(found) <= 6


def test_axis_names_its_steps() -> None:
    weeks = Days(NEW_YEAR, NEW_YEAR + 500 * DAY)
    assert weeks.name(NEW_YEAR) == "Thu 1 Jan 2026 to Wed 7 Jan 2026"
    assert weeks.name(weeks.steps()[-1]) == "Thu 13 May 2027 to Sun 16 May 2027"
    assert Days(NEW_YEAR, NEW_YEAR).name(NEW_YEAR) == "Thu 1 Jan 2026"


@given(st.integers(1, 5_000), st.lists(st.integers(-9, 5_009), max_size=20))
def test_axis_counts_each_day_within_it_once(length: int, offsets: list[int]) -> None:
    axis = Days(NEW_YEAR, NEW_YEAR + (length - 1) * DAY)
    days = {NEW_YEAR + offset * DAY: 1 for offset in offsets}
    values = axis.values(days)
    assert len(values) == len(axis.steps())
    assert sum(values) == sum(1 for offset in set(offsets) if 0 <= offset < length)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        pytest.param(Listed(("a", "b")), "2 items written in the spec", id="listed"),
        pytest.param("plain", "each item of the file users.txt", id="file"),
        pytest.param(FromStage("videos", "id"), "each id of the stage videos, once", id="stage"),
        pytest.param("job", "each id of the stage videos of the job other, once", id="job"),
    ],
)
def test_source_is_told_without_its_folder(source: Any, told: str, tmp_path: Path) -> None:
    made = {
        "plain": FromFile(tmp_path / "users.txt"),
        "job": FromJob(tmp_path / "other", "videos", "id"),
    }
    stage = Stage(name="x", collect="research.user", source=made.get(source, source))
    assert ("About", told) in asked._spec(stage)


def test_parameters_are_told() -> None:
    stage = Stage(
        name="x", collect="y", params=(("fields", ("id", "text")), ("max_count", 1000)), limit=1
    )
    told = asked._spec(stage)
    assert ("fields", "id, text") in told
    assert ("max_count", "1,000") in told
    assert ("At most", "1 row an item") in told


@pytest.mark.parametrize(
    ("count", "told"),
    [
        pytest.param(0, "0 B", id="nothing"),
        pytest.param(1_023, "1,023 B", id="bytes"),
        pytest.param(1_536, "1.5 KiB", id="kibibytes"),
        pytest.param(5 << 20, "5.0 MiB", id="mebibytes"),
        pytest.param(3 << 40, "3,072.0 GiB", id="gibibytes"),
    ],
)
def test_size_is_told_in_a_fitting_unit(count: int, told: str) -> None:
    assert size(count) == told
