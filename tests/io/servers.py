"""Small raw servers on the loopback that answer byte for byte what a test tells them to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

_TLS = Path(__file__).parent.parent / "samples" / "tls"


@attrs.define(eq=False)
class Peer:
    """One connection of a client, with the request that was just read from it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    """Of the connection, from 1."""
    head: bytes = b""
    body: bytes = b""
    requests: int = 0
    """Read from this connection so far."""

    async def send(self, data: bytes) -> None:
        """Write `data`, and hand it to the kernel."""
        self.writer.write(data)
        await self.writer.drain()

    def close(self) -> None:
        """Close in the orderly way."""
        self.writer.close()

    def reset(self) -> None:
        """Close with a TCP reset."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@attrs.define(eq=False)
class RawServer:
    """What a running server has seen."""

    url: str
    connections: int = 0
    heads: list[bytes] = attrs.field(factory=list)
    open: set[asyncio.StreamWriter] = attrs.field(factory=set)


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return a whole answer with a Content-Length."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def server_tls() -> ssl.SSLContext:
    """Return a server's context: a certificate for 127.0.0.1 by the root of `client_tls`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_TLS / "loopback.pem")
    return context


def client_tls() -> ssl.SSLContext:
    """Return a client's context that trusts the root of `server_tls`."""
    return ssl.create_default_context(cafile=_TLS / "root.pem")


async def _read_request(peer: Peer) -> bool:
    """Read one request into `peer`; False = the client closed."""
    with suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        peer.head = await peer.reader.readuntil(b"\r\n\r\n")
        _, _, rest = peer.head.lower().partition(b"content-length:")
        peer.body = await peer.reader.readexactly(int(rest.split(b"\r\n")[0] or 0))
        peer.requests += 1
        return True
    return False


@asynccontextmanager
async def serving(
    respond: Callable[[Peer], Awaitable[None]],
    *,
    tls: ssl.SSLContext | None = None,
    greet: Callable[[Peer], Awaitable[None]] | None = None,
) -> AsyncIterator[RawServer]:
    """Run a server.

    Args:
        respond: Called with each request.
        tls: Serve https.
        greet: Called with each connection before any request is read.

    Yields:
        The server; on exit every connection and task of it is gone.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        server.open.add(writer)
        peer = Peer(reader, writer, server.connections)
        try:
            if greet is not None:
                await greet(peer)
            while not writer.is_closing() and await _read_request(peer):
                server.heads.append(peer.head)
                await respond(peer)
        except ConnectionError:
            pass  # the client left first
        finally:
            server.open.discard(writer)
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls, backlog=1024)
    port = listener.sockets[0].getsockname()[1]
    server = RawServer(f"http{'s' if tls else ''}://127.0.0.1:{port}")
    try:
        yield server
    finally:
        listener.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()
