"""A media host on the loopback that answers as it is told, and a client whose links lead there."""

from __future__ import annotations

import asyncio
import random
import re
import ssl
import threading
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
from tikapi_stage import ACCOUNT_KEY, API_KEY

from tiktok_async import convert
from tiktok_async.client import Runtime
from tiktok_async.io.clock import SystemClock
from tiktok_async.testing import FakeClock
from tiktok_async.tikapi.client import TikAPIClient
from tiktok_async.tikapi.models import Post

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

Answers = "Mapping[str, object]"

TLS: Final = Path(__file__).parent.parent / "samples" / "tls"
LINK_HEADERS: Final = {
    "Cookie": "tt_chain_token=abc==",
    "Origin": "https://www.tiktok.com",
    "Referer": "https://www.tiktok.com/",
}


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box of an mp4 file."""
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def film(size: int = 5000, seed: int = 1) -> bytes:
    """Return an mp4 file of `size` bytes: a head, and a box that fills the rest."""
    head = box(b"ftyp", b"isom\x00\x00\x02\x00isommp41")
    rest = size - len(head) - 8
    return head + box(b"mdat", random.Random(seed).randbytes(rest))  # noqa: S311  # any bytes


def answer(
    body: bytes = b"",
    *headers: str,
    status: str = "200 OK",
    kind: str = "video/mp4",
    length: int | None = None,
) -> bytes:
    """Return a whole answer, with its true length unless `length` says otherwise."""
    told = len(body) if length is None else length
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {told}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def closed(body: bytes) -> Callable[[Visit], Awaitable[None]]:
    """Return a step that promises no length, and closes at the end."""

    async def step(visit: Visit) -> None:
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n" + body)
        visit.writer.close()

    return step


def cut(whole: bytes, sent: int, *headers: str) -> Callable[[Visit], Awaitable[None]]:
    """Return a step that promises all of a file, and breaks off after `sent` bytes of it."""

    async def step(visit: Visit) -> None:
        await visit.send(answer(whole[:sent], *headers, length=len(whole)))
        visit.writer.close()

    return step


def ranged(whole: bytes, etag: str = '"v1"') -> Callable[[Visit], Awaitable[None]]:
    """Return a step that answers a range as it should."""

    async def step(visit: Visit) -> None:
        found = re.search(r"bytes=(\d+)-", visit.headers.get("range", ""))
        first = int(found[1]) if found else 0
        place = f"Content-Range: bytes {first}-{len(whole) - 1}/{len(whole)}"
        lines = (f"ETag: {etag}", "Accept-Ranges: bytes", *([place] if found else []))
        status = "206 Partial Content" if found else "200 OK"
        await visit.send(answer(whole[first:], *lines, status=status))

    return step


def to(place: str, status: str = "302 Found") -> bytes:
    """Return a redirect."""
    return answer(b"", f"Location: {place}", status=status)


@attrs.frozen
class Visit:
    """One request that came."""

    path: str
    """With its query, as it was written."""
    lines: tuple[str, ...]
    writer: asyncio.StreamWriter = attrs.field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """Its headers by lower-case name."""
        pairs = (line.partition(": ") for line in self.lines)
        return {name.lower(): value for name, _, value in pairs}

    async def send(self, data: bytes) -> None:
        """Answer."""
        self.writer.write(data)
        await self.writer.drain()


@attrs.define(eq=False)
class Host:
    """What a running host has seen."""

    url: str
    answers: dict[str, Any]
    """By path: bytes, a step, or a list of both, the last one for ever."""
    visits: list[Visit] = attrs.field(factory=list)
    names: list[str | None] = attrs.field(factory=list)
    """That were asked for in TLS."""
    running: int = 0
    most: int = 0
    """Requests in hand at once."""

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [visit.path for visit in self.visits]

    async def take(self, visit: Visit) -> None:
        """Answer one request."""
        self.visits.append(visit)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            step = self.answers.get(visit.path.partition("?")[0], answer(status="404 No"))
            if isinstance(step, list):
                step = step.pop(0) if len(step) > 1 else step[0]
            await (visit.send(step) if isinstance(step, bytes) else step(visit))
        finally:
            self.running -= 1


@asynccontextmanager
async def hosting(answers: Mapping[str, Any], *, tls: bool = False) -> AsyncIterator[Host]:
    """Run a media host; on exit each of its tasks is gone."""
    tasks: set[asyncio.Task[None]] = set()
    host = Host("", dict(answers))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                await host.take(Visit(head[0].split(" ")[1], tuple(head[1:-2]), writer))
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client left
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    context = _server_tls(host) if tls else None
    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context, backlog=512)
    host.url = f"http{'s' if tls else ''}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield host
    finally:
        listener.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


def _server_tls(host: Host) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "media.pem")

    def note(_: object, name: str | None, __: object) -> None:
        host.names.append(name)

    context.sni_callback = note
    return context


def client_tls() -> ssl.SSLContext:
    """Return a context that trusts the host's certificate, good for three names."""
    return ssl.create_default_context(cafile=TLS / "media_root.pem")


def post_of(*links: str, id_: str = "7109178205151464746", **video: Any) -> Post:
    """Return a post with these links, as a list would have given it."""
    body = {
        "id": id_,
        "video": {"PlayAddrStruct": {"UrlList": list(links)}, **video},
        "$other": {"videoLinkHeaders": LINK_HEADERS},
    }
    return convert.decode(Post, body, "$")


@attrs.frozen
class Studio:
    """A client, the host that its links lead to, and a directory."""

    client: TikAPIClient
    host: Host
    folder: Path
    clock: Any

    def post(self, *paths: str, **more: Any) -> Post:
        """Return a post whose links lead to paths of the host."""
        return post_of(*(f"{self.host.url}{path}" for path in paths), **more)

    def left(self) -> list[str]:
        """Return the names in the directory."""
        return sorted(path.name for path in self.folder.iterdir())


@asynccontextmanager
async def studio(
    folder: Path, answers: Mapping[str, Any], *, real_time: bool = False, **given: Any
) -> AsyncIterator[Studio]:
    """Run a host and a client; on exit no task, thread or open file may be left."""
    tasks = asyncio.all_tasks()
    clock: Any = SystemClock() if real_time else FakeClock()
    keys = {"api_key": API_KEY, "account_key": ACCOUNT_KEY, "runtime": Runtime(clock=clock)}
    async with (
        hosting(answers) as host,
        TikAPIClient(**{**keys, "base_url": host.url, **given}) as client,
    ):
        yield Studio(client, host, folder, clock)
    await until(lambda: asyncio.all_tasks() == tasks)
    await until(
        lambda: not any("tiktok-async-download" in one.name for one in threading.enumerate())
    )
    assert [path for path in _open_files() if path.startswith(str(folder))] == []


async def until(true: Callable[[], object]) -> None:
    """Return when `true` is."""
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came")


def _open_files() -> list[str]:
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(str(link.readlink()))
    return found
