"""A download's stage: a raw server that follows a script, and a client whose waits cost no time."""

from __future__ import annotations

import asyncio
import random
import re
import threading
import zlib
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
from scripted import API, Keys
from servers import Peer, RawServer, client_tls, server_tls, serving

from tiktok_async.config import Options, Timeouts
from tiktok_async.errors import DamagedArchiveError
from tiktok_async.io.clock import SystemClock
from tiktok_async.io.download import Downloaded, Progress, download
from tiktok_async.io.gate import Gate
from tiktok_async.io.middleware import Middleware
from tiktok_async.io.scope import Scope
from tiktok_async.io.session import Session
from tiktok_async.io.tasks import TaskSet
from tiktok_async.sansio.endpoint import Bucket, Operation, Route, Undeclared
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tiktok_async.io.clock import Clock

Step = "Callable[[Peer], Awaitable[None]]"

_MARK: Final = b"PK\x03\x04"
_ROUTE: Final = Route("POST", "/v2/user/data/download/", answer="file")
BUCKET: Final = Bucket("test_download")


def whole(size: int, seed: int = 1) -> bytes:
    """Return a file of `size` bytes that begins like a zip and ends with its own checksum."""
    body = _MARK + random.Random(seed).randbytes(size - len(_MARK) - 4)  # noqa: S311  # any bytes
    return body + zlib.crc32(body).to_bytes(4, "big")


def check(path: Path) -> int:
    """Verify a file of `whole`; return its size.

    Raises:
        DamagedArchiveError: it is not whole.
    """
    data = path.read_bytes()
    if len(data) < 8 or zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "big"):
        raise DamagedArchiveError("The checksum is wrong.", kind="crc")
    return len(data)


def head(status: str = "200 OK", *headers: str) -> bytes:
    """Return an answer's head."""
    return "\r\n".join(
        (f"HTTP/1.1 {status}", "Content-Type: application/zip", *headers)
    ).encode() + (b"\r\n\r\n")


def sized(data: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return a whole answer with a Content-Length, a true one unless `length` says otherwise."""
    told = len(data) if length is None else length
    return head(status, f"Content-Length: {told}", *headers) + data


def chunked(
    data: bytes, each: int, *headers: str, end: bytes = b"0\r\n\r\n", status: str = "200 OK"
) -> bytes:
    """Return a whole answer in chunks of `each` bytes."""
    parts = (data[at : at + each] for at in range(0, len(data), each))
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return head(status, "Transfer-Encoding: chunked", *headers) + body + end


def error(code: str, message: str = "no", status: str = "200 OK", *headers: str) -> bytes:
    """Return an error of the provider as JSON."""
    body = f'{{"data":{{}},"error":{{"code":"{code}","message":"{message}","log_id":"L"}}}}'
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", *headers)
    return "\r\n".join((*lines, f"Content-Length: {len(body)}")).encode() + (
        b"\r\n\r\n" + body.encode()
    )


def sending(data: bytes, *, then: str = "keep") -> Callable[[Peer], Awaitable[None]]:
    """Return a step that sends `data`, and then closes, resets, falls silent, or goes on."""

    async def respond(peer: Peer) -> None:
        await peer.send(data)
        if then == "close":
            peer.close()
        elif then == "reset":
            await asyncio.sleep(0.02)
            peer.reset()
        elif then == "silence":
            await peer.reader.read()

    return respond


def ranged(
    data: bytes, *headers: str, piece: int | None = None, etag: str = '"v1"'
) -> Callable[[Peer], Awaitable[None]]:
    """Return a step that answers ranges as it should, at most `piece` bytes at a time."""

    async def respond(peer: Peer) -> None:
        found = re.search(rb"range: bytes=(\d+)-", peer.head, re.IGNORECASE)
        condition = re.search(rb"if-range: (\S+)", peer.head, re.IGNORECASE)
        lines = (f"ETag: {etag}", "Accept-Ranges: bytes", *headers)
        if found is None or condition is None or condition[1].decode() != etag:
            await peer.send(sized(data, *lines))
            return
        first = int(found[1])
        if first >= len(data):
            status, lines = "416 No", (f"Content-Range: bytes */{len(data)}",)
            await peer.send(sized(b"", *lines, status=status))
            return
        part = data[first : first + (piece or len(data))]
        place = f"Content-Range: bytes {first}-{first + len(part) - 1}/{len(data)}"
        await peer.send(sized(part, place, *lines, status="206 Partial Content"))

    return respond


@attrs.define(eq=False)
class Rig:
    """A client of a scripted server, and a directory to download to."""

    server: RawServer
    scope: Scope
    folder: Path
    steps: list[Any]
    clock: Any
    keys: Keys
    progress: list[Progress] = attrs.field(factory=list)
    checks: int = 0

    @property
    def target(self) -> Path:
        """The file to be."""
        return self.folder / "export.zip"

    @property
    def ranges(self) -> list[str | None]:
        """The Range of each request so far."""
        found = (re.search(rb"\r\nrange: (\S+)", one, re.IGNORECASE) for one in self.server.heads)
        return [match[1].decode() if match else None for match in found]

    def left(self) -> list[str]:
        """Return the names in the directory."""
        return sorted(path.name for path in self.folder.iterdir())

    async def before_start(self) -> None:
        """Count the looks before a start."""
        self.checks += 1

    async def get(self, target: Path | None = None, **more: Any) -> Downloaded:
        """Download; the defaults are those of an export."""
        given: dict[str, Any] = {
            "verify": check,
            "signature": lambda first: first.startswith(_MARK),
            "on_progress": self.progress.append,
            "before_start": self.before_start,
            **more,
        }
        found, _ = await download(request(), self.scope, target or self.target, **given)
        return found


def request(number: int = 1) -> Undeclared:
    """Return the request for a file."""
    return Undeclared(
        api=API,
        route=_ROUTE,
        operation=Operation.FETCH,
        bucket=BUCKET,
        body={"request_id": number},
    )


def scope_of(
    url: str,
    session: Session,
    *,
    clock: Clock,
    options: Options,
    slots: int = 2,
    keys: Keys | None = None,
) -> Scope:
    """Return a scope with a middleware of its own."""
    tasks = TaskSet()
    gate = Gate(clock, tasks, None, slots)
    middleware = Middleware(session, gate, clock, tasks, rand=lambda: 0.5)
    return Scope(middleware, API, url, keys or Keys(), options)


@asynccontextmanager
async def rig(
    folder: Path,
    *steps: object,
    tls: bool = False,
    read: float = 5.0,
    real_time: bool = False,
) -> AsyncIterator[Rig]:
    """Run a server that follows `steps`, the last one for ever, and a client for it.

    On exit nothing may be left: no slot, connection, task, thread or open file.
    """
    todo = list(steps)

    async def respond(peer: Peer) -> None:
        step = todo.pop(0) if len(todo) > 1 else todo[0]
        await (sending(step) if isinstance(step, bytes) else step)(peer)

    options = Options(timeouts=Timeouts(read=read, deadline=120.0))
    clock: Any = SystemClock() if real_time else FakeClock()
    session, keys = Session(ssl_context=client_tls() if tls else None), Keys()
    files, tasks = open_files(folder), asyncio.all_tasks()
    async with serving(respond, tls=server_tls() if tls else None) as server:
        scope = scope_of(server.url, session, clock=clock, options=options, keys=keys)
        yield Rig(server, scope, folder, todo, clock, keys)
        assert scope.middleware.statistics().in_flight == 0
        assert session.statistics().in_flight == 0
        await scope.middleware.aclose()
        await session.aclose()
    await until(lambda: open_files(folder) == files)
    await until(lambda: asyncio.all_tasks() == tasks)
    await until(
        lambda: not any("tiktok-async-download" in one.name for one in threading.enumerate())
    )


async def until(true: Callable[[], object]) -> None:
    """Return when `true` is."""
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came")


def open_files(folder: Path) -> list[str]:
    """Return what this process holds open in `folder`."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            path = str(link.readlink())
        except OSError:
            continue
        if path.startswith(str(folder)):
            found.append(path)
    return sorted(found)
