"""What happened to a user: moments, drawn from the seed, that rows of an export tell of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.emulator.mixing import mix, salt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from tiktok_async.emulator.world import World

    T = TypeVar("T")

_DAY: Final = 86_400
_FORM: Final = "%Y-%m-%d %H:%M:%S"


@attrs.frozen
class Life:
    """A user of the world, and 64 bits that are theirs."""

    world: World
    user: int
    bits: int

    def moments(self, about: str, count: int) -> list[Moment]:
        """Return so many moments of one kind, newest first."""
        bits = mix(self.bits ^ salt(0, about))
        return [Moment(self, mix(bits ^ number), number, count) for number in range(count)]


@attrs.frozen
class Moment:
    """One thing that happened."""

    life: Life
    bits: int
    number: int
    """Its place in its kind, from 0, the newest."""
    count: int

    def draw(self, below: int, purpose: int = 0) -> int:
        """Return a number from 0 to before another one."""
        return mix(self.bits + purpose) % below

    def pick(self, choices: Sequence[T], purpose: int = 0) -> T:
        """Return one of some things."""
        return choices[self.draw(len(choices), purpose)]

    @property
    def seconds(self) -> int:
        """When it was, in Unix seconds: within the world's days."""
        timeline = self.life.world.timeline
        slot = max(1, timeline.span // self.count)
        return timeline.begin + timeline.span - 1 - self.number * slot - self.draw(slot, 90)

    def date(self, later: int = 0) -> str:
        """Return when it was, as exports write it: UTC, and without saying so."""
        return datetime.fromtimestamp(self.seconds + later, UTC).strftime(_FORM)

    def video(self, purpose: int = 0) -> int:
        """Return the index of a video that there was by then."""
        timeline = self.life.world.timeline
        return self.draw(max(1, timeline.first_at(self.seconds)), purpose + 80)

    def link(self) -> str:
        """Return the link of a video in today's form."""
        return f"https://www.tiktokv.com/share/video/{self._video_id()}/"

    def older_link(self) -> str:
        """Return the link of a video in the form that it had before."""
        owner = self.life.world.people.author_of(self.video())
        handle = self.life.world.people.handle(owner).rstrip("\0")
        return f"https://www.tiktok.com/@{handle}/video/{self._video_id()}"

    def someone(self, purpose: int = 0) -> str:
        """Return the name of another user."""
        people = self.life.world.people
        other = 1 + self.draw(people.count - 1, purpose + 70)
        return people.handle(other).rstrip("\0")

    def _video_id(self) -> int:
        return self.life.world.timeline.id_of(self.video())


def day_of(seconds: int) -> tuple[int, int, int]:
    """Return year, month and day of a moment, UTC."""
    moment = datetime.fromtimestamp(seconds - seconds % _DAY, UTC)
    return moment.year, moment.month, moment.day
