"""What the tests of jobs share: small specs, clients of an emulator, and what came of a run."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.client import Runtime
from tiktok_async.config import Limits, Options
from tiktok_async.jobs.spec import FromStage, Listed, RunOptions, Source, Span, Spec, Stage
from tiktok_async.research.client import ResearchClient
from tiktok_async.sansio.retry import RetryPolicy
from tiktok_async.testing.clock import FakeClock
from tiktok_async.tikapi.client import TikAPIClient

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tiktok_async.client import BaseClient
    from tiktok_async.emulator import Emulator
    from tiktok_async.jobs.engines.protocol import Clients

WHERE: Final = "region_code in (US, CA, GB, FR, DE)"
START: Final = date(2022, 1, 1)
OPEN: Final = {"requests_per_day": math.inf, "records_per_day": math.inf}
"""Settings of an emulator without a quota."""
SOON: Final = RetryPolicy(wait_base=0.001, wait_max=0.002)


def videos(days: int = 60, shard_days: int = 30, **run: Any) -> Spec:
    """Return the spec of a job that collects some days of videos."""
    return Spec(name="videos", stages=(video_stage(days, shard_days),), run=RunOptions(**run))


def video_stage(days: int = 60, shard_days: int = 30, max_count: int = 5) -> Stage:
    """Return a stage of videos."""
    return Stage(
        name="videos",
        collect="research.videos",
        where=WHERE,
        span=Span(START, date.fromordinal(START.toordinal() + days - 1), shard_days),
        params=(("max_count", max_count),),
    )


def listed(collect: str, *items: str, params: Any = (), **more: Any) -> Stage:
    """Return a stage about some items."""
    source: Source = Listed(items)
    return Stage(name="listed", collect=collect, source=source, params=params, **more)


def of_videos(name: str, collect: str, column: str, **more: Any) -> Stage:
    """Return a stage about a column of the videos."""
    return Stage(name=name, collect=collect, source=FromStage("videos", column), **more)


def clients_of(
    emulator: Emulator, clock: Any = None, limits: Limits | None = None, attempts: int = 5
) -> Clients:
    """Return what opens clients of an emulator, without limits of their own."""
    chosen = Options(
        limits=limits or Limits(rate=None, requests_per_day=None, records_per_day=None),
        retry=RetryPolicy(attempts=attempts) if clock is not None else SOON,
    )
    runtime = Runtime() if clock is None else Runtime(clock=clock)

    def of(family: str) -> BaseClient:
        if family == "research":
            return ResearchClient(
                client_key=emulator.client_key,
                client_secret=emulator.client_secret,
                base_url=emulator.base_url,
                options=chosen,
                runtime=runtime,
            )
        return TikAPIClient(
            api_key=emulator.api_key,
            account_key=emulator.account_key,
            base_url=emulator.tikapi_base_url,
            options=chosen,
            runtime=runtime,
        )

    return of


def clock_at(day: str = "2026-11-20T12:00:00+00:00") -> FakeClock:
    """Return a clock that stands at some time."""
    from datetime import datetime

    return FakeClock(datetime.fromisoformat(day).timestamp())


def parts(directory: Path) -> dict[str, bytes]:
    """Return the parts of a job by their path."""
    found = sorted((directory / "parts").rglob("*.jsonl"))
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


def paid(emulator: Emulator) -> int:
    """Return the requests that an emulator counted."""
    spent: Mapping[str, Any] = emulator.stats()["paid"]
    return sum(family["requests"] for of_key in spent.values() for family in of_key.values())
