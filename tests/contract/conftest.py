"""A research client on an emulator whose world is small, with virtual time for both."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tiktok_async import Limits, Options, ResearchClient, Runtime, Timeouts
from tiktok_async.emulator import Emulator
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

START = date(2022, 1, 1)


@pytest.fixture
async def start(
    anyio_backend: str,
) -> AsyncIterator[Callable[..., Awaitable[tuple[Emulator, ResearchClient]]]]:
    """Start emulators with options, each with a client; stop them after the test."""
    async with AsyncExitStack() as stack:

        async def run(**options: Any) -> tuple[Emulator, ResearchClient]:
            clock = FakeClock()
            given = {"videos": 600, "users": 40, "start": START, "days": 60, "seed": 7, **options}
            emulator = await stack.enter_async_context(Emulator(now=clock.time, **given))
            client = ResearchClient(
                client_key=emulator.client_key,
                client_secret=emulator.client_secret,
                base_url=emulator.base_url,
                options=Options(limits=Limits(rate=None), timeouts=Timeouts(deadline=900.0)),
                runtime=Runtime(clock=clock),
            )
            return emulator, await stack.enter_async_context(client)

        yield run
