"""What runs shards: a task goes in, results come out; a flag ends them after the page in hand.

A task is a few texts, so that it travels to any machine that sees the job's directory. It holds no
credential: who runs a shard opens a client of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import attrs

from tiktok_async.jobs.manifest import ShardEntry  # noqa: TC001  # attrs resolves the annotations

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType
    from typing import Self

    from tiktok_async.client import BaseClient
    from tiktok_async.errors import TikTokError
    from tiktok_async.sansio.endpoint import Bucket
    from tiktok_async.sansio.quota import QuotaStatus

GRACE_SECONDS: Final = 10.0
"""How long shards may take to end after the flag is set; then they are cancelled."""

Clients: TypeAlias = Callable[[str], "AbstractAsyncContextManager[BaseClient]"]
"""From a family (research, tikapi) to its client, to be opened."""


@attrs.frozen
class ShardTask:
    """One shard to be run."""

    directory: str
    """Of the job; the same path wherever shards run."""
    stage: str
    shard: str
    base_url: str | None = None
    """Address that the job's rows came from so far; None = there are none."""


@attrs.frozen(kw_only=True)
class ShardResult:
    """How a shard stands: while it runs, and when it has ended."""

    task: ShardTask
    entry: ShardEntry
    """Of all runs, as the checkpoint has it."""
    ended: bool = True
    """False = it still runs."""
    rows: int = 0
    """Of this run."""
    calls: int = 0
    """Of this run."""
    retries: int = 0
    """Of this run: calls that had to be sent again."""
    by_day: Mapping[str, int] = attrs.field(factory=dict)
    """Calls of all runs, by UTC day."""
    error: TikTokError | None = None
    """What stopped it; None = it is complete, still runs, or ended because of the flag."""
    credential: str | None = None
    """Name of the credential, which is no secret."""
    base_url: str | None = None


OnResult: TypeAlias = Callable[[ShardResult], None]


class StopFlag:
    """The wish that shards end after the page in hand; once set it stays so."""

    def __init__(self) -> None:
        self._set = asyncio.Event()

    def set(self) -> None:
        """Wish it; may be called again, in the event loop that runs the job."""
        self._set.set()

    def is_set(self) -> bool:
        """Tell whether it is wished."""
        return self._set.is_set()

    async def wait(self) -> None:
        """Return once it is wished."""
        await self._set.wait()


class Stopping(Protocol):
    """What a running shard sees of the flag, on any engine."""

    def is_set(self) -> bool:
        """Tell whether to end after the page in hand."""


class Engine(Protocol):
    """Runs shards; used in `async with`, which closes what it opened."""

    async def run(self, tasks: Sequence[ShardTask], stop: StopFlag, on_result: OnResult) -> None:
        """Run every task, and return when all of them have ended.

        Args:
            tasks: In the order of the plan; an engine starts them in it.
            stop: Once set, no task is started, and running ones end within `GRACE_SECONDS`.
            on_result: Called in the caller's event loop, once for every task that was started
                with `ended`, and before that as often as its engine can tell.

        Raises:
            TikTokError: if the engine itself fails; every shard can be gone on with.
        """

    async def quota(self, family: str, bucket: Bucket) -> QuotaStatus | None:
        """Return what is spent of a daily quota; None = unknown here, or there is none."""

    async def __aenter__(self) -> Self:
        """Open what the engine needs."""

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Any:
        """Close it."""
