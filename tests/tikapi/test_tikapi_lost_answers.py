"""Calls that change something, whose answer is lost after the server has acted: ten thousand.

None is sent twice, and each ends as an unknown outcome.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import socket
import struct
from collections import Counter
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pytest

from tiktok_async import Limits, Options, OutcomeUnknownError, TikAPIClient
from tiktok_async.sansio.endpoint import REGISTRY, Operation, parameters
from tiktok_async.tikapi import endpoints

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]

CONTRACT: Final[dict[str, Any]] = {
    f"tikapi.{raw['section']}.{raw['name']}": raw
    for raw in json.loads(
        files("tiktok_async.emulator").joinpath("contract/tikapi.json").read_text("utf-8")
    )["endpoints"]
}
ACTS: Final = sorted(
    id_
    for id_, cls in REGISTRY.items()
    if cls.api is endpoints.GetKey.api and cls.operation is Operation.ACT
)
CALLS: Final = 10_000
WIDTH: Final = 50
HTML: Final = b"HTTP/1.1 504 X\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>"
LOSSES: Final = {
    "nothing": b"",
    "reset": None,
    "half_a_head": b"HTTP/1.1 200 OK\r\ncontent-le",
    "half_a_body": b'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"status": "suc',
    "no_json": b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{no",
    "server_error": b"HTTP/1.1 500 X\r\ncontent-length: 2\r\n\r\n{}",
    "gateway": HTML,
}


class Ledger:
    """A server that acts, and never gives a whole good answer."""

    def __init__(self) -> None:
        self.seen: Counter[int] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Count the requests of a connection, each under its own number, and lose the answers."""
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            await reader.readexactly(int(length[1]) if length else 0)
            found = re.search(rb"[?&]call=(\d+)", head)
            assert found is not None
            number = int(found[1])
            self.seen[number] += 1
            self._lose(list(LOSSES.values())[number % len(LOSSES)], writer)
            await writer.drain()
        writer.close()

    @staticmethod
    def _lose(loss: bytes | None, writer: asyncio.StreamWriter) -> None:
        if loss is None:
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            writer.write(loss)


@asynccontextmanager
async def losing() -> AsyncIterator[tuple[str, Ledger]]:
    """Run the server; yield its address and what it saw."""
    ledger = Ledger()
    server = await asyncio.start_server(ledger.serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", ledger
    finally:
        server.close()
        await server.wait_closed()


def request_of(id_: str) -> Any:
    """Return a request with the documented examples."""
    raw = CONTRACT[id_]
    examples = {part["wire"]: part for part in raw["params"] if part["required"]}
    given = {
        part.field: raw.get("body_example", {}).get(part.wire) or examples[part.wire]["example"]
        for part in parameters(REGISTRY[id_])
        if part.wire in examples
    }
    return REGISTRY[id_](**given)


def test_every_call_that_changes_something_is_among_them() -> None:
    due = {id_ for id_, raw in CONTRACT.items() if raw["operation_class"] == "ACT"}
    assert set(ACTS) == due
    assert len(due) > 15


async def test_lost_answer_is_never_asked_for_twice() -> None:
    requests = [request_of(id_) for id_ in ACTS]
    outcomes: Counter[str] = Counter()

    async def work(numbers: itertools.count[int], client: TikAPIClient) -> None:
        while (number := next(numbers)) < CALLS:
            # Coprime with the number of losses, so that each call meets each of them.
            request = requests[number % len(requests)]
            numbered = client.with_options(extra_query={"call": str(number)})
            try:
                await numbered.send(request)
            except OutcomeUnknownError as error:
                outcomes[request.id] += len(error.attempts)

    async with losing() as (url, ledger):
        options = Options(limits=Limits(concurrency=WIDTH))
        async with TikAPIClient(
            api_key="A" * 20, account_key="B" * 20, base_url=url, options=options
        ) as client:
            numbers = itertools.count()
            async with asyncio.TaskGroup() as group:
                for _ in range(WIDTH):
                    group.create_task(work(numbers, client))
    assert len(requests) % len(LOSSES)
    assert sum(outcomes.values()) == CALLS
    assert set(outcomes) == set(ACTS)
    assert set(ledger.seen) == set(range(CALLS))
    assert set(ledger.seen.values()) == {1}
