"""Updates: what a job that is complete asks for later, as further shards of its plan.

Days: those since the last one, and some that were asked for before, because videos appear up to 48
hours late. A span that ended long before the job was begun is history, and stays as it is. Items:
those that are new, and the lists of the others again: up to what is known where the provider lists
the latest first, else whole. Rows that are known do not come again. Everything else a provider may
have changed since, such as counts, stays as it was collected.
Source: TikTok Research API, FAQ (videos are available within 48 hours).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async import convert
from tiktok_async.errors import InputError
from tiktok_async.io.durable import write_durably
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.manifest import UpdateOptions
from tiktok_async.jobs.part_lines import parsed, portions
from tiktok_async.jobs.parts import disk_errors
from tiktok_async.jobs.plan import ShardPlan, days_of, lists_of, shard_id
from tiktok_async.jobs.planning import items_for
from tiktok_async.jobs.spec import Span
from tiktok_async.sansio.endpoint import PagedEndpoint

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.manifest import Manifest
    from tiktok_async.jobs.plan import Item
    from tiktok_async.jobs.spec import Spec, Stage


def begun(manifest: Manifest, layout: Layout, now: str, options: UpdateOptions) -> Manifest:
    """Return the manifest of a job that begins an update, or goes on with one. Blocks.

    Args:
        manifest: As it stands.
        layout: The job's directory.
        now: ISO 8601.
        options: What it asks for.

    Raises:
        InputError: if the job was never complete.
    """
    if manifest.status != "complete":
        if manifest.updates:
            return manifest
        msg = f"The job in {layout.root} is not complete: first go on with it, then update it."
        raise InputError(msg)
    # A manifest that was lost and written anew knows nothing of the rounds that are planned.
    planned = max((_planned(layout, one.name) for one in manifest.stages), default=0)
    times = (*manifest.updates, *(now,) * (planned - len(manifest.updates)), now)
    known = _all_options(manifest)[: len(times) - 1]
    known += (UpdateOptions(),) * (len(times) - 1 - len(known))
    stages = tuple(attrs.evolve(one, outputs=()) for one in manifest.stages)
    return attrs.evolve(
        manifest,
        status="planned",
        stages=stages,
        updates=times,
        update_options=(*known, options),
    )


def _all_options(manifest: Manifest) -> tuple[UpdateOptions, ...]:
    given = manifest.update_options
    return given + (UpdateOptions(),) * (len(manifest.updates) - len(given))


@attrs.frozen
class _Round:
    """One update."""

    number: int
    begun: date
    """The day on which the job was begun."""
    before: date
    """The day on which the round before this one was begun."""
    today: date
    """The day on which this one was."""
    options: UpdateOptions

    @property
    def prefix(self) -> str:
        """What its shards begin with; the letter tells the digits, so that names sort in order."""
        digits = f"{self.number:03}"
        return f"{'uvwxyz'[len(digits) - 3]}{digits}-"


def plan_rounds(spec: Spec, stage: Stage, layout: Layout, manifest: Manifest) -> None:
    """Add the shards of updates to the plan of a stage, unless they are there. Blocks.

    Args:
        spec: The job.
        stage: A stage whose plan was made.
        layout: The job's directory.
        manifest: Knows when each update was begun, and what it asks for.

    Raises:
        InputError: if its source cannot be read.
        DiskError: if the disk refuses.
    """
    times = (manifest.created_at, *manifest.updates)
    days = [datetime.fromisoformat(one).date() for one in times]
    options = _all_options(manifest)
    with disk_errors(layout.plan(stage.name)):
        for number in range(_planned(layout, stage.name) + 1, len(days)):
            round_ = _Round(number, days[0], days[number - 1], days[number], options[number - 1])
            _plan_round(spec, stage, layout, round_)
            write_durably(layout.rounds(stage.name), b"%d\n" % number)


def _planned(layout: Layout, stage: str) -> int:
    try:
        return int(layout.rounds(stage).read_bytes())
    except FileNotFoundError:
        return 0


def _plan_round(spec: Spec, stage: Stage, layout: Layout, round_: _Round) -> None:
    path = layout.plan(stage.name)
    lines = path.read_bytes().splitlines(keepends=True)
    plans = [ShardPlan.read(line) for line in lines]
    if any(one.id.startswith(round_.prefix) for one in plans):
        return  # a crash came between the plan and the note that it is there
    if stage.span is not None:
        made = list(_days(stage.span, plans, round_))
    else:
        made = list(_items(spec, stage, layout, plans, round_))
    write_durably(path, b"".join([*lines, *(one.line() for one in made)]))


def _days(span: Span, plans: Sequence[ShardPlan], round_: _Round) -> Iterator[ShardPlan]:
    lag = timedelta(days=round_.options.lag_days)
    end = round_.today
    if span.end is not None:
        if span.end + lag < round_.begun:
            return
        if span.end > round_.begun:
            end = min(end, span.end)
    last = max((one.last for one in plans if one.last is not None), default=span.start)
    # Of days that were still to come nothing was there to be asked for.
    first = max(span.start, min(last, round_.before) - lag + timedelta(days=1))
    if first > end:
        return
    for shard in days_of(Span(first, end, span.shard_days), prefix=round_.prefix):
        known = (one.id for one in plans if _overlap(one, shard))
        yield attrs.evolve(shard, known=tuple(known))


def _overlap(one: ShardPlan, other: ShardPlan) -> bool:
    if one.first is None or one.last is None or other.first is None or other.last is None:
        return False
    return one.first <= other.last and other.first <= one.last


def _items(
    spec: Spec, stage: Stage, layout: Layout, plans: Sequence[ShardPlan], round_: _Round
) -> Iterator[ShardPlan]:
    number = 0
    if kind_of(stage.collect).paged and not round_.options.new_items_only:
        for plan in plans:
            if not plan.known:
                later = (one.id for one in plans if plan.id in one.known)
                known, id_ = (plan.id, *later), shard_id(round_.prefix, number)
                yield ShardPlan(id=id_, items=plan.items, known=known)
                number += 1
    asked = {item for plan in plans for item in plan.items}
    new = (item for item in items_for(spec, stage, layout) if item not in asked)
    for shard in lists_of(new, stage.items_per_shard):
        yield attrs.evolve(shard, id=shard_id(round_.prefix, number))
        number += 1


def known_rows(layout: Layout, stage: Stage, plan: ShardPlan) -> Mapping[Item, list[Hashable]]:
    """Return what tells apart the rows that came before, by item; by None for days. Blocks.

    Args:
        layout: The job's directory.
        stage: The stage.
        plan: A shard of an update.

    Raises:
        DecodeError: if a part is damaged.
        OSError: if a part cannot be read.
    """
    kind = kind_of(stage.collect)
    endpoint: Any = kind.endpoint
    found: dict[Item, list[Hashable]] = defaultdict(list)
    if not issubclass(endpoint, PagedEndpoint):
        return found
    for shard in plan.known:
        part = layout.part(stage.name, shard)
        for lines in portions(part, part.stat().st_size):
            rows = parsed(lines)
            for row, model in zip(rows, convert.decode_list(endpoint.result, rows), strict=True):
                item = None if kind.spans else row.get(f"of_{kind.key}")
                if (key := endpoint.rule.key(model)) is not None:
                    found[item].append(key)
    return found
