"""The session: whole exchanges, a bounded body, each fault's row of the table, and no leak."""

from __future__ import annotations

import asyncio
import base64
import gc
import gzip
import pickle
import random
import socket
import ssl
import tracemalloc
import zlib
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.io.servers import Peer, RawServer, answer, client_tls, server_tls, serving
from tiktok_async.config import Timeouts
from tiktok_async.errors import ClientClosedError, ConfigError, InputError, TransportError
from tiktok_async.io import pool
from tiktok_async.io.clock import SystemClock
from tiktok_async.io.session import Session
from tiktok_async.io.transport.given import GivenLink
from tiktok_async.sansio.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tiktok_async.io.transport.dialing import Dialer
    from tiktok_async.sansio.place import Place

pytestmark = pytest.mark.anyio

SHORT = Timeouts(connect=5.0, write=5.0, read=0.3, pool=5.0)
OK = answer(b"fine")
TLS = client_tls()


def post(url: str, content: bytes = b"{}", *headers: tuple[str, str]) -> WireRequest:
    return WireRequest("POST", f"{url}/v2/x/?fields=id", headers, content)


async def always_ok(peer: Peer) -> None:
    await peer.send(OK)


def sending(*pieces: bytes, then: str = "close") -> Callable[[Peer], Awaitable[None]]:
    """Return a responder that sends `pieces`, and then closes, resets, or keeps silent."""

    async def respond(peer: Peer) -> None:
        for piece in pieces:
            await peer.send(piece)
            await asyncio.sleep(0.01)
        if then == "silence":
            await peer.reader.read()
        elif then == "reset":
            peer.reset()
        elif then == "close":
            peer.close()

    return respond


async def failure(session: Session, request: WireRequest) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await session.send(request)
    assert session.statistics().in_flight == 0
    return caught.value


@pytest.fixture(autouse=True, params=["h11", "aiohttp", "httpx"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test with each backend, and with a transport of httpx that a caller brings."""
    name: str = request.param
    if name == "aiohttp":
        pytest.importorskip("aiohttp")
    if name == "httpx":
        monkeypatch.setattr("tiktok_async.io.session._link", _over_httpx)
    else:
        monkeypatch.setattr("tiktok_async.io.session.checked_backend", lambda _: name)
    return name


def _over_httpx(dialer: Dialer, _: str, place: Place) -> GivenLink:
    proxy = None
    if dialer._proxy is not None:
        url = dialer._proxy.place.origin
        given = dialer._proxy.authorization.split()
        auth = tuple(base64.b64decode(given[2]).decode().split(":")) if given else None
        proxy = httpx.Proxy(url, auth=auth, ssl_context=TLS if "https:" in url else None)  # type: ignore[arg-type]  # a pair
    verify = dialer._trust() if place.scheme == "https" else TLS
    transport = httpx.AsyncHTTPTransport(
        verify=verify,
        trust_env=False,
        proxy=proxy,
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None),
    )
    return GivenLink(place, transport)


OURS = pytest.mark.parametrize("backend", ["h11", "aiohttp"], indirect=True)
"""For what is promised of our own connections."""


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    opened = Session(timeouts=SHORT)
    yield opened
    await opened.aclose()
    await settled()


def _running() -> set[asyncio.Task[object]]:
    return {task for task in asyncio.all_tasks() if "TestRunner." not in repr(task)}


async def settled() -> None:
    """Assert that within some turns of the loop nothing runs but the test itself."""
    for _ in range(100):
        if _running() <= {asyncio.current_task()}:
            return
        await asyncio.sleep(0.01)
    assert _running() <= {asyncio.current_task()}


async def test_send_returns_status_headers_and_body(session: Session) -> None:
    raw = answer(b'{"a":1}', "X-Two: a", "X-TWO: b", "Log-Id: 7", status="403 Forbidden")

    async def respond(peer: Peer) -> None:
        await peer.send(raw)

    async with serving(respond) as server:
        got = await session.send(post(server.url))
    assert (got.status, got.body) == (403, b'{"a":1}')
    assert got.headers["x-two"] == "a, b"
    assert got.headers["log-id"] == "7"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(
            WireRequest("POST", "/a?b=%20c", (("X-Api-Key", "k"),), b"xyz"),
            b"POST /a?b=%20c HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: k\r\n"
            b"Accept-Encoding: gzip\r\nContent-Length: 3\r\n\r\n",
            id="post",
        ),
        pytest.param(
            WireRequest("GET", "/a"),
            b"GET /a HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n",
            id="get has no length",
        ),
        pytest.param(
            WireRequest("POST", "/a"),
            b"POST /a HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n"
            b"Content-Length: 0\r\n\r\n",
            id="empty post has a length",
        ),
        pytest.param(
            WireRequest("GET", "/a", (("accept-encoding", "identity"),)),
            b"GET /a HTTP/1.1\r\nHost: {host}\r\naccept-encoding: identity\r\n\r\n",
            id="a caller's coding stands",
        ),
    ],
)
async def test_head_is_what_was_asked_and_no_more(
    session: Session, request_: WireRequest, expected: bytes
) -> None:
    async with serving(always_ok) as server:
        url = server.url + request_.url
        await session.send(WireRequest(request_.method, url, request_.headers, request_.content))
    host = server.url.removeprefix("http://").encode()
    assert server.heads == [expected.replace(b"{host}", host)]


async def test_redirects_and_cookies_are_left_alone(session: Session) -> None:
    async def respond(peer: Peer) -> None:
        await peer.send(answer(b"", "Location: /x", "Set-Cookie: a=b", status="302 Found"))

    async with serving(respond) as server:
        assert (await session.send(post(server.url))).status == 302
        await session.send(post(server.url))
    assert len(server.heads) == 2
    assert b"ookie" not in server.heads[1]


async def test_environment_proxies_are_not_used(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serving(always_ok) as server:
        assert (await session.send(post(server.url))).body == b"fine"


async def test_proxy_gets_the_request_when_one_is_given() -> None:
    async with serving(always_ok) as server:
        session = Session(proxy=server.url)
        got = await session.send(post("http://elsewhere.example"))
        await session.aclose()
    assert got.body == b"fine"
    assert server.heads[0].startswith(b"POST http://elsewhere.example/v2/x/")


async def test_proxy_that_refuses_was_not_sent() -> None:
    respond = sending(answer(b"", status="407 Proxy Authentication Required"))
    async with serving(respond) as server:
        session = Session(proxy=server.url.replace("://", "://user:secret@"))
        error = await failure(session, post("https://elsewhere.example"))
        await session.aclose()
    assert (error.kind, error.sent) == ("connect", False)
    assert "407" in error.message
    assert "secret" not in str(error)
    assert server.heads[0].startswith(b"CONNECT elsewhere.example:443 ")


@pytest.mark.parametrize(
    "respond",
    [
        pytest.param(
            sending(answer(gzip.compress(b"a" * 70_000), "Content-Encoding: gzip")), id="gzip"
        ),
        pytest.param(sending(answer(b"a" * 70_000)), id="identity"),
        pytest.param(
            sending(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
                b"1116F\r\n" + b"a" * 69_999 + b"\r\n0\r\n\r\n",
            ),
            id="chunked",
        ),
        pytest.param(sending(b"HTTP/1.0 200 OK\r\n\r\n" + b"a" * 70_000), id="until close"),
        pytest.param(
            sending(b"HTTP/1.1 100 Continue\r\n\r\n" + answer(b"a" * 70_000)), id="after a 100"
        ),
    ],
)
async def test_body_is_whole_in_every_framing(
    session: Session, respond: Callable[[Peer], Awaitable[None]]
) -> None:
    async with serving(respond) as server:
        assert (await session.send(post(server.url))).body == b"a" * 70_000


GZIPPED = gzip.compress(bytes(range(256)) * 40)
BOMB = gzip.compress(bytes(64 * 2**20))
ENDLESS = GZIPPED[:10] + b"\x00\x00\x00\xff\xff" * 5_000
"""Blocks of nothing: it inflates to not a byte, and may go on for ever."""


@pytest.mark.parametrize(
    ("body", "coding", "kind", "words"),
    [
        pytest.param(GZIPPED[:-9], "gzip", "decoding", "ends early", id="cut"),
        pytest.param(GZIPPED[:-1], "gzip", "decoding", "ends early", id="cut in the trailer"),
        pytest.param(GZIPPED + b"x", "gzip", "decoding", "follow", id="trailing bytes"),
        pytest.param(
            GZIPPED[:-8] + bytes(4) + GZIPPED[-4:], "gzip", "decoding", "damaged", id="wrong crc"
        ),
        pytest.param(b"{}", "gzip", "decoding", "damaged", id="not gzip at all"),
        pytest.param(GZIPPED, "gzip, gzip", "decoding", "not asked for", id="stacked"),
        pytest.param(b"x", "br", "decoding", "not asked for", id="unknown"),
        pytest.param(zlib.compress(b"x"), "deflate", "decoding", "not asked for", id="deflate"),
        pytest.param(BOMB, "gzip", "too_large", "20000 bytes", id="bomb"),
        pytest.param(ENDLESS, "gzip", "too_large", "20000 bytes", id="blocks of nothing"),
        pytest.param(b"x" * 20_001, "identity", "too_large", "20000 bytes", id="too long"),
    ],
)
async def test_bad_or_huge_body_is_refused(body: bytes, coding: str, kind: str, words: str) -> None:
    session = Session(timeouts=SHORT, max_body_bytes=20_000)
    respond = sending(answer(body, f"Content-Encoding: {coding}"), then="nothing")
    async with serving(respond) as server:
        error = await failure(session, post(server.url))
        await session.aclose()
    assert (error.kind, error.sent) == (kind, True)
    assert error.retryable is (kind == "decoding")
    assert words in error.message


async def test_bomb_costs_no_memory() -> None:
    session = Session(timeouts=SHORT, max_body_bytes=20_000)
    async with serving(sending(answer(BOMB, "Content-Encoding: gzip"), then="nothing")) as server:
        tracemalloc.start()
        try:
            await failure(session, post(server.url))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        await session.aclose()
    assert peak < 4 * 2**20


async def test_body_of_exactly_the_limit_passes() -> None:
    session = Session(timeouts=SHORT, max_body_bytes=20_000)
    body = gzip.compress(b"x" * 20_000)
    respond = sending(answer(body, "Content-Encoding: gzip"), then="nothing")
    async with serving(respond) as server:
        assert len((await session.send(post(server.url))).body) == 20_000
        await session.aclose()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("respond", "kind"),
    [
        pytest.param(sending(), "disconnected", id="closed before the status"),
        pytest.param(sending(b"HTTP/1.1 2"), "disconnected", id="closed in the status line"),
        pytest.param(sending(then="reset"), "lost", id="reset before the status"),
        pytest.param(sending(then="silence"), "lost_timeout", id="silence before the status"),
        pytest.param(sending(b"HTTP/1.1 200", then="silence"), "lost_timeout", id="half a head"),
        pytest.param(sending(HEAD + b"12345"), "body_cut", id="cut"),
        pytest.param(sending(HEAD + b"12345", then="reset"), "body_cut", id="reset in the body"),
        pytest.param(sending(HEAD, then="silence"), "body_cut_timeout", id="stall"),
        pytest.param(sending(CHUNKED + b"zz\r\nx"), "body_cut", id="bad chunk"),
        pytest.param(sending(CHUNKED + b"5\r\nabcde\r\n"), "body_cut", id="no last chunk"),
        pytest.param(sending(b"nonsense\r\n\r\n"), "framing", id="no status line"),
        pytest.param(sending(b"HTTP/1.1 99 X\r\n\r\n"), "framing", id="impossible status"),
        pytest.param(
            sending(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
            "framing",
            id="conflicting lengths",
        ),
        pytest.param(
            sending(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), "framing", id="oversized head"
        ),
    ],
)
async def test_fault_after_sending_has_its_row(
    session: Session, respond: Callable[[Peer], Awaitable[None]], kind: str
) -> None:
    async with serving(respond) as server:
        error = await failure(session, post(server.url))
    assert (error.kind, error.sent, error.retryable) == (kind, True, True)
    assert server.url in error.message
    assert error.__cause__ is not None
    assert session.statistics().connections == 0


async def _second_exchange_fails(peer: Peer, how: Callable[[Peer], None]) -> None:
    if peer.requests == 1:
        await peer.send(OK)
    else:
        how(peer)


@pytest.mark.parametrize(
    "how", [pytest.param(Peer.close, id="close"), pytest.param(Peer.reset, id="reset")]
)
async def test_stale_connection_is_told_from_a_fresh_one(
    session: Session, how: Callable[[Peer], None]
) -> None:
    async with serving(lambda peer: _second_exchange_fails(peer, how)) as server:
        await session.send(post(server.url))
        error = await failure(session, post(server.url))
        assert (await session.send(post(server.url))).body == b"fine"
    assert (error.kind, error.sent, server.connections) == ("disconnected_reused", True, 2)


async def test_connection_closed_while_idle_is_replaced_unseen(session: Session) -> None:
    async def respond(peer: Peer) -> None:
        await peer.send(OK)
        peer.close()

    async with serving(respond) as server:
        for _ in range(3):
            await session.send(post(server.url))
            await asyncio.sleep(0.02)
    assert server.connections == 3
    assert session.statistics().discarded == 2


async def test_refused_connection_was_not_sent(session: Session) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = await failure(session, post(f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert (error.kind, error.sent, error.retryable) == ("connect", False, True)
    assert "Connect call failed" in error.message


async def test_unknown_name_was_not_sent(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nobody)
    error = await failure(session, post("http://nobody.invalid"))
    assert (error.kind, error.sent) == ("connect", False)
    assert "Name or service not known" in error.message


async def test_connection_that_takes_too_long_was_not_sent() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        session = Session(timeouts=Timeouts(connect=0.1, read=5.0))
        with socket.create_connection(full.getsockname()):
            error = await failure(session, post(url))
        await session.aclose()
    assert (error.kind, error.sent) == ("connect_timeout", False)


async def test_verified_tls_works_and_is_reused() -> None:
    session = Session(timeouts=Timeouts(), ssl_context=client_tls())
    async with serving(always_ok, tls=server_tls()) as server:
        for _ in range(3):
            assert (await session.send(post(server.url))).body == b"fine"
        await session.aclose()
    assert server.connections == 1


@pytest.mark.parametrize(
    ("context", "host", "words"),
    [
        pytest.param(None, "127.0.0.1", "unable to get local issuer", id="unknown root"),
        pytest.param(client_tls(), "localhost", "localhost", id="another name"),
    ],
)
async def test_invalid_certificate_stops(
    context: ssl.SSLContext | None, host: str, words: str
) -> None:
    session = Session(ssl_context=context)
    async with serving(always_ok, tls=server_tls()) as server:
        error = await failure(session, post(server.url.replace("127.0.0.1", host)))
        await session.aclose()
    assert (error.kind, error.sent, error.retryable) == ("tls_invalid", False, False)
    assert words in error.message
    assert host in error.message
    assert server.heads == []


async def _hang_up(peer: Peer) -> None:
    await peer.reader.read(1)
    peer.close()


async def _reset(peer: Peer) -> None:
    await peer.reader.read(1)
    peer.reset()


async def _stay_silent(peer: Peer) -> None:
    await peer.reader.read()


@pytest.mark.parametrize(
    ("greet", "kind"),
    [
        pytest.param(_hang_up, "tls_cut", id="closed"),
        pytest.param(_reset, "tls_cut", id="reset"),
        pytest.param(_stay_silent, "tls_cut_timeout", id="silence"),
    ],
)
async def test_cut_handshake_was_not_sent(
    greet: Callable[[Peer], Awaitable[None]], kind: str
) -> None:
    session = Session(timeouts=Timeouts(connect=0.2))
    async with serving(always_ok, greet=greet) as server:
        error = await failure(session, post(server.url.replace("http", "https")))
        await session.aclose()
    assert (error.kind, error.sent, error.retryable) == (kind, False, True)


async def test_failure_is_judged_by_its_own_cause_alone(session: Session) -> None:
    """An invalid certificate that the caller is dealing with does not colour the next failure."""
    async with serving(always_ok, greet=_hang_up) as server:
        try:
            raise ssl.SSLCertVerificationError(1, "of an earlier call")
        except ssl.SSLError:
            error = await failure(session, post(server.url.replace("http", "https")))
    assert error.kind == "tls_cut"


@pytest.mark.parametrize(
    ("fault", "kind", "sent"),
    [
        pytest.param(httpx.PoolTimeout("x"), "pool", False, id="pool"),
        pytest.param(httpx.WriteTimeout("x"), "lost_timeout", True, id="write timeout"),
        pytest.param(httpx.WriteError("x"), "lost", True, id="write error"),
        pytest.param(httpx.ProxyError("x"), "connect", False, id="proxy"),
        pytest.param(ssl.SSLError(1, "alert"), "lost", True, id="tls alert"),
    ],
)
async def test_fault_of_a_transport_has_its_row(fault: Exception, kind: str, sent: bool) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault

    session = Session(transport=lambda: httpx.MockTransport(fail))
    error = await failure(session, post("https://x.example"))
    await session.aclose()
    assert (error.kind, error.sent, error.__cause__) == (kind, sent, fault)
    assert pickle.loads(pickle.dumps(error)).kind == kind  # noqa: S301  # our own bytes


async def test_other_exceptions_pass_as_they_are(session: Session) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise PermissionError("of our own disk")

    broken = Session(transport=lambda: httpx.MockTransport(fail))
    with pytest.raises(PermissionError):
        await broken.send(post("https://x.example"))
    await broken.aclose()
    async with serving(always_ok) as server:
        with pytest.raises(OSError, match="of our own disk"):
            async with session.open(post(server.url)):
                raise OSError("of our own disk")
    assert session.statistics().connections == 0


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        pytest.param(WireRequest("GET", "/v2"), "absolute", id="relative"),
        pytest.param(WireRequest("GET", "ftp://x.example"), "absolute", id="scheme"),
        pytest.param(WireRequest("GET", "https://x.example:no"), "not a URL", id="port"),
        pytest.param(WireRequest("GET it", "https://x.example"), "method", id="method"),
        pytest.param(
            WireRequest("GET", "https://x.example", (("A", "secret\r\nB: c"),)),
            "A",
            id="line break",
        ),
        pytest.param(
            WireRequest(
                "GET",
                "https://x.example",
                (
                    (
                        "A",
                        "secret ",
                    ),
                ),
            ),
            "A",
            id="space",
        ),
        pytest.param(
            WireRequest("GET", "https://x.example", (("A", "secreté"),)), "A", id="letter"
        ),
        pytest.param(
            WireRequest("GET", "https://x.example", (("A b", "secret"),)), "A b", id="name"
        ),
    ],
)
async def test_request_that_is_not_http_is_refused_without_showing_secrets(
    session: Session, request_: WireRequest, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        await session.send(request_)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert session.statistics().sent == 0


def _unverified(**changes: object) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for name, value in changes.items():
        setattr(context, name, value)
    return context


@pytest.mark.parametrize(
    "context",
    [
        pytest.param(_unverified(check_hostname=False), id="no host name"),
        pytest.param(_unverified(check_hostname=False, verify_mode=ssl.CERT_NONE), id="none"),
        pytest.param(_unverified(verify_mode=ssl.CERT_OPTIONAL), id="optional"),
    ],
)
def test_verification_cannot_be_switched_off(context: ssl.SSLContext) -> None:
    with pytest.raises(ConfigError, match="CERT_REQUIRED"):
        Session(ssl_context=context)


async def test_verification_cannot_be_switched_off_later() -> None:
    context = client_tls()
    session = Session(ssl_context=context)
    context.check_hostname = False
    async with serving(always_ok, tls=server_tls()) as server:
        with pytest.raises(ConfigError):
            await session.send(post(server.url))
    assert session.statistics().connections == 0
    await session.aclose()


@pytest.mark.parametrize(
    "proxy",
    [
        pytest.param("socks5://user:secret@x.example", id="socks"),
        pytest.param("http://user:secret@x.example:no", id="port"),
        pytest.param("https://user:secret@[::1", id="address"),
        pytest.param("user:secret@x.example", id="no scheme"),
    ],
)
def test_proxy_of_another_kind_is_refused_without_showing_it(proxy: str) -> None:
    with pytest.raises(ConfigError, match="http://host:port") as caught:
        Session(proxy=proxy)
    assert "secret" not in str(caught.value)


async def test_connections_are_reused_last_in_first_out(session: Session) -> None:
    numbers: list[int] = []

    async def respond(peer: Peer) -> None:
        if peer.requests == 1:
            await asyncio.sleep(0.01 * peer.number)  # so that they end in a known order
        numbers.append(peer.number)
        await peer.send(OK)

    async with serving(respond) as server:
        await asyncio.gather(*(session.send(post(server.url)) for _ in range(5)))
        assert session.statistics().idle == 5
        for _ in range(10):
            await session.send(post(server.url))
    assert numbers[5:] == [numbers[4]] * 10
    statistics = session.statistics()
    assert (statistics.connections, statistics.in_flight, statistics.sent) == (5, 0, 15)


async def test_connections_of_two_origins_are_apart(session: Session) -> None:
    async with serving(always_ok) as one, serving(always_ok) as two:
        for _ in range(2):
            await session.send(post(one.url))
            await session.send(post(two.url))
    assert (one.connections, two.connections) == (1, 1)


class StillClock(SystemClock):
    """Stands still until it is moved on."""

    now = 1000.0

    def monotonic(self) -> float:
        """Return `now`."""
        return self.now


async def test_idle_connections_expire() -> None:
    clock = StillClock()
    session = Session(clock=clock)
    async with serving(always_ok) as server, serving(always_ok) as other:
        await asyncio.gather(*(session.send(post(server.url)) for _ in range(3)))
        clock.now += 3.9
        await session.send(post(server.url))
        assert server.connections == 3
        clock.now += 0.2
        await session.send(post(other.url))
        assert session.statistics().connections == 2, "the sweep drops two of the first three"
        clock.now += 4.1
        await session.send(post(server.url))
        assert (server.connections, session.statistics().connections) == (4, 1)
        await session.aclose()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(answer(b"x", "Connection: close"), id="said so"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", id="http 1.0"),
    ],
)
async def test_connection_that_will_close_is_not_kept(session: Session, raw: bytes) -> None:
    async with serving(sending(raw)) as server:
        await session.send(post(server.url))
        assert session.statistics().connections == 0
        await session.send(post(server.url))
    assert server.connections == 2


async def test_open_gives_raw_chunks_as_they_come(session: Session) -> None:
    zipped = gzip.compress(b"abc")
    raw = answer(zipped, "Content-Encoding: gzip")
    async with serving(sending(raw[:-5], raw[-5:], then="nothing")) as server:
        async with session.open(post(server.url)) as streamed:
            assert (streamed.status, streamed.headers["content-encoding"]) == (200, "gzip")
            chunks = [chunk async for chunk in streamed.chunks()]
            assert [chunk async for chunk in streamed.chunks()] == []
        assert b"".join(chunks) == zipped
        assert len(chunks) > 1
        assert session.statistics().idle == 1


async def test_answer_left_half_read_closes_its_connection(session: Session) -> None:
    async with serving(sending(HEAD + b"12345", then="silence")) as server:
        async with session.open(post(server.url)) as streamed:
            async for _ in streamed.chunks():
                break
        assert session.statistics().connections == 0
        await session.aclose()
        await asyncio.sleep(0.01)
        assert server.open == set()


async def test_fault_in_an_open_body_has_its_row(session: Session) -> None:
    async with (
        serving(sending(HEAD + b"12345")) as server,
        session.open(post(server.url)) as streamed,
    ):
        with pytest.raises(TransportError) as caught:
            assert [chunk async for chunk in streamed.chunks()]
    assert caught.value.kind == "body_cut"
    assert session.statistics().connections == 0


async def test_timeouts_of_a_call_win(session: Session) -> None:
    async def respond(peer: Peer) -> None:
        await asyncio.sleep(0.5)
        await peer.send(OK)

    async with serving(respond) as server:
        assert (await session.send(post(server.url), timeouts=Timeouts())).body == b"fine"


async def test_aclose_ends_what_is_in_flight_and_stays_closed() -> None:
    session = Session()
    all_sent = asyncio.Event()

    async def respond(peer: Peer) -> None:
        if len(server.heads) == 5:
            all_sent.set()
        await peer.reader.read()

    async with serving(respond) as server:
        calls = [asyncio.create_task(session.send(post(server.url))) for _ in range(5)]
        await all_sent.wait()
        await asyncio.gather(session.aclose(), session.aclose())
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(result) for result in results] == [ClientClosedError] * 5
        with pytest.raises(ClientClosedError):
            await session.send(post(server.url))
        await session.aclose()
    statistics = session.statistics()
    assert (statistics.connections, statistics.in_flight) == (0, 0)
    await settled()


@pytest.mark.parametrize("turns", range(0, 24, 3))
async def test_aclose_at_any_instant_leaves_nothing(turns: int) -> None:
    session = Session(ssl_context=client_tls())
    async with serving(always_ok, tls=server_tls()) as server:
        call = asyncio.create_task(session.send(post(server.url)))
        for _ in range(turns):
            await asyncio.sleep(0.0005)
        await session.aclose()
        with suppress(ClientClosedError):
            await call
    assert session.statistics().connections == 0
    await settled()
    gc.collect()


async def test_aclose_while_connecting_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    looked_up, may_go_on = asyncio.Event(), asyncio.Event()
    getaddrinfo = loop.getaddrinfo

    async def slow(*args: object, **options: object) -> object:
        looked_up.set()
        await may_go_on.wait()
        return await getaddrinfo(*args, **options)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(loop, "getaddrinfo", slow)
    session = Session()
    async with serving(always_ok) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        call = asyncio.create_task(session.send(post(url)))
        await looked_up.wait()
        await session.aclose()
        may_go_on.set()
        with pytest.raises(ClientClosedError):
            await call
    assert server.heads == []
    await settled()
    gc.collect()


async def test_aclose_does_not_wait_for_a_transport_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Hanging(httpx.MockTransport):
        async def aclose(self) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(pool, "_CLOSING_SECONDS", 0.05)
    session = Session(transport=lambda: Hanging(lambda _: httpx.Response(200)))
    await session.send(post("https://x.example"))
    async with asyncio.timeout(2):
        await session.aclose()
    await settled()


def test_session_belongs_to_one_event_loop() -> None:
    session = Session(transport=lambda: httpx.MockTransport(lambda _: httpx.Response(200)))
    asyncio.run(session.send(post("https://x.example")))
    with pytest.raises(ClientClosedError, match="another event loop"):
        asyncio.run(session.send(post("https://x.example")))


async def test_session_belongs_to_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(transport=lambda: httpx.MockTransport(lambda _: httpx.Response(200)))
    await session.send(post("https://x.example"))
    monkeypatch.setattr("tiktok_async.io.pool.os", SimpleNamespace(getpid=lambda: -1))
    with pytest.raises(ClientClosedError, match="process"):
        await session.send(post("https://x.example"))
    monkeypatch.undo()
    await session.aclose()


async def _storm(server: RawServer, session: Session, cancels: int, callers: int) -> None:
    """Cancel calls at random instants of their life, until `cancels` of them were met alive."""
    chance = random.Random(7)  # noqa: S311  # instants, not secrets
    cancelled = 0

    async def caller() -> None:
        nonlocal cancelled
        while cancelled < cancels:
            call = asyncio.create_task(session.send(post(server.url)))
            for _ in range(chance.randrange(16)):
                await asyncio.sleep(0)
            if chance.random() < 0.2:
                await asyncio.sleep(chance.random() * 0.01)
            call.cancel()
            if chance.random() < 0.2:
                await asyncio.sleep(0)
                call.cancel()
            with suppress(asyncio.CancelledError):
                await call
            cancelled += call.cancelled()

    await asyncio.gather(*(caller() for _ in range(callers)))


@OURS
@pytest.mark.parametrize(
    ("tls", "cancels"),
    [pytest.param(False, 10_000, id="plain"), pytest.param(True, 1_000, id="tls")],
)
@pytest.mark.timeout(180)
async def test_cancels_at_random_instants_lose_nothing(tls: bool, cancels: int) -> None:
    session = Session(timeouts=Timeouts(), ssl_context=client_tls())
    async with serving(always_ok, tls=server_tls() if tls else None) as server:
        await _storm(server, session, cancels, callers=40)
        assert session.statistics().in_flight == 0
        answers = await asyncio.gather(*(session.send(post(server.url)) for _ in range(40)))
        assert {got.body for got in answers} == {b"fine"}
        await session.aclose()
        for _ in range(200):
            if not server.open:
                break
            await asyncio.sleep(0.01)
        assert server.open == set(), "the server sees every connection closed"
    assert session.statistics().connections == 0
    assert session.statistics().discarded > cancels / 2, "most cancels meet an open exchange"
    await settled()
    gc.collect()
