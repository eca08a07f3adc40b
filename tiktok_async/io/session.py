"""Sending requests: a pool whose cost does not grow with the number of its connections.

Each connection is ours from the socket up (`transport`): the client and the connection pool of
httpx cost ten times the exchange at a hundred connections, and httpcore three times. What leaves
is an `Answer`, or an error of ours.

Where a failure stands in the retry table is `TransportError.kind`; one that was a matter of time
has the suffix `_timeout` (`connect_timeout`, `tls_cut_timeout`, `lost_timeout`,
`body_cut_timeout`).
"""

from __future__ import annotations

import functools
import ssl
from typing import TYPE_CHECKING, Final

from tiktok_async.config import Timeouts
from tiktok_async.errors import ClientClosedError, ConfigError, TransportError, shown
from tiktok_async.io.clock import SystemClock
from tiktok_async.io.pool import Pool, SessionStatistics
from tiktok_async.io.streamed import StreamedAnswer
from tiktok_async.io.transport.backends import checked_backend, parser_of
from tiktok_async.io.transport.dialing import Dialer, Proxy
from tiktok_async.io.transport.link import Link
from tiktok_async.io.transport.seam import Fault, Outgoing
from tiktok_async.sansio.body import BoundedBody
from tiktok_async.sansio.head import HeadLines, joined_headers
from tiktok_async.sansio.place import place_of
from tiktok_async.sansio.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    import httpx

    from tiktok_async.io.clock import Clock
    from tiktok_async.io.pool import Connection
    from tiktok_async.io.transport.backends import Backend
    from tiktok_async.io.transport.seam import Connecting
    from tiktok_async.sansio.place import Place
    from tiktok_async.sansio.wire import WireRequest

_DEFAULT_TIMEOUTS: Final = Timeouts()
_AT_ONCE: Final = 2**18
"""Bytes of a body that are read before who waits for the whole of it is woken."""
_NOT_SENT: Final = frozenset(
    {"connect", "connect_timeout", "tls_invalid", "tls_cut", "tls_cut_timeout", "pool"}
)
_STALE: Final = frozenset({"disconnected", "lost"})
"""What a connection that the server closed while it was idle looks like."""


class Session:
    """A pool of connections: a LIFO stack for each origin.

    It sets no limit on concurrency: the gate above it does. Redirects are not followed, cookies
    are not kept, and the environment's proxies are not used. It belongs to the event loop and the
    process that first use it.

    With the extra `fast` an exchange costs about half: answers are read by aiohttp's parser, which
    is C. `backend` says which is used; nothing else differs. uvloop takes off another third, where
    the caller runs the event loop with it.

    Args:
        timeouts: Time limits in seconds; `deadline` is the middleware's.
        ssl_context: What to trust in place of certifi's roots; it must verify.
        transport: Makes the httpx transport of one connection, in place of our own: for tests, and
            for what httpx alone can do.
        proxy: URL of an http(s) proxy.
        max_body_bytes: Most bytes of one answer of `send`, decompressed.
        keepalive_expiry: Seconds that an idle connection is kept; below the server's own limit.
        clock: Tells when an idle connection expires; the machine's by default.
        backend: What reads the answers, "aiohttp" or "h11"; None = aiohttp where it is installed.
        resolve: Gives the address to connect to for an origin such as "https://host"; the
            certificate must be the host's all the same. None = the name's own.

    Raises:
        ConfigError: `ssl_context` does not verify, `proxy` is no http(s) URL, or there is no such
            `backend`, or it is not installed.
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
        backend: Backend | None = None,
        resolve: Callable[[str], Awaitable[str]] | None = None,
    ) -> None:
        if ssl_context is not None:
            _refuse_unverified(ssl_context)
        dialer = Dialer(
            functools.partial(_verifying, ssl_context),
            None if proxy is None else Proxy.of(proxy),
            resolve,
        )
        made = functools.partial(_link, dialer, checked_backend(backend))
        self._timeouts = timeouts
        self._max_body_bytes = max_body_bytes
        self._lines = HeadLines()
        self._pool: Pool[Connecting] = Pool(
            made if transport is None else functools.partial(_given, transport),
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
        exchange = _Exchange(self._pool, self._lines, request, timeouts or self._timeouts)
        answer = await exchange.begin(_AT_ONCE)
        try:
            body = BoundedBody(answer.headers.get("content-encoding", ""), self._max_body_bytes)
            while piece := await exchange.receive():
                body.feed(piece)
        finally:
            exchange.end()
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
        return _Exchange(self._pool, self._lines, request, timeouts or self._timeouts)

    async def aclose(self) -> None:
        """Close every connection, within seconds; exchanges in flight end in ClientClosedError."""
        await self._pool.aclose()

    def statistics(self) -> SessionStatistics:
        """Return a snapshot."""
        return self._pool.statistics()


def _link(dialer: Dialer, backend: Backend, place: Place) -> Link:
    return Link(place, dialer, parser_of(backend))


def _given(transport: Callable[[], httpx.AsyncBaseTransport], place: Place) -> Connecting:
    from tiktok_async.io.transport.given import GivenLink

    return GivenLink(place, transport())


@functools.cache
def _default_ssl_context() -> ssl.SSLContext:
    # Once a process: building one takes 25 ms, a connection with it at hand 0.2 ms.
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _verifying(given: ssl.SSLContext | None) -> ssl.SSLContext:
    """Return what to trust: `given`, which may have been changed since it was, or certifi's roots.

    Raises:
        ConfigError: `given` does not verify any more.
    """
    context = given or _default_ssl_context()
    _refuse_unverified(context)
    return context


def _refuse_unverified(context: ssl.SSLContext) -> None:
    if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
        raise ConfigError(
            "The ssl_context does not verify the server. Leave verify_mode at CERT_REQUIRED and "
            "check_hostname at True; load_verify_locations adds a private root."
        )


class _Exchange:
    """One request on one connection, from its head to the last byte of its answer."""

    def __init__(
        self,
        pool: Pool[Connecting],
        lines: HeadLines,
        request: WireRequest,
        timeouts: Timeouts,
    ) -> None:
        self._pool = pool
        self._lines = lines
        self._request = request
        self._timeouts = timeouts
        self._whole = False
        self._connection: Connection[Connecting]

    async def begin(self, enough: int) -> StreamedAnswer:
        """Send the request and return its answer, with `enough` bytes of the body at hand."""
        place, target = place_of(self._request.url)
        outgoing = Outgoing(self._request, target, self._lines.of(self._request, place.authority))
        self._connection = connection = self._pool.take(place)
        try:
            head = await connection.link.send(outgoing, self._timeouts, enough)
        except BaseException as error:
            self._pool.discard(connection)
            if isinstance(error, Fault):
                raise self._failure(error) from (error.__cause__ or error)
            raise
        fill = self._fill if connection.link.raw else None
        return StreamedAnswer(head.status, joined_headers(head.headers), self.receive, fill)

    def end(self) -> None:
        """Give the connection back, or drop it."""
        if self._whole and not self._connection.link.last:
            self._pool.keep(self._connection)
        else:
            self._pool.discard(self._connection)

    async def __aenter__(self) -> StreamedAnswer:
        return await self.begin(0)

    async def __aexit__(self, *_: object) -> None:
        self.end()

    async def receive(self) -> bytes:
        """Return the next piece of the body, or b"" at its end."""
        if self._whole:
            return b""
        try:
            piece = await self._connection.link.receive()
        except Fault as fault:
            raise self._failure(fault) from (fault.__cause__ or fault)
        self._whole = not piece
        return piece

    async def _fill(self, buffer: memoryview) -> int:
        """Put what comes on the connection into `buffer`; it is not used again."""
        try:
            return await self._connection.link.fill(buffer)
        except Fault as fault:
            raise self._failure(fault) from (fault.__cause__ or fault)

    def _failure(self, fault: Fault) -> TransportError | ClientClosedError:
        """Return the error that a fault is outside."""
        if self._pool.closed:
            return ClientClosedError("The session was closed during the exchange.")
        kind, phrase = fault.kind, fault.phrase
        if self._connection.reused and kind in _STALE:
            kind, phrase = "disconnected_reused", "the idle connection had been closed"
        detail = fault.detail
        return TransportError(
            f"{self._connection.place.origin}: {phrase}{detail and ': '}{shown(detail)}.",
            kind=kind,
            sent=kind not in _NOT_SENT,
            retryable=kind != "tls_invalid",
        )
