"""One connection over our own stream: a request is written, a parser reads the answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from tiktok_async.io.transport.seam import Fault, Head
from tiktok_async.io.transport.stream import FULL, Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.config import Timeouts
    from tiktok_async.io.transport.dialing import Dialer
    from tiktok_async.io.transport.seam import Outgoing
    from tiktok_async.sansio.place import Place

_LATE: Final = ("lost_timeout", "no answer in time")
_STALLED: Final = ("body_cut_timeout", "the answer stalled")
_CUT: Final = ("body_cut", "the answer was cut")


class Parser(Protocol):
    """Reads the answers of one connection, one after the other."""

    head: Head | None
    size: int
    """Bytes of the body that are here and were not taken."""
    whole: bool
    """Whether the answer came to its end."""

    @property
    def reusable(self) -> bool:
        """Whether another answer may follow on the connection; told once this one is whole."""

    def begin(self, method: str) -> None:
        """Make ready for the answer to a request that is about to be sent."""

    def feed(self, data: bytes) -> None:
        """Take what came; b"" is the end of the connection; ValueError = it is not HTTP."""

    def take(self) -> bytes:
        """Return what is here of the body."""


class Link:
    """A connection to one place, made when it is first needed.

    Args:
        place: The place.
        dialer: Makes the connection.
        parser: Makes the parser.
    """

    def __init__(self, place: Place, dialer: Dialer, parser: Callable[[], Parser]) -> None:
        self._place = place
        self._dialer = dialer
        self._stream = Stream()
        self._parser = parser()
        self._timeouts: Timeouts
        self._error: ValueError | None = None
        self._enough = 0
        self._past = False

    raw: bool = True

    @property
    def last(self) -> bool:
        """Whether it serves no further exchange."""
        stream = self._stream
        unfit = self._past or stream.ended or stream.unsent
        return bool(unfit) or not self._parser.reusable

    async def send(self, request: Outgoing, timeouts: Timeouts, enough: int) -> Head:
        """Send a request and return the head of its answer, as the seam says."""
        stream, parser = self._stream, self._parser
        self._timeouts = timeouts
        if not stream.is_open:
            await self._dial(stream)
        self._enough = enough
        parser.begin(request.wire.method)
        stream.sink = self._take
        try:
            stream.write(self._written(request))
            while (head := self._answered()) is None:
                await stream.wait(timeouts.write if stream.congested else timeouts.read)
        except TimeoutError as error:
            late = _LATE if parser.head is None else _STALLED
            raise Fault(*late) from error
        self._enough = max(1, enough)
        return head

    async def _dial(self, stream: Stream) -> None:
        await self._dialer.dial(stream, self._place, self._timeouts)
        if stream.aborted:
            raise Fault("connect", "the connection was closed")

    def _written(self, request: Outgoing) -> bytes:
        more = self._dialer.forwarding(self._place)
        if more is None:
            return request.written("", b"")
        return request.written(self._place.origin, more)

    def _take(self, data: bytes) -> bool:
        """Let the parser read what came; tell whether there is enough for who waits."""
        parser = self._parser
        try:
            parser.feed(data)
        except ValueError as error:
            self._error = error
            return True
        if parser.whole:
            self._stream.sink = None
            return True
        if parser.size >= FULL:
            self._stream.hold_back()
        return parser.head is not None and parser.size >= self._enough

    def _answered(self) -> Head | None:
        """Return the head once there is enough of the answer.

        Raises:
            Fault: There will not be.
        """
        parser = self._parser
        if parser.head is not None:
            there = parser.whole or parser.size >= self._enough
            # What failed after the head is told to who reads the body.
            return parser.head if there or self._error or self._stream.ended else None
        if self._error is not None:
            raise Fault("framing", "the answer is not HTTP", str(self._error)) from self._error
        if self._stream.error is not None:
            detail = str(self._stream.error)
            phrase = "the connection broke before the answer"
            raise Fault("lost", phrase, detail) from self._stream.error
        if self._stream.ended:
            raise Fault("disconnected", "the connection was closed before the answer")
        return None

    async def receive(self) -> bytes:
        """Return the next piece of the body, or b"" at its end."""
        stream, parser = self._stream, self._parser
        while not parser.size and not parser.whole:
            if self._error is not None:
                raise Fault(*_CUT, str(self._error)) from self._error
            if stream.error is not None:
                raise Fault(*_CUT, str(stream.error)) from stream.error
            if stream.ended:
                self._take(b"")
            else:
                await self._more(stream)
        if not parser.size:
            return b""
        data = parser.take()
        stream.go_on()
        return data

    async def _more(self, stream: Stream) -> None:
        try:
            await stream.wait(self._timeouts.read)
        except TimeoutError as error:
            raise Fault(*_STALLED) from error

    async def fill(self, buffer: memoryview) -> int:
        """Put what comes into `buffer`, past the parser; the link serves no further exchange."""
        stream = self._stream
        self._past = True
        stream.sink = None
        if self._parser.size:
            stream.put_back(self._parser.take())
        try:
            size = await stream.fill(buffer, self._timeouts.read)
        except TimeoutError as error:
            raise Fault(*_STALLED) from error
        except OSError as error:
            raise Fault(*_CUT, str(error)) from error
        if not size:
            raise Fault(*_CUT, "the connection was closed")
        return size

    def is_stale(self) -> bool:
        """Whether something came while it was idle, which can only be the server's end."""
        return self._stream.is_readable()

    async def aclose(self) -> None:
        """Close it at once."""
        self._stream.abort()
        await asyncio.sleep(0)  # the event loop closes the socket on its next turn
        await asyncio.sleep(0)
