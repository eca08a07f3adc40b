from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.errors import InputError
from tiktok_async.research.windows import Window, halves, parse_day, plan_windows, utc_day

DAY = timedelta(days=1)
starts = st.dates(date(1960, 1, 1), date(2100, 1, 1))


def seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


@given(start=starts, length=st.integers(1, 400), days=st.integers(1, 30))
def test_plan_tiles_the_span_exactly(start: date, length: int, days: int):
    windows = plan_windows(start, start + (length - 1) * DAY, days=days)
    assert windows[0].start == start
    assert windows[-1].stop == start + length * DAY
    assert all(a.stop == b.start for a, b in pairwise(windows))
    assert all(window.days == days for window in windows[:-1])
    assert 1 <= windows[-1].days <= days


@given(start=starts, length=st.integers(1, 100), days=st.integers(1, 30), data=st.data())
def test_plan_gives_every_second_to_one_window(
    start: date, length: int, days: int, data: st.DataObject
):
    end = start + (length - 1) * DAY
    windows = plan_windows(start, end, days=days)
    second = data.draw(st.integers(seconds(start), seconds(end + DAY) - 1))
    spans = [window.seconds for window in windows]
    assert sum(first <= second < after for first, after in spans) == 1
    assert (spans[0][0], spans[-1][1]) == (seconds(start), seconds(end + DAY))


@given(start=starts, length=st.integers(1, 100), after=st.integers(0, 150))
def test_requests_ask_for_every_past_day_on_either_reading(start: date, length: int, after: int):
    today = start + after * DAY
    windows = plan_windows(start, start + (length - 1) * DAY)
    asked = [window.request_dates(today) for window in windows]
    assert all(0 <= (stop - begin).days <= 30 for begin, stop in asked)
    assert all(stop <= max(today, begin) for begin, stop in asked)
    exclusive = {begin + n * DAY for begin, stop in asked for n in range((stop - begin).days)}
    past = min(length, after)
    assert exclusive >= {start + n * DAY for n in range(past)}


def test_window_request_reaches_the_next_windows_start():
    window = Window(date(2022, 6, 15), date(2022, 7, 15))
    assert window.request_dates(date(2023, 1, 1)) == (date(2022, 6, 15), date(2022, 7, 15))


@pytest.mark.parametrize(
    ("today", "end"),
    [
        pytest.param(date(2022, 6, 10), date(2022, 6, 10), id="inside"),
        pytest.param(date(2022, 6, 1), date(2022, 6, 1), id="first-day"),
        pytest.param(date(2022, 5, 1), date(2022, 6, 1), id="all-in-the-future"),
    ],
)
def test_window_request_never_ends_after_today_unless_it_starts_there(today: date, end: date):
    assert Window(date(2022, 6, 1), date(2022, 6, 20)).request_dates(today) == (
        date(2022, 6, 1),
        end,
    )


def test_plan_takes_the_utc_day_of_aware_datetimes():
    tokyo = timezone(timedelta(hours=9))
    (window,) = plan_windows(datetime(2022, 6, 15, 8, tzinfo=tokyo), date(2022, 6, 15))
    assert window == Window(date(2022, 6, 14), date(2022, 6, 16))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        pytest.param(
            lambda: plan_windows(date(2022, 12, 28), date(2022, 6, 15)),
            r"end 2022-06-15 is before start 2022-12-28; "
            r"write start=datetime.date\(2022, 6, 15\), end=datetime.date\(2022, 12, 28\)",
            id="end-before-start",
        ),
        pytest.param(
            lambda: plan_windows(datetime(2022, 6, 15), date(2022, 6, 16)),  # noqa: DTZ001  # the point
            "start: .* has no time zone",
            id="naive-datetime",
        ),
        pytest.param(lambda: utc_day("2022-06-15"), r"write date\(2022, 6, 15\)", id="text"),
        pytest.param(
            lambda: plan_windows(date(2022, 1, 1), date(2022, 2, 1), days=31), "1 to 30", id="31"
        ),
        pytest.param(
            lambda: plan_windows(date(2022, 1, 1), date(2022, 2, 1), days=0), "1 to 30", id="0"
        ),
        pytest.param(
            lambda: plan_windows(date.max, date.max), "write an earlier one", id="end-of-calendar"
        ),
        pytest.param(lambda: Window(date(2022, 1, 1), date(2022, 1, 1)), "0 days", id="empty"),
        pytest.param(lambda: Window(date(2022, 1, 1), date(2022, 2, 1)), "31 days", id="too-long"),
    ],
)
def test_windows_refuse_and_say_what_to_write(call: Any, says: str):
    with pytest.raises(InputError, match=says):
        call()


@given(start=starts, days=st.integers(1, 30))
def test_halves_are_the_window(start: date, days: int):
    window = Window(start, start + days * DAY)
    split = halves(window)
    if days == 1:
        assert split is None
    else:
        assert split is not None
        first, second = split
        assert (first.start, first.stop, second.stop) == (start, second.start, window.stop)
        assert 0 <= second.days - first.days <= 1


@pytest.mark.parametrize("text", ["2022-06-15", "20220615"])
def test_parse_day_reads_both_spellings(text: str):
    assert parse_day(text) == date(2022, 6, 15)


@pytest.mark.parametrize(
    "text", ["", "15.06.2022", "2022-6-15", "2022-W24-3", "2022166", "2022-0615", "٢٠٢٢٠٦١٥"]
)
def test_parse_day_refuses_other_spellings(text: str):
    with pytest.raises(InputError, match="write it as 2022-06-15 or 20220615"):
        parse_day(text)


def test_parse_day_refuses_days_that_do_not_exist():
    with pytest.raises(InputError, match="not in the calendar"):
        parse_day("20220230")


def test_window_is_a_value():
    window = Window(date(2022, 6, 1), date(2022, 6, 20))
    assert pickle.loads(pickle.dumps(window)) == window  # noqa: S301  # our own bytes
    assert len({window, Window(date(2022, 6, 1), date(2022, 6, 20))}) == 1
