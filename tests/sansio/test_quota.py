"""Quota arithmetic: UTC days, what is left, and the block that a process holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.sansio.quota import (
    Account,
    DailyQuota,
    QuotaStatus,
    block_of,
    reset_after,
    utc_day,
)

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
SECONDS = st.floats(0, 4_000_000_000)


def status(requests: int | None, records: int | None, spent: int = 0, rows: int = 0) -> QuotaStatus:
    """Return the status of a quota at noon."""
    quota = DailyQuota("q", requests, records)
    return QuotaStatus(quota, "2026-03-01", spent, rows, datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "day"),
    [
        pytest.param(MIDNIGHT - 0.001, "2026-02-28", id="before-midnight"),
        pytest.param(MIDNIGHT, "2026-03-01", id="midnight"),
        pytest.param(MIDNIGHT + 86_399.999, "2026-03-01", id="end-of-day"),
    ],
)
def test_day_is_a_utc_day(now: float, day: str) -> None:
    assert utc_day(now) == day


@given(SECONDS)
def test_reset_is_the_next_midnight_utc(now: float) -> None:
    reset = reset_after(now)
    assert now < reset.timestamp() <= now + 86_400
    assert reset.astimezone(UTC).time().isoformat() == "00:00:00"
    assert utc_day(reset.timestamp() - 0.01) == utc_day(now)


@pytest.mark.parametrize(
    ("found", "requests_left", "records_left", "exhausted"),
    [
        pytest.param(status(10, 100), 10, 100, False, id="fresh"),
        pytest.param(status(10, 100, 10, 0), 0, 100, True, id="requests-spent"),
        pytest.param(status(10, 100, 0, 100), 10, 0, True, id="records-spent"),
        pytest.param(status(10, 100, 12, 130), 0, 0, True, id="overspent-is-never-negative"),
        pytest.param(status(None, None, 10**6, 10**9), None, None, False, id="no-limit"),
        pytest.param(status(0, None), 0, None, True, id="nothing-allowed"),
    ],
)
def test_status_tells_what_is_left(
    found: QuotaStatus, requests_left: int | None, records_left: int | None, exhausted: bool
) -> None:
    assert found.requests_left == requests_left
    assert found.records_left == records_left
    assert found.exhausted is exhausted


@given(st.one_of(st.none(), st.integers(0, 10**6)))
def test_block_is_small_and_never_empty(requests: int | None) -> None:
    block = block_of(DailyQuota("q", requests))
    assert 1 <= block <= 50
    assert requests is None or requests < 100 or block <= requests / 100


def test_account_is_ready_only_with_a_block_of_today() -> None:
    account = Account(DailyQuota("q", 10, 100))
    assert not account.ready(MIDNIGHT)
    account.open_day(MIDNIGHT, 1, status(10, 100, 1))
    assert account.ready(MIDNIGHT)
    assert not account.ready(MIDNIGHT + 86_400)
    account.spend()
    assert not account.ready(MIDNIGHT)
    account.give_back(MIDNIGHT)
    assert account.ready(MIDNIGHT)


def test_account_takes_nothing_back_after_its_day_or_when_that_is_closed() -> None:
    account = Account(DailyQuota("q", 10, 100))
    account.open_day(MIDNIGHT, 1, status(10, 100, 1))
    account.spend()
    account.give_back(MIDNIGHT + 86_400)
    assert account.leased == 0
    account.close()
    account.give_back(MIDNIGHT)
    assert not account.ready(MIDNIGHT)


def test_account_stops_when_the_rows_are_used_up() -> None:
    account = Account(DailyQuota("q", 10, 100))
    account.open_day(MIDNIGHT, 5, status(10, 100, 5))
    account.received(99)
    assert account.ready(MIDNIGHT)
    account.received(200)
    assert not account.ready(MIDNIGHT)
    assert account.records_left == 0


def test_account_forgets_the_block_of_yesterday() -> None:
    account = Account(DailyQuota("q", 10))
    account.open_day(MIDNIGHT, 5, status(10, None, 5))
    tomorrow = MIDNIGHT + timedelta(days=1).total_seconds()
    fresh = QuotaStatus(account.quota, "2026-03-02", 2, 0, datetime(2026, 3, 3, tzinfo=UTC))
    account.open_day(tomorrow, 2, fresh)
    assert account.leased == 2
