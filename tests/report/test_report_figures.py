"""The figures of a report are those of the archive."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from exported_archive import LINK, known, opened

from tiktok_async.report.counts import Best, Dates, Split, Tally
from tiktok_async.report.reading import figures_of

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)


def test_figures_of_a_known_archive_are_right(tmp_path: Path) -> None:
    figures = figures_of(opened(tmp_path, known()), TODAY)
    watching = figures.watching
    rows = [
        (watching.watched.rows, 4),
        (watching.liked.rows, 1),
        (watching.favorites.rows, 3),
        (watching.shared.rows, 1),
        (watching.reposted.rows, 1),
        (figures.searching.dates.rows, 3),
        (figures.people.followers.rows, 2),
        (figures.people.following.rows, 1),
        (figures.people.blocked, 1),
        (figures.posting.dates.rows, 2),
        (figures.posting.likes, 19),
        (figures.talking.comments.rows, 1),
        (figures.talking.messages.rows, 5),
        (figures.live.watched.rows, 1),
        (figures.live.hosted.rows, 1),
        (figures.spending.coin_amount, 420),
        (figures.spending.gift_amount, 5),
        (figures.spending.gifts_bought.rows, 1),
        (figures.advertising.visits.rows, 1),
        (figures.logins.dates.rows, 3),
    ]
    assert [found for found, _ in rows] == [wanted for _, wanted in rows]
    assert figures.username == "word.person"
    assert watching.kept[:3] == (("Videos", 2), ("Sounds", 1), ("Effects", 0))
    assert figures.searching.terms.most(5) == [("word bread", 2), ("word bike", 1)]
    assert figures.posting.best.ranked() == [
        (12, date(2026, 3, 1), "word"),
        (7, date(2026, 3, 2), ""),
    ]
    assert figures.talking.chats.most(5) == [("word", 3), ("word group", 2)]
    assert figures.live.best.ranked() == [(40, date(2026, 3, 13), "word live")]
    assert figures.advertising.sources.most(5) == [("word shop", 1)]
    assert figures.advertising.interests.most(5) == [("word boats", 1), ("word gardens", 1)]
    assert len(figures.logins.addresses) == 3
    assert figures.logins.systems.parts(4) == [
        ("Android", {date(2026, 3, 1): 1, date(2026, 3, 2): 1}),
        ("iOS", {date(2026, 3, 3): 1}),
    ]
    assert [path for path, _ in figures.holdings.unknown] == ["Your Activity > word Mystery"]
    assert (figures.holdings.era, figures.holdings.form) == ("C", "json")


def test_actions_are_all_that_was_done_and_nothing_else(tmp_path: Path) -> None:
    actions = figures_of(opened(tmp_path, known()), TODAY).actions()
    # Watched 4, liked 1, favorites 3, shared 1, reposted 1, searched 3, commented 1, posted 2.
    assert (actions.rows, actions.misdated) == (16, 1)
    assert actions.days[date(2026, 3, 2)] == 5
    assert actions.hours[0, 21] == 3


def test_a_future_date_is_none_to_rely_on(tmp_path: Path) -> None:
    export = {"Your Activity": {"Searches": {"SearchList": [
        {"Date": "2026-11-22 10:00:00", "SearchTerm": "a"},
        {"Date": "2026-11-23 10:00:00", "SearchTerm": "b"},
        {"Date": "one day", "SearchTerm": "c"},
    ]}}}  # fmt: skip
    found = figures_of(opened(tmp_path, export), TODAY).searching.dates
    assert (found.rows, found.misdated, dict(found.days)) == (3, 2, {TODAY: 1})


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(
            datetime.fromisoformat("2014-01-01 00:00"), date(2014, 1, 1), id="the-first-day"
        ),
        pytest.param(datetime.fromisoformat("2013-12-31 23:59"), None, id="before-it"),
        pytest.param(datetime.fromisoformat("2026-11-22 23:59"), TODAY, id="the-last-day"),
        pytest.param(datetime.fromisoformat("2026-11-23 00:00"), None, id="after-it"),
        pytest.param(datetime(2026, 3, 2, 23, tzinfo=UTC), date(2026, 3, 2), id="aware"),
        pytest.param(None, None, id="no-date"),
    ],
)
def test_dates_count_a_day_or_say_that_there_is_none(
    moment: datetime | None, day: date | None
) -> None:
    dates = Dates(TODAY)
    assert dates.add(moment) == day
    assert (dates.rows, dates.misdated, sum(dates.hours.values())) == (
        1,
        int(day is None),
        int(day is not None),
    )


def test_tally_is_bounded_and_says_so() -> None:
    tally = Tally()
    for number in range(60_000):
        tally.add(f"rare {number}")
        tally.add("often")
    assert tally.total == 120_000
    assert tally.most(1) == [("often", 60_000)]
    assert len(tally) <= 50_000
    assert not tally.exact


def test_tally_counts_no_nameless_row() -> None:
    tally = Tally()
    for name in (None, "", "a"):
        tally.add(name)
    assert (tally.total, len(tally), tally.exact) == (1, 1, True)


def test_split_keeps_few_names_and_loses_no_row() -> None:
    split = Split(names_most=3)
    for number in range(9):
        for _ in range(9 - number):
            split.add(f"{number}" * 300, TODAY)
    split.add(None, TODAY)
    split.add("x", None)
    parts = split.parts(2)
    assert [name[0] for name, _ in parts] == ["0", "1", "o"]
    assert [days.total() for _, days in parts] == [9, 8, 28]


def test_best_keeps_the_greatest() -> None:
    best = Best(2)
    for count, day in ((3, None), (9, TODAY), (3, TODAY), (1, TODAY)):
        best.add(count, day, "t" * 1_000)
    assert [(count, day) for count, day, _ in best.ranked()] == [(9, TODAY), (3, TODAY)]
    assert all(len(text) == 200 for *_, text in best.ranked())


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        start = datetime.fromisoformat("2020-01-01 00:00")
        made: list[dict[str, Any]] = [
            {"Date": f"{start + timedelta(minutes=17 * number)}", "Link": LINK}
            for number in range(rows)
        ]
        archive = opened(tmp_path, {"Your Activity": {"Watch History": {"VideoList": made}}})
        del made
        tracemalloc.start()
        try:
            assert figures_of(archive, TODAY).watching.watched.rows == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small = peak(2_000)
    assert peak(20_000) < small + 2 * 2**20
