"""Spans of days, cut into windows that one video query may ask for.

Pure: days are UTC dates, seconds are Unix seconds, and today is an argument.

The provider caps `end_date - start_date` at 30 days and does not say whether `end_date` is
inclusive. So a window asks from its first day to the first day of the next window, and keeps the
rows created in [start, stop) only: on either reading every day is asked for, and every row belongs
to exactly one window.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import attrs

from tiktok_async.errors import InputError, shown

MAX_DAYS = 30
"""Days from `start_date` to `end_date`, at most. Source: TikTok Research API, Query Videos."""

_DAY = timedelta(days=1)
_DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)
_WRITTEN_DAY = re.compile(r"\d{8}|\d{4}-\d{2}-\d{2}", re.ASCII)


def utc_day(value: date, name: str = "day") -> date:
    """Give the UTC day of a date or of an aware datetime.

    Args:
        value: A date is taken as a UTC day; a datetime must know its time zone.
        name: What the error message calls the value.

    Raises:
        InputError: if the value is a naive datetime, or no date at all.
    """
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise InputError(
                f"{name}: {value!r} has no time zone, so its UTC day is unknown; write a date, "
                f"or datetime(..., tzinfo=UTC)."
            )
        return value.astimezone(UTC).date()
    if isinstance(value, date):
        return value
    raise InputError(f"{name}: {shown(repr(value))} is not a date; write date(2022, 6, 15).")


def parse_day(text: str) -> date:
    """Read a day written as 2022-06-15 or 20220615.

    Raises:
        InputError: if the text is written otherwise, or names no day of the calendar.
    """
    if _WRITTEN_DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise InputError(f'"{text}" is not in the calendar; check month and day.') from None
    raise InputError(f'"{shown(text)}" is not a day; write it as 2022-06-15 or 20220615 (UTC).')


@attrs.frozen
class Window:
    """The UTC days from `start` up to, not including, `stop`: 1 to 30 of them.

    Raises:
        InputError: if there is no day in it, or more than 30.
    """

    start: date = attrs.field(converter=utc_day)
    """First day."""
    stop: date = attrs.field(converter=utc_day)
    """The day after the last."""

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.days <= MAX_DAYS:
            raise InputError(
                f"A window from {self.start} up to {self.stop} has {self.days} days; "
                f"write a stop 1 to {MAX_DAYS} days after start."
            )

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.stop - self.start).days

    @property
    def seconds(self) -> tuple[int, int]:
        """Unix seconds of its beginning, and of the beginning of what comes after it; UTC."""
        first, after = ((day - _EPOCH).days * _DAY_SECONDS for day in (self.start, self.stop))
        return first, after

    def request_dates(self, today: date) -> tuple[date, date]:
        """Give the `start_date` and `end_date` to send.

        The end is the first day of the next window, so that the last day is asked for even if the
        provider takes `end_date` as exclusive. It is never after today, unless the start is.

        Args:
            today: The UTC day of the call.
        """
        return self.start, max(self.start, min(self.stop, utc_day(today, "today")))


def plan_windows(
    start: date, end: date, *, days: int = MAX_DAYS, today: date | None = None
) -> tuple[Window, ...]:
    """Cut a span into windows.

    Args:
        start: First day, UTC, inclusive.
        end: Last day, UTC, inclusive.
        days: Days a window, 1 to 30; the last window may be shorter.
        today: The present UTC day, beyond which no span may reach; None = any may.

    Returns:
        The windows in order of time; together they are the span, and no two share a second.

    Raises:
        InputError: if the end is before the start or after today, or `days` is out of range.
    """
    first, last = utc_day(start, "start"), utc_day(end, "end")
    if last < first:
        raise InputError(
            f"end {last} is before start {first}; write start={last!r}, end={first!r}."
        )
    if today is not None and last > today:
        raise InputError(
            f"end {last} is after today ({today}, UTC), and what is not yet posted cannot be had; "
            f"write end={today!r}."
        )
    if not 1 <= days <= MAX_DAYS:
        raise InputError(f"days={days!r}: a window has 1 to {MAX_DAYS} days.")
    if last == date.max:
        raise InputError(f"end {last}: the calendar has no day after it; write an earlier one.")
    total = (last - first).days + 1
    return tuple(
        Window(first + done * _DAY, first + min(done + days, total) * _DAY)
        for done in range(0, total, days)
    )


def halves(window: Window) -> tuple[Window, Window] | None:
    """Split a window in two, the earlier days first.

    Returns:
        The two, or None for a window of one day.
    """
    if window.days == 1:
        return None
    middle = window.start + (window.days // 2) * _DAY
    return Window(window.start, middle), Window(middle, window.stop)
