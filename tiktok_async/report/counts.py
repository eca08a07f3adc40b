"""Counters that rows go through: what stays of a million rows is numbers.

Pure: no file, no clock. Memory is bounded whatever the rows hold.
"""

from __future__ import annotations

import heapq
from collections import Counter
from datetime import date, datetime
from typing import Final

FIRST_DAY: Final = date(2014, 1, 1)
"""No row is older: Musical.ly, whose accounts TikTok took over, began in that year."""
_NAMES_MOST: Final = 50_000
_NAME_CHARS: Final = 200
"""What a page shows of a name is shorter still."""


class Dates:
    """When the rows of a section happened.

    Hours and days are those that the archive gives: most of its dates do not tell their zone.

    Args:
        last_day: A date after it is none to rely on, nor is one before 2014: such rows are counted
            in `misdated`, as those without a date are, and on no day.
    """

    def __init__(self, last_day: date) -> None:
        self.last_day = last_day
        self.rows: int = 0
        self.misdated: int = 0
        self.days: Counter[date] = Counter()
        self.hours: Counter[tuple[int, int]] = Counter()
        """By weekday, Monday = 0, and hour."""

    def add(self, moment: datetime | None) -> date | None:
        """Count one row; return its day, if that is one to rely on."""
        self.rows += 1
        if moment is None or not FIRST_DAY <= (day := moment.date()) <= self.last_day:
            self.misdated += 1
            return None
        self.days[day] += 1
        self.hours[day.weekday(), moment.hour] += 1
        return day

    def include(self, other: Dates) -> None:
        """Count all rows of another one too."""
        self.rows += other.rows
        self.misdated += other.misdated
        self.days.update(other.days)
        self.hours.update(other.hours)


class Tally:
    """How often each name occurs.

    At most 50,000 names are kept: where there are more, the rare half is dropped, `exact` is False,
    and the counts of what remains are lower bounds.
    """

    def __init__(self) -> None:
        self.total: int = 0
        self.exact: bool = True
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, name: str | None, count: int = 1) -> None:
        """Count a name; None is nobody's."""
        if not name:
            return
        self.total += count
        self._counts[name[:_NAME_CHARS]] += count
        if len(self._counts) > _NAMES_MOST:
            self.exact = False
            self._counts = Counter(dict(self.most(_NAMES_MOST // 2)))

    def most(self, number: int) -> list[tuple[str, int]]:
        """Return the most frequent names with their counts; equal ones by name."""
        ranked = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return ranked[:number]


class Split:
    """When the rows of a section happened, by a name that each has, such as a system.

    Args:
        names_most: Names that are kept apart; the rest is one, and told as `other`.
    """

    def __init__(self, names_most: int = 40) -> None:
        self._names_most = names_most
        self._days: dict[str, Counter[date]] = {}

    def add(self, name: str | None, day: date | None) -> None:
        """Count a row of a day; one without a day or a name is left out."""
        if not name or day is None:
            return
        name = name[:_NAME_CHARS]
        if name not in self._days and len(self._days) >= self._names_most:
            name = "other"
        self._days.setdefault(name, Counter())[day] += 1

    def parts(self, number: int) -> list[tuple[str, Counter[date]]]:
        """Return the most frequent names with their days; what is left is the last, `other`."""
        ranked = sorted(self._days.items(), key=lambda item: (-item[1].total(), item[0]))
        named = [item for item in ranked if item[0] != "other"]
        kept, rest = named[:number], named[number:]
        other = self._days.get("other", Counter()) + sum(
            (days for _, days in rest), Counter[date]()
        )
        return [*kept, ("other", other)] if other else kept


class Best:
    """The rows with the greatest numbers, at most so many.

    Args:
        most: Rows that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple[int, str, str]] = []

    def add(self, count: int, day: date | None, text: str | None) -> None:
        """Offer a row: what ranks it, its day, and what it says."""
        heapq.heappush(
            self._kept, (count, "" if day is None else day.isoformat(), (text or "")[:_NAME_CHARS])
        )
        if len(self._kept) > self._most:
            heapq.heappop(self._kept)

    def ranked(self) -> list[tuple[int, date | None, str]]:
        """Return the rows, the greatest first; equal ones with the later day first."""
        ranked = sorted(self._kept, reverse=True)
        return [
            (count, date.fromisoformat(day) if day else None, text) for count, day, text in ranked
        ]
