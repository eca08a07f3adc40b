"""What a session asks of a connection, and how a connection says that it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktok_async.config import Timeouts
    from tiktok_async.sansio.wire import WireRequest


class Fault(Exception):  # noqa: N818  # a fault of the line; the error is made of it
    """An exchange failed.

    Args:
        kind: Row of the retry table, as `TransportError.kind`.
        phrase: What happened, in words.
        detail: What the other side or the system says to it.
    """

    def __init__(self, kind: str, phrase: str, detail: str = "") -> None:
        super().__init__(phrase)
        self.kind: str = kind
        self.phrase: str = phrase
        self.detail: str = detail


@attrs.frozen
class Outgoing:
    """A request, ready to be written."""

    wire: WireRequest
    target: str
    """Path and query, in visible ASCII."""
    lines: bytes = attrs.field(repr=False)
    """The lines of its head after the first, with the blank one."""

    def written(self, origin: str, more: bytes) -> bytes:
        """Return what is sent.

        Args:
            origin: Stands before the target: what a proxy is asked for; else empty.
            more: A line to add.
        """
        first = f"{self.wire.method} {origin}{self.target} HTTP/1.1\r\n".encode("ascii")
        return b"".join((first, more, self.lines, self.wire.content))


@attrs.frozen
class Head:
    """The beginning of an answer."""

    status: int
    headers: Iterable[tuple[bytes, bytes]] = attrs.field(repr=False)
    """Lines, as they came."""


class Connecting(Protocol):
    """A connection, or one that is made when it is first needed; for one exchange at a time."""

    @property
    def last(self) -> bool:
        """Whether it serves no further exchange; known at the end of one."""

    @property
    def raw(self) -> bool:
        """Whether `fill` goes past the parser."""

    async def send(self, request: Outgoing, timeouts: Timeouts, enough: int) -> Head:
        """Send a request and return the head of its answer.

        Args:
            request: What to send.
            timeouts: Time limits in seconds.
            enough: Return when so many bytes of the body are here, or all; 0 = with the head.

        Raises:
            Fault: The exchange failed.
        """

    async def receive(self) -> bytes:
        """Return the next piece of the body, or b"" at its end.

        Raises:
            Fault: The body was cut.
        """

    async def fill(self, buffer: memoryview) -> int:
        """Put what comes on the connection into `buffer`, past the parser.

        Returns:
            How many bytes; never none.

        Raises:
            Fault: The connection broke or ended.
        """

    def is_stale(self) -> bool:
        """Whether something came while it was idle, which can only be the server's end."""

    async def aclose(self) -> None:
        """Close it; an exchange on it ends in a `Fault`."""
