"""How every shard stands while a job runs: one place that the table and the manifest look at."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.manifest import ShardEntry, StageEntry
from tiktok_async.jobs.progress import Progress, StageProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from tiktok_async.io.clock import Clock
    from tiktok_async.jobs.checkpoint import Mark
    from tiktok_async.jobs.engines.protocol import ShardResult
    from tiktok_async.jobs.manifest import Manifest, OutputEntry, Status
    from tiktok_async.jobs.plan import ShardPlan
    from tiktok_async.jobs.spec import Spec, Stage
    from tiktok_async.sansio.quota import QuotaStatus

_EVERY: Final = 0.1
"""Seconds between two looks at the progress."""
_SUMMED: Final = ("rows", "pages", "calls")


@attrs.define
class StageBoard:
    """One stage."""

    stage: Stage
    status: Status = "planned"
    planned: bool = False
    entries: dict[str, ShardEntry] = attrs.field(factory=dict)
    by_day: dict[str, Mapping[str, int]] = attrs.field(factory=dict)
    outputs: tuple[OutputEntry, ...] = ()
    running: set[str] = attrs.field(factory=set)
    sums: Counter[str] = attrs.field(factory=Counter)

    def load(self, shards: Iterable[tuple[ShardPlan, Mark]]) -> None:
        """Take the shards as they stand on the disk."""
        self.planned = True
        self.entries, self.by_day, self.sums = {}, {}, Counter()
        self.running.clear()
        for plan, mark in shards:
            self.put(mark.entry(plan.id, plan.label, plan.units), mark.by_day)

    def put(self, entry: ShardEntry, by_day: Mapping[str, int]) -> None:
        """Take in how a shard stands."""
        before = self.entries.get(entry.id)
        if before is not None:
            self.sums.subtract(_sums(before))
        self.sums.update(_sums(entry))
        self.entries[entry.id], self.by_day[entry.id] = entry, by_day

    @property
    def left(self) -> tuple[str, ...]:
        """Shards that are not complete, in order."""
        return tuple(one.id for one in self.entries.values() if one.status != "complete")

    def entry(self) -> StageEntry:
        """Return what the manifest says of it."""
        endpoint = kind_of(self.stage.collect).endpoint
        return StageEntry(
            name=self.stage.name,
            collect=self.stage.collect,
            endpoint=endpoint.id,
            status=self.status,
            shards=tuple(self.entries[name] for name in sorted(self.entries)),
            outputs=self.outputs,
        )

    def progress(self) -> StageProgress:
        """Return its line of the table."""
        return StageProgress(
            name=self.stage.name,
            shards=len(self.entries) if self.planned else None,
            done=self.sums["complete"],
            running=len(self.running),
            rows=self.sums["rows"],
            pages=self.sums["pages"],
            calls=self.sums["calls"],
            holes=self.sums["holes"],
            missing=self.sums["missing"],
        )


def _sums(entry: ShardEntry) -> dict[str, int]:
    return {
        **{name: getattr(entry, name) for name in _SUMMED},
        "holes": len(entry.holes),
        "missing": len(entry.missing),
        "complete": int(entry.status == "complete"),
    }


class Board:
    """All stages.

    Args:
        spec: The job.
        clock: Tells how often to look.
        on_progress: Called with the progress, at most ten times a second.
    """

    def __init__(
        self, spec: Spec, clock: Clock, on_progress: Callable[[Progress], Any] | None
    ) -> None:
        self.stages: dict[str, StageBoard] = {one.name: StageBoard(one) for one in spec.stages}
        self.credential: str | None = None
        self.base_url: str | None = None
        self.quota: QuotaStatus | None = None
        self._clock = clock
        self._on_progress = on_progress
        self._began = clock.monotonic()
        self._shown = float("-inf")
        self._now: dict[tuple[str, str], tuple[int, int, int]] = {}
        self._ran: Counter[str] = Counter()
        self._waiting: str | None = None
        self._wake_at: datetime | None = None

    def know(self, manifest: Manifest) -> None:
        """Take over the outputs that were made before."""
        for one in manifest.stages:
            if one.name in self.stages:
                self.stages[one.name].outputs = one.outputs

    def take(self, result: ShardResult) -> None:
        """Take in how a shard stands."""
        stage, shard = self.stages[result.task.stage], result.task.shard
        if result.entry.items or shard not in stage.entries:
            stage.put(result.entry, result.by_day)
        (stage.running.discard if result.ended else stage.running.add)(shard)
        self._count(result)
        self.credential = result.credential or self.credential
        self.base_url = result.base_url or self.base_url
        self.show()

    def _count(self, result: ShardResult) -> None:
        """Add what a shard did in this run; its numbers begin anew whenever it is started."""
        key = (result.task.stage, result.task.shard)
        now = (result.rows, result.calls, result.retries)
        before = self._now.get(key, (0, 0, 0))
        for name, new, old in zip(("rows", "calls", "retries"), now, before, strict=True):
            self._ran[name] += new - old
        if result.ended:
            self._now.pop(key, None)
        else:
            self._now[key] = now

    def ended(self, stage: StageBoard) -> None:
        """Note that no shard of a stage runs, be it that it was cancelled and told nothing."""
        stage.running.clear()
        self._now.clear()

    def wait(self, what: str | None, until: datetime | None = None) -> None:
        """Say what the run waits for; None = nothing."""
        self._waiting, self._wake_at = what, until
        self.show(at_once=True)

    def show(self, *, at_once: bool = False) -> None:
        """Tell the progress, if it is due."""
        now = self._clock.monotonic()
        if self._on_progress is None or (now - self._shown < _EVERY and not at_once):
            return
        self._shown = now
        self._on_progress(self.progress())

    def progress(self) -> Progress:
        """Return how the run stands."""
        return Progress(
            stages=tuple(one.progress() for one in self.stages.values()),
            seconds=self._clock.monotonic() - self._began,
            rows=self._ran["rows"],
            calls=self._ran["calls"],
            retries=self._ran["retries"],
            waiting=self._waiting,
            wake_at=self._wake_at,
            quota=self.quota,
            quota_days_left=self._days_left(),
        )

    def requests_per_day(self) -> dict[str, int]:
        """Return the calls of all runs by UTC day."""
        total: Counter[str] = Counter()
        for stage in self.stages.values():
            for by_day in stage.by_day.values():
                total.update(by_day)
        return dict(sorted(total.items()))

    def _days_left(self) -> float | None:
        """Return the days of quota that the rest takes, as far as shards that are done tell."""
        limit = None if self.quota is None else self.quota.quota.requests
        stages = [one for one in self.stages.values() if one.status != "complete"]
        if not limit or not stages or not all(one.planned for one in stages):
            return None
        done = sum(entry.done for one in stages for entry in one.entries.values())
        units = sum(entry.items for one in stages for entry in one.entries.values())
        calls = sum(one.sums["calls"] for one in stages)
        return (units - done) * calls / done / limit if done else None
