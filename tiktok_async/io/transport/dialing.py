"""Making a connection: the address, TCP, the proxy, TLS; each failure with its row of the table."""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import ssl
from contextlib import asynccontextmanager
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import attrs

from tiktok_async.errors import ConfigError, InputError
from tiktok_async.io.transport.seam import Fault
from tiktok_async.sansio.place import Place, place_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from tiktok_async.config import Timeouts
    from tiktok_async.io.transport.stream import Stream

_HEAD_START: Final = 0.25
"""Seconds that an address has before the next one is tried beside it (RFC 8305, 5)."""
_LARGEST_HEAD: Final = 2**16
_STATUS: Final = re.compile(rb"HTTP/1\.[01] (([0-9]{3})[^\r\n]*)")


@attrs.frozen
class Proxy:
    """An http(s) proxy."""

    place: Place
    authorization: bytes = attrs.field(repr=False)
    """A line of the head, with its end; empty without a name and a password."""

    @classmethod
    def of(cls, url: str) -> Proxy:
        """Take the URL of a proxy apart.

        Raises:
            ConfigError: It is none; it is not shown, as it may hold a password.
        """
        try:
            parts = urlsplit(url)
            place, _ = place_of(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
        except (ValueError, InputError):
            raise ConfigError(
                'The proxy is written as "http://host:port" or "https://host:port".'
            ) from None
        if parts.username is None:
            return cls(place, b"")
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return cls(
            place, b"Proxy-Authorization: Basic %s\r\n" % base64.b64encode(pair.encode("utf-8"))
        )


class Dialer:
    """Makes the connections of one session.

    Args:
        trust: Gives the context of TLS.
        proxy: What to go through.
        resolve: Gives the address to connect to for an origin, in place of its own name; the
            certificate must be the name's all the same.
    """

    def __init__(
        self,
        trust: Callable[[], ssl.SSLContext],
        proxy: Proxy | None,
        resolve: Callable[[str], Awaitable[str]] | None,
    ) -> None:
        self._trust = trust
        self._proxy = proxy
        self._resolve = resolve

    def forwarding(self, place: Place) -> bytes | None:
        """Return the line that a proxy wants with each request for `place`; None = it sees none."""
        if self._proxy is None or place.scheme == "https":
            return None
        return self._proxy.authorization

    async def dial(self, stream: Stream, place: Place, timeouts: Timeouts) -> None:
        """Connect `stream` to `place`.

        Raises:
            Fault: It failed; nothing of a request was sent.
            ConfigError: The context of TLS does not verify.
        """
        trust = self._trust() if place.scheme == "https" else None
        if self._proxy is None:
            host = place.host if self._resolve is None else await self._resolve(place.origin)
            await _connect(stream, host, place.port, timeouts.connect)
        else:
            await self._through(self._proxy, stream, place, timeouts.connect)
        if trust is not None:
            await _secure(stream, place.host, trust, timeouts.connect)

    async def _through(
        self, proxy: Proxy, stream: Stream, place: Place, seconds: float | None
    ) -> None:
        await _connect(stream, proxy.place.host, proxy.place.port, seconds)
        if proxy.place.scheme == "https":
            await _secure(stream, proxy.place.host, self._trust(), seconds)
        if place.scheme == "https":
            await _tunnel(stream, place, proxy.authorization, seconds)


@asynccontextmanager
async def _within(
    seconds: float | None, late: tuple[str, str], failed: tuple[str, str]
) -> AsyncIterator[None]:
    """Tell failures of the block by the rows of the table that are given."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Fault(*late) from error
    except ssl.SSLCertVerificationError as error:
        raise Fault("tls_invalid", "its certificate is not valid", str(error)) from error
    except OSError as error:
        raise Fault(*failed, str(error)) from error


async def _connect(stream: Stream, host: str, port: int, seconds: float | None) -> None:
    late = ("connect_timeout", "no connection in time")
    async with _within(seconds, late, ("connect", "could not connect")):
        loop = asyncio.get_running_loop()
        raw = await _connected(loop, host, port)
        await loop.create_connection(lambda: stream, sock=raw)  # which owns it from now on


async def _secure(stream: Stream, host: str, trust: ssl.SSLContext, seconds: float | None) -> None:
    late = ("tls_cut_timeout", "the TLS handshake took too long")
    async with _within(seconds, late, ("tls_cut", "the TLS handshake failed")):
        if stream.ended:
            raise ConnectionResetError("the connection was closed")
        loop = asyncio.get_running_loop()
        above = await loop.start_tls(
            stream.transport,
            stream,
            trust,
            server_hostname=host,
            ssl_handshake_timeout=None if seconds is None else seconds + 60,
        )
        if above is None:
            raise ConnectionResetError("the connection was closed")
        stream.secured(above)


async def _tunnel(
    stream: Stream, place: Place, authorization: bytes, seconds: float | None
) -> None:
    late = ("connect_timeout", "the proxy did not answer in time")
    async with _within(seconds, late, ("connect", "the proxy closed the connection")):
        host = f"[{place.host}]" if ":" in place.host else place.host
        there = f"{host}:{place.port}".encode()
        head = b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n%b\r\n" % (there, there, authorization)
        stream.write(head)
        answer = b""
        while b"\r\n\r\n" not in answer and len(answer) < _LARGEST_HEAD:
            piece = await stream.read(None)
            if not piece:
                raise ConnectionResetError("it said nothing more")
            answer += piece
    found = _STATUS.match(answer)
    if found is None or not found[2].startswith(b"2"):
        detail = found[1].decode("latin-1") if found else ""
        raise Fault("connect", "the proxy refused", detail)
    if not answer.endswith(b"\r\n\r\n"):
        raise Fault("connect", "the proxy sent more than its answer")


async def _connected(loop: asyncio.AbstractEventLoop, host: str, port: int) -> socket.socket:
    """Return a socket connected to the first address of `host` that answers.

    Raises:
        OSError: None does.
    """
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if len(found) == 1:
        return await _attempt(loop, found[0])
    return await _race(loop, _interleaved(found))


async def _attempt(loop: asyncio.AbstractEventLoop, info: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, _, address = info
    raw = socket.socket(family, kind, protocol)
    try:
        raw.setblocking(False)
        await loop.sock_connect(raw, address)
    except BaseException:
        raw.close()
        raise
    return raw


async def _race(loop: asyncio.AbstractEventLoop, infos: Iterable[tuple[Any, ...]]) -> socket.socket:
    """Try one address after the other, each with a head start; the first that answers wins."""
    todo = list(infos)
    tried: list[asyncio.Task[socket.socket]] = []
    won: asyncio.Task[socket.socket] | None = None
    try:
        while won is None:
            running = {task for task in tried if not task.done()}
            if todo:
                running.add(task := loop.create_task(_attempt(loop, todo.pop(0))))
                tried.append(task)
            if not running:
                raise tried[0].exception() or OSError(f"{len(tried)} addresses, none answers")
            await asyncio.wait(
                running,
                timeout=_HEAD_START if todo else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            won = next((task for task in tried if task.done() and not task.exception()), None)
        return won.result()
    finally:
        for task in tried:
            if task is not won:
                task.add_done_callback(_dropped)
                task.cancel()


def _dropped(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


def _interleaved(found: list[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Return addresses with the families taking turns, the first one's first (RFC 8305, 4)."""
    first = [info for info in found if info[0] == found[0][0]]
    others = [info for info in found if info[0] != found[0][0]]
    turns = chain.from_iterable(zip_longest(first, others))
    return [info for info in turns if info is not None]
