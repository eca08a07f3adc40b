"""The clients of a job's command: of the providers, or of an emulator of the command's own."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import attrs

from tiktok_async.cli.progress import listener
from tiktok_async.client import Runtime
from tiktok_async.config import setting
from tiktok_async.jobs.clients import clients_of
from tiktok_async.jobs.engines.dask import DaskEngine, checked_redis
from tiktok_async.jobs.engines.dask_worker import VARIABLE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tiktok_async.cli.jobs.options import Running
    from tiktok_async.cli.options import Talk
    from tiktok_async.client import BaseClient
    from tiktok_async.emulator import Emulator
    from tiktok_async.jobs.engines.protocol import Clients, Engine
    from tiktok_async.jobs.spec import Spec


@attrs.frozen
class Opened:
    """What a job runs with."""

    runtime: Runtime
    clients: Clients
    engine: Engine | None
    """None = this process."""


@asynccontextmanager
async def opened(running: Running, spec: Spec, talk: Talk) -> AsyncIterator[Opened]:
    """Open what a job runs with; an emulator ends with it.

    Args:
        running: Where and as whom.
        spec: The job; its profile counts where none is given.
        talk: How much to say.

    Raises:
        ConfigError: if an address will not do.
        MissingExtraError: if a package that is asked for is not installed.
    """
    runtime = Runtime(on_event=(listener(talk),))
    async with AsyncExitStack() as stack:
        engine = None
        if running.scheduler is not None:
            engine = DaskEngine(running.scheduler, redis=running.redis)
        else:
            runtime = await _shared(stack, runtime, running.redis)
        if running.emulator:
            from tiktok_async.emulator import Emulator

            emulator = await stack.enter_async_context(Emulator(seed=running.seed))
            yield Opened(runtime, _emulated(emulator, runtime), engine)
        else:
            profile = running.profile or spec.run.profile
            yield Opened(runtime, clients_of(profile, runtime), engine)


async def _shared(stack: AsyncExitStack, runtime: Runtime, given: str | None) -> Runtime:
    """Return the runtime with quota and rate in a Redis, if there is one."""
    url = setting(checked_redis(given), VARIABLE)
    if url is None:
        return runtime
    from tiktok_async.io.shared import RedisLedger, RedisPacer

    ledger = await stack.enter_async_context(RedisLedger(url))
    pacer = await stack.enter_async_context(RedisPacer(url))
    return attrs.evolve(runtime, ledger=ledger, pacer=pacer)


def _emulated(emulator: Emulator, runtime: Runtime) -> Clients:
    from tiktok_async.research.client import ResearchClient
    from tiktok_async.tikapi.client import TikAPIClient

    def of(family: str) -> BaseClient:
        if family == "research":
            return ResearchClient(
                client_key=emulator.client_key,
                client_secret=emulator.client_secret,
                base_url=emulator.base_url,
                runtime=runtime,
            )
        return TikAPIClient(
            api_key=emulator.api_key,
            account_key=emulator.account_key,
            base_url=emulator.tikapi_base_url,
            runtime=runtime,
        )

    return of
