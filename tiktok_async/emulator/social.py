"""Who follows whom, and what a user liked, pinned and reposted.

Follow dates lie before the world's first day, three to a second, newest first: a page that begins
at a second repeats the rows of that second which the page before has shown. Likes have dates of
their own in milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.emulator.mixing import Permutation

if TYPE_CHECKING:
    from tiktok_async.emulator.people import People

ROWS_PER_SECOND: Final = 3
_MOST_LIKES: Final = 300
_MOST_REPOSTS: Final = 100
_DAY: Final = 86_400
_PUBLIC_OF_TEN: Final = 2
_EMPTY_OF_TEN: Final = 4


@attrs.frozen
class Listed:
    """Some rows of a user, newest first: which, and when."""

    total: int
    newest: int
    """Date of the first row, in the unit of the list."""
    gap: int
    """How much older the next date is."""
    order: Permutation
    rows_per_date: int = 1

    def target(self, place: int) -> int:
        """Return the user or video that a place shows."""
        return self.order.forward(place)

    def date(self, place: int) -> int:
        """Return the date of a place."""
        return self.newest - place // self.rows_per_date * self.gap

    def first_until(self, date: int) -> int:
        """Return the first place that is dated on or before a date; `total` where none is."""
        if date >= self.newest:
            return 0
        steps = -(-(self.newest - date) // self.gap)
        return min(steps * self.rows_per_date, self.total)


@attrs.frozen
class Social:
    """The lists of all users."""

    people: People
    begin: int
    """Unix seconds of the world's first day."""
    follower_cap: int
    """How many followers and followed users are listed at most."""

    def followers(self, user: int) -> Listed:
        """Return who follows a user."""
        return self._follows(user, 30, self.people.follower_count(user))

    def following(self, user: int) -> Listed:
        """Return whom a user follows."""
        return self._follows(user, 31, self.people.following_count(user))

    def liked(self, user: int) -> Listed:
        """Return the videos that a user liked; dates in milliseconds."""
        drawn = self.people.draw(user, 32)
        total = self._length(user, drawn % _MOST_LIKES, _MOST_LIKES, 33)
        newest = (self.begin - drawn % _DAY) * 1000 + 371
        order = Permutation.seeded(self.people.videos, drawn)
        return Listed(total, newest, 1000 + (drawn >> 40) % 5_000_000, order)

    def reposted(self, user: int) -> Listed:
        """Return the videos that a user reposted; the dates mean nothing."""
        drawn = self.people.draw(user, 34)
        total = self._length(user, drawn % _MOST_REPOSTS, _MOST_REPOSTS, 35)
        return Listed(total, 0, 1, Permutation.seeded(self.people.videos, drawn))

    def hides_likes(self, user: int) -> bool:
        """Whether a user keeps the liked videos private; most do, user 0 does not."""
        return user > 0 and self._openness(user, 33) == "private"

    def hides_reposts(self, user: int) -> bool:
        """Whether a user keeps the reposted videos private; most do, user 0 does not."""
        return user > 0 and self._openness(user, 35) == "private"

    def _length(self, user: int, usual: int, most: int, purpose: int) -> int:
        if user and self._openness(user, purpose) != "public":
            return 0
        return min(usual if user else most, self.people.videos)

    def _openness(self, user: int, purpose: int) -> str:
        drawn = self.people.draw(user, purpose) % 10
        if drawn < _PUBLIC_OF_TEN:
            return "public"
        return "empty" if drawn < _EMPTY_OF_TEN else "private"

    def _follows(self, user: int, purpose: int, count: int) -> Listed:
        drawn = self.people.draw(user, purpose)
        total = min(count, self.follower_cap, self.people.count)
        order = Permutation.seeded(self.people.count, drawn)
        newest = self.begin - drawn % (30 * _DAY)
        return Listed(total, newest, 1 + (drawn >> 40) % 7200, order, ROWS_PER_SECOND)
