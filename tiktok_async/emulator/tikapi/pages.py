"""How lists are cut into pages.

A list has places, and a place may be empty: what was there was removed, or is nobody's business.
With `Settings.short_pages` empty places leave gaps, and every twentieth page of a list that goes by
an index is empty though more follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from tiktok_async.emulator.searches import hits_before

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_async.emulator.tikapi.calls import Call

P = TypeVar("P")


@attrs.frozen
class Page:
    """A page of a list."""

    rows: list[Any]
    end: int
    """What is behind it: an index, or a time."""
    more: bool

    @property
    def flag(self) -> int:
        """Whether more follows, as snake_case answers say it."""
        return int(self.more)


def by_index(call: Call, total: int, row: Callable[[int], Any], first: int, size: int) -> Page:
    """Return the page that begins at an index.

    Args:
        call: Tells whether there are gaps.
        total: How many places there are.
        row: Returns what is at a place, None where it is empty.
        first: The index, as the page before gave it.
        size: Rows of a page.
    """
    if not call.service.short_pages:
        rows, end = _filled(total, first, size, row)
        return Page(rows, end, end < total)
    start, stop = hits_before(first, size), hits_before(first + size, size)
    rows = _found(range(start, min(stop, total)), row)
    return Page(rows, first + size, stop < total)


def _filled(total: int, first: int, size: int, row: Callable[[int], Any]) -> tuple[list[Any], int]:
    rows: list[Any] = []
    place = first
    while place < total and len(rows) < size:
        rows += _found((place,), row)
        place += 1
    return rows, place


def _found(places: Sequence[int], row: Callable[[int], Any]) -> list[Any]:
    return [found for place in places if (found := row(place)) is not None]


@attrs.frozen
class Dated(Generic[P]):
    """A list that goes by time, newest first: no two of its places have the same time."""

    places: Sequence[P]
    time: Callable[[P], int]

    def page(self, call: Call, row: Callable[[P], Any], before: int | None, size: int) -> Page:
        """Return the page of what is older than a time.

        A page other than the first that would begin at an empty place is empty.

        Args:
            call: Tells whether there are gaps.
            row: Returns what is at a place, None where it is empty.
            before: The time, None for the first page.
            size: Rows of a page.
        """
        first = 0 if before is None else self._first_before(before)
        places = self.places

        def at(place: int) -> Any:
            return row(places[place])

        if not call.service.short_pages:
            rows, end = _filled(len(places), first, size, at)
        elif before is not None and first < len(places) and at(first) is None:
            rows, end = [], first + 1
        else:
            end = min(first + size, len(places))
            rows = _found(range(first, end), at)
        last = self.time(places[end - 1]) if end else 0
        return Page(rows, last, end < len(places))

    def _first_before(self, time: int) -> int:
        low, high = 0, len(self.places)
        while low < high:
            middle = (low + high) // 2
            if self.time(self.places[middle]) >= time:
                low = middle + 1
            else:
                high = middle
        return low
