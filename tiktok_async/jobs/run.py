"""A run of a job: stage after stage, waiting where it is asked to, with the manifest kept up."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import attrs
from anyio import to_thread

from tiktok_async.errors import CredentialsMissingError, IncompleteError, TikTokError
from tiktok_async.io.tasks import finished
from tiktok_async.jobs.documents import write_manifest
from tiktok_async.jobs.engines.protocol import ShardTask, StopFlag
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.outcomes import Stop, stop_of
from tiktok_async.jobs.outputs import INTERRUPTED, make_outputs
from tiktok_async.jobs.parts import disk_errors
from tiktok_async.jobs.planning import is_open, make_plan, standing
from tiktok_async.jobs.rounds import plan_rounds
from tiktok_async.jobs.waits import Waits

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tiktok_async.io.clock import Clock
    from tiktok_async.jobs.board import Board, StageBoard
    from tiktok_async.jobs.engines.protocol import Engine, ShardResult
    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.manifest import Manifest, Status
    from tiktok_async.jobs.spec import Spec

_WRITE_EVERY: Final = 10.0
"""Seconds between two manifests of a running job."""
_LOOK_EVERY: Final = 5.0
"""Seconds between two looks at the quota."""
_LAST_LOOK: Final = 2.0
"""Seconds that a look may take when a round has ended, for whoever sums up."""
_RAISED: Final = frozenset({Stop.CREDENTIALS, Stop.DISK, Stop.DAMAGED, Stop.INPUT})
"""What somebody has to mend before the job can go on."""
_GO_ON: Final = "Run the job again: it goes on where it stands."
_NO_PROGRESS: Final = "See whether its files are whole: tiktok-async jobs verify."
_SET_IT: Final = "Set it in the environment or in a profile of config.toml; then run the job again."
_WORST_FIRST: Final = tuple(
    Stop[name]
    for name in (
        "DAMAGED", "DISK", "INPUT", "CREDENTIALS", "INTERRUPTED", "QUOTA", "NETWORK", "PROVIDER",
        "ERROR",
    )
)  # fmt: skip


@attrs.frozen
class Ending:
    """Why a run, or a round of it, ended early."""

    stop: Stop
    error: TikTokError | None = None

    @property
    def message(self) -> str:
        """The same in a sentence."""
        error = self.error
        if error is None:
            return f"It was stopped. {_GO_ON}"
        # Their hints speak to a program; this is read by whoever runs the job, in whatever way.
        if isinstance(error, CredentialsMissingError):
            return f"{error.message} {_SET_IT}"
        return f"{error.message} {_GO_ON}" if isinstance(error, IncompleteError) else str(error)


class JobRun:
    """One run.

    Args:
        layout: The job's directory, locked.
        spec: The job.
        manifest: As it stands.
        engine: Runs the shards.
        board: Knows how they stand.
        clock: Tells and passes time.
        rand: Returns random numbers from 0 to 1.
        stop: The wish to end.
    """

    def __init__(  # noqa: PLR0917  # all that a run is made of
        self,
        layout: Layout,
        spec: Spec,
        manifest: Manifest,
        engine: Engine,
        board: Board,
        clock: Clock,
        rand: Callable[[], float],
        stop: StopFlag,
    ) -> None:
        self._layout = layout
        self._spec = spec
        self._manifest = manifest
        self._engine = engine
        self._board = board
        self._clock = clock
        self._stop = stop
        self._waits = Waits(clock, rand, stop, board)
        self._stack = AsyncExitStack()
        self._engine_open = False
        self._failed: Counter[str] = Counter()
        """How often shards of the stage under way ended with an error, since one ended well."""
        self._aside: asyncio.Task[None] | None = None
        self._written = self._looked = float("-inf")

    async def run(self) -> Manifest:
        """Go on with the job, to its end or to what stops it; return the manifest.

        Raises:
            TikTokError: if somebody has to mend something before it can go on.
            CancelledError: if the caller is cancelled.
        """
        ending: Ending | None = Ending(Stop.INTERRUPTED)
        try:
            if self._manifest.status != "complete":  # else there may be nothing to be done
                await self._write("running")
            async with self._stack:
                ending = await self._stages()
        except TikTokError as error:
            ending = Ending(stop_of(error), error)
        finally:
            if self._aside is not None:
                await asyncio.wait({self._aside})
            await self._write("complete" if ending is None else "stopped", ending)
        self._board.show(at_once=True)
        if ending is not None and ending.error is not None and ending.stop in _RAISED:
            raise ending.error
        return self._manifest

    @property
    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock.time(), UTC).date()

    async def _stages(self) -> Ending | None:
        for one in self._spec.stages:  # what is wrong in a list is said before any call
            if not is_open(one, self._layout):
                await to_thread.run_sync(make_plan, self._spec, one, self._layout, self._today)
                await self._load(self._board.stages[one.name])
        for stage in self._board.stages.values():
            ending = await self._stage(stage)
            if ending is not None:
                stage.status = "stopped"
                return ending
        return None

    async def _stage(self, stage: StageBoard) -> Ending | None:
        name = stage.stage.name
        where = self._spec, stage.stage, self._layout
        await to_thread.run_sync(make_plan, *where, self._today)
        await to_thread.run_sync(plan_rounds, *where, self._manifest)
        await self._load(stage)
        self._board.show(at_once=True)
        self._failed.clear()
        probe = False
        while left := stage.left:
            stage.status, before = "running", dict(stage.sums)
            if self._manifest.status != "running":
                await self._write("running")
            ending = await self._round(stage, left[:1] if probe else left, probe=probe)
            if ending is not None and ending.stop is Stop.PROVIDER:
                ending = await self._elsewhere(stage, ending)
            if ending is not None and not await self._waited(ending):
                return Ending(Stop.INTERRUPTED) if self._stop.is_set() else ending
            probe = ending is not None and ending.stop.is_outage
            if ending is None:
                self._waits.worked()
                if stage.left == left and stage.sums == before:
                    msg = f"The stage {name} does not go on."
                    return Ending(Stop.ERROR, TikTokError(msg, hint=_NO_PROGRESS))
        return await self._finish(stage)

    async def _load(self, stage: StageBoard) -> None:
        """Look how the shards of a stage stand."""
        name = stage.stage.name
        stage.load(await to_thread.run_sync(standing, self._layout, self._spec, name))
        stage.status = "planned" if stage.left else "complete"

    async def _elsewhere(self, stage: StageBoard, ending: Ending) -> Ending | None:
        """Ask something else, where all that was asked failed; return None if that is answered.

        The shards that failed see then that the provider works, and that it fails on them alone.
        """
        others = [name for name in stage.left if name not in self._failed]
        again = max(self._failed.values(), default=0) > 1
        if not others or again or self._stop.is_set():
            return ending
        return await self._round(stage, (others[0],), probe=True)

    async def _finish(self, stage: StageBoard) -> Ending | None:
        stage.status = "complete"
        if self._manifest.status == "running":
            await self._write("running")
        where = self._layout, self._spec, stage.entry(), self._stop.is_set
        try:
            stage.outputs = await to_thread.run_sync(make_outputs, *where)
        except TikTokError as error:
            if error.reason != INTERRUPTED:
                raise
            return Ending(Stop.INTERRUPTED)
        return None

    async def _round(
        self, stage: StageBoard, shards: tuple[str, ...], *, probe: bool
    ) -> Ending | None:
        """Run shards until all have ended; return what stopped any of them.

        Args:
            stage: Whose they are.
            shards: Their ids.
            probe: End when anything has come: it was to be seen whether the provider answers.
        """
        if self._stop.is_set():
            return Ending(Stop.INTERRUPTED)
        flag, endings = StopFlag(), list[Ending]()

        def on_result(result: ShardResult) -> None:
            self._board.take(result)
            if result.error is None:
                self._failed.pop(result.task.shard, None)
            else:
                self._failed[result.task.shard] += 1
                endings.append(Ending(stop_of(result.error), result.error))
                if endings[-1].stop.ends_all:
                    flag.set()
            if probe and result.rows + result.calls and result.error is None:
                flag.set()
            self._keep_up(stage)

        wished = asyncio.create_task(_pass_on(self._stop, flag))
        try:
            origin = self._manifest.base_url if self._manifest.begun else None
            where = str(self._layout.root), stage.stage.name
            tasks = [ShardTask(*where, one, origin) for one in shards]
            await (await self._opened()).run(tasks, flag, on_result)
        finally:
            wished.cancel()
            await asyncio.gather(wished, return_exceptions=True)
            self._board.ended(stage)
        with contextlib.suppress(TikTokError, TimeoutError):  # what stopped it says more
            async with asyncio.timeout(_LAST_LOOK):
                await self._look_at_quota(stage)
        if self._stop.is_set() and stage.left:
            endings.append(Ending(Stop.INTERRUPTED))
        return min(endings, key=lambda one: _WORST_FIRST.index(one.stop), default=None)

    async def _opened(self) -> Engine:
        """Return the engine, opened when there is something to run."""
        if not self._engine_open:
            await self._stack.enter_async_context(self._engine)
            self._engine_open = True
        return self._engine

    async def _waited(self, ending: Ending) -> bool:
        """Wait for what ended a round, if that is wished; return whether to go on."""
        options, error = self._spec.run, ending.error
        if error is None:
            return False
        if ending.stop is Stop.QUOTA and options.on_quota == "wait":
            await self._write("running")
            return await self._waits.for_quota(error)
        if ending.stop.is_outage and options.on_outage == "wait":
            return await self._waits.for_outage(ending.stop.value, error)
        return False

    def _keep_up(self, stage: StageBoard) -> None:
        """Look at the quota and write the manifest now and then, beside the shards."""
        now = self._clock.monotonic()
        if self._aside is not None and not self._aside.done():
            return
        if now - self._looked >= _LOOK_EVERY or self._unsaid:
            self._looked = now
            self._aside = asyncio.create_task(self._look(stage, now))

    @property
    def _unsaid(self) -> bool:
        """Whether the manifest does not say yet where the rows come from."""
        return self._manifest.base_url is None and self._board.base_url is not None

    async def _look_at_quota(self, stage: StageBoard) -> None:
        kind = kind_of(stage.stage.collect)
        if kind.endpoint.bucket is not None:
            self._board.quota = await self._engine.quota(kind.family, kind.endpoint.bucket)

    async def _look(self, stage: StageBoard, now: float) -> None:
        try:
            await self._look_at_quota(stage)
            if now - self._written >= _WRITE_EVERY or self._unsaid:
                await self._write("running")
        except TikTokError:
            # A disk that is full stops the shards, which say so; the ledger does the same.
            return

    async def _write(self, status: Status, ending: Ending | None = None) -> None:
        """Bring the manifest up to date, durably; where nothing is new it stays as it is.

        So a job that is complete can be run again, and is cited by the same date.

        Raises:
            DiskError: if the disk refuses.
        """
        self._written = self._clock.monotonic()
        board, old = self._board, self._manifest
        known = {one.name: one for one in old.stages}
        new = attrs.evolve(
            old,
            status=status,
            stopped=None if ending is None else ending.stop.value,
            message=None if ending is None else ending.message,
            updated_at=moment(self._clock.time()),
            stages=tuple(
                one.entry() if one.planned or one.stage.name not in known else known[one.stage.name]
                for one in board.stages.values()
            ),
            credential=board.credential or old.credential,
            base_url=board.base_url or old.base_url,
            requests_per_day=board.requests_per_day() or old.requests_per_day,
        )
        if attrs.evolve(new, updated_at=old.updated_at) != old:
            await finished(to_thread.run_sync(self._put, new))
            self._manifest = new

    def _put(self, manifest: Manifest) -> None:
        with disk_errors(self._layout.manifest):
            write_manifest(self._layout, manifest)


async def _pass_on(wish: StopFlag, flag: StopFlag) -> None:
    await wish.wait()
    flag.set()


def moment(now: float) -> str:
    """Return a time as the manifest has it: ISO 8601, UTC."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
