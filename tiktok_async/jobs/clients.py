"""The clients of a job, where nobody brings others: from the environment or a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from tiktok_async.client import options_of
from tiktok_async.config import Limits
from tiktok_async.research.client import ResearchClient
from tiktok_async.research.endpoints import RESEARCH

if TYPE_CHECKING:
    from tiktok_async.client import BaseClient, Runtime
    from tiktok_async.config import Options
    from tiktok_async.jobs.engines.protocol import Clients
    from tiktok_async.sansio.endpoint import Api
    from tiktok_async.sansio.limiter import Rate


def clients_of(
    profile: str | None = None, runtime: Runtime | None = None, rate: Rate | None = None
) -> Clients:
    """Return what opens the clients of this machine's user.

    Args:
        profile: Of config.toml; None = its default.
        runtime: What the clients are handed, such as a clock.
        rate: Requests per time and credential; None = what the family documents.
    """

    def options(api: Api) -> Options | None:
        if rate is None:
            return None
        return attrs.evolve(options_of(api, None), limits=Limits(rate=rate))

    def of(family: str) -> BaseClient:
        if family == "research":
            return ResearchClient(profile=profile, runtime=runtime, options=options(RESEARCH))
        from tiktok_async.tikapi.client import TikAPIClient
        from tiktok_async.tikapi.endpoints import TIKAPI

        return TikAPIClient(profile=profile, runtime=runtime, options=options(TIKAPI))

    return of
