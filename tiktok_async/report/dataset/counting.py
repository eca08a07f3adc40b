"""Counters that the rows of a stage go through: what stays of a million rows is numbers.

Pure: no file, no clock. Memory is bounded whatever the rows hold.
"""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.report.counts import Dates, Split, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tiktok_async.report.dataset.facts import Facts

_ITEMS_MOST: Final = 250_000
_REGIONS_MOST: Final = 250
"""ISO 3166 has fewer: more are none, and count as one."""
_BOUNDS: Final = (1, 2, 6, 11, 21, 51, 101, 201, 501, 1_001, 2_001, 5_001, 10_001)


class Items:
    """How many rows each item of a list has; items beyond the first 250,000 are left out."""

    def __init__(self) -> None:
        self.exact: bool = True
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, item: str | None) -> None:
        """Count a row of an item."""
        if item is None:
            return
        if item in self._rows:
            self._rows[item] += 1
        elif len(self._rows) < _ITEMS_MOST:
            self._rows[item] = 1
        else:
            self.exact = False

    def most(self, number: int) -> list[tuple[str, int]]:
        """Return the items with most rows; equal ones by name."""
        return heapq.nsmallest(number, self._rows.items(), key=lambda item: (-item[1], item[0]))

    def spread(self) -> list[tuple[str, int]]:
        """Return how many items have how many rows: names of ranges, the fewest rows first."""
        found: Counter[int] = Counter()
        for rows in self._rows.values():
            found[max(bound for bound in _BOUNDS if bound <= rows)] += 1
        return [
            (_range(low, high), found[low])
            for low, high in zip(_BOUNDS, (*_BOUNDS[1:], None), strict=True)
            if low <= max(found, default=0)
        ]


def _range(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,} and more"
    return f"{low:,}" if high == low + 1 else f"{low:,} to {high - 1:,}"


class RowCounts:
    """What the rows of a stage tell together.

    Args:
        facts: Where a row says what is counted.
        last_day: A later date is none to rely on.
    """

    def __init__(self, facts: Facts, last_day: date) -> None:
        self.facts = facts
        self.dates: Dates = Dates(last_day)
        self.regions: Tally = Tally()
        self.region_days: Split = Split(_REGIONS_MOST)
        self.users: Tally = Tally()
        self.hashtags: Tally = Tally()
        self.items: Items = Items()

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a row."""
        facts = self.facts
        day = self.dates.add(facts.when(row))
        region = facts.where(row)
        self.regions.add(region)
        self.region_days.add(region, day)
        self.users.add(facts.who(row))
        for tag in facts.about(row):
            self.hashtags.add(tag)
        self.items.add(facts.item(row))
