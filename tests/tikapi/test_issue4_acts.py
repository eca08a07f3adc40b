"""Actions whose answer is lost after the server has acted: none is sent twice, and each says so."""

from __future__ import annotations

import asyncio
import collections
import random
import re
import socket
import struct
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from tikapi_facts import DECLARED, GOOD, made
from tikapi_stage import ACCOUNT_KEY, API_KEY

from tiktok_async.errors import OutcomeUnknownError
from tiktok_async.resource import fetch
from tiktok_async.sansio.endpoint import REGISTRY, Operation, parameters
from tiktok_async.tikapi.client import TikAPIClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tiktok_async.io.scope import Scope

pytestmark = pytest.mark.anyio

ACTS: Final = sorted(id_ for id_ in DECLARED if REGISTRY[id_].operation is Operation.ACT)
LOSSES: Final = 10_000
UPSTREAM: Final = (10000, 10101, 10111, 10113, 10114)


def whole(status: int, body: bytes, *headers: str) -> bytes:
    """Return a whole answer."""
    lines = (f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


OK: Final = whole(200, b'{"status": "success"}')
KEPT: Final = (
    *(whole(status, b'{"status": "error"}') for status in (408, 500, 502, 503, 504)),
    *(whole(403, b'{"status": "error", "statusCode": %d}' % code) for code in UPSTREAM),
    whole(200, b'{"status_code": 10101}'),
    whole(200, b"<html>gateway</html>"),
    whole(200, b"[]"),
    whole(200, b"not gzip", "Content-Encoding: gzip"),
    whole(200, b"unasked", "Content-Encoding: br"),
)
"""Answers that tell nothing of what was done, on a connection that stays."""
CUT: Final = (
    b"",
    OK[:9],
    OK[:30],
    OK[:-1],
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"nonsense\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
)
"""How far an answer gets before its connection closes, or is reset."""


@attrs.define(eq=False)
class Actor:
    """A server that acts on each request, and then loses the answer."""

    url: str = ""
    acted: collections.Counter[str] = attrs.field(factory=collections.Counter)
    """How often, by the act that a request says it is."""
    luck: random.Random = attrs.field(factory=lambda: random.Random(4))  # noqa: S311  # any will do

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = re.search(r"content-length: (\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                found = re.search(r"x-act: (\S+)", head)
                self.acted[found[1] if found else ""] += 1
                self._lose(writer)
                await writer.drain()
        writer.close()

    def _lose(self, writer: asyncio.StreamWriter) -> None:
        if self.luck.random() < 0.6:
            writer.write(self.luck.choice(KEPT))
            return
        writer.write(self.luck.choice(CUT))
        if self.luck.random() < 0.5:
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        else:
            writer.close()


@asynccontextmanager
async def actor() -> AsyncIterator[Actor]:
    """Run a server."""
    running = Actor()
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield running


def request_of(id_: str) -> Any:
    """Return an action that is good to be sent."""
    parts = parameters(REGISTRY[id_])
    if not parts:
        return REGISTRY[id_]()
    return made(REGISTRY[id_], parts[0].field, GOOD[parts[0].field])


async def lose(scope: Scope, mark: str) -> None:
    """Do an action whose answer is lost."""
    id_ = mark.partition(":")[2]
    options = attrs.evolve(scope.options, extra_headers=(("x-act", mark),))
    with pytest.raises(OutcomeUnknownError, match=rf"{id_} was sent; .* unknown"):
        await fetch(request_of(id_), attrs.evolve(scope, options=options))


async def test_ten_thousand_lost_answers_send_no_action_twice() -> None:
    marks = [f"{number}:{id_}" for number in range(LOSSES // len(ACTS) + 1) for id_ in ACTS]
    todo = iter(marks)

    async def work(client: TikAPIClient) -> None:
        scope = client.user()._scope
        for mark in todo:
            await lose(scope, mark)

    async with (
        actor() as server,
        TikAPIClient(api_key=API_KEY, account_key=ACCOUNT_KEY, base_url=server.url) as client,
    ):
        await asyncio.gather(*(work(client) for _ in range(16)))
    assert len(marks) >= LOSSES
    assert len(ACTS) == 17
    assert server.acted == dict.fromkeys(marks, 1)
