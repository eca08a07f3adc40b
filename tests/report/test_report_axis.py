"""Axes are honest: from zero, round, and every day counts once."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.report.axis import Span, counted, day_text, number, short, ticks
from tiktok_async.report.svg import level, levels

days = st.dates(date(2014, 1, 1), date(2026, 11, 22))


@given(st.integers(0, 10**12))
def test_ticks_go_from_zero_to_the_most_in_equal_whole_steps(most: int) -> None:
    found = ticks(most)
    assert found[0] == 0
    assert found[-1] >= most
    assert 2 <= len(found) <= 6
    assert len({later - earlier for earlier, later in pairwise(found)}) == 1


@pytest.mark.parametrize(
    ("most", "found"),
    [
        pytest.param(0, [0, 1], id="nothing"),
        pytest.param(3, [0, 1, 2, 3], id="few"),
        pytest.param(207, [0, 100, 200, 300], id="hundreds"),
        pytest.param(1000, [0, 500, 1000], id="a-round-one"),
    ],
)
def test_ticks_are_round(most: int, found: list[int]) -> None:
    assert ticks(most) == found


@given(st.dictionaries(days, st.integers(1, 100), min_size=1, max_size=40))
def test_span_counts_every_day_once(counts: dict[date, int]) -> None:
    span = Span.of(counts)
    assert span is not None
    steps = span.steps()
    assert sum(span.values(counts)) == sum(counts.values())
    assert len(span.values(counts)) == len(steps) <= 62
    assert len({span.name(step) for step in steps}) == len(steps)
    assert 1 <= len(span.labels()) <= 6 or len(steps) < 6
    assert all(0 <= at < len(steps) for at in span.labels())


@pytest.mark.parametrize(
    ("first", "last", "step", "steps", "name"),
    [
        pytest.param(date(2024, 4, 4), date(2024, 4, 4), "day", 1, "Thu 4 Apr 2024", id="a-day"),
        pytest.param(date(2024, 1, 1), date(2024, 3, 2), "day", 62, "Mon 1 Jan 2024", id="days"),
        pytest.param(date(2024, 1, 31), date(2024, 4, 1), "day", 62, "Wed 31 Jan 2024", id="ends"),
        pytest.param(date(2024, 1, 31), date(2024, 4, 2), "month", 4, "Jan 2024", id="months"),
        pytest.param(date(2020, 1, 1), date(2023, 12, 31), "month", 48, "Jan 2020", id="4-years"),
        pytest.param(date(2020, 2, 9), date(2024, 2, 1), "quarter", 17, "Q1 2020", id="quarters"),
        pytest.param(date(2014, 1, 1), date(2026, 12, 1), "quarter", 52, "Q1 2014", id="all"),
    ],
)
def test_span_takes_steps_that_fit(
    first: date, last: date, step: str, steps: int, name: str
) -> None:
    span = Span(first, last)
    assert (span.step, len(span.steps()), span.name(span.steps()[0])) == (step, steps, name)


def test_span_names_every_quarter() -> None:
    span = Span(date(2020, 1, 1), date(2024, 12, 31))
    assert [span.name(step) for step in span.steps()[:5]] == [
        "Q1 2020",
        "Q2 2020",
        "Q3 2020",
        "Q4 2020",
        "Q1 2021",
    ]


def test_span_of_nothing_is_none() -> None:
    assert Span.of([], Counter()) is None


def test_span_holds_all_collections() -> None:
    first, last = date(2024, 1, 1), date(2024, 2, 1)
    assert Span.of([last], [], [first, first + timedelta(days=3)]) == Span(first, last)


def test_labels_stand_at_round_months() -> None:
    labels = Span(date(2024, 2, 1), date(2026, 11, 1)).labels()
    assert labels == {
        5: "Jul \u201924",
        11: "Jan \u201925",
        17: "Jul \u201925",
        23: "Jan \u201926",
        29: "Jul \u201926",
    }


@given(st.integers(1, 100_000), st.data())
def test_heat_levels_mean_what_their_key_says(most: int, data: st.DataObject) -> None:
    value = data.draw(st.integers(0, most))
    told = dict(levels(most))[level(value, most)]
    bounds = [int(part.replace(",", "")) for part in told.split(" to ")]
    assert bounds[0] <= value <= bounds[-1]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (950, "950"), (1500, "1.5k"), (20_000, "20k"), (2_000_000, "2M"), (3e9, "3G")],
)
def test_short_numbers(value: float, text: str) -> None:
    assert short(value) == text


def test_numbers_and_days_are_written_for_people() -> None:
    assert number(1234567) == "1,234,567"
    assert [counted(count, "row") for count in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert day_text(date(2026, 11, 22)) == "Sun 22 Nov 2026"
