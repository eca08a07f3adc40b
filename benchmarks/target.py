"""The server that benchmarks call, in a process of its own: as little of a server as will do.

It answers any POST with 1 KiB of JSON, or with prepared pages of videos, at once or after a while.
What it does not do, the clients under test need not wait for.
"""

from __future__ import annotations

import asyncio
import functools
import json
import multiprocessing
import re
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from benchmarks.videos import page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from multiprocessing.connection import Connection

PAGES = 20
"""Pages of 100 videos in each window."""

_START = re.compile(rb'"start_date":\s?"(\d{8})"')
_CURSOR = re.compile(rb'"cursor":\s?(\d+)')
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@functools.cache
def small() -> bytes:
    """Return the answer to a call that asks for no videos."""
    body = b'{"data":{"filler":"' + b"x" * 960 + b'"},"error":{"code":"ok"}}'
    return _HEAD % len(body) + body


@functools.cache
def videos(start: bytes, cursor: int) -> bytes:
    """Return one page of the window that begins on `start`."""
    day = datetime.strptime(start.decode(), "%Y%m%d").replace(tzinfo=UTC)
    rows = json.loads(page(seed=cursor))["data"]["videos"]
    for place, row in enumerate(rows):
        row["create_time"] = int(day.timestamp()) + cursor + place
        row["id"] = (row["create_time"] << 32) + cursor + place
    data = {
        "videos": rows,
        "cursor": cursor + 100,
        "has_more": cursor + 100 < PAGES * 100,
        "search_id": "7201388525814961198",
    }
    body = json.dumps({"data": data, "error": {"code": "ok", "message": "", "log_id": "x"}})
    return _HEAD % len(body) + body.encode()


class _Answering(asyncio.Protocol):
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
        answer = self.answer(rest)
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, self.transport.write, answer)
        else:
            self.transport.write(answer)

    def answer(self, body: bytes) -> bytes:
        start = _START.search(body)
        if start is None:
            return small()
        cursor = _CURSOR.search(body)
        return videos(start[1], int(cursor[1]) if cursor else 0)


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
async def server(latency: float = 0.0) -> AsyncIterator[str]:
    """Run the server; give its base URL."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(latency, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{await asyncio.to_thread(here.recv)}"
    finally:
        process.terminate()
        process.join()


async def rate_of(call: Callable[[], Awaitable[None]], callers: int, seconds: float) -> float:
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
