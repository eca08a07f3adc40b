"""Large bodies that go straight into the taker's buffer, past the parser."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.io.servers import Peer, RawServer, client_tls, server_tls, serving
from tiktok_async.config import Timeouts
from tiktok_async.errors import ClientClosedError, TransportError
from tiktok_async.io.session import Session
from tiktok_async.sansio.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tiktok_async.io.streamed import StreamedAnswer
    from tiktok_async.io.transport.backends import Backend

pytestmark = pytest.mark.anyio

MIB: Final = 2**20
DATA: Final = random.Random(7).randbytes(3 * MIB)  # noqa: S311  # any bytes
PATIENT: Final = Timeouts(read=30.0)
SHORT: Final = Timeouts(read=0.3)


@pytest.fixture(params=["h11", "aiohttp"])
def backend(request: pytest.FixtureRequest) -> Backend:
    name: Backend = request.param
    if name == "aiohttp":
        pytest.importorskip("aiohttp")
    return name


@pytest.fixture(params=["http", "https"])
def tls(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "https")


def head(size: int) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()


def sending(*pieces: bytes, then: str = "keep") -> Callable[[Peer], Awaitable[None]]:
    """Return a responder that sends `pieces`, and then closes, resets or falls silent."""

    async def respond(peer: Peer) -> None:
        for piece in pieces:
            await peer.send(piece)
        if then == "close":
            peer.close()
        elif then == "reset":
            await asyncio.sleep(0.05)
            peer.reset()

    return respond


@asynccontextmanager
async def opened(
    respond: Callable[[Peer], Awaitable[None]], tls: bool, timeouts: Timeouts = PATIENT, **more: Any
) -> AsyncIterator[tuple[StreamedAnswer, Session, RawServer]]:
    """Ask a server for its answer; on exit no connection may be left."""
    async with serving(respond, tls=server_tls() if tls else None) as server:
        session = Session(timeouts=timeouts, ssl_context=client_tls(), **more)
        async with session.open(WireRequest("GET", server.url)) as streamed:
            yield streamed, session, server
        assert session.statistics().connections == 0
        await session.aclose()
        async with asyncio.timeout(10):
            while server.open:  # noqa: ASYNC110  # the server's set has no event
                await asyncio.sleep(0.005)


async def taken(streamed: StreamedAnswer, room: int, into: bytearray | None = None) -> bytes:
    """Return a body that is taken into a buffer of `room` bytes."""
    found, buffer = bytearray() if into is None else into, memoryview(bytearray(room))
    while size := await streamed.fill(buffer):
        found += buffer[:size]
    assert await streamed.fill(buffer) == 0
    return bytes(found)


@pytest.mark.parametrize("then", ["keep", "close"])
@pytest.mark.parametrize("room", [1_000, 65_536, MIB, 4 * MIB])
async def test_body_is_whole_in_any_buffer(
    backend: Backend, tls: bool, room: int, then: str
) -> None:
    respond = sending(head(len(DATA)) + DATA, then=then)
    async with opened(respond, tls, backend=backend) as (streamed, _, _):
        assert await taken(streamed, room) == DATA


async def test_end_of_the_connection_loses_nothing_that_came_before(
    backend: Backend, tls: bool
) -> None:
    async def respond(peer: Peer) -> None:
        await peer.send(head(len(DATA)) + DATA[:-200_000])
        await everything.wait()
        await peer.send(DATA[-200_000:])
        await asyncio.sleep(0.02)
        peer.writer.transport.abort()  # without the end of TLS

    everything = asyncio.Event()
    async with opened(respond, tls, backend=backend) as (streamed, _, _):
        buffer, found = memoryview(bytearray(10_000)), bytearray()
        while size := await streamed.fill(buffer):
            found += buffer[:size]
            if len(found) >= len(DATA) - 200_000 and not everything.is_set():
                everything.set()
                found += buffer[: await streamed.fill(buffer)]
                await asyncio.sleep(0.1)  # the end comes while nobody takes
        assert bytes(found) == DATA


async def test_body_in_single_bytes_is_the_same(backend: Backend, tls: bool) -> None:
    async def respond(peer: Peer) -> None:
        await peer.send(head(len(DATA)) + DATA[:-500])
        for byte in DATA[-500:]:
            peer.writer.write(bytes([byte]))
            await asyncio.sleep(0)

    async with opened(respond, tls, backend=backend) as (streamed, _, _):
        assert await taken(streamed, 4 * MIB) == DATA


async def test_what_follows_the_body_is_nobodys(backend: Backend, tls: bool) -> None:
    respond = sending(head(len(DATA)) + DATA + b"HTTP/1.1 200 OK\r\n\r\n" + bytes(MIB))
    async with opened(respond, tls, backend=backend) as (streamed, _, _):
        assert await taken(streamed, 500_000) == DATA


async def test_chunks_are_the_same_body(backend: Backend, tls: bool) -> None:
    respond = sending(head(len(DATA)) + DATA)
    async with opened(respond, tls, backend=backend) as (streamed, _, _):
        first = await streamed.peek(20)
        chunks = [chunk async for chunk in streamed.chunks()]
        assert b"".join(chunks) == DATA
        assert DATA.startswith(first)
        assert len(first) >= 20


@pytest.mark.parametrize(
    ("then", "kind"),
    [
        pytest.param("close", "body_cut", id="closed"),
        pytest.param("reset", "body_cut", id="reset"),
        pytest.param("keep", "body_cut_timeout", id="silent"),
    ],
)
async def test_short_body_is_an_error_after_what_came(
    backend: Backend, tls: bool, then: str, kind: str
) -> None:
    respond, found = sending(head(len(DATA)) + DATA[:-1], then=then), bytearray()
    async with opened(respond, tls, SHORT, backend=backend) as (streamed, _, _):
        with pytest.raises(TransportError) as caught:
            await taken(streamed, 4 * MIB, found)
    assert (caught.value.kind, bytes(found)) == (kind, DATA[:-1])


async def test_silence_is_measured_anew_with_each_piece(backend: Backend, tls: bool) -> None:
    async def respond(peer: Peer) -> None:
        await peer.send(head(len(DATA)) + DATA[:-12])
        for at in range(-12, 0):
            await asyncio.sleep(0.04)
            await peer.send(DATA[at : at + 1 or None])

    async with opened(respond, tls, SHORT, backend=backend) as (streamed, _, _):
        assert await taken(streamed, 4 * MIB) == DATA


async def test_what_came_does_not_wait_for_a_full_buffer(backend: Backend, tls: bool) -> None:
    respond = sending(head(len(DATA)) + DATA[: 2 * MIB])
    async with opened(respond, tls, backend=backend) as (streamed, _, _):
        buffer, size = memoryview(bytearray(4 * MIB)), 0
        async with asyncio.timeout(10):
            while size < 2 * MIB:
                size += await streamed.fill(buffer)


async def test_buffer_is_left_alone_after_a_cancellation(backend: Backend, tls: bool) -> None:
    async def respond(peer: Peer) -> None:
        await peer.send(head(64 * MIB) + bytes(2 * MIB))
        await more.wait()
        await peer.send(b"x" * 62 * MIB)

    more, size = asyncio.Event(), 0
    async with opened(respond, tls, backend=backend) as (streamed, _, _):
        buffer = memoryview(bytearray(4 * MIB))
        while size < 2 * MIB:
            size += await streamed.fill(buffer)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await streamed.fill(buffer)
        more.set()
        await asyncio.sleep(0.05)
        assert b"x" not in bytes(buffer)


async def test_slow_taker_holds_the_sender_back(backend: Backend, tls: bool) -> None:
    sent = 0

    async def respond(peer: Peer) -> None:
        nonlocal sent
        await peer.send(head(64 * MIB))
        for _ in range(256):
            await peer.send(bytes(MIB // 4))
            sent += 1

    async with opened(respond, tls, backend=backend) as (streamed, _, _):
        buffer, size, before = memoryview(bytearray(MIB)), 0, -1
        while size < 2 * MIB:
            size += await streamed.fill(buffer)
        while before != sent:
            before = sent
            await asyncio.sleep(0.1)
        assert sent < 100, "most of it waits at the server"
        size += len(await taken(streamed, MIB))
    assert (size, sent) == (64 * MIB, 256)


async def test_session_that_is_closed_ends_it(backend: Backend, tls: bool) -> None:
    async with opened(sending(head(len(DATA)) + DATA[:-1]), tls, backend=backend) as at:
        streamed, session, _ = at
        taking = asyncio.create_task(taken(streamed, 4 * MIB))
        await asyncio.sleep(0.1)
        await session.aclose()
        with pytest.raises(ClientClosedError):
            await taking


def test_uvloop_will_do(backend: Backend, tls: bool) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def call(room: int, then: str) -> bytes:
        respond = sending(head(len(DATA)) + DATA, then=then)
        async with opened(respond, tls, backend=backend) as (streamed, _, _):
            return await taken(streamed, room)

    for room in (10_000, 4 * MIB):
        for then in ("keep", "close"):
            assert uvloop.run(call(room, then)) == DATA
