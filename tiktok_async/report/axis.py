"""Axes: round ticks, numbers as people write them, and time in steps of one length each."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MONTHS: Final = [
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
]
_WEEKDAYS: Final = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_DAYS_MOST: Final = 62
_MONTHS_MOST: Final = 48
_LABELS_MOST: Final = 6
_LABEL_GAPS: Final = (1, 2, 3, 6, 12, 24, 48)
"""Months from one label to the next."""


def number(value: float) -> str:
    """Return a whole number in full: `1,234`."""
    return f"{round(value):,}"


def short(value: float) -> str:
    """Return a number in a few characters: `1.5k`, `2M`."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:g}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 row`, `2 rows`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def day_text(day: date) -> str:
    """Return a day for people: `Thu 4 Apr 2024`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def weekdays() -> list[str]:
    """Return the short names of the weekdays, Monday first."""
    return list(_WEEKDAYS)


def ticks(most: int) -> list[int]:
    """Return whole numbers from 0 in equal round steps; the last is at least `most`."""
    rough = max(1.0, most / 4)
    size = 10 ** math.floor(math.log10(rough))
    step = int(next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough))
    return list(range(0, step * max(1, math.ceil(most / step)) + 1, step))


class Axis(Protocol):
    """Time in steps of one width each."""

    @property
    def step(self) -> str:
        """What one step is."""

    def steps(self) -> list[date]:
        """Return the first day of each step, none left out."""

    def values(self, days: Mapping[date, int]) -> list[int]:
        """Return the counts of days as counts of steps."""

    def name(self, start: date) -> str:
        """Return what a step is called."""

    def labels(self) -> dict[int, str]:
        """Return short labels of a few steps, by their index."""


@attrs.frozen
class Span:
    """A stretch of time in steps: days up to 62, months up to 48, else quarters."""

    first: date
    last: date

    @classmethod
    def of(cls, *many: Iterable[date]) -> Span | None:
        """Return the span that holds all days of all collections; None if there is no day."""
        days = [day for one in many for day in (min(one, default=None), max(one, default=None))]
        known = [day for day in days if day is not None]
        return cls(min(known), max(known)) if known else None

    @property
    def step(self) -> Literal["day", "month", "quarter"]:
        """What one step is."""
        if (self.last - self.first).days < _DAYS_MOST:
            return "day"
        months = _month(self.last) - _month(self.first)
        return "month" if months < _MONTHS_MOST else "quarter"

    def steps(self) -> list[date]:
        """Return the first day of each step, none left out."""
        starts = [self._start(self.first)]
        while (following := self._following(starts[-1])) <= self.last:
            starts.append(following)
        return starts

    def values(self, days: Mapping[date, int]) -> list[int]:
        """Return the counts of days as counts of steps."""
        sums = dict.fromkeys(self.steps(), 0)
        for day, count in days.items():
            sums[self._start(day)] += count
        return list(sums.values())

    def name(self, start: date) -> str:
        """Return what a step is called: `Thu 4 Apr 2024`, `Apr 2024` or `Q2 2024`."""
        if self.step == "day":
            return day_text(start)
        if self.step == "month":
            return f"{_MONTHS[start.month - 1]} {start.year}"
        return f"Q{start.month // 3 + 1} {start.year}"

    def labels(self) -> dict[int, str]:
        """Return the short labels of at most six steps, at round distances, by their index."""
        starts = list(enumerate(self.steps()))
        if self.step == "day":
            return day_labels(starts)
        return month_labels(starts)

    def _start(self, day: date) -> date:
        if self.step == "day":
            return day
        month = day.month if self.step == "month" else (day.month - 1) // 3 * 3 + 1
        return date(day.year, month, 1)

    def _following(self, start: date) -> date:
        """Return the start of the next step; 31 or 93 days on is in it, whatever the month."""
        length = {"day": 1, "month": 31, "quarter": 93}[self.step]
        return self._start(start + timedelta(days=length))


def day_labels(starts: Sequence[tuple[int, date]]) -> dict[int, str]:
    """Return the labels of at most six days, at even distances, by their index."""
    gap = math.ceil(len(starts) / _LABELS_MOST)
    return {at: f"{day.day} {_MONTHS[day.month - 1]}" for at, day in starts[::gap]}


def month_labels(starts: Sequence[tuple[int, date]]) -> dict[int, str]:
    """Return the labels of at most six months, at round distances, by their index."""
    rounds = ([one for one in starts if _month(one[1]) % gap == 0] for gap in _LABEL_GAPS)
    chosen = next(ones for ones in rounds if len(ones) <= _LABELS_MOST)
    return {at: f"{_MONTHS[day.month - 1]} \u2019{day:%y}" for at, day in chosen}


def _month(day: date) -> int:
    """Return the months from the year 0."""
    return day.year * 12 + day.month - 1
