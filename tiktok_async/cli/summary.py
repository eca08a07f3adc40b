"""What a run came to, for a person and for a program."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async.cli.amounts import duration
from tiktok_async.cli.run import LIMIT
from tiktok_async.cli.terminal import COMMAND, PROGRAM, counted, explained, listed, say
from tiktok_async.io.output import state_path

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async.cli.exits import Exit
    from tiktok_async.cli.options import Talk
    from tiktok_async.cli.order import Order
    from tiktok_async.cli.progress import Measure
    from tiktok_async.cli.run import Ending
    from tiktok_async.sansio.quota import QuotaStatus


@attrs.frozen(kw_only=True)
class Report:
    """What a run came to."""

    order: Order
    path: Path | None
    """The file; None = standard output."""
    measure: Measure
    ending: Ending
    missing: tuple[str, ...]
    """What cannot be had, by name."""
    kept: bool
    """Whether a state to go on from stands beside the file."""
    code: Exit


def present(report: Report, talk: Talk) -> None:
    """Say what a run came to."""
    if talk.json:
        stream = sys.stderr if report.path is None else sys.stdout
        stream.write(f"{json.dumps(_as_dict(report))}\n")
        stream.flush()
    elif not talk.quiet or report.ending.error is not None:
        for line in _lines(report):
            say(line)


def _resume_command(report: Report) -> str | None:
    """Return the command that goes on, exactly."""
    if not report.kept:
        return None
    words = [word for word in COMMAND.get() if word not in {"--resume", "--overwrite"}]
    return shlex.join([PROGRAM, *words, "--resume"])


def _as_dict(report: Report) -> dict[str, Any]:
    measure, error = report.measure, report.ending.error
    return {
        "complete": report.ending.reason is None and not report.missing,
        "stopped": report.ending.reason,
        "error": None if error is None else explained(error),
        "exit_code": int(report.code),
        "output": "-" if report.path is None else str(report.path),
        "rows": measure.rows,
        "unit": measure.unit,
        "units_done": measure.done,
        "units_total": measure.total,
        "missing": list(report.missing),
        "calls": measure.statistics.attempts,
        "retries": measure.statistics.retries,
        "seconds": round(measure.seconds, 3),
        "quota": None if measure.quota is None else quota_dict(measure.quota),
        "state": str(state_path(report.path)) if report.kept and report.path else None,
        "resume_command": _resume_command(report),
    }


def quota_dict(status: QuotaStatus) -> dict[str, Any]:
    """Return a quota's status for a program."""
    return {
        "name": status.quota.name,
        "requests_spent": status.requests_spent,
        "requests_left": status.requests_left,
        "records_spent": status.records_spent,
        "records_left": status.records_left,
        "resets_at": status.reset_at.isoformat(),
    }


def quota_line(status: QuotaStatus) -> str:
    """Return a quota's status in one line."""
    quota = status.quota
    requests = "any number" if quota.requests is None else f"{quota.requests:,}"
    records = "any number" if quota.records is None else f"{quota.records:,}"
    return (
        f"{status.requests_spent:,} of {requests} requests and {status.records_spent:,} of "
        f"{records} records spent today; resets {status.reset_at:%Y-%m-%d %H:%M} UTC"
    )


def _lines(report: Report) -> list[str]:
    measure, statistics = report.measure, report.measure.statistics
    place = "" if report.path is None else f" in {report.path}"
    units = f"{measure.done:,} of {counted(measure.total, measure.unit)}"
    calls = counted(statistics.attempts, "call")
    if statistics.retries:
        calls += f" ({statistics.retries:,} repeated)"
    lines = [
        *_headline(report),
        f"  {counted(measure.rows, 'row')}{place}",
        f"  {units}, {calls}, {duration(measure.seconds)}",
    ]
    if measure.quota is not None:
        lines.append(f"  quota: {quota_line(measure.quota)}")
    if report.missing:
        lines.append(f"  cannot be had: {listed(report.missing)}")
    command = _resume_command(report)
    if command is not None:
        lines.append(f"  go on with: {command}")
    elif report.path is None and not (report.ending.is_final or report.ending.reason == LIMIT):
        lines.append("  a run to a file (-o FILE) could be gone on with; this one starts anew")
    return lines


def _headline(report: Report) -> list[str]:
    reason, error = report.ending.reason, report.ending.error
    if reason is None:
        return ["complete" if not report.missing else "complete but for what cannot be had"]
    if reason == LIMIT:
        return [f"ended at --limit {report.order.limit:,}; there is more"]
    if error is None:
        return [f"{reason}; what was had is kept" if report.kept else f"{reason}"]
    word = "partial" if report.kept else "stopped"
    return [f"{word}: {explained(error)}"]
