"""An axis of time whose steps are all as wide, so that each day has its place. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.report.axis import day_labels, day_text, month_labels
from tiktok_async.report.svg import Band

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEPS_MOST: Final = 400
_LABELLED_BY_DAY: Final = 62
_STEPS: Final = {1: "day", 7: "week", 28: "4 weeks"}
_DAY: Final = timedelta(days=1)


@attrs.frozen
class Stretch:
    """Days one after the other, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def name(self) -> str:
        """What it is called: a day, or two with `to` between."""
        first, last = day_text(self.first), day_text(self.last)
        return first if first == last else f"{first} to {last}"


@attrs.frozen
class Days:
    """An axis of days, weeks or four weeks from a first day on, so that days keep their place."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """Days a step: 1, 7 or 28."""
        days = (self.last - self.first).days + 1
        return next((one for one in _STEPS if days <= one * _STEPS_MOST), 28)

    @property
    def step(self) -> str:
        """What a step is."""
        return _STEPS[self.length]

    def steps(self) -> list[date]:
        """Return the first day of each step."""
        count = (self.last - self.first).days // self.length + 1
        return [self.first + index * self.length * _DAY for index in range(count)]

    def values(self, days: Mapping[date, int]) -> list[int]:
        """Return the counts of days as counts of steps; days outside are left out."""
        sums = [0] * len(self.steps())
        for day, count in days.items():
            if self.first <= day <= self.last:
                sums[(day - self.first).days // self.length] += count
        return sums

    def name(self, start: date) -> str:
        """Return what a step is called."""
        return Stretch(start, min(self.last, start + (self.length - 1) * _DAY)).name

    def labels(self) -> dict[int, str]:
        """Return labels of days, or where longer of the steps in which months begin."""
        days = [self.first + index * _DAY for index in range((self.last - self.first).days + 1)]
        if len(days) <= _LABELLED_BY_DAY:
            return day_labels(list(enumerate(days)))
        begins = [(at // self.length, day) for at, day in enumerate(days) if day.day == 1]
        return month_labels(begins)

    def band(self, kind: str, said: str, days: Stretch) -> Band:
        """Return a stretch of days as a band behind a chart."""
        whole = len(self.steps()) * self.length
        start = (days.first - self.first).days / whole
        return Band(f"{said}: {days.name}", kind, start, days.days / whole)
