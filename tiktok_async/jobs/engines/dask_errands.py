"""What the coordinator of a Dask cluster does: shards out, progress and results in."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.errors import TikTokError, TransportError, shown
from tiktok_async.jobs.checkpoint import Mark
from tiktok_async.jobs.engines.dask_worker import Errand, collect_shard, distributed, from_told
from tiktok_async.jobs.engines.protocol import GRACE_SECONDS, ShardResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktok_async.jobs.engines.protocol import OnResult, ShardTask, StopFlag

_RETRIES: Final = 2
"""Of a shard that failed by an error that nobody foresaw; what is foreseen is a result."""
_CLEAR_SECONDS: Final = 5.0
_TAIL_SECONDS: Final = 10.0
"""What workers have, beyond the time of grace, to tell how their shards ended."""


class Errands:
    """The shards of one run.

    Args:
        client: Of the cluster, in this event loop.
        redis: URL for workers whose environment names none.
        rate: Calls a second of all workers together.
        on_result: Told how shards stand.
    """

    def __init__(
        self, client: Any, redis: str | None, rate: float | None, on_result: OnResult
    ) -> None:
        self._client = client
        self._redis = redis
        self._rate = rate
        self._on_result = on_result
        self._name: Final = f"tiktok-async-{uuid.uuid4().hex[:12]}"
        self._ended: set[str] = set()
        self._lost = False

    async def run(self, tasks: Sequence[ShardTask], stop: StopFlag) -> None:
        """Run every task of one stage, and return when all of them have ended.

        Raises:
            TransportError: if the scheduler is lost.
        """
        if not tasks or stop.is_set():
            return
        flag = distributed().Event(self._name, client=self._client)
        self._client.subscribe_topic(self._name, self._told)
        futures = {self._submitted(task, n): task for n, task in enumerate(tasks)}
        collecting = asyncio.ensure_future(self._collect(futures))
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({collecting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not collecting.done():
                await flag.set()
                await asyncio.wait({collecting}, timeout=GRACE_SECONDS + _TAIL_SECONDS)
            if collecting.done():
                collecting.result()
        finally:
            for task in (collecting, stopped):
                task.cancel()
            await asyncio.gather(collecting, stopped, return_exceptions=True)
            await self._clear(futures, flag)
        if self._lost:
            raise TransportError(
                "The scheduler is lost.",
                kind="cluster",
                hint="Run the job again once it is there: every shard goes on where it stands.",
            )

    def _submitted(self, task: ShardTask, number: int) -> Any:
        key = f"{self._name}-{task.stage}-{task.shard}"
        # Workers have another working directory.
        there = attrs.evolve(task, directory=str(Path(task.directory).absolute()))
        errand = Errand(
            task=there,
            key=key,
            flag=self._name,
            topic=self._name,
            redis=self._redis,
            rate=self._rate,
        )
        return self._client.submit(
            collect_shard, errand, key=key, pure=False, retries=_RETRIES, priority=-number
        )

    async def _collect(self, futures: Mapping[Any, ShardTask]) -> None:
        dask = distributed()
        ended = dask.as_completed(list(futures), loop=self._client.loop, raise_errors=False)
        async for future in ended:
            task = futures[future]
            try:
                result = await _result_of(future, task)
            except dask.client.FutureCancelledError:
                # By the loss of the scheduler; it is no cancellation of ours.
                self._lost = True
                continue
            self._ended.add(task.shard)
            if result is not None:
                self._on_result(attrs.evolve(result, task=task))

    def _told(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """Take in how a running shard stands, as its worker tells now and then."""
        found = from_told(event[1])
        if found.task.shard not in self._ended:
            self._on_result(found)

    async def _clear(self, futures: Mapping[Any, ShardTask], flag: Any) -> None:
        """Forget what is no longer waited for: what still runs sees that, and ends."""
        left = [future for future, task in futures.items() if task.shard not in self._ended]
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(_CLEAR_SECONDS):
                self._client.unsubscribe_topic(self._name)
                if left:
                    await self._client.cancel(left, force=True)
                else:
                    await flag.clear()


async def _result_of(future: Any, task: ShardTask) -> ShardResult | None:
    if future.status == "error":
        return failed_result(task, await future.exception())
    result: ShardResult | None = await future.result()
    return result


def failed_result(task: ShardTask, error: BaseException | None) -> ShardResult:
    """Return the result of a shard whose worker could give none."""
    what = f"The shard {task.stage}/{task.shard} failed on the cluster"
    if isinstance(error, TikTokError):
        told = error
    elif isinstance(error, distributed().KilledWorker):
        hint = "Look at the workers' logs, such as for memory; then run the job again."
        told = TransportError(f"{what}: worker after worker died of it.", kind="cluster", hint=hint)
    else:
        told = TikTokError(f"{what}: {type(error).__name__}: {shown(error)}.")
    return ShardResult(task=task, entry=Mark().entry(task.shard, "", 0), error=told)
