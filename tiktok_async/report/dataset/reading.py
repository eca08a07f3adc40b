"""Reads a job's directory into the chapters of its page, one stage after the other.

Of a stage nothing but its chapter stays when the next one is read, and of a row nothing but counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.errors import InputError, TikTokError
from tiktok_async.jobs.documents import read_manifest
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.manifest import Manifest, StageEntry
from tiktok_async.jobs.toml import load_spec
from tiktok_async.report.dataset.counting import RowCounts
from tiktok_async.report.dataset.coverage import coverage_of
from tiktok_async.report.dataset.facts import Facts, facts_of
from tiktok_async.report.dataset.figures import Damage, StageFigures, first_round
from tiktok_async.report.dataset.part_rows import PartRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.spec import Spec, Stage


def manifest_of(layout: Layout, spec: Spec | None, now: datetime) -> Manifest:
    """Return what the job's dataset is; one that never ran has nothing.

    Raises:
        InputError: if the directory holds no job.
        CheckpointMismatchError: if the manifest cannot be understood.
        OSError: if it cannot be read.
    """
    found = read_manifest(layout)
    if found is not None:
        return found
    if spec is None:
        msg = f"{layout.root} holds no job: name the directory that collect run made."
        raise InputError(msg)
    return _unbegun(spec, now.isoformat())


def _unbegun(spec: Spec, now: str) -> Manifest:
    return Manifest(
        job=spec.name,
        spec_sha256=spec.fingerprint,
        library="",
        status="planned",
        created_at=now,
        updated_at=now,
        stages=tuple(
            StageEntry(
                name=one.name, collect=one.collect, endpoint=kind_of(one.collect).endpoint.id
            )
            for one in spec.stages
        ),
    )


def spec_of(layout: Layout) -> Spec | None:
    """Return the job's spec; None where it is not there or cannot be read any more."""
    try:
        return load_spec(layout.spec, here=False)
    except (TikTokError, OSError):
        return None


def stages_of(
    layout: Layout, manifest: Manifest, spec: Spec | None, last_day: date
) -> Iterator[StageFigures]:
    """Yield what there is to tell of each stage; its parts are read once.

    Args:
        layout: The job's directory.
        manifest: What the dataset is.
        spec: What was asked for.
        last_day: Rows with a later date count as having none.
    """
    asked = {one.name: one for one in spec.stages} if spec is not None else {}
    for number, entry in enumerate(manifest.stages):
        yield _stage(layout, entry, asked.get(entry.name), (number, last_day))


def _stage(
    layout: Layout, entry: StageEntry, asked: Stage | None, place: tuple[int, date]
) -> StageFigures:
    number, last_day = place
    facts = _facts(entry.collect)
    counts = RowCounts(facts or Facts(), last_day)
    damage: list[Damage] = []
    empty = 0
    for shard in entry.shards:
        before = len(counts.items)
        rows = PartRows(layout.part(entry.name, shard.id), shard)
        for row in rows:
            counts.add(row)
        damage += [Damage(entry.name, shard.id, problem) for problem in rows.problems]
        if shard.status == "complete" and not rows.problems and first_round([shard]):
            empty += shard.items - len(shard.missing) - (len(counts.items) - before)
    return StageFigures(
        key=f"stage-{number + 1}",
        entry=entry,
        asked=asked,
        known=facts is not None,
        counts=counts,
        coverage=coverage_of(entry.shards) if facts is not None and facts.asked is None else None,
        empty=empty if counts.items.exact else 0,
        damage=tuple(damage),
    )


def _facts(collect: str) -> Facts | None:
    try:
        return facts_of(collect)
    except InputError:
        return None
