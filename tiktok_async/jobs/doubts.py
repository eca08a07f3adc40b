"""What of a shard is in doubt: units that failed, or were refused, while nothing was answered.

Whether such a unit is at fault, or the provider, shows in what is answered next. Until then it is
counted here and nowhere else, and what came of it before it failed is not given up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from tiktok_async.errors import TikTokError
    from tiktok_async.jobs.checkpoint import Mark
    from tiktok_async.jobs.manifest import Gap
    from tiktok_async.jobs.raw import RawRecord


@attrs.define
class Doubts:
    """The doubts of one shard."""

    failed: list[Gap] = attrs.field(factory=list)
    """Units that failed, in a row."""
    refused: list[Gap] = attrs.field(factory=list)
    """Items that were refused before anything was answered."""
    good: int = 0
    """Answers there were when the first of them failed."""
    error: TikTokError | None = None
    """What the last of them said."""
    instead: Mark | None = None
    """Where to go on in place of what failed; rows are given up once that is answered."""
    given_up: RawRecord | None = None
    """What the answers keep of that."""
    paused: bool = False
    """Whether the unit in hand was given a pause."""
    tried_again: bool = False
    """Whether the units in doubt are tried once more."""

    @property
    def units(self) -> int:
        """Units in doubt."""
        return len(self.failed) + len(self.refused)

    def fail(self, gap: Gap, error: TikTokError, good: int) -> None:
        """Doubt a unit that failed when there were so many answers."""
        if not self.failed:
            self.good = good
        self.failed.append(gap)
        self.error = error

    def refuse(self, gap: Gap, error: TikTokError) -> None:
        """Doubt an item that was refused."""
        self.refused.append(gap)
        self.error = error

    def settle(self, mark: Mark) -> Mark:
        """Return a mark behind what is in doubt, which is no longer so: the provider works."""
        return attrs.evolve(
            mark,
            status="running",
            holes=(*mark.holes, *self.failed),
            missing=(*mark.missing, *self.refused),
            done=mark.done + self.units,
        )

    def try_again(self) -> None:
        """Go back to the first unit in doubt, for its last chance."""
        self.tried_again, self.instead = True, None
        self.failed.clear()
        self.refused.clear()

    def end(self) -> None:
        """Take note that something was answered and is on the disk."""
        self.instead = self.given_up = None
        self.failed.clear()
        self.refused.clear()
        self.paused = self.tried_again = False
