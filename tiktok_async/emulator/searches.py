"""Search ids, and where the pages of a search begin.

A scan remembers where some of its pages begin, so that no page is looked for from the start again.
Both books forget the least recently used: a forgotten search id is expired, a forgotten scan is
merely slower once.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import attrs

from tiktok_async.emulator.mixing import mix

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from tiktok_async.emulator.videos import Video

V = TypeVar("V")

_SEARCHES: Final = 100_000
_SCANS: Final = 256
_PAGES: Final = 64
_MARKS: Final = 4096
_BREATH: Final = 4096
"""Candidates looked at between two turns of the event loop."""
_VOID_PERIOD: Final = 20
_VOID_PAGE: Final = 4


@attrs.define
class Book(Generic[V]):
    """A dictionary that forgets the least recently used."""

    size: int
    _entries: OrderedDict[Hashable, V] = attrs.field(factory=OrderedDict)

    def get(self, key: Hashable) -> V | None:
        """Return an entry and remember that it was used."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: Hashable, value: V) -> None:
        """Keep an entry."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self.size:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()


@attrs.define
class Ticket:
    """A search id that was given out."""

    search: Hashable
    """What was searched for; the id is good for nothing else."""
    refusals: int
    """How many more times it is refused, as fresh ids are."""
    expires: float


@attrs.define
class Searches:
    """All searches that go on.

    Args:
        bits: What ids are derived from.
        delay: How many uses of a fresh id are refused.
        life: Seconds that an id lives; what the real life is, nobody has said.
    """

    bits: int
    delay: int
    life: float
    _issued: int = 0
    _tickets: Book[Ticket] = attrs.field(factory=lambda: Book(_SEARCHES))
    _scans: Book[Scan] = attrs.field(factory=lambda: Book(_SCANS))

    def issue(self, search: Hashable, now: float) -> str:
        """Give out a search id: 19 digits."""
        self._issued += 1
        search_id = str(7 * 10**18 + mix(self.bits + self._issued) % 10**18)
        self._tickets.put(search_id, Ticket(search, self.delay, now + self.life))
        return search_id

    def accepts(self, search_id: str, search: Hashable, now: float) -> bool:
        """Whether a search id is good for a search now; a refused use counts as one."""
        ticket = self._tickets.get(search_id)
        if ticket is None or ticket.search != search or now >= ticket.expires:
            return False
        if ticket.refusals:
            ticket.refusals -= 1
            return False
        return True

    def scan(self, search: Hashable, begin: Callable[[], Scan]) -> Scan:
        """Return the scan of a search, begun if it is not known."""
        found = self._scans.get(search)
        if found is None:
            found = begin()
            self._scans.put(search, found)
        return found

    def clear(self) -> None:
        """Forget all searches."""
        self._issued = 0
        self._tickets.clear()
        self._scans.clear()


@attrs.define
class Scan:
    """The hits of a search in order, found as far as anyone has asked.

    Args:
        candidates: Indexes of videos in the order of the answer.
        video: Makes a video of an index.
        fits: Whether a video is a hit.
    """

    candidates: Sequence[int]
    video: Callable[[int], Video]
    fits: Callable[[Video], bool]
    _pages: Book[tuple[list[int], bool]] = attrs.field(factory=lambda: Book(_PAGES))
    _marks: list[tuple[int, int]] = attrs.field(factory=lambda: [(0, 0)])
    """Numbers of hits, each with a place among the candidates at or before it."""

    async def hits(self, first: int, count: int) -> tuple[list[Video], bool]:
        """Return some hits by number, and whether there are more after them."""
        page = self._pages.get((first, count))
        if page is None:
            page = await self._find(first, count)
            self._pages.put((first, count), page)
        return [self.video(index) for index in page[0]], page[1]

    async def _find(self, first: int, count: int) -> tuple[list[int], bool]:
        number, place = self._marks[bisect_right(self._marks, (first, len(self.candidates))) - 1]
        found: list[int] = []
        for looked, at in enumerate(range(place, len(self.candidates))):
            index = self.candidates[at]
            if self.fits(self.video(index)):
                if number == first + count:
                    self._mark(number, at)
                    return found, True
                if number >= first:
                    found.append(index)
                number += 1
            if looked % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
        self._mark(number, len(self.candidates))
        return found, False

    def _mark(self, number: int, place: int) -> None:
        at = bisect_right(self._marks, (number, place))
        if self._marks[at - 1][0] == number:
            self._marks[at - 1] = max(self._marks[at - 1], (number, place))
        else:
            self._marks.insert(at, (number, place))
        if len(self._marks) > _MARKS:
            del self._marks[1:-1:2]


def hits_before(cursor: int, size: int) -> int:
    """Return how many hits lie before a cursor, where every twentieth page is left empty."""
    blocks, rest = divmod(cursor, _VOID_PERIOD * size)
    void = min(max(rest - _VOID_PAGE * size, 0), size)
    return cursor - blocks * size - void
