"""The emulator as an ASGI application: plain routes, no middleware."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import attrs

from tiktok_async.emulator.answers import Answer
from tiktok_async.emulator.calls import Call
from tiktok_async.emulator.delivery import Line, deliver, pause, read
from tiktok_async.emulator.emulation import Emulation
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.faults import read_script
from tiktok_async.emulator.routes import HANDLERS
from tiktok_async.emulator.routes.oauth import operation_of
from tiktok_async.emulator.tikapi.served import paths
from tiktok_async.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping, Sequence

    from tiktok_async.emulator.facts import Operation
    from tiktok_async.emulator.settings import Settings

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


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
    by_path: dict[str, list[Operation]] = {}
    for name in HANDLERS:
        operation = official().operations[name]
        by_path.setdefault(operation.path, []).append(operation)
    routes = [
        # A page is also where its form is posted to.
        Route(path, Served(emulation, found), methods=sorted({found[0].method, "POST"}))
        for path, found in by_path.items()
    ]
    tikapi = [Route(path, served, methods=[verb]) for path, verb, served in paths(emulation)]
    control = [
        Route("/_emulator/stats", Control(emulation, _stats), methods=["GET"]),
        Route("/_emulator/reset", Control(emulation, _reset), methods=["POST"]),
        Route("/_emulator/faults", Control(emulation, _faults), methods=["GET", "POST"]),
        Route("/_emulator/webhooks", Control(emulation, _webhooks), methods=["GET", "POST"]),
        Route("/_emulator/disconnect", Control(emulation, _disconnect), methods=["POST"]),
    ]
    return Router([*routes, *tikapi, *control], redirect_slashes=False)


@attrs.frozen
class Served:
    """A path of the contract; the token endpoint is several operations."""

    emulation: Emulation
    operations: Sequence[Operation]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        emulation = self.emulation
        now = emulation.settings.now()
        content = await read(receive)
        operation = operation_of(self.operations, content)
        stats = emulation.stats
        stats.arrive(operation.id, now)
        status = 0
        try:
            call = Call(
                emulation,
                operation,
                {
                    name.decode("latin-1"): value.decode("latin-1")
                    for name, value in scope["headers"]
                },
                scope["query_string"].decode("latin-1"),
                content,
                now,
                emulation.log_id(now),
                scope["method"],
            )
            await pause(emulation.closing, emulation.settings.latency)
            answer = await emulation.perform(call)
            status = 0 if answer.manner.reset else answer.status
            await deliver(answer, Line(receive, send, emulation.closing))
        finally:
            stats.leave(status)


@attrs.frozen
class Control:
    """An endpoint of the emulator's own; neither counted nor paid."""

    emulation: Emulation
    action: Callable[[Emulation, str, str, bytes], dict[str, Any]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        content = await read(receive)
        status = 200
        try:
            query = scope["query_string"].decode("latin-1")
            shown = self.action(self.emulation, scope["method"], query, content)
        except InputError as error:
            shown, status = {"error": error.message}, 400
        line = Line(receive, send, self.emulation.closing)
        await deliver(Answer(shown, status=status), line)


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


def _webhooks(emulation: Emulation, method: str, _query: str, content: bytes) -> dict[str, Any]:
    """Set where events go (`{"url": ...}`, null for nowhere); tell what became of them."""
    courier = emulation.courier
    if method == "POST":
        courier.point(_object(content).get("url"))
    return {"url": courier.url, "events": courier.shown()}


def _disconnect(emulation: Emulation, _method: str, _query: str, content: bytes) -> dict[str, Any]:
    """Have a user (`open_id`) take back what they allowed, for a `reason` (1)."""
    given = _object(content)
    open_id = given.get("open_id", emulation.user_pair.grant.open_id)
    return {"disconnected": emulation.disconnect(open_id, given.get("reason", 1))}


def _object(content: bytes) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        InputError: if it is none.
    """
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InputError("Send a JSON object.")
    return found
