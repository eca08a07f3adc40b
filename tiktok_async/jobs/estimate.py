"""What a job takes, at least: shards, calls, days of quota. No call is made. Blocks."""

from __future__ import annotations

import itertools
import math
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.plan import Plan, ShardPlan, StagePlan, shards_of
from tiktok_async.jobs.planning import is_open, items_for, standing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.spec import Spec, Stage
    from tiktok_async.sansio.quota import DailyQuota, QuotaStatus

_LABELS: Final = 1000


def estimate(
    spec: Spec, layout: Layout, quota: QuotaStatus | None = None, now: float | None = None
) -> Plan:
    """Return what is left of a job, and what that takes at least.

    Args:
        spec: The job.
        layout: Its directory, which need not be there.
        quota: What is spent today; None = nothing, as far as is known.
        now: Unix seconds; None = now.

    Raises:
        InputError: if a list of items cannot be read.
    """
    today = datetime.fromtimestamp(time.time() if now is None else now, UTC).date()
    stages = tuple(_stage(spec, stage, layout, today) for stage in spec.stages)
    known = [one for one in stages if one.requests_at_least is not None]
    records = [one.records_at_most for one in stages]
    days = max((_days(name, stages, quota) for name in _buckets(stages)), default=0)
    return Plan(
        job=spec.name,
        stages=stages,
        requests_at_least=sum(one.requests_at_least or 0 for one in known),
        records_at_most=None if None in records else sum(one or 0 for one in records),
        quota_days=days,
        finish=_finish(today, days),
        open_stages=tuple(one.name for one in stages if one.shards is None),
    )


def _finish(today: date, days: int) -> date | None:
    return None if not days else today + timedelta(days=days - 1)


def _buckets(stages: Iterable[StagePlan]) -> set[str]:
    return {one.bucket for one in stages if one.bucket is not None and one.requests_per_day}


def _days(bucket: str, stages: Iterable[StagePlan], quota: QuotaStatus | None) -> int:
    """Return the UTC days that the calls of a bucket take, the present one included."""
    own = [one for one in stages if one.bucket == bucket]
    a_day = next((one.requests_per_day for one in own if one.requests_per_day), 1)
    calls = sum(one.requests_at_least or 0 for one in own)
    today = a_day
    if quota is not None and quota.quota.name == bucket and quota.requests_left is not None:
        today = quota.requests_left
        if quota.records_left == 0:
            today = 0
    if not calls:
        return 0
    return 1 + math.ceil(max(0, calls - today) / a_day)


def _stage(spec: Spec, stage: Stage, layout: Layout, today: date) -> StagePlan:
    quota = _quota_of(stage)
    bucket = kind_of(stage.collect).endpoint.bucket
    shards = units = requests = None
    labels: list[str] = []
    if not is_open(stage, layout):
        shards = units = requests = 0
        for plan, done in _left(spec, stage, layout, today):
            shards, units = shards + 1, units + plan.units
            left = plan.units - done
            requests += min(left, 1) if plan.first is not None else left
            if len(labels) < _LABELS:
                labels.append(plan.label)
    return StagePlan(
        name=stage.name,
        collect=stage.collect,
        unit="item" if stage.span is None else "day",
        shards=shards,
        units=units,
        requests_at_least=requests,
        records_at_most=None if stage.limit is None or not units else units * stage.limit,
        bucket=None if bucket is None else bucket.name,
        requests_per_day=None if quota is None else quota.requests,
        records_per_day=None if quota is None else quota.records,
        labels=tuple(labels),
    )


def _quota_of(stage: Stage) -> DailyQuota | None:
    bucket = kind_of(stage.collect).endpoint.bucket
    return None if bucket is None else bucket.quota


def _left(spec: Spec, stage: Stage, layout: Layout, today: date) -> Iterable[tuple[ShardPlan, int]]:
    """Yield the shards of a stage, each with its units that are done."""
    if layout.plan(stage.name).exists():
        for plan, mark in standing(layout, spec, stage.name):
            yield plan, mark.done
        return
    items = None if stage.span is not None else items_for(spec, stage, layout)
    yield from zip(shards_of(stage, items, today=today), itertools.repeat(0))
