"""Plans on the disk: made once for each stage, when what it reads is there, and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.io.durable import make_private, write_durably
from tiktok_async.jobs.checkpoint import Identity, Mark, newest
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.parts import disk_errors
from tiktok_async.jobs.plan import ShardPlan, shards_of
from tiktok_async.jobs.sources import items_of
from tiktok_async.jobs.spec import FromStage
from tiktok_async.jobs.units import units_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.plan import Item
    from tiktok_async.jobs.spec import Spec, Stage
    from tiktok_async.sansio.endpoint import Endpoint


def is_open(stage: Stage, layout: Layout) -> bool:
    """Tell whether nothing is known of a stage yet: the one that it reads is not complete."""
    return isinstance(stage.source, FromStage) and not layout.plan(stage.name).exists()


def items_for(spec: Spec, stage: Stage, layout: Layout) -> Iterable[Item]:
    """Return the items of a stage that has no days. Blocks.

    Raises:
        InputError: if its source cannot be read.
    """
    if stage.source is None and kind_of(stage.collect).once:
        return (None,)
    return items_of(spec, stage, layout)


def make_plan(spec: Spec, stage: Stage, layout: Layout, today: date) -> None:
    """Write down the shards of a stage, unless they are; durable when it returns. Blocks.

    Args:
        spec: The job.
        stage: The stage.
        layout: The job's directory.
        today: The present UTC day, at which a span ends that has no end.

    Raises:
        InputError: if its source cannot be read.
        DiskError: if the disk refuses.
    """
    path = layout.plan(stage.name)
    if path.exists():
        return
    items = None if stage.span is not None else items_for(spec, stage, layout)
    content = b"".join(shard.line() for shard in shards_of(stage, items, today=today))
    with disk_errors(path):
        make_private(path.parent)
        write_durably(path, content)


def standing(layout: Layout, spec: Spec, stage: str) -> tuple[tuple[ShardPlan, Mark], ...]:
    """Return the shards of a stage as they stand, in order. Blocks.

    Raises:
        CheckpointMismatchError: if the plan or a checkpoint belongs to something else.
    """
    with disk_errors(layout.plan(stage)), layout.plan(stage).open("rb") as lines:
        plans = sorted((ShardPlan.read(line) for line in lines), key=lambda one: one.id)
        return tuple((one, _mark(layout, spec, stage, one.id)) for one in plans)


def _mark(layout: Layout, spec: Spec, stage: str, shard: str) -> Mark:
    found = newest(layout, Identity(spec.fingerprint, stage, shard))
    return Mark() if found is None else found[1]


def answered_before(layout: Layout, spec: Spec, stage: str, now: float) -> Endpoint[Any] | None:
    """Return a request that an earlier run had an answer to; None = there was none. Blocks.

    Args:
        layout: The job's directory.
        spec: The job.
        stage: Name of the stage.
        now: Unix seconds.

    Raises:
        CheckpointMismatchError: if the plan or a checkpoint belongs to something else.
        DiskError: if they cannot be read.
    """
    with disk_errors(layout.plan(stage)), layout.plan(stage).open("rb") as lines:
        for plan in map(ShardPlan.read, lines):
            mark = _mark(layout, spec, stage, plan.id)
            units = units_of(spec.stage(stage), plan)
            gone = {gap.label for gap in (*mark.holes, *mark.missing)}
            for done in reversed(range(mark.done)):
                unit = units.next(done, 1, now)
                if unit is not None and unit.part is not None and unit.label not in gone:
                    first: Endpoint[Any] = unit.part.first
                    return first
    return None
