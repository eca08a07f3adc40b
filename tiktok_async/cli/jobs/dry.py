"""`--dry-run` of a job: its shards, and what it would cost at least, without a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from anyio import to_thread

from tiktok_async.cli.jobs.access import opened
from tiktok_async.cli.outcome import write, write_json
from tiktok_async.cli.summary import quota_dict, quota_line
from tiktok_async.cli.terminal import counted
from tiktok_async.errors import CredentialsMissingError
from tiktok_async.jobs.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktok_async.cli.jobs.options import Running
    from tiktok_async.cli.options import Talk
    from tiktok_async.jobs.job import Job
    from tiktok_async.jobs.plan import Plan, StagePlan
    from tiktok_async.sansio.quota import QuotaStatus

_SHOWN: Final = 12


async def show_plan(job: Job, running: Running, talk: Talk) -> int:
    """Show what a job would take; return the exit code.

    Args:
        job: The job; its directory need not be there.
        running: As whom; that tells what is spent today.
        talk: How much to say.
    """
    status = await _status(job, running, talk)
    plan = await to_thread.run_sync(job.plan, status)
    if talk.json:
        write_json(_facts(job, plan, status))
    else:
        write(*_lines(job, plan, status))
    return 0


async def _status(job: Job, running: Running, talk: Talk) -> QuotaStatus | None:
    """Read the ledger; that needs to know whose, and makes no call."""
    kind = next((kind_of(stage.collect) for stage in job.spec.stages), None)
    bucket = None if kind is None else kind.endpoint.bucket
    if kind is None or bucket is None or bucket.quota is None or running.emulator:
        return None
    try:
        async with opened(running, job.spec, talk) as shared:
            client: Any
            async with shared.clients(kind.family) as client:
                status: QuotaStatus | None = await client.quota(bucket)
    except CredentialsMissingError:
        return None
    return status


def _lines(job: Job, plan: Plan, status: QuotaStatus | None) -> Iterator[str]:
    for stage in plan.stages:
        yield from _stage_lines(job, stage)
    more = f"; how many for {_names(plan)}, nobody tells before" if plan.open_stages else ""
    yield f"requests: at least {plan.requests_at_least:,}; a page each{more}"
    yield f"records: {_records(plan)}"
    if plan.finish is not None:
        days = counted(plan.quota_days, "day")
        yield f"quota: at least {days}; on {plan.finish} (UTC) at the earliest it would be complete"
        yield from sorted(set(map(_limit, filter(_limited, plan.stages))))
    if status is not None:
        yield f"  {quota_line(status)}"
    yield "No call was made."


def _stage_lines(job: Job, stage: StagePlan) -> Iterator[str]:
    if stage.shards is None or stage.units is None:
        source: Any = job.spec.stage(stage.name).source
        yield f"{stage.name}: {stage.collect}, as many as {source.stage} brings"
        return
    units, span = counted(stage.units, stage.unit), job.spec.stage(stage.name).span
    open_ = "; no end: to today, and `jobs update` goes on" if span and span.end is None else ""
    yield f"{stage.name}: {stage.collect}, {units} in {counted(stage.shards, 'shard')}{open_}"
    yield from (f"  {label}" for label in stage.labels[:_SHOWN])
    if stage.shards > _SHOWN:
        yield f"  … and {stage.shards - _SHOWN:,} more"


def _names(plan: Plan) -> str:
    return " and ".join(plan.open_stages)


def _records(plan: Plan) -> str:
    if plan.records_at_most is not None:
        return f"at most {plan.records_at_most:,}"
    return "as many as there are; nobody tells before"


def _limited(stage: StagePlan) -> bool:
    return stage.requests_per_day is not None


def _limit(stage: StagePlan) -> str:
    limits = [
        f"{number:,} {word}"
        for number, word in (
            (stage.requests_per_day, "requests"),
            (stage.records_per_day, "records"),
        )
        if number is not None
    ]
    return f"  a day has {' and '.join(limits)} ({stage.bucket})"


def _facts(job: Job, plan: Plan, status: QuotaStatus | None) -> dict[str, Any]:
    return {
        "dry_run": True,
        "job": plan.job,
        "directory": str(job.layout.root),
        "stages": [attrs.asdict(stage) for stage in plan.stages],
        "requests_at_least": plan.requests_at_least,
        "records_at_most": plan.records_at_most,
        "quota_days_at_least": plan.quota_days,
        "finish": None if plan.finish is None else f"{plan.finish}",
        "open_stages": list(plan.open_stages),
        "quota": None if status is None else quota_dict(status),
    }
