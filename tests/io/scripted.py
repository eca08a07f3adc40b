"""A middleware over a session that follows a script: no network, no time, every send on record."""

from __future__ import annotations

import inspect
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from tiktok_async.config import Limits, Options
from tiktok_async.io.gate import Gate
from tiktok_async.io.ledger import MemoryLedger
from tiktok_async.io.middleware import Middleware
from tiktok_async.io.scope import Reply, Scope
from tiktok_async.io.tasks import TaskSet
from tiktok_async.sansio.endpoint import Api, Bucket, Operation, Route, Undeclared
from tiktok_async.sansio.envelope import official
from tiktok_async.sansio.wire import Answer
from tiktok_async.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tiktok_async.events import Event
    from tiktok_async.io.scope import Credential
    from tiktok_async.io.session import Session
    from tiktok_async.sansio.limiter import Rate
    from tiktok_async.sansio.quota import DailyQuota
    from tiktok_async.sansio.wire import WireRequest

BASE: Final = "http://127.0.0.1:1"
API: Final = Api("test", BASE, official, "NO_SUCH_VARIABLE")


def ok(data: object = None) -> Answer:
    """Return a good answer."""
    body = {"data": data or {"x": 1}, "error": {"code": "ok", "message": "", "log_id": "L-ok"}}
    return Answer(200, {}, json.dumps(body).encode())


def fault(status: int, code: str = "", message: str = "m", **headers: str) -> Answer:
    """Return an answer with an error; header names are written with underscores."""
    body = {"data": {}, "error": {"code": code, "message": message, "log_id": f"L-{status}"}}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, names, json.dumps(body).encode())


def limited(seconds: float | None = None) -> Answer:
    """Return a 429, with a Retry-After where `seconds` says so."""
    headers = {} if seconds is None else {"retry_after": str(seconds)}
    return fault(429, "rate_limit_exceeded", **headers)


def read(path: str = "/read/", operation: Operation = Operation.READ, **more: Any) -> Undeclared:
    """Return a request of no declared endpoint, with a bucket of its own."""
    return Undeclared(api=API, route=Route("POST", path), operation=operation, **more)


@attrs.define
class Sent:
    """One send."""

    when: float
    request: WireRequest


class ScriptedSession:
    """Answers by script.

    Args:
        clock: Tells when something was sent.
        script: An answer or error for each send, or a function of the request that returns one,
            or that returns something to await; the last one counts for every send after it.
    """

    def __init__(self, clock: FakeClock, script: Iterable[object]) -> None:
        self.clock = clock
        self.sent: list[Sent] = []
        self.in_flight = 0
        self._script = list(script)

    async def send(self, request: WireRequest, *, timeouts: object = None) -> Answer:  # noqa: ARG002  # the session's interface
        """Do the next thing of the script."""
        self.sent.append(Sent(self.clock.monotonic(), request))
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        self.in_flight += 1
        try:
            if callable(step):
                step = step(request)
            if inspect.isawaitable(step):
                step = await step
        finally:
            self.in_flight -= 1
        if isinstance(step, Exception):
            raise step
        return cast("Answer", step)

    def statistics(self) -> Any:
        """Return a snapshot."""
        return SimpleNamespace(connections=0)

    async def aclose(self) -> None:
        """Do nothing."""


class Keys:
    """A credential whose headers count up with each renewal.

    Args:
        renewable: Whether a renewal gives anything.
    """

    name = "keys"
    fingerprint = "k1"

    def __init__(self, *, renewable: bool = True) -> None:
        self.renewals = 0
        self._renewable = renewable

    def headers(self, now: float) -> tuple[tuple[str, str], ...] | None:  # noqa: ARG002  # a Credential's
        """Return the headers of now."""
        return (("authorization", f"Bearer {self.renewals}"),)

    async def renew(self, middleware: object, refused: object) -> bool:  # noqa: ARG002  # as above
        """Count."""
        self.renewals += self._renewable
        return self._renewable


@attrs.define
class Stage:
    """A middleware and all that it plays with."""

    clock: FakeClock
    session: ScriptedSession
    middleware: Middleware
    scope: Scope
    bucket: Bucket
    events: list[Event]

    async def call(self, operation: Operation = Operation.READ, path: str = "/read/") -> Reply:
        """Send one request through the middleware."""
        request = read(path, operation, bucket=self.bucket)
        return await self.middleware.call(request, self.scope)

    @property
    def times(self) -> list[float]:
        """Return when each send happened."""
        return [sent.when for sent in self.session.sent]


def stage(
    *script: object,
    credential: Credential | None = None,
    rate: Rate | None = None,
    quota: DailyQuota | None = None,
    options: Options | None = None,
    slots: int = 100,
    rand: Callable[[], float] = lambda: 0.5,
) -> Stage:
    """Return a middleware whose session follows `script`."""
    clock, tasks, heard = FakeClock(), TaskSet(), list[Any]()
    session = ScriptedSession(clock, script)
    gate = Gate(clock, tasks, MemoryLedger(), slots)
    middleware = Middleware(
        cast("Session", session), gate, clock, tasks, on_event=(heard.append,), rand=rand
    )
    chosen = options or Options(limits=Limits())
    scope = Scope(middleware, API, BASE, credential or Keys(), chosen)
    return Stage(clock, session, middleware, scope, Bucket("test", rate, quota), heard)
