"""How an answer gets onto the wire: whole, in part, slowly, or wrongly."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.answers import placed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping

    from tiktok_async.emulator.answers import Answer

    Message = MutableMapping[str, Any]

# Linger on, zero seconds: closing then sends RST in place of FIN.
_ABRUPT: Final = struct.pack("ii", 1, 0)
_NO_CHUNK: Final = b"no hexadecimal number\r\n"


async def read(receive: Callable[[], Awaitable[Message]]) -> bytes:
    """Return the body of a call."""
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def pause(closing: asyncio.Event, seconds: float) -> None:
    """Wait, unless the server stops."""
    if seconds > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), seconds)


@attrs.frozen
class Line:
    """The connection of one call."""

    receive: Callable[[], Awaitable[Message]]
    send: Callable[[Message], Awaitable[None]]
    closing: asyncio.Event

    @property
    def _cycle(self) -> Any:
        # uvicorn's `send` is a method of the request cycle, which holds the connection.
        return getattr(self.send, "__self__", None)

    @property
    def is_over(self) -> bool:
        """Whether the client has left, or the server stops."""
        return self.closing.is_set() or getattr(self._cycle, "disconnected", False)

    async def write(self, content: bytes) -> None:
        """Send bytes past the server, which would not send anything wrong.

        Raises:
            ConnectionResetError: where the server is not uvicorn and the connection out of reach.
        """
        self._transport().write(content)
        await self._cycle.flow.drain()

    async def gone(self, seconds: float) -> None:
        """Wait until the client has left, the time is over, or the server stops."""
        if seconds <= 0:
            return
        waits = [asyncio.ensure_future(self.receive()), asyncio.ensure_future(self.closing.wait())]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def hang_up(self, *, abruptly: bool) -> None:
        """End the connection in the middle.

        Raises:
            ConnectionResetError: where the server is not uvicorn and the connection out of reach.
        """
        transport = self._transport()
        if abruptly:
            found = transport.get_extra_info("socket")
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPT)
            transport.abort()
        else:
            transport.close()
        await self.receive()

    def _transport(self) -> Any:
        transport = getattr(self._cycle, "transport", None)
        if transport is None:
            raise ConnectionResetError
        return transport


async def deliver(answer: Answer, line: Line) -> None:
    """Send an answer in its manner."""
    manner = answer.manner
    if manner.reset:
        await line.hang_up(abruptly=True)
        return
    await pause(line.closing, manner.delay)
    if answer.framing == "close" or manner.promise or manner.bad_chunk:
        await _past_the_server(answer, line)
    elif manner.is_plain and not answer.is_archive:
        content = answer.content()
        await line.send(_start(answer, len(content)))
        await line.send({"type": "http.response.body", "body": content})
    else:
        await _through_the_server(answer, line)


async def _through_the_server(answer: Answer, line: Line) -> None:
    size, end = answer.size, _end(answer)
    await line.send(_start(answer, None if answer.framing == "chunked" else size))
    async for piece in _pieces(answer, line, end):
        await line.send({"type": "http.response.body", "body": piece, "more_body": True})
    if end < size or line.is_over:
        await line.gone(answer.manner.silence)
        await line.hang_up(abruptly=False)
    else:
        await line.send({"type": "http.response.body", "body": b""})


async def _past_the_server(answer: Answer, line: Line) -> None:
    manner = answer.manner
    chunked = manner.bad_chunk
    has_length = manner.promise or answer.framing != "close"
    length = answer.size + manner.promise if has_length and not chunked else None
    await line.write(_head(answer, length, chunked=chunked))
    async for piece in _pieces(answer, line, _end(answer)):
        await line.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
    if manner.bad_chunk:
        await line.write(_NO_CHUNK)
    await line.gone(manner.silence)
    await line.hang_up(abruptly=False)


def _end(answer: Answer) -> int:
    """Return how many bytes are sent."""
    where, size = answer.manner.stop, answer.size
    return size if where is None else placed(where, size)


async def _pieces(answer: Answer, line: Line, end: int) -> AsyncIterator[bytes]:
    drop, seconds = answer.manner.drop, answer.manner.pause
    for piece in answer.tape().read(0, end):
        for at in range(0, len(piece), drop or len(piece)):
            if line.is_over:
                return
            yield bytes(piece[at : at + drop] if drop else piece)
            await pause(line.closing, seconds)
        # Nothing else gives way while the client takes all that comes, or has left.
        await asyncio.sleep(0)


def _headers(answer: Answer, length: int | None) -> dict[str, str]:
    size = {} if length is None else {"content-length": str(length)}
    return {"content-type": answer.media_type, **size, **answer.headers}


def _start(answer: Answer, length: int | None) -> Message:
    pairs = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in _headers(answer, length).items()
    ]
    return {"type": "http.response.start", "status": answer.status, "headers": pairs}


def _head(answer: Answer, length: int | None, *, chunked: bool) -> bytes:
    headers = _headers(answer, length) | {"connection": "close"}
    if chunked:
        headers["transfer-encoding"] = "chunked"
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
