"""TikAPI, its page for users and the media hosts as routes of the emulator's application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async.emulator.delivery import Line, deliver, pause, read
from tiktok_async.emulator.tikapi.calls import Call
from tiktok_async.emulator.tikapi.consent import PAGES
from tiktok_async.emulator.tikapi.facts import tikapi
from tiktok_async.emulator.tikapi.media import OPERATION as MEDIA

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, MutableMapping

    from tiktok_async.emulator.emulation import Emulation
    from tiktok_async.emulator.tikapi.facts import Operation

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]


def paths(emulation: Emulation) -> Iterator[tuple[str, str, Served]]:
    """Yield path, method and server of each endpoint; paths with a name in them come last."""
    operations = [*tikapi().operations.values(), *PAGES, MEDIA]
    for operation in sorted(operations, key=lambda operation: "{" in operation.path):
        yield operation.path, operation.method, Served(emulation, operation)


@attrs.frozen
class Served:
    """One endpoint."""

    emulation: Emulation
    operation: Operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        emulation, operation = self.emulation, self.operation
        now = emulation.settings.now()
        content = await read(receive)
        stats = emulation.stats
        stats.arrive(operation.id, now)
        status = 0
        try:
            call = Call(
                emulation.tikapi,
                operation,
                {
                    name.decode("latin-1"): value.decode("latin-1")
                    for name, value in scope["headers"]
                },
                scope["query_string"].decode("latin-1"),
                scope["path_params"],
                content,
                now,
                emulation.log_id(now),
            )
            await pause(emulation.closing, emulation.settings.latency)
            answer = await emulation.tikapi.perform(call)
            status = 0 if answer.manner.reset else answer.status
            await deliver(answer, Line(receive, send, emulation.closing))
        finally:
            stats.leave(status)
