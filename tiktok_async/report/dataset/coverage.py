"""How the days stand that a stage was asked for. Pure: the manifest's shards go in."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from tiktok_async.report.dataset.days import Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktok_async.jobs.manifest import Gap, ShardEntry

State: TypeAlias = Literal["had", "hole", "open"]
_DATE: Final = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)
_SHARD_MOST: Final = 400
"""Days that a shard could have at the very most; a manifest that says more is not believed."""
_DAY: Final = timedelta(days=1)


@attrs.frozen
class Coverage:
    """How the days stand that a stage was asked for."""

    first: date
    last: date
    days: Mapping[date, State]

    def count(self, state: State) -> int:
        """Return how many days stand so."""
        return sum(one == state for one in self.days.values())

    def stretches(self, state: State) -> list[Stretch]:
        """Return the days that stand so, in order, those that touch as one."""
        found: list[Stretch] = []
        for day in sorted(day for day, one in self.days.items() if one == state):
            if found and found[-1].last + _DAY == day:
                found[-1] = attrs.evolve(found[-1], last=day)
            else:
                found.append(Stretch(day, day))
        return found


def coverage_of(shards: Iterable[ShardEntry]) -> Coverage | None:
    """Return how the days of the shards stand; None if they are no shards of days.

    A shard goes from its last day to its first. Where rounds overlap, the later one counts for what
    it has done.
    """
    days: dict[date, State] = {}
    for shard in shards:
        asked = _stretch(shard.label)
        if asked is not None and asked.days <= _SHARD_MOST:
            for day, state in _states(asked, shard):
                if state != "open" or day not in days:
                    days[day] = state
    return Coverage(min(days), max(days), days) if days else None


def _states(asked: Stretch, shard: ShardEntry) -> Iterable[tuple[date, State]]:
    holes = {day for gap in shard.holes for day in _days_of(gap)}
    done = asked.days if shard.status == "complete" else shard.done
    for back in range(asked.days):
        day = asked.last - back * _DAY
        yield day, "hole" if day in holes else "had" if back < done else "open"


def _days_of(gap: Gap) -> list[date]:
    stretch = _stretch(gap.label)
    if stretch is None or stretch.days > _SHARD_MOST:
        return []
    return [stretch.first + index * _DAY for index in range(stretch.days)]


def _stretch(label: str) -> Stretch | None:
    """Return the days of a label such as 2023-01-01..2023-01-30, or of a single day."""
    try:
        days = [date.fromisoformat(text) for text in _DATE.findall(label[:100])]
    except ValueError:
        return None
    if not days or days[-1] < days[0]:
        return None
    return Stretch(days[0], days[-1])
