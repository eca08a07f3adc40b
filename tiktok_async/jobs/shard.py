"""Running one shard: what an engine calls, wherever it runs."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from anyio import to_thread

from tiktok_async.config import is_loopback
from tiktok_async.errors import CheckpointMismatchError, InputError, TikTokError
from tiktok_async.jobs.checkpoint import Identity, Mark
from tiktok_async.jobs.collecting import ShardRun
from tiktok_async.jobs.engines.protocol import ShardResult, ShardTask
from tiktok_async.jobs.evidence import Evidence
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.parts import ShardFiles, disk_errors
from tiktok_async.jobs.plan import Item, ShardPlan
from tiktok_async.jobs.rounds import known_rows

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from tiktok_async.client import BaseClient
    from tiktok_async.jobs.engines.protocol import OnResult, Stopping
    from tiktok_async.jobs.spec import Spec

_GRACE_SECONDS: Final = 5.0
_Opened: TypeAlias = "tuple[ShardFiles, ShardPlan, Mapping[Item, list[Hashable]], Spec]"


async def run_shard(
    task: ShardTask,
    client: BaseClient,
    *,
    stop: Stopping,
    spec: Spec | None = None,
    evidence: Evidence | None = None,
    on_result: OnResult | None = None,
) -> ShardResult:
    """Collect a shard from where it stands, to its end or to what stops it.

    Args:
        task: Which shard.
        client: Of the stage's family, open.
        stop: Looked at between pages.
        spec: The job's spec; None = read it in the job's directory.
        evidence: What the other shards of this process have seen.
        on_result: Told of every page.

    Returns:
        How it stands; its `error` is what stopped it.

    Raises:
        CancelledError: if the caller is cancelled; the page in hand is lost, and nothing else.
    """
    try:
        _check_address(task, client.scope.base_url)
        files, plan, known, spec = await _opened(task, spec)
    except TikTokError as failed:
        return _failed(task, failed)
    seen = evidence or Evidence()
    try:
        run = ShardRun(task, files, plan, known, spec, client, stop, seen, on_result)
        error = await _collected(run)
    except TikTokError as failed:
        return _failed(task, failed)
    finally:
        files.close()
    return run.result(error, ended=True)


def _check_address(task: ShardTask, base_url: str) -> None:
    """Refuse to put rows of an emulator and rows of the provider into one dataset.

    An emulator has another port each time, so one on this machine is as good as another.

    Raises:
        InputError: if that is what would be done.
    """
    if task.base_url is None or is_loopback(task.base_url) == is_loopback(base_url):
        return
    msg = f"The rows of this job came from {task.base_url}, and now {base_url} would be asked."
    hint = "An emulator's rows and the provider's do not mix: write another directory for these."
    raise InputError(msg, hint=hint)


async def _collected(run: ShardRun) -> TikTokError | None:
    """Go on with a shard and write down how far it came; return what stopped it."""
    error: TikTokError | None = None
    try:
        await run.collect()
    except TikTokError as failed:
        error = failed
        error.state = None
    try:
        await run.settle()
    except TikTokError as failed:
        return error or failed
    return error


def _failed(task: ShardTask, error: TikTokError) -> ShardResult:
    entry = Mark().entry(task.shard, "", 0)
    return ShardResult(task=task, entry=entry, error=error)


async def _opened(task: ShardTask, spec: Spec | None) -> _Opened:
    opening = _Opening()
    work = asyncio.ensure_future(to_thread.run_sync(opening.open, task, spec))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        opening.abandon()
        work.add_done_callback(_looked_at)
        await asyncio.wait({work}, timeout=_GRACE_SECONDS)
        raise


class _Opening:
    """A shard that a thread opens, for somebody who may be gone by then: then it is let go."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._abandoned = False
        self._found: _Opened | None = None

    def open(self, task: ShardTask, spec: Spec | None) -> _Opened:
        """Open it. Blocks."""
        found = _open(task, spec)
        with self._lock:
            self._found = found
            if self._abandoned:
                found[0].close()
        return found

    def abandon(self) -> None:
        """Let it go, now or once it is open."""
        with self._lock:
            self._abandoned = True
            if self._found is not None:
                self._found[0].close()


def _open(task: ShardTask, spec: Spec | None) -> _Opened:
    layout = Layout(Path(task.directory))
    if spec is None:
        from tiktok_async.jobs.toml import load_spec

        spec = load_spec(layout.spec, here=False)
    plan = read_shard(layout, task.stage, task.shard)
    stage = spec.stage(task.stage)
    with disk_errors(layout.part(task.stage, task.shard)):
        known = known_rows(layout, stage, plan) if plan.known else {}
    identity = Identity(spec.fingerprint, task.stage, task.shard)
    files = ShardFiles(layout, identity, spec.run.sync_pages, raw=spec.run.raw)
    return files, plan, known, spec


def _looked_at(work: asyncio.Future[_Opened]) -> None:
    """Take note of how it ended, which nobody does after a cancellation."""
    if not work.cancelled():
        work.exception()


def read_shard(layout: Layout, stage: str, shard: str) -> ShardPlan:
    """Return a shard as it is planned. Blocks.

    Raises:
        CheckpointMismatchError: if the plan has no such shard, or is damaged.
    """
    path = layout.plan(stage)
    begins = b'{"id":"%b",' % shard.encode()
    try:
        with path.open("rb") as lines:
            found = next((line for line in lines if line.startswith(begins)), None)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}."
        raise CheckpointMismatchError(msg, hint="Restore the plan, or start anew.") from error
    if found is None:
        msg = f"{path} has no shard {shard}."
        raise CheckpointMismatchError(msg, hint="Restore the plan, or start anew.")
    return ShardPlan.read(found)
