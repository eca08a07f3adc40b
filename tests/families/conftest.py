"""A research client on an emulator, with virtual time for both."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tiktok_async import Limits, Options, ResearchClient, Runtime, Timeouts
from tiktok_async.emulator import Emulator
from tiktok_async.emulator.faults import Fault
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tiktok_async.events import Event

START = date(2022, 1, 1)


@pytest.fixture
def clock() -> FakeClock:
    """Virtual time, long after the emulator's world."""
    return FakeClock()


@pytest.fixture
async def start(clock: FakeClock, anyio_backend: str) -> AsyncIterator[Callable[..., Any]]:
    """Start an emulator with faults and options; return it with a client and its events."""
    async with AsyncExitStack() as stack:

        async def run(
            *faults: dict[str, Any],
            limits: Limits | None = None,
            client: dict[str, Any] | None = None,
            **options: Any,
        ) -> tuple[Emulator, ResearchClient, list[Event]]:
            options = {"videos": 3_000, "start": START, "days": 120, "seed": 7, **options}
            emulator = await stack.enter_async_context(
                Emulator(
                    now=clock.time, faults=[Fault.from_dict(fault) for fault in faults], **options
                )
            )
            events: list[Event] = []
            given = client or {
                "client_key": emulator.client_key,
                "client_secret": emulator.client_secret,
            }
            research = await stack.enter_async_context(
                ResearchClient(
                    base_url=emulator.base_url,
                    options=Options(
                        limits=limits or Limits(rate=None), timeouts=Timeouts(deadline=900.0)
                    ),
                    runtime=Runtime(clock=clock, on_event=[events.append]),
                    **given,
                )
            )
            return emulator, research, events

        yield run
