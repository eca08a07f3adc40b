"""What a page tells of a stage, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktok_async.jobs.manifest import Gap, ShardEntry, StageEntry
    from tiktok_async.jobs.spec import Stage
    from tiktok_async.report.dataset.counting import RowCounts
    from tiktok_async.report.dataset.coverage import Coverage


@attrs.frozen
class Damage:
    """Something wrong with a part."""

    stage: str
    shard: str
    problem: str


@attrs.frozen(kw_only=True)
class StageFigures:
    """One stage."""

    key: str
    """Unique on the page; made of letters, digits and hyphens."""
    entry: StageEntry
    asked: Stage | None
    """What the spec says; None where the spec cannot be read."""
    known: bool
    """Whether this version knows what the rows are."""
    counts: RowCounts
    coverage: Coverage | None
    """None where the stage is no span of days."""
    empty: int
    """Items of shards at their end that have no row, and are not missing."""
    damage: tuple[Damage, ...]

    @property
    def shards(self) -> tuple[ShardEntry, ...]:
        """Its shards, in the order of the dataset."""
        return self.entry.shards

    @property
    def holes(self) -> tuple[Gap, ...]:
        """Days that could not be had."""
        return tuple(gap for shard in self.shards for gap in shard.holes)

    @property
    def missing(self) -> tuple[Gap, ...]:
        """Items that could not be had."""
        return tuple(gap for shard in self.shards for gap in shard.missing)


def first_round(shards: Iterable[ShardEntry]) -> tuple[ShardEntry, ...]:
    """Return the shards of a stage without those of later rounds, which ask for the same again."""
    return tuple(one for one in shards if "-" not in one.id)
