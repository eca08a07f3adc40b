"""Our own connections: proxies, framings that are rare, slow sides, addresses, and the parsers."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import ssl
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.io.servers import Peer, answer, client_tls, server_tls, serving
from tiktok_async.config import Timeouts
from tiktok_async.errors import ConfigError, MissingExtraError, TransportError
from tiktok_async.io.session import Session
from tiktok_async.io.transport import backends, dialing
from tiktok_async.io.transport.by_h11 import MAX_HEAD_BYTES, H11Parser
from tiktok_async.sansio.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tiktok_async.io.transport.backends import Backend

pytestmark = pytest.mark.anyio

SHORT = Timeouts(connect=5.0, write=5.0, read=0.3, pool=5.0)
OK = answer(b"fine")


@pytest.fixture(params=["h11", "aiohttp"])
def backend(request: pytest.FixtureRequest) -> Backend:
    name: Backend = request.param
    if name == "aiohttp":
        pytest.importorskip("aiohttp")
    return name


@contextlib.asynccontextmanager
async def opened(**options: Any) -> AsyncIterator[Session]:
    session = Session(**options)
    try:
        yield session
    finally:
        await session.aclose()


def get(url: str) -> WireRequest:
    return WireRequest("GET", f"{url}/a", (("X-Api-Key", "k"),))


def replying(*answers: bytes, pause: float = 0.0) -> Callable[[Peer], Awaitable[None]]:
    """Return a responder that gives these answers, one a request, the last for ever."""
    todo = list(answers)

    async def respond(peer: Peer) -> None:
        await asyncio.sleep(pause)
        await peer.send(todo.pop(0) if len(todo) > 1 else todo[0])

    return respond


async def until(true: Callable[[], object]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came")


# Proxies.


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


def tunnel_to(port: int) -> Callable[[Peer], Awaitable[None]]:
    """Return a responder that is a tunnel to `port`, whatever is asked for."""

    async def respond(peer: Peer) -> None:
        await peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pipe(peer.reader, writer), _pipe(reader, peer.writer))

    return respond


@pytest.mark.parametrize("tls", [pytest.param(False, id="http"), pytest.param(True, id="https")])
async def test_proxy_is_a_tunnel_for_https_and_sees_no_request(backend: Backend, tls: bool) -> None:
    async with (
        serving(replying(OK), tls=server_tls()) as target,
        serving(
            tunnel_to(int(target.url.rpartition(":")[2])), tls=server_tls() if tls else None
        ) as proxy,
        opened(
            backend=backend,
            ssl_context=client_tls(),
            proxy=proxy.url.replace("://", "://me:s%3Acret@"),
        ) as session,
    ):
        for _ in range(2):
            assert (await session.send(get(target.url))).body == b"fine"
    place = target.url.removeprefix("https://").encode()
    assert proxy.heads == [
        b"CONNECT %b HTTP/1.1\r\nHost: %b\r\nProxy-Authorization: Basic bWU6czpjcmV0\r\n\r\n"
        % (place, place)
    ]
    assert target.connections == 1
    assert all(b"Proxy" not in head and b"X-Api-Key: k" in head for head in target.heads)


async def test_certificate_behind_a_proxy_must_be_the_targets(backend: Backend) -> None:
    async with (
        serving(replying(OK), tls=server_tls()) as target,
        serving(tunnel_to(int(target.url.rpartition(":")[2]))) as proxy,
        opened(backend=backend, ssl_context=client_tls(), proxy=proxy.url) as session,
    ):
        with pytest.raises(TransportError) as caught:
            await session.send(get("https://elsewhere.example"))
    assert (caught.value.kind, caught.value.sent) == ("tls_invalid", False)


async def test_proxy_is_told_who_asks_with_each_plain_request(backend: Backend) -> None:
    async with (
        serving(replying(OK)) as proxy,
        opened(backend=backend, proxy=proxy.url.replace("://", "://me:@")) as session,
    ):
        for _ in range(2):
            await session.send(get("http://elsewhere.example:81"))
    assert proxy.connections == 1
    for head in proxy.heads:
        assert head.startswith(b"GET http://elsewhere.example:81/a HTTP/1.1\r\n")
        assert b"\r\nProxy-Authorization: Basic bWU6\r\n" in head
        assert b"\r\nHost: elsewhere.example:81\r\n" in head


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        pytest.param(b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "connect", "502 Bad", id="refuses"),
        pytest.param(b"nonsense\r\n\r\n", "connect", "refused", id="no-http"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200", "connect", "more", id="says-more"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", "connect_timeout", "in time", id="stalls"),
        pytest.param(None, "connect", "closed", id="closes"),
    ],
)
async def test_proxy_that_makes_no_tunnel_was_not_sent_anything(
    backend: Backend, said: bytes | None, kind: str, words: str
) -> None:
    async def respond(peer: Peer) -> None:
        if said is None:
            peer.close()
        else:
            await peer.send(said)

    async with (
        serving(respond) as proxy,
        opened(backend=backend, proxy=proxy.url, timeouts=Timeouts(connect=0.3)) as session,
    ):
        with pytest.raises(TransportError, match=words) as caught:
            await session.send(get("https://elsewhere.example"))
        assert (caught.value.kind, caught.value.sent) == (kind, False)
        assert session.statistics().connections == 0


# Framings that are rare.


@pytest.mark.parametrize(
    ("method", "raw", "status", "body"),
    [
        pytest.param("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 200, b"", id="head"),
        pytest.param("GET", b"HTTP/1.1 204 Gone\r\n\r\n", 204, b"", id="204"),
        pytest.param("GET", b"HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n", 304, b"", id="304"),
        pytest.param("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, b"", id="empty"),
        pytest.param(
            "GET",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK,
            200,
            b"fine",
            id="two-before",
        ),
        pytest.param(
            "GET",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"2;x=y\r\nfi\r\n2\r\nne\r\n0\r\nX-Sum: 7\r\n\r\n",
            200,
            b"fine",
            id="trailers",
        ),
    ],
)
async def test_answer_ends_where_it_ends_and_the_connection_goes_on(
    backend: Backend, method: str, raw: bytes, status: int, body: bytes
) -> None:
    async with serving(replying(raw, OK)) as server, opened(backend=backend) as session:
        got = await session.send(WireRequest(method, f"{server.url}/a"))
        assert (got.status, got.body) == (status, body)
        assert (await session.send(get(server.url))).body == b"fine"
    assert server.connections == 1


@pytest.mark.parametrize(
    "at_once", [pytest.param(True, id="at-once"), pytest.param(False, id="later")]
)
@pytest.mark.parametrize(
    "surplus",
    [
        pytest.param(b"x", id="a-byte"),
        pytest.param(b"HTTP/1.1 2", id="a-beginning"),
        pytest.param(answer(b"evil"), id="an-answer"),
    ],
)
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(OK, id="length"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n",
            id="chunks",
        ),
    ],
)
async def test_what_follows_an_answer_unasked_is_nobodys(
    backend: Backend, raw: bytes, surplus: bytes, at_once: bool
) -> None:
    async def respond(peer: Peer) -> None:
        if at_once:
            await peer.send(raw + surplus)
        else:
            await peer.send(raw)
            await peer.send(surplus)

    async with serving(respond) as server, opened(backend=backend) as session:
        for number in range(1, 4):
            assert (await session.send(get(server.url))).body == b"fine"
            await asyncio.sleep(0.02)
            assert server.connections == number, "each connection served once"


async def test_switch_of_protocols_that_nobody_asked_for_is_no_answer(backend: Backend) -> None:
    raw = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    async with (
        serving(replying(raw)) as server,
        opened(backend=backend, timeouts=SHORT) as session,
    ):
        with pytest.raises(TransportError) as caught:
            await session.send(get(server.url))
    assert caught.value.kind == "framing"


async def test_answer_in_single_bytes_is_the_same(backend: Backend) -> None:
    async def respond(peer: Peer) -> None:
        for byte in OK:
            peer.writer.write(bytes([byte]))
            await asyncio.sleep(0)

    async with serving(respond) as server, opened(backend=backend) as session:
        for _ in range(2):
            assert (await session.send(get(server.url))).body == b"fine"
    assert server.connections == 1


# Slow sides.


async def test_slow_reader_holds_the_sender_back(backend: Backend) -> None:
    sent = 0

    async def respond(peer: Peer) -> None:
        nonlocal sent
        await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(256):
            await peer.send(b"40000\r\n" + bytes(0x40000) + b"\r\n")
            sent += 1
        await peer.send(b"0\r\n\r\n")

    async with (
        serving(respond) as server,
        opened(backend=backend) as session,
        session.open(get(server.url)) as streamed,
    ):
        pieces = streamed.chunks()
        size = len(await anext(pieces))
        before = -1
        while before != sent:
            before = sent
            await asyncio.sleep(0.1)
        assert sent < 100, "most of it waits at the server"
        async for piece in pieces:
            size += len(piece)
    assert (size, sent) == (256 * 0x40000, 256)


async def test_server_that_does_not_read_is_left_in_time(backend: Backend) -> None:
    async def greet(peer: Peer) -> None:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a transport for both
        await asyncio.sleep(30)

    patience = Timeouts(write=0.2, read=30.0)
    async with (
        serving(replying(OK), greet=greet) as server,
        opened(backend=backend, timeouts=patience) as session,
    ):
        with pytest.raises(TransportError) as caught:
            await session.send(WireRequest("POST", server.url, (), bytes(32 * 2**20)))
    assert (caught.value.kind, caught.value.sent) == ("lost_timeout", True)


async def test_answer_before_the_request_was_read_is_taken(backend: Backend) -> None:
    async def greet(peer: Peer) -> None:
        await peer.reader.read(1)
        await peer.send(answer(b"too large", status="413 Too Large"))
        await asyncio.sleep(30)

    async with serving(replying(OK), greet=greet) as server, opened(backend=backend) as session:
        got = await session.send(WireRequest("POST", server.url, (), bytes(32 * 2**20)))
    assert (got.status, got.body) == (413, b"too large")


async def test_silence_is_measured_anew_with_each_piece(backend: Backend) -> None:
    async def drip(peer: Peer) -> None:
        for byte in OK[:10]:
            await peer.send(bytes([byte]))
            await asyncio.sleep(0.04)
        await peer.send(OK[10:])

    async with (
        serving(drip) as server,
        opened(backend=backend, timeouts=Timeouts(read=0.2)) as session,
    ):
        assert (await session.send(get(server.url))).body == b"fine"


async def test_each_call_has_its_own_patience(backend: Backend) -> None:
    async def respond(peer: Peer) -> None:
        if peer.requests < 3:
            await peer.send(OK)

    async with serving(respond) as server, opened(backend=backend) as session:
        await session.send(get(server.url), timeouts=Timeouts(read=None))
        await session.send(get(server.url), timeouts=Timeouts(read=60.0))
        loop = asyncio.get_running_loop()
        begun = loop.time()
        with pytest.raises(TransportError) as caught:
            await session.send(get(server.url), timeouts=SHORT)
        assert (caught.value.kind, server.connections) == ("lost_timeout", 1)
        assert loop.time() - begun < 5


async def test_nothing_rings_after_the_end(backend: Backend) -> None:
    async with (
        serving(replying(OK)) as server,
        opened(backend=backend, timeouts=Timeouts(read=0.05)) as session,
    ):
        await session.send(get(server.url))
        await asyncio.sleep(0.1)
        assert (await session.send(get(server.url))).body == b"fine"
    assert server.connections == 1


# Addresses.


def _addresses(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    async def found(*_: object, **__: object) -> list[tuple[Any, ...]]:
        kind = socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
        return [(*kind, ("127.0.0.1", port)) for port in ports]

    loop = asyncio.get_running_loop()
    original = loop.getaddrinfo

    async def only_names(host: Any, *args: Any, **options: Any) -> Any:
        if host == "many.example":
            return await found()
        return await original(host, *args, **options)

    monkeypatch.setattr(loop, "getaddrinfo", only_names)


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


async def test_an_address_that_refuses_is_passed_over(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialing, "_HEAD_START", 60.0)
    async with serving(replying(OK)) as server, opened(backend=backend) as session:
        _addresses(monkeypatch, _closed_port(), int(server.url.rpartition(":")[2]))
        assert (await session.send(get("http://many.example"))).body == b"fine"


async def test_an_address_that_keeps_silent_gets_company(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialing, "_HEAD_START", 0.05)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket.create_connection(full.getsockname()):
            async with serving(replying(OK)) as server, opened(backend=backend) as session:
                port = int(server.url.rpartition(":")[2])
                _addresses(monkeypatch, full.getsockname()[1], port)
                assert (await session.send(get("http://many.example"))).body == b"fine"
                assert len(asyncio.all_tasks()) < 5


async def test_when_no_address_answers_the_first_ones_reason_is_told(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(backend=backend) as session:
        _addresses(monkeypatch, port := _closed_port(), _closed_port())
        with pytest.raises(TransportError, match=str(port)) as caught:
            await session.send(get("http://many.example"))
    assert (caught.value.kind, caught.value.sent) == ("connect", False)


async def test_cancelled_race_leaves_nothing(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialing, "_HEAD_START", 0.0)
    async with serving(replying(OK)) as server, opened(backend=backend) as session:
        port = int(server.url.rpartition(":")[2])
        _addresses(monkeypatch, port, port, port)
        for turns in range(40):
            call = asyncio.create_task(session.send(get("http://many.example")))
            for _ in range(turns % 12):
                await asyncio.sleep(0)
            call.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await call
        await until(lambda: session.statistics().in_flight == 0)
        assert (await session.send(get("http://many.example"))).body == b"fine"
    await until(lambda: not server.open)


# Loops and parsers.


@pytest.mark.parametrize("tls", [pytest.param(False, id="plain"), pytest.param(True, id="tls")])
def test_uvloop_will_do(backend: Backend, tls: bool) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def call() -> list[bytes]:
        async with (
            serving(replying(OK), tls=server_tls() if tls else None) as server,
            opened(backend=backend, ssl_context=client_tls()) as session,
        ):
            return [(await session.send(get(server.url))).body for _ in range(3)]

    assert uvloop.run(call()) == [b"fine"] * 3


_NAMES = st.sampled_from(["X-A", "x-a", "Log-Id", "Content-Type", "X_B!"])
_VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12).map(str.strip)


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, bool]:
    """Return an answer, and whether its end is the connection's."""
    body = draw(st.binary(max_size=300))
    framing = draw(st.sampled_from(["length", "chunks", "close", "old"]))
    status = draw(st.sampled_from([200, 201, 302, 400, 403, 429, 500, 503, 599]))
    lines = [f"HTTP/1.{int(framing != 'old')} {status} Any"]
    lines += [f"{name}: {value}" for name, value in draw(st.lists(st.tuples(_NAMES, _VALUES)))]
    if draw(st.booleans()):
        lines.append(draw(st.sampled_from(["Connection: close", "Connection: keep-alive"])))
    if framing == "chunks":
        size = draw(st.integers(1, 300))
        parts = [body[at : at + size] for at in range(0, len(body), size)]
        lines.append("Transfer-Encoding: chunked")
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    elif framing == "length":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body, framing in ("close", "old")


def _read(parser: Any, pieces: list[bytes]) -> tuple[object, ...]:
    parser.begin("GET")
    body = b""
    error = False
    try:
        for piece in pieces:
            parser.feed(piece)
            body += parser.take()
            if parser.whole:
                break
    except ValueError:
        error = True
    head = parser.head and (parser.head.status, list(parser.head.headers))
    return head, body, parser.whole, parser.whole and parser.reusable, error


_TIMED_OUT = b"HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n"
_SURPLUS = [b"\r\n", b"\r\n\r\n", b"x\r\n\r\n", _TIMED_OUT]


@given(
    answers(),
    st.lists(st.integers(0, 600), max_size=4),
    st.integers(0, 3),
    st.one_of(st.binary(max_size=4), st.sampled_from(_SURPLUS)),
)
@example((b"HTTP/1.1 200 Any\r\nContent-Length: 0\r\n\r\n", False), [], 0, b"\r\n\r\n")
@example((b"HTTP/1.1 200 Any\r\nContent-Length: 3\r\n\r\nabc", False), [45], 1, _TIMED_OUT)
@settings(max_examples=300, deadline=None)
def test_both_parsers_read_the_same(
    made: tuple[bytes, bool], cuts: list[int], mode: int, surplus: bytes
) -> None:
    """However it is cut, wherever it ends, whatever follows."""
    pytest.importorskip("aiohttp")
    from tiktok_async.io.transport.by_aiohttp import AiohttpParser

    raw, to_the_end = made
    if mode == 0 and cuts:
        raw, surplus = raw[: cuts[0]], b""
    if to_the_end:
        surplus = b""
    places = sorted({0, *(cut for cut in cuts if cut < len(raw)), len(raw)})
    pieces = [raw[a:b] for a, b in itertools.pairwise(places)]
    if not pieces:
        return
    pieces[-1] += surplus

    async def read(parser: type[Any]) -> tuple[object, ...]:
        ends = [b""] if b"\r\n\r\n" in raw else []
        return _read(parser(), [*pieces, *ends])

    ours, fast = asyncio.run(read(H11Parser)), asyncio.run(read(AiohttpParser))
    assert ours == fast


@pytest.mark.parametrize("cut", [None, 50, 150_000])
@pytest.mark.parametrize("head", [0, MAX_HEAD_BYTES - 200, MAX_HEAD_BYTES, 2 * MAX_HEAD_BYTES])
@pytest.mark.parametrize("length", [10, 300_000])
def test_both_parsers_read_the_same_of_what_is_large(
    head: int, length: int, cut: int | None
) -> None:
    pytest.importorskip("aiohttp")
    from tiktok_async.io.transport.by_aiohttp import AiohttpParser

    lines = [b"x-%d: %b" % (n, b"y" * (head // 4)) for n in range(4)]
    begun = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % length, *lines]
    raw = b"\r\n".join(begun) + b"\r\n\r\n" + b"z" * length
    pieces = [piece for piece in (raw[:cut], raw[cut:] if cut else b"") if piece]

    async def read(parser: type[Any]) -> tuple[object, ...]:
        return _read(parser(), pieces)

    ours, fast = asyncio.run(read(H11Parser)), asyncio.run(read(AiohttpParser))
    assert ours == fast


async def test_large_answer_in_one_read_is_no_long_head() -> None:
    pytest.importorskip("aiohttp")
    from tiktok_async.io.transport.by_aiohttp import AiohttpParser

    parser = AiohttpParser()
    parser.begin("GET")
    size = 2 * MAX_HEAD_BYTES
    parser.feed(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"z" * size)
    assert parser._other is None
    assert (parser.take(), parser.whole, parser.reusable) == (b"z" * size, True, True)


def test_backend_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="'aiohttp', 'h11'"):
        Session(backend="curl")  # type: ignore[arg-type]  # on purpose
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="fast"):
        Session(backend="aiohttp")
    assert backends.checked_backend(None) == "h11"


async def test_release_of_aiohttp_that_is_not_known_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("aiohttp")
    from tiktok_async.io.transport import by_aiohttp

    assert backends.parser_of("aiohttp") is by_aiohttp.AiohttpParser
    backends.parser_of.cache_clear()
    monkeypatch.setattr(by_aiohttp, "HttpResponseParser", lambda: None)
    try:
        assert backends.parser_of("aiohttp") is H11Parser
    finally:
        backends.parser_of.cache_clear()
    assert "release of aiohttp" in caplog.text
