"""Connections: idle ones on a LIFO stack for each origin, the others in use.

Rules: a connection serves one exchange at a time; it comes back only from an exchange that was
read to its end, and is else discarded: gone from the counts at once, closed by a task the pool
owns. So no cancellation, at whatever instant, can lose a place. Nothing here waits for a
connection, and no step costs more when there are more of them.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

import attrs

from tiktok_async.errors import ClientClosedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.io.clock import Clock
    from tiktok_async.sansio.place import Place

logger: Final = logging.getLogger(__name__)

_CLOSING_SECONDS: Final = 5.0


class Closable(Protocol):
    """What the pool needs to know of a connection."""

    def is_stale(self) -> bool:
        """Whether something came while it was idle, which can only be the server's end."""

    async def aclose(self) -> None:
        """Close it."""


T = TypeVar("T", bound=Closable)


@attrs.frozen
class SessionStatistics:
    """What a session holds now, and what it did so far."""

    connections: int
    """Open or being opened: `idle` and `in_flight` together."""
    idle: int
    in_flight: int
    sent: int
    """Exchanges begun."""
    discarded: int
    """Connections thrown away: cancelled, failed, half read, closed by the server, or expired."""


@attrs.define(eq=False)
class Connection(Generic[T]):
    """One connection, and what the pool knows of it."""

    link: T
    place: Place
    reused: bool = False
    discarded: bool = False
    idle_since: float = 0.0


class Pool(Generic[T]):
    """The connections of one session, in one event loop and one process.

    Args:
        link: Makes a connection to a place.
        keepalive_expiry: Seconds that an idle connection is kept.
        clock: Tells the time.
    """

    def __init__(self, link: Callable[[Place], T], keepalive_expiry: float, clock: Clock) -> None:
        self._clock = clock
        self._link = link
        self._expiry = keepalive_expiry
        self._open: set[Connection[T]] = set()
        self._idle: dict[str, deque[Connection[T]]] = {}
        self._next_sweep = 0.0
        self._closings: set[asyncio.Task[None]] = set()
        self._home: tuple[asyncio.AbstractEventLoop, int] | None = None
        self._sent = 0
        self._discarded = 0
        self.closed: bool = False

    def take(self, place: Place) -> Connection[T]:
        """Return a connection for one exchange: the one used last, or a new one.

        Raises:
            ClientClosedError: The session is closed, or of another event loop or process.
        """
        self._check_home()
        self._sent += 1
        stack = self._idle.get(place.origin)
        oldest = self._clock.monotonic() - self._expiry
        while stack:
            connection = stack.pop()
            if connection.idle_since >= oldest and not connection.link.is_stale():
                return connection
            self.discard(connection)
        connection = Connection(self._link(place), place)
        self._open.add(connection)
        return connection

    def keep(self, connection: Connection[T]) -> None:
        """Put back a connection whose answer was read to its end."""
        if connection.discarded:
            return
        connection.reused = True
        connection.idle_since = now = self._clock.monotonic()
        self._idle.setdefault(connection.place.origin, deque()).append(connection)
        if now > self._next_sweep:
            self._sweep(now)

    def discard(self, connection: Connection[T]) -> None:
        """Drop a connection at once; a task closes it."""
        if connection.discarded:
            return
        connection.discarded = True
        self._open.discard(connection)
        self._discarded += 1
        task = asyncio.get_running_loop().create_task(connection.link.aclose())
        self._closings.add(task)
        task.add_done_callback(self._closing_ended)

    async def aclose(self) -> None:
        """Close every connection; returns within seconds, even if one will not close.

        Raises:
            ClientClosedError: The session is of another event loop or process.
        """
        if not self.closed:
            if self._home is not None:
                self._check_home()
            self.closed = True
            self._idle.clear()
            for connection in tuple(self._open):
                self.discard(connection)
        if self._closings:
            await asyncio.wait(self._closings, timeout=_CLOSING_SECONDS)
        for task in self._closings:
            task.cancel()

    def statistics(self) -> SessionStatistics:
        """Return a snapshot."""
        idle = sum(map(len, self._idle.values()))
        return SessionStatistics(
            connections=len(self._open),
            idle=idle,
            in_flight=len(self._open) - idle,
            sent=self._sent,
            discarded=self._discarded,
        )

    def _sweep(self, now: float) -> None:
        """Drop what expired below the tops of the stacks, and stacks that are empty."""
        self._next_sweep = now + self._expiry
        for origin, stack in tuple(self._idle.items()):
            while stack and stack[0].idle_since < now - self._expiry:
                self.discard(stack.popleft())
            if not stack:
                del self._idle[origin]

    def _closing_ended(self, task: asyncio.Task[None]) -> None:
        self._closings.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.debug("a connection did not close cleanly: %s", type(error).__name__)

    def _check_home(self) -> None:
        if self.closed:
            raise ClientClosedError("The session is closed.")
        here = (asyncio.get_running_loop(), os.getpid())
        if self._home is None:
            self._home = here
        elif self._home != here:
            raise ClientClosedError("The session belongs to another event loop or process.")
