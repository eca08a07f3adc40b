"""A connection over a transport of httpx that the caller brought; the only module that knows httpx.

What httpx raises, and what its httpcore lets through, is told by the rows of the retry table.
"""

from __future__ import annotations

import functools
import ssl
from typing import TYPE_CHECKING, Any, Final, cast

import anyio
import httpcore
import httpx

from tiktok_async.errors import ClientClosedError
from tiktok_async.io.transport.seam import Fault, Head
from tiktok_async.sansio.head import raw_headers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from tiktok_async.config import Timeouts
    from tiktok_async.io.transport.seam import Outgoing
    from tiktok_async.sansio.place import Place

# Failures that come from below; any other exception passes as it is. httpcore itself lets two
# through: a TLS error after the handshake (an alert, a damaged record), and the end of a handshake
# whose connection `aclose` closes.
_TIMEOUTS: Final = (httpx.TimeoutException, httpcore.TimeoutException)
_FAULTS: Final = (
    httpx.TransportError,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    ssl.SSLError,
    anyio.ClosedResourceError,
)

_Rows = tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str], ...]

# Kind and phrase of a failure before the status line; the first class that fits counts.
_BEFORE_HEAD: Final[_Rows] = (
    (httpx.ConnectTimeout, "connect_timeout", "no connection in time"),
    (httpx.ConnectError, "connect", "could not connect"),
    (httpx.ProxyError, "connect", "the proxy refused"),
    (httpx.PoolTimeout, "pool", "no free connection in a pool that has one for each exchange"),
    (httpx.TimeoutException, "lost_timeout", "no answer in time"),
    (httpx.NetworkError, "lost", "the connection broke before the answer"),
    (httpx.RemoteProtocolError, "framing", "the answer is not HTTP"),
    (httpx.LocalProtocolError, "framing", "the request is not HTTP"),
    (Exception, "lost", "the exchange failed before the answer"),
)
_AFTER_HEAD: Final[_Rows] = (
    (_TIMEOUTS, "body_cut_timeout", "the answer stalled"),
    (Exception, "body_cut", "the answer was cut"),
)
_NO_ANSWER: Final = "Server disconnected"
"""How httpcore words a close before the status line; every other wording is about framing."""


class GivenLink:
    """A transport that makes its one connection itself.

    Args:
        place: Where to.
        transport: The transport.
    """

    raw: bool = False

    def __init__(self, place: Place, transport: httpx.AsyncBaseTransport) -> None:
        self._place = place
        self._transport = transport
        self._tcp: Any = None
        self._securing = False
        self._closed = False
        self._answered = False
        self._stream: httpx.AsyncByteStream
        self._parts: AsyncIterator[bytes]
        self.last: bool = True

    async def send(self, request: Outgoing, timeouts: Timeouts, enough: int) -> Head:  # noqa: ARG002  # the seam's
        """Send a request and return the head of its answer, as the seam says."""
        self._answered = False
        try:
            response = await self._transport.handle_async_request(self._wire(request, timeouts))
        except _FAULTS as error:
            raise self._fault(error) from error
        self._answered = True
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._parts = aiter(self._stream)
        self.last = (
            response.extensions.get("http_version") == b"HTTP/1.0"
            or "close" in response.headers.get("connection", "").lower()
        )
        return Head(response.status_code, response.headers.raw)

    async def receive(self) -> bytes:
        """Return the next piece of the body, or b"" at its end."""
        try:
            async for part in self._parts:
                if part:
                    return part
            await self._stream.aclose()
        except _FAULTS as error:
            raise self._fault(error) from error
        return b""

    async def fill(self, buffer: memoryview) -> int:
        """Never called: there is no way past httpx.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError

    def is_stale(self) -> bool:
        """Whether something came while it was idle, which can only be the server's end."""
        return self._tcp is not None and bool(self._tcp.get_extra_info("is_readable"))

    async def aclose(self) -> None:
        """Close the transport, and the network stream below it."""
        self._closed = True
        # httpcore forgets a connection that is cancelled in its TLS handshake, without closing it.
        if self._tcp is not None:
            await self._tcp.aclose()
        await self._transport.aclose()

    async def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Note how far a new connection has got: a `trace` callback of httpcore."""
        if event.endswith("start_tls.started"):
            self._securing = True
        elif event.endswith("connect_tcp.complete"):
            self._tcp = info["return_value"]
            if self._closed:
                await self._tcp.aclose()
                raise ClientClosedError("The session was closed.")

    def _wire(self, request: Outgoing, timeouts: Timeouts) -> httpx.Request:
        limits = {
            "connect": timeouts.connect,
            "read": timeouts.read,
            "write": timeouts.write,
            "pool": timeouts.pool,
        }
        return httpx.Request(
            request.wire.method,
            _url(f"{self._place.origin}{request.target}"),
            headers=raw_headers(request.wire, self._place.authority),
            stream=httpx.ByteStream(request.wire.content),
            extensions={"timeout": limits, "trace": self._watch},
        )

    def _fault(self, error: Exception) -> Fault:
        """Return what `error` of httpx means here, by the tables above."""
        table = _AFTER_HEAD if self._answered else _BEFORE_HEAD
        kind, phrase = next((row[1], row[2]) for row in table if isinstance(error, row[0]))
        causes = tuple(_causes(error))
        if self._securing and kind.startswith("connect"):
            kind, phrase = _handshake(causes, kind)
        elif kind == "framing" and str(error).startswith(_NO_ANSWER):
            kind, phrase = "disconnected", "the connection was closed before the answer"
        return Fault(kind, phrase, next(filter(None, map(str, reversed(causes))), ""))


@functools.lru_cache(maxsize=256)
def _url(url: str) -> httpx.URL:
    return httpx.URL(url)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield `error` and what it says it comes from, and not what its caller was handling."""
    while error is not None:
        yield error
        # httpcore's pool raises again "from None", which leaves the cause as the context.
        error = error.__cause__ or (error.__context__ if error.__suppress_context__ else None)


def _handshake(causes: tuple[BaseException, ...], kind: str) -> tuple[str, str]:
    """Return kind and phrase of a failure while the TLS handshake was on."""
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "tls_invalid", "its certificate is not valid"
    if kind == "connect_timeout":
        return "tls_cut_timeout", "the TLS handshake took too long"
    return "tls_cut", "the TLS handshake failed"
