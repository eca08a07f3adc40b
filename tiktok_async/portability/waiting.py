"""Waiting for an export to become ready: polls at growing intervals, and a webhook ends the wait.

Source: TikTok Data Portability API, Get Started: an export takes seconds to hours, nothing is
promised, and no rate of polling is advised; contract part 4.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import attrs

from tiktok_async.errors import (
    ExportCancelledError,
    ExportExpiredError,
    ExportStatusError,
    ExportTimeoutError,
    InputError,
    TikTokError,
    shown,
)
from tiktok_async.events import ExportPolled
from tiktok_async.portability.endpoints import CheckExport
from tiktok_async.portability.models import ExportState, ExportStatus
from tiktok_async.resource import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktok_async.io.scope import Scope

_GROWTH: Final = 1.5
_STRANGE: Final = 3
"""Polls in a row that may bring a status nobody knows."""


@attrs.frozen(kw_only=True)
class Polling:
    """How to wait for an export; all in seconds."""

    first: float = 5.0
    """Wait after the first poll; each further one is half as long again."""
    longest: float = 300.0
    """No wait between two polls is longer."""
    timeout: float | None = 86_400.0
    """How long to wait in all; None = for as long as the request is pending."""

    def __attrs_post_init__(self) -> None:
        good = 0 < self.first <= self.longest and (self.timeout is None or self.timeout >= 0)
        if not good:
            msg = (
                f"Polling(first={self.first!r}, longest={self.longest!r}, "
                f"timeout={self.timeout!r}): write seconds above zero, first at most longest."
            )
            raise InputError(msg)

    def interval(self, polls: int) -> float:
        """Return the wait after so many polls."""
        return min(self.longest, self.first * _GROWTH ** min(polls - 1, 100))


@attrs.frozen(eq=False)
class _Waiter:
    request_id: int
    called: asyncio.Event = attrs.field(factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop = attrs.field(factory=asyncio.get_running_loop)


class Wakeups:
    """Calls that end waits early, from any thread.

    One for which nobody waits is passed over: a wait begins with a look of its own.
    """

    def __init__(self) -> None:
        self._waiters: list[_Waiter] = []

    @contextmanager
    def listening(self, request_id: int) -> Iterator[asyncio.Event]:
        """Give what is set at each call for `request_id`, until the block is left."""
        waiter = _Waiter(request_id)
        self._waiters.append(waiter)
        try:
            yield waiter.called
        finally:
            self._waiters.remove(waiter)

    def call(self, request_id: int | None = None) -> None:
        """End the present waits for `request_id`; None = all waits."""
        for waiter in tuple(self._waiters):
            # In a loop that was closed on it nobody waits any more.
            if request_id in {None, waiter.request_id} and not waiter.loop.is_closed():
                waiter.loop.call_soon_threadsafe(waiter.called.set)


async def wait_ready(
    request_id: int, scope: Scope, wakeups: Wakeups, polling: Polling
) -> ExportStatus:
    """Return the status of an export once it is ready.

    A poll that fails in a way that may pass (network, server, pace) is not the end of the wait.

    Raises:
        ExportExpiredError, ExportCancelledError, ExportStatusError: it came to another end.
        ExportTimeoutError: it is still pending after `polling.timeout`.
        TikTokError: a poll failed in a way that will not pass.
    """
    with wakeups.listening(request_id) as called:
        return await _watch(request_id, scope, called, polling)


async def _watch(
    request_id: int, scope: Scope, called: asyncio.Event, polling: Polling
) -> ExportStatus:
    clock = scope.middleware.clock
    began, polls, strange = clock.monotonic(), 0, 0
    while True:
        polls += 1
        called.clear()
        status = await _poll(request_id, scope)
        if status is not None:
            strange = strange + 1 if status.state is ExportState.UNKNOWN else 0
            if status.state is ExportState.READY:
                return status
            if status.state is not ExportState.PENDING and strange in {0, _STRANGE}:
                refuse(request_id, status)
        waited = clock.monotonic() - began
        pause = polling.interval(polls)
        if polling.timeout is not None:
            pause = min(pause, polling.timeout - waited)
        if pause <= 0:
            raise _late(request_id, waited)
        word = None if status is None else status.status
        scope.middleware.emit(ExportPolled(CheckExport.id, request_id, word, waited, pause))
        await _pause(scope, called, pause)


async def _poll(request_id: int, scope: Scope) -> ExportStatus | None:
    """Return the status, or None where the poll failed and another may not."""
    try:
        return await fetch(CheckExport(request_id), scope)
    except TikTokError as error:
        if not error.retryable:
            raise
        return None


async def _pause(scope: Scope, called: asyncio.Event, seconds: float) -> None:
    """Wait until called, `seconds` at most."""
    waits = (
        asyncio.ensure_future(called.wait()),
        asyncio.ensure_future(scope.middleware.clock.sleep(seconds)),
    )
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def refuse(request_id: int, status: ExportStatus) -> NoReturn:
    """Raise the error for a request that is neither pending nor ready."""
    word = shown(status.status)
    if status.state is ExportState.EXPIRED:
        msg = f"Export {request_id} has expired: an archive is kept for four days."
        raise ExportExpiredError(msg, request_id=request_id, status=word)
    if status.state is ExportState.CANCELLED:
        msg = f"Export {request_id} was cancelled."
        raise ExportCancelledError(msg, request_id=request_id, status=word)
    msg = f"Export {request_id} has the status {word!r}, which nobody knows."
    raise ExportStatusError(msg, request_id=request_id, status=word)


def _late(request_id: int, waited: float) -> ExportTimeoutError:
    msg = f"Export {request_id} is not ready after {waited:.0f} s."
    return ExportTimeoutError(msg, request_id=request_id, status="pending")
