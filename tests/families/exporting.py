"""A portability client on an emulator, with virtual time for both."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async import Limits, Options, PortabilityClient, Runtime, Timeouts
from tiktok_async.emulator import Emulator
from tiktok_async.emulator.faults import Fault
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tiktok_async.events import Event


@attrs.frozen
class Place:
    """An emulator and a client of its ready-made user."""

    emulator: Emulator
    client: PortabilityClient
    clock: FakeClock
    events: list[Event]

    def served(self, name: str) -> int:
        """Return how many calls of a portability endpoint came."""
        found: int = self.emulator.stats()["by_endpoint"].get(f"portability.{name}", 0)
        return found

    def another(self) -> PortabilityClient:
        """Return a second client of the same user, as another process would have."""
        return client_of(self.emulator, self.clock, [])


def client_of(emulator: Emulator, clock: FakeClock, events: list[Event]) -> PortabilityClient:
    """Return a client of the emulator's ready-made user."""
    return PortabilityClient(
        token=emulator.user_access_token,
        base_url=emulator.base_url,
        options=Options(limits=Limits(rate=None), timeouts=Timeouts(deadline=900.0)),
        runtime=Runtime(clock=clock, on_event=[events.append]),
    )


@asynccontextmanager
async def exporting(*faults: dict[str, Any], **settings: Any) -> AsyncIterator[Place]:
    """Run an emulator and a client of its user."""
    clock, events = FakeClock(), []
    script = [Fault.from_dict(fault) for fault in faults]
    options = {"export_rows": 20, "user_token_life": 1e9, **settings}
    async with (
        Emulator(now=clock.time, faults=script, **options) as emulator,
        client_of(emulator, clock, events) as client,
    ):
        yield Place(emulator, client, clock, events)


def files_in(folder: Path) -> list[str]:
    """Return every name in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())
