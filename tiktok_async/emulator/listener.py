"""A uvicorn server that leaves signals, logging and the event loop to its owner.

The one module that needs the extra at import.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any, Final

import uvicorn

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

_TICK: Final = 1.0
"""Seconds between two updates of the Date header."""
_PATIENCE: Final = 1.0
"""Seconds that calls under way get to end when the server stops."""


class Listener(uvicorn.Server):
    """A server that says when it listens, and stops when told.

    Args:
        app: The ASGI application.
    """

    def __init__(self, app: Any) -> None:
        # Without any handler, logging's last resort would print what uvicorn says of cut calls.
        logging.getLogger("uvicorn").addHandler(logging.NullHandler())
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            log_level=None,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=75,
        )
        super().__init__(config)
        self.ready: asyncio.Event = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `serve` soon."""
        self._stopping.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield

    async def main_loop(self) -> None:
        """Wait for the end; uvicorn's own loop would look for it ten times a second."""
        await self.on_tick(0)
        self.ready.set()
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TICK)
            await self.on_tick(0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close every socket; uvicorn's own shutdown sleeps for at least a fifth of a second."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if tasks := set(self.server_state.tasks):
            _, late = await asyncio.wait(tasks, timeout=_PATIENCE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # The loop closes an aborted transport one turn later.
        await asyncio.sleep(0)
