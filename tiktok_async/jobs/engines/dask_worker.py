"""What a worker of a Dask cluster does with a shard; see `tiktok_async.jobs.engines.dask`.

What travels holds names alone: directory, stage, shard, a flag, a topic. Credentials, base URLs and
the password of Redis come from the worker's own environment or profile.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import os
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
from anyio import to_thread

from tiktok_async.client import Runtime
from tiktok_async.errors import ConfigError, MissingExtraError, TikTokError
from tiktok_async.io.shared import RedisLedger, RedisPacer
from tiktok_async.jobs.checkpoint import Mark
from tiktok_async.jobs.clients import clients_of
from tiktok_async.jobs.documents import from_plain, plain
from tiktok_async.jobs.engines.protocol import GRACE_SECONDS, ShardResult, ShardTask, StopFlag
from tiktok_async.jobs.evidence import Evidence
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import ShardEntry
from tiktok_async.jobs.parts import HELD
from tiktok_async.jobs.shard import run_shard
from tiktok_async.jobs.toml import load_spec
from tiktok_async.sansio.limiter import Rate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tiktok_async.client import BaseClient
    from tiktok_async.jobs.spec import Spec

VARIABLE: Final = "TIKTOK_ASYNC_REDIS"
"""The environment variable that tells workers where quota and rate are kept."""

_LOOK_SECONDS: Final = 0.5
_TELL_SECONDS: Final = 1.0
_HELD_SECONDS: Final = 120.0
"""How long to wait for a worker that lost its shard and still ends its last page."""


def distributed() -> Any:
    """Import Dask's library, which takes a second and 76 MB.

    Raises:
        MissingExtraError: if it is not installed here.
    """
    try:
        return importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        raise MissingExtraError("The engine dask", "dask") from error


@attrs.frozen(kw_only=True)
class Errand:
    """One shard, as it travels; it holds no secret."""

    task: ShardTask
    key: str
    """Of the cluster's task."""
    flag: str
    """Name of the event that asks for an end."""
    topic: str
    """Where progress is told."""
    redis: str | None = None
    """URL without a password, for a worker whose environment names none."""
    rate: float | None = None
    """Calls a second of all workers together; None = what the family documents."""


class Watch:
    """Whether a shard is still wanted where it runs.

    It is not once the flag is set, the scheduler cannot be asked any more, the worker closes, or
    nobody waits for the task: then the coordinator is dead, or gave the shard to another worker.
    """

    def __init__(self, errand: Errand) -> None:
        dask = distributed()
        self._key = errand.key
        self._worker = dask.get_worker()
        self._event = dask.Event(errand.flag, client=dask.get_client())

    def is_wanted(self) -> bool:
        """Ask. Blocks for an exchange with the scheduler."""
        status = getattr(self._worker.status, "name", "running")
        task = self._worker.state.tasks.get(self._key)
        if status not in {"running", "paused"} or getattr(task, "state", "gone") in _UNWANTED:
            return False
        try:
            return not self._event.is_set()
        except (OSError, TimeoutError, RuntimeError):
            return False

    def tell(self, topic: str, result: ShardResult) -> None:
        """Send how a shard stands to whoever listens; if nobody can hear it, that is no loss."""
        with contextlib.suppress(OSError, RuntimeError):
            self._worker.log_event(topic, told_of(result))


_UNWANTED: Final = frozenset({"gone", "cancelled", "released", "forgotten"})
"""States of a task that nobody waits for; a worker knows none when it has never heard of it."""
_TOLD: Final = ("rows", "calls", "retries", "credential", "base_url")


def told_of(result: ShardResult) -> dict[str, Any]:
    """Return how a running shard stands, as it travels."""
    return {
        "task": plain(result.task),
        "entry": plain(result.entry),
        "by_day": dict(result.by_day),
        **{name: getattr(result, name) for name in _TOLD},
    }


def from_told(told: Mapping[str, Any]) -> ShardResult:
    """Return what `told_of` was given."""
    return ShardResult(
        task=from_plain(ShardTask, told["task"]),
        entry=from_plain(ShardEntry, told["entry"]),
        ended=False,
        by_day=told["by_day"],
        **{name: told[name] for name in _TOLD},
    )


def collect_shard(errand: Errand) -> ShardResult | None:
    """Run a shard on this worker; None = it was no longer wanted when its turn came."""
    watch = Watch(errand)
    if not watch.is_wanted():
        return None
    try:
        return asyncio.run(_collected(errand, watch))
    except TikTokError as error:
        entry = Mark().entry(errand.task.shard, "", 0)
        return ShardResult(task=errand.task, entry=entry, error=error)


async def _collected(errand: Errand, watch: Watch) -> ShardResult:
    spec = await to_thread.run_sync(_spec_of, errand.task.directory)
    url = os.environ.get(VARIABLE) or errand.redis
    if not url:
        msg = f"A worker has no {VARIABLE}, and nothing else says where quota and rate are kept."
        raise ConfigError(msg, hint="Start the workers with it, such as redis://host:6379/0.")
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(RedisLedger(url))
        pacer = await stack.enter_async_context(RedisPacer(url))
        runtime = Runtime(ledger=ledger, pacer=pacer)
        family = kind_of(spec.stage(errand.task.stage).collect).family
        rate = None if errand.rate is None else Rate(errand.rate)
        opened = clients_of(spec.run.profile, runtime, rate)(family)
        client = await stack.enter_async_context(opened)
        return await watched(errand, watch, functools.partial(_run, errand, watch, client, spec))


def _spec_of(directory: str) -> Spec:
    layout = Layout(Path(directory))
    if not layout.spec.exists():
        msg = f"A worker on {socket.gethostname()} does not see the job in {directory}."
        raise ConfigError(msg, hint="Put it where all machines see it under the same path.")
    return load_spec(layout.spec, here=False)


async def watched(
    errand: Errand, watch: Watch, run: Callable[[StopFlag], Awaitable[ShardResult]]
) -> ShardResult:
    """Run a shard until it ends; once it is not wanted, it has the time of grace."""
    stop = StopFlag()
    shard = asyncio.ensure_future(run(stop))
    while not shard.done():
        await asyncio.wait({shard}, timeout=_LOOK_SECONDS)
        if not shard.done() and not await to_thread.run_sync(watch.is_wanted):
            stop.set()
            await asyncio.wait({shard}, timeout=GRACE_SECONDS)
            shard.cancel()
            break
    try:
        return await shard
    except asyncio.CancelledError:
        entry = Mark().entry(errand.task.shard, "", 0)
        return ShardResult(task=errand.task, entry=entry)


async def _run(
    errand: Errand, watch: Watch, client: BaseClient, spec: Spec, stop: StopFlag
) -> ShardResult:
    """Run a shard; where a worker that lost it still holds it, wait for that one's last page."""
    loop = asyncio.get_running_loop()
    told = waited = loop.time()
    seen = _evidence(errand.task.directory, errand.task.stage)

    def tell(result: ShardResult) -> None:
        nonlocal told
        if loop.time() >= told + _TELL_SECONDS:
            told = loop.time()
            watch.tell(errand.topic, result)

    while True:
        result = await run_shard(
            errand.task, client, stop=stop, spec=spec, evidence=seen, on_result=tell
        )
        held = result.error is not None and result.error.reason == HELD
        if not held or stop.is_set() or loop.time() > waited + _HELD_SECONDS:
            return result
        await asyncio.sleep(_LOOK_SECONDS)


@functools.lru_cache(maxsize=64)
def _evidence(directory: str, stage: str) -> Evidence:  # noqa: ARG001  # the key of the cache
    """Return what the shards of a stage have seen on this worker."""
    return Evidence()
