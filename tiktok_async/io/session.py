"""Sending requests: a pool whose cost does not grow with the number of its connections.

Rules: the only module that knows httpx, and it calls httpx's transport itself, one transport for
each connection (`pool`): the client and the connection pool of httpx cost ten times the exchange
at a hundred connections. What leaves is an `Answer`, or an error of ours.

Where a failure stands in the retry table is `TransportError.kind`; one that was a matter of time
has the suffix `_timeout` (`connect_timeout`, `tls_cut_timeout`, `lost_timeout`,
`body_cut_timeout`).
"""

from __future__ import annotations

import functools
import ssl
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import anyio
import attrs
import httpcore
import httpx

from tiktok_async.config import Timeouts
from tiktok_async.errors import ClientClosedError, ConfigError, InputError, TransportError, shown
from tiktok_async.io.clock import SystemClock
from tiktok_async.io.pool import Pool, SessionStatistics
from tiktok_async.io.streamed import StreamedAnswer
from tiktok_async.sansio.body import BoundedBody
from tiktok_async.sansio.head import joined_headers, raw_headers
from tiktok_async.sansio.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager

    from tiktok_async.io.clock import Clock
    from tiktok_async.sansio.wire import WireRequest

_DEFAULT_TIMEOUTS: Final = Timeouts()
_ONE_CONNECTION: Final = httpx.Limits(
    max_connections=1, max_keepalive_connections=1, keepalive_expiry=None
)
_SCHEMES: Final = frozenset({"http", "https"})

# Failures that come from below; any other exception passes as it is. httpcore itself lets two
# through: a TLS error after the handshake (an alert, a damaged record), and the end of a handshake
# whose connection `aclose` closes. Reading past httpx raises httpcore's own.
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
_NOT_SENT: Final = frozenset(
    {"connect", "connect_timeout", "tls_invalid", "tls_cut", "tls_cut_timeout", "pool"}
)
_STALE: Final = frozenset({"disconnected", "lost"})
"""What a connection that the server closed while it was idle looks like."""
_NO_ANSWER: Final = "Server disconnected"
"""How httpcore words a close before the status line; every other wording is about framing."""


class Session:
    """A pool of one-connection transports behind a LIFO stack for each origin.

    It sets no limit on concurrency: the gate above it does. Redirects are not followed, cookies
    are not kept, and the environment's proxies are not used. It belongs to the event loop and the
    process that first use it.

    Args:
        timeouts: Time limits in seconds; `deadline` is the middleware's.
        ssl_context: What to trust in place of certifi's roots; it must verify.
        transport: Makes the transport of one connection, in place of the network: for tests.
        proxy: URL of an http(s) proxy.
        max_body_bytes: Most bytes of one answer of `send`, decompressed.
        keepalive_expiry: Seconds that an idle connection is kept; below the server's own limit.
        clock: Tells when an idle connection expires; the machine's by default.

    Raises:
        ConfigError: `ssl_context` does not verify, or `proxy` is no http(s) URL.
    """

    def __init__(
        self,
        *,
        timeouts: Timeouts = _DEFAULT_TIMEOUTS,
        ssl_context: ssl.SSLContext | None = None,
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
        proxy: str | None = None,
        max_body_bytes: int = 32 * 2**20,
        keepalive_expiry: float = 4.0,
        clock: Clock | None = None,
    ) -> None:
        if ssl_context is not None:
            _refuse_unverified(ssl_context)
        if proxy is not None and urlsplit(proxy).scheme not in _SCHEMES:
            raise ConfigError('The proxy is written as "http://host:port" or "https://host:port".')
        self._timeouts = timeouts
        self._max_body_bytes = max_body_bytes
        self._pool = Pool(
            transport or functools.partial(network_transport, ssl_context, proxy),
            keepalive_expiry,
            clock or SystemClock(),
        )

    async def send(self, request: WireRequest, *, timeouts: Timeouts | None = None) -> Answer:
        """Send `request` and read the whole answer, decompressed.

        Args:
            request: What to send; gzip is asked for unless it has an Accept-Encoding.
            timeouts: In place of the session's.

        Raises:
            TransportError: The exchange failed; `kind` says how, `sent` whether the server may
                have seen it.
            InputError: The request cannot be written as HTTP; nothing was sent.
            ClientClosedError: The session is closed, or of another event loop or process.
        """
        exchange = _Exchange(self._pool, request, timeouts or self._timeouts)
        async with exchange as answer:
            body = BoundedBody(answer.headers.get("content-encoding", ""), self._max_body_bytes)
            while piece := await exchange.receive():
                body.feed(piece)
        return Answer(answer.status, answer.headers, body.finish())

    def open(
        self, request: WireRequest, *, timeouts: Timeouts | None = None
    ) -> AbstractAsyncContextManager[StreamedAnswer]:
        """Send `request` on entry; the body is read through `StreamedAnswer.chunks`.

        Leaving the block before the end of the body closes the connection.

        Args:
            request: What to send; gzip is asked for unless it has an Accept-Encoding.
            timeouts: In place of the session's.

        Raises:
            TransportError, InputError, ClientClosedError: As for `send`, on entry.
        """
        return _Exchange(self._pool, request, timeouts or self._timeouts)

    async def aclose(self) -> None:
        """Close every connection, within seconds; exchanges in flight end in ClientClosedError."""
        await self._pool.aclose()

    def statistics(self) -> SessionStatistics:
        """Return a snapshot."""
        return self._pool.statistics()


@functools.cache
def _default_ssl_context() -> ssl.SSLContext:
    # Once a process: building one takes 25 ms, a connection with it at hand 0.2 ms.
    return httpx.create_ssl_context(trust_env=False)


def _refuse_unverified(context: ssl.SSLContext) -> None:
    if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
        raise ConfigError(
            "The ssl_context does not verify the server. Leave verify_mode at CERT_REQUIRED and "
            "check_hostname at True; load_verify_locations adds a private root."
        )


def network_transport(
    context: ssl.SSLContext | None, proxy: str | None
) -> httpx.AsyncBaseTransport:
    """Return the transport of one connection, which verifies; httpx's type is of no concern.

    Args:
        context: What to trust in place of certifi's roots.
        proxy: URL of a proxy.

    Raises:
        ConfigError: `context` does not verify.
    """
    verify = context or _default_ssl_context()
    _refuse_unverified(verify)  # it may have been changed since it was given
    to_proxy = None
    if proxy is not None:
        to_proxy = httpx.Proxy(proxy, ssl_context=verify if proxy.startswith("https:") else None)
    return httpx.AsyncHTTPTransport(
        verify=verify, trust_env=False, limits=_ONE_CONNECTION, proxy=to_proxy
    )


@attrs.frozen
class _Target:
    """A URL taken apart."""

    url: httpx.URL
    origin: str


@functools.lru_cache(maxsize=1024)
def _target(url: str) -> _Target:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise InputError(f"{shown(url)} is not a URL: {error}.") from None
    if parsed.scheme not in _SCHEMES or not parsed.host:
        raise InputError(f"{shown(url)} is not an absolute http(s) URL.")
    return _Target(parsed, f"{parsed.scheme}://{parsed.netloc.decode('ascii')}")


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


def _decrypted(tls: ssl.SSLObject, piece: bytes, size: int) -> Iterator[bytes]:
    """Yield `piece`, and what came with it: a wait for each record of 16 KiB costs most."""
    while piece:
        yield piece
        size -= len(piece)
        try:
            piece = tls.read(size) if size else b""
        except ssl.SSLWantReadError:
            return


class _Exchange:
    """One request on one connection, from its head to the last byte of its answer."""

    def __init__(
        self, pool: Pool[httpx.AsyncBaseTransport], request: WireRequest, timeouts: Timeouts
    ) -> None:
        self._pool = pool
        self._request = request
        self._timeouts = timeouts
        self._answered = False
        self._whole = False

    async def __aenter__(self) -> StreamedAnswer:
        target = _target(self._request.url)
        wire = self._wire(target)
        self._connection = connection = self._pool.take(target.origin)
        if not connection.reused:
            wire.extensions["trace"] = connection.watch
        try:
            response = await connection.transport.handle_async_request(wire)
        except BaseException as error:
            self._pool.discard(connection)
            if isinstance(error, _FAULTS):
                raise self._failure(error) from error
            raise
        self._answered = True
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._parts = aiter(self._stream)
        headers = joined_headers(response.headers.raw)
        self._last = (
            response.extensions.get("http_version") == b"HTTP/1.0"
            or "close" in headers.get("connection", "").lower()
        )
        self._network: Any = response.extensions.get("network_stream")
        read = None if self._network is None else self._read
        return StreamedAnswer(response.status_code, headers, self.receive, read)

    async def __aexit__(self, *_: object) -> None:
        if self._whole and not self._last:
            self._pool.keep(self._connection)
        else:
            self._pool.discard(self._connection)

    async def receive(self) -> bytes:
        """Return the next piece of the body, or b"" at its end."""
        if self._whole:
            return b""
        try:
            async for part in self._parts:
                if part:
                    return part
            await self._stream.aclose()
        except _FAULTS as error:
            raise self._failure(error) from error
        self._whole = True
        return b""

    async def _read(self, size: int) -> bytes:
        """Return what comes on the connection, past the parser; it is not used again."""
        try:
            piece: bytes = await self._network.read(size, self._timeouts.read)
            tls = self._network.get_extra_info("ssl_object")
            return piece if tls is None or not piece else b"".join(_decrypted(tls, piece, size))
        except _FAULTS as error:
            raise self._failure(error) from error

    def _wire(self, target: _Target) -> httpx.Request:
        timeouts = self._timeouts
        limits = {
            "connect": timeouts.connect,
            "read": timeouts.read,
            "write": timeouts.write,
            "pool": timeouts.pool,
        }
        return httpx.Request(
            self._request.method,
            target.url,
            headers=raw_headers(self._request, target.url.netloc),
            stream=httpx.ByteStream(self._request.content),
            extensions={"timeout": limits},
        )

    def _failure(self, error: Exception) -> TransportError | ClientClosedError:
        """Return what `error` of httpx means here, by the tables above."""
        if self._pool.closed:
            return ClientClosedError("The session was closed during the exchange.")
        table = _AFTER_HEAD if self._answered else _BEFORE_HEAD
        kind, phrase = next((row[1], row[2]) for row in table if isinstance(error, row[0]))
        causes = tuple(_causes(error))
        if self._connection.securing and kind.startswith("connect"):
            kind, phrase = _handshake(causes, kind)
        elif kind == "framing" and str(error).startswith(_NO_ANSWER):
            kind, phrase = "disconnected", "the connection was closed before the answer"
        if self._connection.reused and kind in _STALE:
            kind, phrase = "disconnected_reused", "the idle connection had been closed"
        detail = next(filter(None, map(str, reversed(causes))), "")
        return TransportError(
            f"{self._connection.origin}: {phrase}{detail and ': '}{shown(detail)}.",
            kind=kind,
            sent=kind not in _NOT_SENT,
            retryable=kind != "tls_invalid",
        )
