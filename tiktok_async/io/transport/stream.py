"""The bytes of one connection: what came and was not taken yet, and how it ended.

Rules: one waiter at a time, with one timer for the life of the connection, which is moved on
lazily: a timer for each read costs as much as the read. Who is slow to take holds the sender back.
"""

from __future__ import annotations

import asyncio
import math
import select
from collections import deque
from typing import TYPE_CHECKING, Final, cast

from tiktok_async.io.transport.inlet import Inlet
from tiktok_async.io.transport.seam import Fault

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

FULL: Final = 2**20
"""Bytes waiting to be taken at which the sender is held back."""


class Stream(asyncio.Protocol):
    """One connection of the event loop; TLS, if any, is below it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._tcp: asyncio.Transport | None = None
        self._poll: select.poll | None = None
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._held_back = False
        self._inlet: Inlet | None = None
        self.congested: bool = False
        """Whether the other side is slow to read."""
        self._waiter: asyncio.Future[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._seconds = 0.0
        self._due = 0.0
        self.sink: Callable[[bytes], bool] | None = None
        """Takes what comes and tells whether who waits should look; None = it is kept here."""
        self.aborted: bool = False
        self.ended: bool = False
        self.error: Exception | None = None
        """What broke the connection; None = it was closed in the orderly way, or is open."""

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = self._tcp = made = cast("asyncio.Transport", transport)
        self._poll = _poll_of(transport.get_extra_info("socket"))
        if self.aborted:
            made.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self.sink is None:
            self._pieces.append(data)
            self._size += len(data)
            if self._size >= FULL:
                self.hold_back()
        elif not self.sink(data):
            self._due = self._loop.time() + self._seconds
            return
        self.wake()

    def eof_received(self) -> None:
        """Take the end of what the other side says; the connection is closed then."""
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the end of the connection."""
        self._end(exc)

    def pause_writing(self) -> None:
        """Note that the other side is slow to read."""
        self.congested = True

    def resume_writing(self) -> None:
        """Note that it has caught up."""
        self.congested = False
        self.wake()

    # What the owner calls.

    @property
    def is_open(self) -> bool:
        """Whether it was made and has not ended."""
        return self._transport is not None and not self.ended

    def is_readable(self) -> bool:
        """Whether something came that nobody asked for, or waits in the kernel."""
        if self._pieces or self.ended:
            return True
        return self._poll is not None and bool(self._poll.poll(0))

    @property
    def transport(self) -> asyncio.Transport:
        """What to write to.

        Raises:
            Fault: There is none: the connection was closed.
        """
        if self._transport is None:
            raise Fault("lost", "the connection was closed")
        return self._transport

    def secured(self, transport: asyncio.Transport) -> None:
        """Go on above `transport`, which encrypts."""
        self._transport = transport

    def write(self, data: bytes) -> None:
        """Send, as fast as the other side reads.

        Raises:
            Fault: The connection was closed.
        """
        self.transport.write(data)

    @property
    def unsent(self) -> int:
        """Bytes that still wait to be sent."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    async def read(self, seconds: float | None) -> bytes:
        """Return what came, b"" at the end.

        Raises:
            TimeoutError: Nothing came for `seconds`.
            OSError: The connection broke.
        """
        while not self._pieces:
            if self.error is not None:
                raise self.error
            if self.ended:
                return b""
            self.go_on()
            await self.wait(seconds)
        data = self._pieces.popleft()
        self._size -= len(data)
        if self._size < FULL:
            self.go_on()
        return data

    async def fill(self, buffer: memoryview, seconds: float | None) -> int:
        """Put what comes into `buffer`; return how many bytes, 0 at the end.

        From the first call on all that comes goes this way: nothing is read between two calls.

        Raises:
            TimeoutError: Nothing came for `seconds`.
            OSError: The connection broke.
        """
        if not self._pieces:
            return await self._straight(buffer, seconds)
        piece = self._pieces.popleft()
        size = min(len(piece), len(buffer))
        buffer[:size] = memoryview(piece)[:size]
        self._size -= size
        if size < len(piece):
            self._pieces.appendleft(piece[size:])
        return size

    async def _straight(self, buffer: memoryview, seconds: float | None) -> int:
        if self.error is not None:
            raise self.error
        if self.ended:
            return 0
        if self._inlet is None:
            self.hold_back()
            self._inlet = Inlet(self)
            self.transport.set_protocol(self._inlet)
        return await self._inlet.fill(buffer, seconds)

    def put_back(self, data: bytes) -> None:
        """Keep `data`, which had been taken, as the first to be taken."""
        self._pieces.appendleft(data)
        self._size += len(data)

    async def wait(self, seconds: float | None) -> None:
        """Wait until something happens.

        Raises:
            TimeoutError: Nothing did for `seconds`.
        """
        self._waiter = self._loop.create_future()
        self._set_alarm(math.inf if seconds is None else seconds)
        try:
            await self._waiter
        finally:
            self._waiter = None

    def wake(self) -> None:
        """Let who waits look."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def hold_back(self) -> None:
        """Take no more from the other side until `go_on`."""
        if not self._held_back and self._transport is not None:
            self._held_back = True
            self._transport.pause_reading()

    def go_on(self) -> None:
        """Take from the other side again."""
        if self._held_back and self._transport is not None:
            self._held_back = False
            self._transport.resume_reading()

    def abort(self) -> None:
        """Close at once, at whatever instant of its life; who waits is woken."""
        self.aborted = True
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._tcp is not None:
            self._tcp.abort()
        self._end(None)

    def _end(self, error: Exception | None) -> None:
        if not self.ended:
            self.ended = True
            self.error = error
        self.wake()

    def _set_alarm(self, seconds: float) -> None:
        self._seconds = seconds
        self._due = due = self._loop.time() + seconds
        if due < (math.inf if self._alarm is None else self._alarm.when()):
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._waiter is None or self._waiter.done():
            return
        if self._due == math.inf:
            return
        if self._loop.time() < self._due:
            self._alarm = self._loop.call_at(self._due, self._ring)
        else:
            self._waiter.set_exception(TimeoutError("nothing happened"))


def _poll_of(raw: socket.socket | None) -> select.poll | None:
    """Return what tells whether a socket is readable; None where the system has no such thing."""
    if raw is None or not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(raw.fileno(), select.POLLIN)
    return poll
