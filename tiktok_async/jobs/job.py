"""A job in its directory: planned, run, gone on with, and read.

::

    job = Job.create(load_spec("cats.toml"), "cats/")      # or Job.open("cats/")
    print(job.plan())                                      # no call
    manifest = await job.run(on_progress=print)            # again and again, until it is complete
    for row in job.dataset("videos").rows(): ...
"""

from __future__ import annotations

import random
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
from anyio import to_thread

from tiktok_async.client import Runtime
from tiktok_async.errors import CheckpointMismatchError, InputError
from tiktok_async.io.durable import make_private, write_durably
from tiktok_async.jobs.alone import holding
from tiktok_async.jobs.board import Board
from tiktok_async.jobs.clients import clients_of
from tiktok_async.jobs.documents import read_manifest
from tiktok_async.jobs.engines.local import LocalEngine
from tiktok_async.jobs.engines.protocol import StopFlag
from tiktok_async.jobs.estimate import estimate
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.leftovers import is_draft, sweep
from tiktok_async.jobs.manifest import Manifest, UpdateOptions
from tiktok_async.jobs.parts import disk_errors
from tiktok_async.jobs.rounds import begun
from tiktok_async.jobs.run import JobRun, moment
from tiktok_async.jobs.toml import dump_spec, load_spec, spec_from

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from tiktok_async.jobs.dataset import Dataset
    from tiktok_async.jobs.engines.protocol import Clients, Engine
    from tiktok_async.jobs.findings import Verification
    from tiktok_async.jobs.manifest import OutputEntry
    from tiktok_async.jobs.plan import Plan
    from tiktok_async.jobs.progress import Progress
    from tiktok_async.jobs.recheck import Recheck
    from tiktok_async.jobs.spec import Spec
    from tiktok_async.sansio.quota import QuotaStatus

_OTHER: Final = "Go on with the spec that it was made by, or name another directory."


class Job:
    """A job and its directory; make one with `create` or `open`.

    Args:
        spec: What it collects.
        directory: Where everything of it is.
    """

    def __init__(self, spec: Spec, directory: str | os.PathLike[str]) -> None:
        self.spec: Spec = spec
        self.layout: Layout = Layout(Path(directory))

    @classmethod
    def create(cls, spec: Spec, directory: str | os.PathLike[str]) -> Job:
        """Return the job of a spec in a directory, which is made where it is missing. Blocks.

        A job that is there is gone on with; how it is run and which outputs it makes are taken
        from this spec. Paths in it become absolute, from the present folder.

        Raises:
            CheckpointMismatchError: if the job that is there has another spec.
            InputError: if something else is there, or the spec is none that a file could hold.
            DiskError: if the disk refuses.
        """
        spec = spec_from(dump_spec(spec))
        job = cls(spec, directory)
        layout = job.layout
        _check_folder(layout.root)
        if layout.spec.exists():
            _check_same(layout, spec)
        elif layout.root.exists() and not all(map(is_draft, layout.root.iterdir())):
            msg = f"{layout.root} is not empty, and holds no job: write another directory."
            raise InputError(msg)
        content = dump_spec(spec).encode()
        with disk_errors(layout.spec):
            if not layout.spec.exists() or layout.spec.read_bytes() != content:
                make_private(layout.root)
                write_durably(layout.spec, content)
        return job

    @classmethod
    def open(cls, directory: str | os.PathLike[str], spec: Spec | None = None) -> Job:
        """Return the job in a directory. Blocks.

        Args:
            directory: Where it is.
            spec: What it should be; None = whatever it is.

        Raises:
            CheckpointMismatchError: if it has another spec.
            InputError: if there is none.
        """
        layout = Layout(Path(directory))
        if not layout.spec.exists():
            msg = f"{layout.root} holds no job: there is no {layout.spec.name} in it."
            raise InputError(msg)
        if spec is not None:
            _check_same(layout, spec)
        return cls(load_spec(layout.spec, here=False), directory)

    def plan(self, quota: QuotaStatus | None = None, *, now: float | None = None) -> Plan:
        """Return what is left to be done and what it takes at least, without a call. Blocks.

        Args:
            quota: What is spent today; None = nothing, as far as is known.
            now: Unix seconds; None = now.

        Raises:
            InputError: if a list of items cannot be read.
        """
        return estimate(self.spec, self.layout, quota, now)

    def manifest(self) -> Manifest | None:
        """Return how it stands, as the last run left it; None = it never ran. Blocks."""
        return read_manifest(self.layout)

    async def run(
        self,
        *,
        clients: Clients | None = None,
        engine: Engine | None = None,
        runtime: Runtime | None = None,
        stop: StopFlag | None = None,
        on_progress: Callable[[Progress], Any] | None = None,
        rand: Callable[[], float] = random.random,
    ) -> Manifest:
        """Go on with the job, to its end or to what stops it.

        Args:
            clients: Opens the client of a family; None = from the environment or the profile.
            engine: Runs the shards; None = this process.
            runtime: A clock, and what else the clients share.
            stop: Set it to end after the pages in hand, within ten seconds.
            on_progress: Called at most ten times a second.
            rand: Returns random numbers from 0 to 1, to spread what waits.

        Returns:
            The manifest; `status` is complete, or stopped with the reason in `stopped`: quota,
            network, provider, interrupted or error. All of them can be gone on with by another run.

        Raises:
            InputError: if another process runs it, or something that is asked for is refused.
            MissingExtraError: if it needs a package that is not installed.
            AuthError: if the credential is refused.
            DiskError: if the disk refuses.
            CheckpointMismatchError: if its files do not fit each other.
        """
        return await self._go_on(clients, engine, runtime, stop, on_progress, rand)

    async def update(
        self,
        *,
        clients: Clients | None = None,
        engine: Engine | None = None,
        runtime: Runtime | None = None,
        stop: StopFlag | None = None,
        on_progress: Callable[[Progress], Any] | None = None,
        rand: Callable[[], float] = random.random,
        lag_days: int = 3,
        new_items_only: bool = False,
    ) -> Manifest:
        """Fetch what is new since the job was complete; see `tiktok_async.jobs.rounds`.

        An update that was stopped is gone on with, by `run` as well, and as it was begun.

        Args:
            clients: As for `run`, and so are the others.
            engine: Runs the shards.
            runtime: A clock, and what else the clients share.
            stop: Ends it.
            on_progress: Called at most ten times a second.
            rand: Returns random numbers from 0 to 1.
            lag_days: Days that are asked for again, at least 1, since videos appear up to 48 hours
                late.
            new_items_only: Leave alone the lists of items that were asked about; each costs a call
                at least.

        Raises:
            InputError: if the job was never complete, or `lag_days` is below 1.
            TikTokError: as `run`.
        """
        if lag_days < 1:
            raise InputError(f"lag_days={lag_days}: write 1 or more, such as 3.")
        options = UpdateOptions(lag_days=lag_days, new_items_only=new_items_only)
        return await self._go_on(clients, engine, runtime, stop, on_progress, rand, options)

    async def _go_on(  # noqa: PLR0917  # those of `run`
        self,
        clients: Clients | None,
        engine: Engine | None,
        runtime: Runtime | None,
        stop: StopFlag | None,
        on_progress: Callable[[Progress], Any] | None,
        rand: Callable[[], float],
        update: UpdateOptions | None = None,
    ) -> Manifest:
        if self.spec.run.raw:
            from tiktok_async.jobs import raw  # noqa: F401  # says what is missing before a call
        shared = runtime or Runtime()
        layout, clock = self.layout, shared.clock
        with disk_errors(layout.lock):
            make_private(layout.root)
            layout.lock.touch(mode=0o600)
        with holding(layout):
            if engine is None:
                opener = clients or clients_of(self.spec.run.profile, runtime)
                engine = LocalEngine(self.spec, opener)
            await to_thread.run_sync(sweep, layout)
            manifest = await to_thread.run_sync(self._manifest, clock.time())
            if update is not None:
                now = moment(clock.time())
                manifest = await to_thread.run_sync(begun, manifest, layout, now, update)
            board = Board(self.spec, clock, on_progress)
            board.know(manifest)
            run = JobRun(
                layout, self.spec, manifest, engine, board, clock, rand, stop or StopFlag()
            )
            return await run.run()

    async def recheck(
        self, stage: str, *, clients: Clients | None = None, runtime: Runtime | None = None
    ) -> Recheck:
        """Ask which rows of a stage are gone since, and note them; see `tiktok_async.jobs.recheck`.

        One that was interrupted is gone on with.

        Args:
            stage: Its name.
            clients: As for `run`.
            runtime: A clock, and what else the client shares.

        Raises:
            InputError: if another process runs the job, or its rows cannot be asked for again.
            TikTokError: as for any call.
        """
        from tiktok_async.jobs.recheck import checked_column, recheck

        dataset = self.dataset(stage)
        checked_column(dataset)
        opener = clients or clients_of(self.spec.run.profile, runtime)
        now = moment((runtime or Runtime()).clock.time())
        with holding(self.layout):
            async with opener(kind_of(dataset.stage.collect).family) as client:
                return await recheck(dataset, client, now)

    def dataset(self, stage: str, *, without_gone: bool = False) -> Dataset:
        """Return the rows of a stage, whole or not.

        Args:
            stage: Its name.
            without_gone: Leave out what `recheck` found to be gone.

        Raises:
            InputError: if there is no such stage.
        """
        from tiktok_async.jobs.dataset import Dataset

        return Dataset(self.spec, stage, self.layout.root, without_gone=without_gone)

    def export(
        self,
        stage: str,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        without_gone: bool = False,
    ) -> OutputEntry:
        """Write the rows of a stage to a file; its ending is the format. Blocks.

        Args:
            stage: Its name.
            path: The file.
            overwrite: Replace what is there.
            without_gone: Leave out what `recheck` found to be gone.

        Raises:
            InputError: if there is no such stage, or the name does not do.
            DiskError: if the disk refuses.
        """
        from tiktok_async.jobs.export import export

        dataset = self.dataset(stage, without_gone=without_gone)
        return export(dataset, path, overwrite=overwrite)

    def verify(self) -> Verification:
        """Look whether everything is there and as it was collected. Blocks."""
        from tiktok_async.jobs.verify import verify

        return verify(self.layout.root)

    def _manifest(self, now: float) -> Manifest:
        found = read_manifest(self.layout)
        if found is not None:
            if found.spec_sha256 != self.spec.fingerprint:
                raise _other(self.layout)
            return attrs.evolve(found, library=library())
        return Manifest(
            job=self.spec.name,
            spec_sha256=self.spec.fingerprint,
            library=library(),
            status="planned",
            created_at=moment(now),
            updated_at=moment(now),
        )

    def __repr__(self) -> str:
        return f"<Job {self.spec.name} in {self.layout.root}>"


def library() -> str:
    """Return the version of this library."""
    try:
        return version("tiktok-async")
    except PackageNotFoundError:
        return "unknown"


def _check_folder(root: Path) -> None:
    if root.exists() and not root.is_dir():
        msg = f"{root} is a file: write the name of a directory."
        raise InputError(msg)


def _check_same(layout: Layout, spec: Spec) -> None:
    if load_spec(layout.spec, here=False).fingerprint != spec.fingerprint:
        raise _other(layout)


def _other(layout: Layout) -> CheckpointMismatchError:
    return CheckpointMismatchError(f"{layout.root} holds a job with another spec.", hint=_OTHER)
