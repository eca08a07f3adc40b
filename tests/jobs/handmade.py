"""Jobs whose files were written by hand: parts, checkpoints, plans and a manifest that fit."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from tiktok_async import convert
from tiktok_async.jobs.checkpoint import Identity, Mark, encode
from tiktok_async.jobs.documents import write_manifest
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import Manifest, StageEntry
from tiktok_async.jobs.plan import shards_of
from tiktok_async.jobs.spec import Listed, Span, Spec, Stage
from tiktok_async.jobs.toml import dump_spec

if TYPE_CHECKING:
    from pathlib import Path

START: Final = date(2023, 1, 1)
SECONDS: Final = 1_672_531_200
"""Of START."""
BIG: Final = 2**70 + 1


def videos_stage(days: int = 2, **more: Any) -> Stage:
    """Return a stage with a shard for each day."""
    span = Span(START, START + timedelta(days=days - 1), shard_days=1)
    return Stage(
        name="videos", collect="research.videos", where="keyword = 'cats'", span=span, **more
    )


def comments_stage(*items: str) -> Stage:
    """Return a stage about some videos, two to a shard."""
    return Stage(
        name="comments",
        collect="research.comments",
        source=Listed(items),
        items_per_shard=2,
    )


def video(number: int, day: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a video of some day."""
    row = {"id": 7_300_000_000_000_000_000 + number, "create_time": SECONDS + 86_400 * day + number}
    return {**row, **fields}


def make_job(directory: Path, stages: dict[Stage, list[list[dict[str, Any]]]]) -> Spec:
    """Write a job that is complete; its rows are given by stage and shard."""
    spec = Spec(name="handmade", stages=tuple(stages))
    layout = Layout(directory)
    directory.mkdir(exist_ok=True)
    layout.spec.write_text(dump_spec(spec), encoding="utf-8")
    entries = tuple(_stage(layout, spec, stage, shards) for stage, shards in stages.items())
    write_manifest(layout, manifest_of(spec, entries))
    return spec


def manifest_of(spec: Spec, stages: tuple[StageEntry, ...]) -> Manifest:
    """Return the manifest of a complete job."""
    return Manifest(
        job=spec.name,
        spec_sha256=spec.fingerprint,
        library="0.1.0",
        status="complete",
        created_at="2026-11-20T00:00:00+00:00",
        updated_at="2026-11-20T00:00:00+00:00",
        stages=stages,
        requests_per_day={"2026-11-20": sum(stage.calls for stage in stages)},
    )


def _stage(
    layout: Layout, spec: Spec, stage: Stage, shards: list[list[dict[str, Any]]]
) -> StageEntry:
    items = stage.source.items if isinstance(stage.source, Listed) else None
    plan = list(shards_of(stage, items))
    layout.plan(stage.name).parent.mkdir(exist_ok=True)
    layout.plan(stage.name).write_bytes(b"".join(one.line() for one in plan))
    entries = []
    for one, rows in zip(plan, shards, strict=True):
        mark = write_shard(layout, spec, stage.name, one.id, rows, done=one.units)
        entries.append(mark.entry(one.id, one.label, one.units))
    return StageEntry(
        name=stage.name,
        collect=stage.collect,
        endpoint="x",
        status="complete",
        shards=tuple(entries),
    )


def write_shard(
    layout: Layout, spec: Spec, stage: str, shard: str, rows: list[dict[str, Any]], /, **mark: Any
) -> Mark:
    """Write part and checkpoint of a shard."""
    content = b"".join(convert.dumps(row) + b"\n" for row in rows)
    settled = Mark(
        **{
            "status": "complete",
            "size": len(content),
            "rows": len(rows),
            "pages": 1,
            "calls": 1,
            "by_day": {"2026-11-20": 1},
            "sha256": hashlib.sha256(content).hexdigest(),
            **mark,
        }
    )
    before = Mark(status="running")
    identity = Identity(spec.fingerprint, stage, shard)
    for path in (layout.part(stage, shard), layout.checkpoint(stage, shard, "a")):
        path.parent.mkdir(parents=True, exist_ok=True)
    layout.part(stage, shard).write_bytes(content)
    layout.checkpoint(stage, shard, "a").write_bytes(encode(before, identity, 0))
    layout.checkpoint(stage, shard, "b").write_bytes(encode(settled, identity, 1))
    return settled


def ran(code: str, *arguments: str) -> str:
    """Return what some Python prints, in a process of its own."""
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=55)  # noqa: S603  # our own code
    assert done.returncode == 0, done.stderr
    return done.stdout
