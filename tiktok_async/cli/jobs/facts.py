"""What a job came to, for a person and for a program."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.cli.exits import Exit
from tiktok_async.cli.terminal import PROGRAM, counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tiktok_async.jobs.manifest import Gap, Manifest, StageEntry

_STOPS: Final = {"quota": Exit.QUOTA, "network": Exit.NETWORK}
_SHOWN: Final = 5


def exit_of_job(manifest: Manifest) -> Exit:
    """Return how a command ends whose job stands so; days that are lacking make it partial."""
    if manifest.status == "complete":
        return Exit.COMPLETE if manifest.whole else Exit.PARTIAL
    return _STOPS.get(manifest.stopped or "", Exit.PARTIAL)


def command(words: Iterable[str | Path]) -> str:
    """Return a command of this program, to be copied."""
    return shlex.join([PROGRAM, *map(str, words)])


def headline(manifest: Manifest) -> str:
    """Return how a job stands, in one line."""
    if manifest.status == "complete":
        gaps = [
            counted(len(some), word)
            for word, some in (("hole", manifest.holes), ("missing item", manifest.missing))
            if some
        ]
        return f"complete but for {' and '.join(gaps)}" if gaps else "complete"
    if manifest.status == "stopped":
        return f"stopped ({manifest.stopped}): {manifest.message}"
    return str(manifest.status)


def job_lines(manifest: Manifest) -> Iterator[str]:
    """Yield how a job stands, for a person: its stages, then what is lacking, then its files."""
    if manifest.emulated:
        yield f"  from an emulator ({manifest.base_url}): nothing of it is real"
    width = max((len(one.name) for one in manifest.stages), default=0)
    for stage in manifest.stages:
        yield f"  {stage.name:<{width}}  {_stage(stage)}"
    for hole in manifest.holes[:_SHOWN]:
        yield f"  hole: {_gap(hole)}"
    if len(manifest.holes) > _SHOWN:
        yield f"  and {len(manifest.holes) - _SHOWN:,} more holes"
    if manifest.missing:
        reasons = Counter(gap.reason for gap in manifest.missing).most_common()
        yield f"  cannot be had: {listed([f'{n:,} {reason}' for reason, n in reasons])}"


def _stage(stage: StageEntry) -> str:
    if not stage.shards and stage.status != "complete":
        return "not planned yet"
    done = sum(one.status == "complete" for one in stage.shards)
    shards = f"{done:,} of {counted(len(stage.shards), 'shard')}"
    return f"{counted(stage.rows, 'row')}, {counted(stage.calls, 'call')}, {shards}"


def _gap(gap: Gap) -> str:
    log = f" (log_id {gap.log_id})" if gap.log_id else ""
    message = f": {gap.message}" if gap.message else ""
    return f"{gap.label}, {gap.reason}{message}{log}"


def file_lines(manifest: Manifest, directory: Path) -> Iterator[str]:
    """Yield where the data is."""
    for stage in manifest.stages:
        for made in stage.outputs:
            yield f"  {directory / made.path}: {counted(made.rows, 'row')}"
    if any(stage.rows for stage in manifest.stages):
        yield f"  rows as they came: {directory / 'parts'}"


def job_facts(manifest: Manifest, directory: Path) -> dict[str, Any]:
    """Return how a job stands, for a program."""
    return {
        "job": manifest.job,
        "directory": str(directory),
        "complete": manifest.status == "complete",
        "whole": manifest.whole,
        "status": manifest.status,
        "stopped": manifest.stopped,
        "message": manifest.message,
        "emulated": manifest.emulated,
        "rows": manifest.rows,
        "calls": manifest.calls,
        "holes": len(manifest.holes),
        "missing": len(manifest.missing),
        "stages": [_stage_facts(one, directory) for one in manifest.stages],
        "requests_per_day": dict(manifest.requests_per_day),
        "updated_at": manifest.updated_at,
    }


def _stage_facts(stage: StageEntry, directory: Path) -> dict[str, Any]:
    return {
        "name": stage.name,
        "collect": stage.collect,
        "status": stage.status,
        "shards": len(stage.shards),
        "shards_done": sum(one.status == "complete" for one in stage.shards),
        "rows": stage.rows,
        "calls": stage.calls,
        "pages": sum(one.pages for one in stage.shards),
        "holes": sum(len(one.holes) for one in stage.shards),
        "missing": sum(len(one.missing) for one in stage.shards),
        "outputs": [str(directory / made.path) for made in stage.outputs],
    }
