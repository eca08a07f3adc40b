"""Webhooks: events, signed and sent until they are taken.

Source: contract section 6. What it leaves open is a setting: whether each try has its own time, and
how long the first wait is.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import ssl
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

import attrs

from tiktok_async.emulator.answers import dumps
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.emulator.settings import Settings

_KEPT: Final = 1000
_TICK: Final = 0.05
"""Seconds between two looks at a clock that a test may move."""
_PORTS: Final = {"http": 80, "https": 443}


def _always() -> bool:
    return True


@attrs.define(eq=False)
class Event:
    """Something that an app is told."""

    client_key: str
    name: str
    due: float
    """When it happens, in Unix seconds."""
    content: dict[str, Any]
    open_id: str | None = None
    """Whom it is about; the sample of portability has none."""
    holds: Callable[[], bool] = _always
    """Whether it has come to be when it is due."""
    outcome: Literal["waiting", "delivered", "dropped", "void"] = "waiting"
    tries: list[tuple[float, int]] = attrs.field(factory=list)
    """When, and the status that came; 0 is none."""

    def body(self) -> bytes:
        """Return what is sent; the content is a text in the JSON."""
        who = {} if self.open_id is None else {"user_openid": self.open_id}
        return dumps({
            "client_key": self.client_key,
            "event": self.name,
            "create_time": int(self.due),
            **who,
            "content": json.dumps(self.content),
        })  # fmt: skip

    def shown(self) -> dict[str, Any]:
        """Return the event as JSON, with what became of it."""
        return {
            "event": self.name,
            "client_key": self.client_key,
            "create_time": int(self.due),
            "content": self.content,
            "outcome": self.outcome,
            "tries": [list(one) for one in self.tries],
        }


@attrs.define(eq=False)
class Courier:
    """Delivers events, each in a task of its own.

    Args:
        settings: Where to, how often, and the clock.
        secret_of: The secret of an app, by its key.
    """

    settings: Settings
    secret_of: Callable[[str], str | None]
    url: str | None = attrs.field(init=False)
    loop: asyncio.AbstractEventLoop | None = attrs.field(default=None, init=False)
    """Where tasks run; None is the caller's."""
    _events: deque[Event] = attrs.field(factory=lambda: deque(maxlen=_KEPT), init=False)
    _tasks: set[asyncio.Task[None]] = attrs.field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        self.point(self.settings.webhook_url)

    def point(self, url: Any) -> None:
        """Send what happens from now on to a URL, or nowhere.

        Raises:
            InputError: if it is no URL of http or https.
        """
        if url is not None:
            parts = urlsplit(str(url))
            if parts.scheme not in _PORTS or not parts.hostname:
                raise InputError("The URL of webhooks begins with https:// or http://.")
        self.url = url

    def post(self, event: Event) -> None:
        """Have an event delivered when it is due; without a URL it is only remembered."""
        self._events.append(event)
        loop = self.loop or asyncio.get_running_loop()
        # The caller may be in another thread than the server.
        loop.call_soon_threadsafe(self._start, event)

    def clear(self) -> None:
        """Forget all events, and the URL that was not in the settings."""
        self._events.clear()
        self.point(self.settings.webhook_url)
        for task in self._tasks:
            task.get_loop().call_soon_threadsafe(task.cancel)

    async def aclose(self) -> None:
        """End all deliveries."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def shown(self) -> list[dict[str, Any]]:
        """Return the events as JSON."""
        return [event.shown() for event in list(self._events)]

    def _start(self, event: Event) -> None:
        task = asyncio.ensure_future(self._deliver(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, event: Event) -> None:
        settings = self.settings
        await self._until(event.due)
        if not event.holds() or self.url is None:
            event.outcome = "void"
            return
        wait = settings.webhook_backoff
        while await self._send(event, self.url) != 200:
            next_try = settings.now() + wait
            if next_try > event.due + settings.webhook_patience:
                event.outcome = "dropped"
                return
            await self._until(next_try)
            wait *= 2
        event.outcome = "delivered"
        for _ in range(settings.webhook_copies - 1):
            await self._send(event, self.url)

    async def _until(self, moment: float) -> None:
        while (left := moment - self.settings.now()) > 0:  # noqa: ASYNC110  # the clock is given
            await asyncio.sleep(min(left, _TICK))

    async def _send(self, event: Event, url: str) -> int:
        """Try once; return the status, or 0 where none came."""
        now = self.settings.now()
        signed_at = now
        if event.tries and not self.settings.webhook_fresh_time:
            signed_at = event.tries[0][0]
        secret = self.secret_of(event.client_key) or ""
        signature = signed(event.body(), secret, int(signed_at))
        status = 0
        with contextlib.suppress(OSError, ValueError, IndexError, TimeoutError):
            async with asyncio.timeout(self.settings.webhook_timeout):
                status = await posted(url, {"TikTok-Signature": signature}, event.body())
        event.tries.append((now, status))
        return status


def signed(body: bytes, secret: str, moment: int) -> str:
    """Return the signature header of a body."""
    message = f"{moment}.".encode() + body
    return f"t={moment},s={hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()}"


async def posted(url: str, headers: dict[str, str], body: bytes) -> int:
    """Send JSON; return the status of the answer.

    Raises:
        OSError: if it cannot be sent.
        ValueError, IndexError: if what comes back is not HTTP.
    """
    parts = urlsplit(url)
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or _PORTS[parts.scheme]
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=tls)
    try:
        lines = [
            f"POST {parts.path or '/'}{'?' if parts.query else ''}{parts.query} HTTP/1.1",
            f"Host: {parts.netloc.rpartition('@')[2]}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Connection: close",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
