"""Collecting one shard: units one after the other, each page durable before the next is asked for.

What a provider fails on is asked for in smaller windows, down to a day; what cannot be had then is
a hole. But a provider that fails on everything makes no holes. So a day, or an item, that fails is
in doubt at first: it becomes a hole once anything else is answered, and where nothing is, the shard
ends in front of it and can be gone on with.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
from anyio import to_thread

from tiktok_async.errors import IncompleteError, TikTokError
from tiktok_async.io.scope import Meter
from tiktok_async.jobs.doubts import Doubts
from tiktok_async.jobs.engines.protocol import ShardResult
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import Gap
from tiktok_async.jobs.outcomes import Outcome, gap_of, outcome_of
from tiktok_async.jobs.pages import (
    KNOWN_PAGES,
    keys_of,
    limited,
    looked_at,
    pages_of,
    record_of,
    with_lines,
)
from tiktok_async.jobs.parts import lines_of
from tiktok_async.jobs.planning import answered_before
from tiktok_async.jobs.threads import written
from tiktok_async.jobs.units import units_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from tiktok_async.client import BaseClient
    from tiktok_async.jobs.checkpoint import Mark
    from tiktok_async.jobs.engines.protocol import OnResult, ShardTask, Stopping
    from tiktok_async.jobs.evidence import Evidence
    from tiktok_async.jobs.pages import Fetched, Pages
    from tiktok_async.jobs.parts import ShardFiles
    from tiktok_async.jobs.plan import Item, ShardPlan
    from tiktok_async.jobs.raw import RawRecord
    from tiktok_async.jobs.spec import Spec
    from tiktok_async.jobs.steps import Steps
    from tiktok_async.jobs.units import Unit

_DOUBTS: Final = 3
"""Units in a row that fail, with nothing answered meanwhile, before it is the provider's outage."""
_LOOKS: Final = 10
_PAUSE: Final = 5.0
"""Seconds before a page in the middle of a unit, or a unit that cannot be less, is given up."""


class ShardRun:
    """A shard on its way.

    Args:
        task: Which shard.
        files: Its files, open.
        plan: What is in it.
        known: What tells apart the rows that came before an update, by item; by None for days.
        spec: The job.
        client: Sends.
        stop: Looked at between pages.
        evidence: Whether the provider works.
        on_result: Told of every page.
    """

    def __init__(  # noqa: PLR0917  # all that a shard is made of
        self,
        task: ShardTask,
        files: ShardFiles,
        plan: ShardPlan,
        known: Mapping[Item, list[Hashable]],
        spec: Spec,
        client: BaseClient,
        stop: Stopping,
        evidence: Evidence,
        on_result: OnResult | None,
    ) -> None:
        self._task = task
        self._files = files
        self._plan = plan
        self._spec = spec
        self._stage = spec.stage(task.stage)
        self._units = units_of(self._stage, plan)
        self._known = known
        self._meter = Meter()
        scope = client.scope
        self._scope = attrs.evolve(scope, meter=self._meter, api=with_lines(scope.api))
        self._clock = scope.middleware.clock
        self._stop = stop
        self._evidence = evidence
        self._on_result = on_result
        self._began = files.mark
        self._doubts = Doubts()
        self._good_before = 0
        """Answers seen before the call in hand."""
        self._calls = 0

    @property
    def _mark(self) -> Mark:
        return self._doubts.instead or self._files.mark

    async def collect(self) -> None:
        """Go on to the end of the shard, or until the flag is set.

        Raises:
            TikTokError: if something stops it.
        """
        while self._mark.status != "complete" and not self._stop.is_set():
            done = self._mark.done + self._doubts.units
            unit = self._units.next(done, self._mark.window, self._clock.time())
            if unit is None:
                await self._end()
            elif unit.part is None:
                if self._doubts.failed and self._doubts.error is not None:
                    await self._check_outage(self._doubts.error)
                await self._leave(unit, missing=(Gap(unit.label, "invalid", unit.refusal),))
            else:
                await self._try(unit)

    async def _try(self, unit: Unit) -> None:
        try:
            await self._walk(unit, await self._pages(unit))
        except TikTokError as error:
            await self._fail(unit, error)

    async def _pages(self, unit: Unit) -> Pages:
        mark = self._mark
        part: Any = unit.part
        known = self._known.get(unit.item, [])
        seen = list(known)
        if mark.walk is not None:
            seen += await to_thread.run_sync(keys_of, part.first, self._files.unit_rows())
        return pages_of(part, self._scope, mark.walk, seen, known)

    async def _walk(self, unit: Unit, pages: Pages) -> None:
        """Take pages to the end of the unit, or until the flag is set."""
        number = (self._mark.walk or {}).get("pages", 0)
        ended = False
        while not ended and not (number and self._stop.is_set()):
            self._good_before = self._evidence.good
            self._calls += 1
            page = await pages.next()
            self._evidence.answered(None if unit.part is None else unit.part.first)
            number += 1
            ended = await self._take(unit, page, number)
            self._tell()

    async def _take(self, unit: Unit, page: Fetched | None, number: int) -> bool:
        """Make a page durable; return whether the unit is at its end."""
        rows = [] if page is None else page.rows
        so_far = looked_at(self._mark.walk, page) if self._plan.known else {}
        ended = page is None or page.ended or self._caught_up(so_far)
        if self._stage.limit is not None and self._stage.span is None:
            rows, full = self._limited(page, self._stage.limit)
            ended = ended or full
        mark = self._settled()
        record = record_of(unit, mark.done, page) if self._files.keeps_answers else None
        mark = attrs.evolve(
            mark,
            pages=mark.pages + 1,
            rows=mark.rows + len(rows),
            walk=None if page is None else {**(page.walk or {}), "pages": number, **so_far},
            log_id=page.log_id if page is not None and page.log_id else mark.log_id,
        )
        if ended:
            mark = self._past(unit, mark, number)
        await self._do(self._write(rows, unit, mark, record))
        return ended

    def _limited(self, page: Fetched | None, limit: int) -> tuple[Sequence[bytes], bool]:
        if self._plan.known:
            return limited(self._mark.walk, page, limit)
        rows = [] if page is None else page.rows
        room = limit - (self._mark.rows - self._mark.base_rows)
        return rows[:room], len(rows) >= room

    def _caught_up(self, so_far: Mapping[str, int]) -> bool:
        latest_first = kind_of(self._stage.collect).newest_first
        return latest_first and so_far.get("known", 0) >= KNOWN_PAGES

    async def _do(self, steps: Steps) -> None:
        """Do what changes the files, behind what was given up; then nothing is in doubt."""
        if self._doubts.instead is not None:
            steps = self._behind(self._doubts.instead, steps)
        await written(steps)
        self._doubts.end()

    def _behind(self, instead: Mark, steps: Steps) -> Steps:
        yield from self._files.restart(instead, self._doubts.given_up)
        yield from steps

    def _write(
        self, rows: Sequence[bytes], unit: Unit, mark: Mark, record: RawRecord | None
    ) -> Steps:
        content = lines_of(rows, unit.extra)
        size = mark.size + len(content)
        base = size if mark.walk is None else mark.base
        yield from self._files.commit(content, attrs.evolve(mark, size=size, base=base), record)

    def _past(self, unit: Unit, mark: Mark, pages: int) -> Mark:
        """Return a mark behind a unit; its size is not known yet."""
        return attrs.evolve(
            mark,
            done=mark.done + unit.count,
            window=self._units.after(mark.window, pages),
            walk=None,
            base=mark.size,
            base_rows=mark.rows,
        )

    def _settled(self) -> Mark:
        """Return the present mark with what was sent, and with what is no longer in doubt."""
        return self._doubts.settle(self._counted(self._mark))

    def _counted(self, mark: Mark) -> Mark:
        by_day = dict(self._began.by_day)
        for day, sent in self._meter.by_day.items():
            by_day[day] = by_day.get(day, 0) + sent
        calls = self._began.calls + self._meter.sent
        status = "running" if calls and mark.status == "planned" else mark.status
        return attrs.evolve(mark, status=status, calls=calls, by_day=by_day)

    async def _fail(self, unit: Unit, error: TikTokError) -> None:
        """Decide what becomes of a unit that met an error.

        Raises:
            TikTokError: the error, if it is not the unit's own.
        """
        outcome = outcome_of(error)
        if outcome is Outcome.BROKEN:
            await self._broken(unit, error)
            return
        if outcome is Outcome.STOP or self._stage.span is not None:
            raise error
        if outcome is not Outcome.REFUSED:
            self._evidence.answered()
        elif self._evidence.refuses_all():
            raise error
        elif not self._evidence.good:
            self._doubts.refuse(gap_of(unit.label, error), error)
            return
        await self._leave(unit, missing=(gap_of(unit.label, error),))

    async def _leave(
        self, unit: Unit, *, missing: tuple[Gap, ...] = (), holes: tuple[Gap, ...] = ()
    ) -> None:
        """Go on behind a unit that cannot be had whole; rows that came of it are kept."""
        mark = self._settled()
        mark = attrs.evolve(mark, missing=mark.missing + missing, holes=mark.holes + holes)
        await self._do(self._files.commit(b"", self._past(unit, mark, 0)))
        self._tell()

    async def _broken(self, unit: Unit, error: TikTokError) -> None:
        """Ask for less, or doubt the unit; its rows are given up when something else answers."""
        mark, begun, doubts = self._mark, self._mark.walk is not None, self._doubts
        said = isinstance(error, IncompleteError)  # it answers, and what it says leads nowhere
        smaller = self._units.smaller(unit)
        if (begun or smaller is None) and not said and not doubts.paused:
            doubts.paused = True
            await self._clock.sleep(_PAUSE)
            return
        if smaller is None and begun and said:
            await self._leave(unit, holes=(gap_of(unit.label, error),))
            return
        if smaller is not None:
            if begun and self._files.keeps_answers:
                doubts.given_up = record_of(unit, mark.done)
            mark = attrs.evolve(mark, size=mark.base, rows=mark.base_rows, window=smaller)
        doubts.instead = attrs.evolve(mark, base=mark.size, base_rows=mark.rows, walk=None)
        if smaller is None:
            await self._doubt(gap_of(unit.label, error), error)

    async def _doubt(self, gap: Gap, error: TikTokError) -> None:
        """Take a unit for a hole, unless everything fails.

        Raises:
            TikTokError: the error, if it does.
        """
        self._doubts.fail(gap, error, self._good_before)
        if len(self._doubts.failed) >= _DOUBTS:
            await self._check_outage(error)
        if self._evidence.good > self._doubts.good:
            await self._believe()

    async def _check_outage(self, error: TikTokError) -> None:
        """Raise the error where the provider answers nothing, since doubts began."""
        if self._evidence.last is None:
            self._evidence.last = await to_thread.run_sync(
                answered_before,
                Layout(Path(self._task.directory)),
                self._spec,
                self._task.stage,
                self._clock.time(),
            )
        self._calls += 1
        if not await self._evidence.works(self._doubts.good, self._scope):
            raise error

    async def _believe(self) -> None:
        """Write the doubts down as holes."""
        await self._do(self._files.commit(b"", self._settled()))
        self._tell()

    async def _end(self) -> None:
        """Finish the shard; units in doubt are tried once more before.

        Raises:
            TikTokError: if they fail again, and so does what was answered before.
        """
        doubts = self._doubts
        if doubts.refused and doubts.error is not None:
            await self._hear_of_others(doubts.error)
        if self._stop.is_set():
            return
        if doubts.error is None or not doubts.failed:
            await self._do(self._files.note(self._settled(), complete=True))
        elif not doubts.tried_again:
            doubts.try_again()
            await self._clock.sleep(_PAUSE)
        else:
            await self._check_outage(doubts.error)
            await self._believe()
        self._tell()

    async def _hear_of_others(self, error: TikTokError) -> None:
        """Wait for other shards to be answered, or refused; a few refusals are the items' own.

        Raises:
            TikTokError: the error, if everything is refused.
        """
        for _ in range(_LOOKS):
            if self._evidence.good or self._stop.is_set():
                return
            if self._evidence.all_refused:
                raise error
            await self._clock.sleep(_PAUSE / _LOOKS)

    async def settle(self) -> None:
        """Write down what was sent since the last page; what is in doubt is given up.

        Raises:
            DiskError: if the disk refuses.
        """
        mark = self._counted(self._files.mark)
        if mark != self._files.mark or self._files.behind:
            await written(self._files.note(mark))

    def result(self, error: TikTokError | None = None, *, ended: bool = False) -> ShardResult:
        """Return how the shard stands."""
        mark, scope = self._files.mark, self._scope
        return ShardResult(
            task=self._task,
            entry=mark.entry(self._plan.id, self._plan.label, self._plan.units),
            ended=ended,
            rows=mark.rows - self._began.rows,
            calls=self._meter.sent,
            retries=max(0, self._meter.sent - self._calls),
            by_day=mark.by_day,
            error=error,
            credential=None if scope.credential is None else scope.credential.name,
            base_url=scope.base_url,
        )

    def _tell(self) -> None:
        if self._on_result is not None:
            self._on_result(self.result())
