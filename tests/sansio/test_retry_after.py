"""Retry-After in every form, right and wrong (reliability rules 3.8 to 3.10)."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.sansio.wire import retry_after

NOW: Final = datetime(2094, 11, 6, 8, 49, 37, tzinfo=UTC)
SENT: Final = "Sat, 06 Nov 2094 08:49:37 GMT"


def delay(value: str, **headers: str) -> float | None:
    """Return the delay of a Retry-After header, at a fixed time."""
    return retry_after({"retry-after": value, **headers}, NOW.timestamp())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("0", 0.0, id="zero"),
        pytest.param("120", 120.0, id="seconds"),
        pytest.param("  120\t", 120.0, id="trimmed"),
        pytest.param("007", 7.0, id="leading-zeros"),
        pytest.param("1.5", 1.5, id="decimal"),
        pytest.param("Sat, 06 Nov 2094 08:50:37 GMT", 60.0, id="imf-fixdate"),
        pytest.param("Sat Nov  6 08:50:37 2094", 60.0, id="asctime"),
        pytest.param("3, 7", 7.0, id="several-seconds"),
        pytest.param("7, 3", 7.0, id="several-seconds-turned"),
        pytest.param("x, 3", 3.0, id="one-of-two-valid"),
        pytest.param("0, 0", 0.0, id="several-zeros"),
        pytest.param(
            "Sat, 06 Nov 2094 08:50:37 GMT, Sat, 06 Nov 2094 09:49:37 GMT", 3600.0, id="two-dates"
        ),
        pytest.param("Sat, 06 Nov 2094 08:50:37 GMT, 300", 300.0, id="date-then-seconds"),
        pytest.param("300, Sat, 06 Nov 2094 08:50:37 GMT", 300.0, id="seconds-then-date"),
        pytest.param("", None, id="empty"),
        pytest.param("-5", None, id="negative"),
        pytest.param("+5", None, id="signed"),
        pytest.param("inf", None, id="inf"),
        pytest.param("nan", None, id="nan"),
        pytest.param("0x10", None, id="hex"),
        pytest.param("1e3", None, id="exponent"),
        pytest.param("١٢٠", None, id="non-ascii-digits"),
        pytest.param("5 s", None, id="unit"),
        pytest.param("soon", None, id="word"),
        pytest.param("9" * 400, None, id="400-digits"),
        pytest.param("Sat, 06 Nov 2094 08:48:37 GMT", None, id="past"),
        pytest.param("Sat, 32 Nov 2094 08:48:37 GMT", None, id="no-such-day"),
    ],
)
def test_retry_after_reads_what_the_rules_accept_and_ignores_the_rest(
    value: str, expected: float | None
) -> None:
    assert delay(value) == expected


def test_retry_after_reads_the_old_date_form_with_two_digits_of_year() -> None:
    sent = datetime(2026, 11, 6, 8, 49, 37, tzinfo=UTC).timestamp()
    headers = {"retry-after": "Friday, 06-Nov-26 08:50:37 GMT"}
    assert retry_after(headers, sent) == 60.0


def test_retry_after_is_none_without_the_header() -> None:
    assert retry_after({}, 0.0) is None


@pytest.mark.parametrize("skew", [-86_400.0, -60.0, 0.0, 3_600.0])
def test_retry_after_date_is_measured_against_the_servers_own_clock(skew: float) -> None:
    headers = {"retry-after": "Sat, 06 Nov 2094 08:51:37 GMT", "date": SENT}
    assert retry_after(headers, NOW.timestamp() + skew) == 120.0


def test_retry_after_falls_back_to_the_local_clock_without_a_readable_date() -> None:
    assert delay("Sat, 06 Nov 2094 08:50:37 GMT", date="yesterday") == 60.0


@given(st.text(max_size=60))
def test_retry_after_never_raises_and_never_gives_nonsense(value: str) -> None:
    found = delay(value)
    assert found is None or (found >= 0 and math.isfinite(found))


@given(st.text(alphabet="0123456789.,:+-/ GMTSatNovUC", max_size=40), st.text(max_size=40))
def test_retry_after_never_raises_on_what_looks_like_a_date(value: str, date: str) -> None:
    found = delay(value, date=date)
    assert found is None or (found >= 0 and math.isfinite(found))


@given(st.integers(0, 10**9))
def test_retry_after_gives_every_number_of_seconds_back(seconds: int) -> None:
    assert delay(str(seconds)) == seconds


@given(st.integers(1, 10**8))
def test_retry_after_gives_every_future_date_back(seconds: int) -> None:
    value = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert delay(value, date=SENT) == seconds


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
def test_retry_after_takes_the_largest_of_several(values: list[int]) -> None:
    assert delay(", ".join(map(str, values))) == max(values)
