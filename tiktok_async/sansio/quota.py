"""Daily quotas: what a UTC day allows, and a block of it that is held in memory.

Rules: `now` is wall time in Unix seconds and always an argument. A day is a UTC day, since the
provider resets at 00:00 UTC. A request is spent before it is sent and stays spent, whatever comes
of it: a 500 costs quota too.
Source: Research API FAQ (quotas), page of 2026-09-01; tiktok-library issue 89 (failed calls).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs


@attrs.frozen
class DailyQuota:
    """What one credential may spend in one UTC day."""

    name: str
    requests: int | None = None
    """Calls a day; `None` = no limit."""
    records: int | None = None
    """Rows a day; `None` = no limit."""


@attrs.frozen
class QuotaStatus:
    """What is spent of a daily quota, and when it starts anew."""

    quota: DailyQuota
    day: str
    requests_spent: int
    records_spent: int
    reset_at: datetime
    closed: bool = False
    """Whether the provider said that the day is spent, whatever our count."""

    @property
    def requests_left(self) -> int | None:
        """Calls still allowed today; `None` = no limit."""
        if self.closed:
            return 0
        limit = self.quota.requests
        return None if limit is None else max(0, limit - self.requests_spent)

    @property
    def records_left(self) -> int | None:
        """Rows still allowed today; `None` = no limit."""
        limit = self.quota.records
        return None if limit is None else max(0, limit - self.records_spent)

    @property
    def exhausted(self) -> bool:
        """Whether nothing more may be asked for today."""
        return self.requests_left == 0 or self.records_left == 0


def utc_day(now: float) -> str:
    """Return the UTC day of `now` as YYYY-MM-DD."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def reset_after(now: float) -> datetime:
    """Return the next 00:00 UTC after `now`."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def block_of(quota: DailyQuota) -> int:
    """Return how many requests are leased from the ledger at once: 1 % of the day, 1 to 50."""
    return 1 if quota.requests is None else max(1, min(50, quota.requests // 100))


@attrs.define
class Account:
    """The part of a daily quota that this process holds: a leased block of requests."""

    quota: DailyQuota
    day: str = ""
    leased: int = 0
    """Requests leased from the ledger and not yet spent."""
    rows: int = 0
    """Rows received and not yet told to the ledger."""
    records_left: int | None = None
    """Rows left by the ledger's last word; lowered by what came since."""
    day_ends: float = 0.0
    closed: bool = False
    """Whether the provider said that the day is spent."""

    def ready(self, now: float) -> bool:
        """Tell whether a request can be spent at `now` without asking the ledger."""
        return self.leased > 0 and now < self.day_ends and self.records_left != 0

    def spend(self) -> None:
        """Take one request out of the block."""
        self.leased -= 1

    def give_back(self, now: float) -> None:
        """Return a request that was never sent, unless its day is over or closed."""
        if now < self.day_ends and not self.closed:
            self.leased += 1

    def close(self) -> None:
        """Give up the block: the provider says that the day is spent."""
        self.leased, self.closed = 0, True

    def received(self, rows: int) -> None:
        """Count rows that arrived."""
        self.rows += rows
        if self.records_left is not None:
            self.records_left = max(0, self.records_left - rows)

    def open_day(self, now: float, granted: int, status: QuotaStatus) -> None:
        """Take over a block that the ledger granted."""
        if self.day != status.day:
            self.day, self.leased = status.day, 0
        self.leased += granted
        self.closed = status.closed
        self.day_ends = reset_after(now).timestamp()
        self.records_left = status.records_left
