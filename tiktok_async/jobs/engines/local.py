"""The local engine: so many shards at once in this process, over one client a family."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from tiktok_async.jobs.engines.protocol import GRACE_SECONDS
from tiktok_async.jobs.evidence import Evidence
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.shard import run_shard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from tiktok_async.client import BaseClient
    from tiktok_async.jobs.engines.protocol import Clients, OnResult, ShardTask, StopFlag
    from tiktok_async.jobs.spec import Spec
    from tiktok_async.sansio.endpoint import Bucket
    from tiktok_async.sansio.quota import QuotaStatus

_AT_ONCE: Final = {"research": 20, "tikapi": 16}
"""Shards in flight: at ten calls a second and some seconds an answer, more would only wait."""


class LocalEngine:
    """Runs shards in this process.

    Args:
        spec: The job.
        clients: Opens the client of a family.
    """

    def __init__(self, spec: Spec, clients: Clients) -> None:
        self._spec = spec
        self._clients = clients
        self._open: dict[str, BaseClient] = {}
        self._stack = AsyncExitStack()
        self._evidence: defaultdict[str, Evidence] = defaultdict(Evidence)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        self._open.clear()
        return await self._stack.__aexit__(kind, error, trace)

    async def client(self, family: str) -> BaseClient:
        """Return the client of a family, opened at its first use.

        Raises:
            ConfigError: if there is no credential for it, or a setting is wrong.
        """
        if family not in self._open:
            opened = await self._stack.enter_async_context(self._clients(family))
            self._open[family] = opened
        return self._open[family]

    async def quota(self, family: str, bucket: Bucket) -> QuotaStatus | None:
        """Return what is spent of a daily quota; None = unknown before the first call."""
        client = self._open.get(family)
        return None if client is None else await client.quota(bucket)

    async def run(self, tasks: Sequence[ShardTask], stop: StopFlag, on_result: OnResult) -> None:
        """Run every task, and return when all of them have ended.

        Args:
            tasks: In the order of the plan.
            stop: Once set, no task is started; what runs longer than `GRACE_SECONDS` after that is
                cancelled, and gives no last result.
            on_result: Called for every page, and when a task has ended.

        Raises:
            ConfigError: if there is no credential.
        """
        if not tasks or stop.is_set():
            return
        family = kind_of(self._spec.stage(tasks[0].stage).collect).family
        client = await self.client(family)
        waiting, running = deque(tasks), set[asyncio.Task[None]]()
        stopped = asyncio.create_task(stop.wait())

        async def one(task: ShardTask) -> None:
            found = await run_shard(
                task,
                client,
                stop=stop,
                spec=self._spec,
                evidence=self._evidence[task.stage],
                on_result=on_result,
            )
            on_result(found)

        try:
            while not stop.is_set() and (waiting or running):
                while waiting and len(running) < self._at_once(client, family):
                    running.add(asyncio.create_task(one(waiting.popleft())))
                done, _ = await asyncio.wait(
                    {*running, stopped}, return_when=asyncio.FIRST_COMPLETED
                )
                running -= _looked_at(done - {stopped})
            if running:
                done, running = await asyncio.wait(running, timeout=GRACE_SECONDS)
                _looked_at(done)
        finally:
            stopped.cancel()
            for task in running:
                task.cancel()
            await asyncio.gather(stopped, *running, return_exceptions=True)

    def _at_once(self, client: BaseClient, family: str) -> int:
        wanted = self._spec.run.concurrency or _AT_ONCE.get(family, 16)
        return max(1, min(wanted, client.scope.options.limits.concurrency))


def _looked_at(done: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Return tasks that have ended; what went wrong in one goes on from here."""
    for task in done:
        task.result()
    return done
