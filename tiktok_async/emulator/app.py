"""The emulator as an ASGI application: plain routes, no middleware."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import attrs

from tiktok_async.emulator.answers import Answer, dumps
from tiktok_async.emulator.calls import Call
from tiktok_async.emulator.emulation import Emulation
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.faults import read_script
from tiktok_async.emulator.routes import HANDLERS
from tiktok_async.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from tiktok_async.emulator.facts import Operation
    from tiktok_async.emulator.settings import Settings

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

# Linger on, zero seconds: closing then sends RST in place of FIN.
_ABRUPT: Final = struct.pack("ii", 1, 0)


def create_app(settings: Settings) -> ASGIApp:
    """Return an emulator as an ASGI application.

    Raises:
        MissingExtraError: if starlette is not installed.
    """
    return app_of(Emulation(settings))


def app_of(emulation: Emulation) -> ASGIApp:
    """Return the application of an emulation; the busiest route comes first.

    Raises:
        MissingExtraError: if starlette is not installed.
    """
    try:
        from starlette.routing import Route, Router
    except ImportError:
        raise MissingExtraError("The emulator", "emulator") from None
    operations = [official().operations[name] for name in HANDLERS]
    routes = [
        Route(part.path, Served(emulation, part), methods=[part.method]) for part in operations
    ]
    control = [
        Route("/_emulator/stats", Control(emulation, _stats), methods=["GET"]),
        Route("/_emulator/reset", Control(emulation, _reset), methods=["POST"]),
        Route("/_emulator/faults", Control(emulation, _faults), methods=["GET", "POST"]),
    ]
    return Router([*routes, *control], redirect_slashes=False)


@attrs.frozen
class Served:
    """An endpoint of the contract."""

    emulation: Emulation
    operation: Operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        emulation = self.emulation
        now = emulation.settings.now()
        stats = emulation.stats
        stats.arrive(self.operation.id, now)
        status = 0
        try:
            content = await _read(receive)
            call = Call(
                emulation,
                self.operation,
                {
                    name.decode("latin-1"): value.decode("latin-1")
                    for name, value in scope["headers"]
                },
                scope["query_string"].decode("latin-1"),
                content,
                now,
                emulation.log_id(now),
            )
            await _pause(emulation, emulation.settings.latency)
            answer = await emulation.perform(call)
            status = 0 if answer.manner == "reset" else answer.status
            await _deliver(emulation, answer, receive, send)
        finally:
            stats.leave(status)


async def _read(receive: Receive) -> bytes:
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _pause(emulation: Emulation, seconds: float) -> None:
    if seconds > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(emulation.closing.wait(), seconds)


async def _deliver(emulation: Emulation, answer: Answer, receive: Receive, send: Send) -> None:
    if answer.manner == "reset":
        await _hang_up(receive, send, abruptly=True)
        return
    content = answer.content()
    if answer.manner == "whole":
        await _pause(emulation, answer.delay)
        await _start(answer, len(content), send)
        await send({"type": "http.response.body", "body": content})
        return
    await _start(answer, len(content), send)
    half = content[: len(content) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await _gone(emulation, receive, answer.delay)
    await _hang_up(receive, send, abruptly=False)


async def _start(answer: Answer, length: int, send: Send) -> None:
    headers = {
        "content-type": answer.media_type,
        "content-length": str(length),
        **answer.headers,
    }
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})


async def _gone(emulation: Emulation, receive: Receive, seconds: float) -> None:
    """Wait until the client has left, the time is over, or the server stops."""
    if seconds <= 0:
        return
    waits = [asyncio.ensure_future(receive()), asyncio.ensure_future(emulation.closing.wait())]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _hang_up(receive: Receive, send: Send, *, abruptly: bool) -> None:
    """End the connection in the middle.

    Raises:
        ConnectionResetError: where the server is not uvicorn and the connection out of reach.
    """
    # uvicorn's `send` is a method of the request cycle, which holds the connection.
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError
    if abruptly:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPT)
        transport.abort()
    else:
        transport.close()
    await receive()


@attrs.frozen
class Control:
    """An endpoint of the emulator's own; neither counted nor paid."""

    emulation: Emulation
    action: Callable[[Emulation, str, str, bytes], dict[str, Any]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        content = await _read(receive)
        status = 200
        try:
            query = scope["query_string"].decode("latin-1")
            shown = self.action(self.emulation, scope["method"], query, content)
        except InputError as error:
            shown, status = {"error": error.message}, 400
        body = dumps(shown)
        await _start(Answer(body, status=status), len(body), send)
        await send({"type": "http.response.body", "body": body})


def _stats(emulation: Emulation, _method: str, _query: str, _content: bytes) -> dict[str, Any]:
    return emulation.shown()


def _reset(emulation: Emulation, _method: str, _query: str, _content: bytes) -> dict[str, Any]:
    emulation.reset()
    return {"reset": True}


def _faults(emulation: Emulation, method: str, query: str, content: bytes) -> dict[str, Any]:
    """Add a list of faults, or replace all by it (`?replace=true`); tell which there are."""
    if method == "POST":
        faults = read_script(content)
        if parse_qs(query).get("replace") == ["true"]:
            emulation.script.clear()
        emulation.script.add(*faults)
    return {"faults": emulation.script.shown()}
