"""The server that benchmarks call, in a process of its own: as little of a server as will do.

It answers any POST with 1 KiB of JSON, or with prepared pages of videos, at once or after a while;
or it stands before another server, whose answer to each target it asks for once and remembers. What
it does not do, the clients under test need not wait for.
"""

from __future__ import annotations

import asyncio
import functools
import json
import multiprocessing
import re
import time
import urllib.request
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, cast

from benchmarks.videos import page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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
        self.reply(head, rest)

    def reply(self, head: bytes, body: bytes) -> None:
        """Answer a request."""
        del head
        self.send(self.answer(body))

    def send(self, answer: bytes) -> None:
        """Send an answer when its time has come."""
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


class _Remembering(_Answering):
    source = ""
    known: ClassVar[dict[bytes, bytes]] = {}
    served = 0

    def reply(self, head: bytes, body: bytes) -> None:  # noqa: ARG002  # all is in the target
        target = head.split(b" ", 2)[1]
        known = self.known.get(target)
        if target == ASKED.encode():
            count = b"[%d, %d]" % (_Remembering.served, len(self.known))
            self.transport.write(_HEAD % len(count) + count)
        elif known is not None:
            _Remembering.served += 1
            self.send(known)
        else:
            task = asyncio.create_task(self.ask(target, head))
            _TASKS.add(task)
            task.add_done_callback(_TASKS.discard)

    async def ask(self, target: bytes, head: bytes) -> None:
        """Ask the source, and answer with what it says, now and from now on."""
        key = re.search(rb"\r\nx-api-key: *(\S+)", head, re.IGNORECASE)
        headers = {} if key is None else {"X-API-KEY": key[1].decode()}
        asked = urllib.request.Request(self.source + target.decode(), headers=headers)  # noqa: S310  # loopback
        body = await asyncio.to_thread(lambda: urllib.request.urlopen(asked).read())  # noqa: S310
        self.known[target] = _HEAD % len(body) + body
        _Remembering.served += 1
        self.send(self.known[target])


_TASKS: set[asyncio.Task[None]] = set()
ASKED = "/_asked"
"""Where a remembering server tells how many calls it has answered, and how many are different."""


def _serve(latency: float, source: str | None, ready: Connection) -> None:
    protocol = _Answering if source is None else _Remembering

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(protocol, "127.0.0.1", 0, backlog=4096)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    _Answering.latency = latency
    _Remembering.source = source or ""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve())
    else:
        uvloop.run(serve())


@contextmanager
def running(latency: float = 0.0, source: str | None = None) -> Iterator[str]:
    """Run the server; give its base URL.

    Args:
        latency: Seconds that each answer takes.
        source: Base URL of the server that it stands before; None = it has answers of its own.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(latency, source, there), daemon=True)
    process.start()
    there.close()  # so that its death is the end of what is read here
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


@asynccontextmanager
async def server(latency: float = 0.0) -> AsyncIterator[str]:
    """Run the server; give its base URL."""
    with running(latency) as url:
        yield url


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
