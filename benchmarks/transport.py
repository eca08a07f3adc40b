"""Requests per second of the session, against `httpx.AsyncClient` used in the usual way.

Claim: it is not slower with one connection, and several times as fast with hundreds, because its
cost does not grow with their number.

Both send the same small JSON body to the same server (a process of its own that answers 1 KiB of
JSON, at once or after 50 ms) over as many connections as there are callers. They take turns in
short rounds, so that a busy machine slows both alike; the figure is the median round.

    python benchmarks/transport.py [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import attrs
import httpx

from tiktok_async.io.session import Session
from tiktok_async.sansio.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from multiprocessing.connection import Connection

PAYLOAD = {"query": {"and": [{"field_name": "region_code"}]}, "max_count": 100, "cursor": 0}
HEADERS = (("Authorization", "Bearer none"), ("Content-Type", "application/json"))


@attrs.frozen
class Scene:
    """What is measured: so many connections to a server that takes so long."""

    connections: int
    latency: float
    """Seconds."""
    target: float
    """The ratio that the whole client is to reach, with the middleware on top."""


SCENES = (
    Scene(1, 0.0, 1.0),
    Scene(10, 0.0, 1.0),
    Scene(100, 0.0, 2.0),
    Scene(100, 0.05, 6.0),
    Scene(500, 0.05, 8.0),
)


@attrs.frozen
class Result:
    """Requests per second, median of the rounds."""

    connections: int
    latency: float
    client: float
    session: float
    target: float

    @property
    def ratio(self) -> float:
        """How many times as fast the session is."""
        return self.session / self.client


class _Answering(asyncio.Protocol):
    """Just enough of a server: what it does not do, the clients under test need not wait for."""

    body = b'{"data":"' + b"x" * 1000 + b'"}'
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % len(body)
        + body
    )
    latency = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.unread = b""

    def data_received(self, data: bytes) -> None:
        self.unread += data
        head, mark, rest = self.unread.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        if not mark or len(rest) < length:
            return
        self.unread = b""
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, self._reply)
        else:
            self._reply()

    def _reply(self) -> None:
        self.transport.write(self.answer)


def _serve(latency: float, ready: Connection) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(_Answering, "127.0.0.1", 0, backlog=4096)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    _Answering.latency = latency
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve())
    else:
        uvloop.run(serve())


@asynccontextmanager
async def _server(latency: float) -> AsyncIterator[str]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(latency, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{await asyncio.to_thread(here.recv)}/v2/research/video/query/"
    finally:
        process.terminate()
        process.join()


async def _round(call: Callable[[], Awaitable[None]], callers: int, seconds: float) -> float:
    """Run `callers` loops of `call` for about `seconds`; return calls per second."""
    done = 0
    start = time.perf_counter()

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() - start < seconds:
            await call()
            done += 1

    await asyncio.gather(*(caller() for _ in range(callers)))
    return done / (time.perf_counter() - start)


async def measure(scene: Scene, rounds: int, seconds: float) -> Result:
    """Return the medians of `rounds` interleaved rounds of `seconds` each."""
    limits = httpx.Limits(
        max_connections=scene.connections, max_keepalive_connections=scene.connections
    )
    session = Session()
    async with _server(scene.latency) as url, httpx.AsyncClient(limits=limits) as client:
        request = WireRequest("POST", url, HEADERS, json.dumps(PAYLOAD).encode())

        async def by_client() -> None:
            answer = await client.post(url, json=PAYLOAD, headers=HEADERS[:1], timeout=None)
            assert answer.status_code == 200

        async def by_session() -> None:
            answer = await session.send(request)
            assert answer.status == 200

        contenders = (by_client, by_session)
        for contender in contenders:
            await _round(contender, scene.connections, seconds / 4)
        rates: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            for contender, found in zip(contenders, rates, strict=True):
                found.append(await _round(contender, scene.connections, seconds))
        await session.aclose()
    client_rate, session_rate = map(statistics.median, rates)
    return Result(scene.connections, scene.latency, client_rate, session_rate, scene.target)


def main() -> None:
    parser = argparse.ArgumentParser(description="The session against httpx.AsyncClient.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    options = parser.parse_args()
    rounds, seconds = (3, 0.5) if options.quick else (5, 2.0)
    print(
        f"{'connections':>11} {'latency':>8} {'client/s':>9} {'session/s':>9} {'ratio':>6} target"
    )
    results = []
    for scene in SCENES:
        result = asyncio.run(measure(scene, rounds, seconds))
        results.append({**attrs.asdict(result), "ratio": result.ratio})
        print(
            f"{scene.connections:>11} {scene.latency * 1000:>5.0f} ms {result.client:>9.0f}"
            f" {result.session:>9.0f} {result.ratio:>5.1f}x {scene.target:>5.1f}x",
            flush=True,
        )
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
