"""What every family's client is made of: a session, the middleware, and the scope it sends with."""

from __future__ import annotations

import copy
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Self, TypeVar

import attrs

from tiktok_async.config import Options, Timeouts, checked_base_url, is_loopback, setting
from tiktok_async.errors import ClientClosedError, InputError
from tiktok_async.io.clock import SystemClock
from tiktok_async.io.gate import Gate
from tiktok_async.io.ledger import MemoryLedger, SQLiteLedger, default_path
from tiktok_async.io.logs import listeners
from tiktok_async.io.middleware import Middleware
from tiktok_async.io.scope import Scope
from tiktok_async.io.session import Session
from tiktok_async.io.tasks import TaskSet
from tiktok_async.resource import fetch, paginate
from tiktok_async.sansio.endpoint import Operation, Route, Undeclared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktok_async.events import Event
    from tiktok_async.io.clock import Clock
    from tiktok_async.io.counters import Statistics
    from tiktok_async.io.ledger import Ledger
    from tiktok_async.io.pacing import Pacer
    from tiktok_async.io.paginator import Paginator
    from tiktok_async.io.scope import Credential
    from tiktok_async.sansio.endpoint import Api, Bucket, Endpoint, PagedEndpoint
    from tiktok_async.sansio.quota import QuotaStatus
    from tiktok_async.sansio.retry import RetryPolicy
    from tiktok_async.sansio.wire import Answer

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Runtime:
    """What a client may be handed instead of making its own; all of it is optional."""

    session: Session | None = None
    """Connections, shared with another client; its owner closes it."""
    ledger: Ledger | None = None
    """Where daily quotas are counted; None = the user's own file, or memory for a loopback host."""
    pacer: Pacer | None = None
    """Keeps the rate for several processes; None = each process has it alone."""
    clock: Clock = attrs.field(factory=SystemClock)
    on_event: Sequence[Callable[[Event], None]] = ()


def base_url_of(api: Api, given: str | None, profile: Mapping[str, Any]) -> str:
    """Return the base URL to use: argument, environment, profile, or the provider's own.

    Raises:
        ConfigError: if it is not https, nor http to a loopback address.
    """
    return checked_base_url(setting(given, api.base_url_variable, profile) or api.base_url)


def options_of(api: Api, options: Options | None) -> Options:
    """Return the options, with the family's own time limits where none were given."""
    if options is not None:
        return options
    return Options(timeouts=Timeouts(read=api.read_timeout, deadline=api.deadline))


class BaseClient:
    """One family's client; use it in `async with`, which closes what it opened.

    Args:
        api: The family.
        base_url: Where it is.
        credential: As whom it sends.
        options: Time limits, retries, limits.
        runtime: What it shares with others.
    """

    def __init__(
        self,
        api: Api,
        base_url: str,
        credential: Credential,
        options: Options,
        runtime: Runtime,
    ) -> None:
        self._owner = True
        self._owns_session = runtime.session is None
        session = runtime.session or Session(timeouts=options.timeouts)
        self._ledger = runtime.ledger or _ledger_for(base_url)
        self._owns_ledger = runtime.ledger is None
        tasks = TaskSet()
        slots = options.limits.concurrency
        gate = Gate(runtime.clock, tasks, self._ledger, slots, runtime.pacer)
        middleware = Middleware(
            session, gate, runtime.clock, tasks, on_event=(*runtime.on_event, *listeners())
        )
        self._closed = False
        self._bind(Scope(middleware, api, base_url, credential, options))

    def _bind(self, scope: Scope) -> None:
        """Take a scope and make the resources that send with it."""
        self._scope = scope

    @property
    def session(self) -> Session:
        """The pool of connections; give it to another client to share it."""
        return self._scope.middleware.session

    @property
    def scope(self) -> Scope:
        """Where and as whom this client sends; for what is built on a client."""
        return self._scope

    async def __aenter__(self) -> Self:
        if self._closed:
            msg = "This client is closed."
            raise ClientClosedError(msg)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what this client opened; may be called again."""
        if self._closed or not self._owner:
            return
        self._closed = True
        async with AsyncExitStack() as last:  # whatever fails, such as a ledger that is gone
            if self._owns_session:
                last.push_async_callback(self.session.aclose)
            if self._owns_ledger:
                last.push_async_callback(self._ledger.aclose)
            await self._scope.middleware.aclose()

    def with_options(
        self,
        *,
        timeout: float | Timeouts | None = None,
        retry: RetryPolicy | None = None,
        extra_query: Mapping[str, str] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return the same client with other options for its calls; closing it closes nothing.

        Args:
            timeout: Seconds for one call with its retries and for each read, or all limits apart.
            retry: How often and how long.
            extra_query: Query parameters to add to every call.
            extra_headers: Headers to add to every call.

        Raises:
            InputError: if `timeout` is not above zero.
        """
        options = self._scope.options
        given: dict[str, Any] = {
            "timeouts": _timeouts(options.timeouts, timeout),
            "retry": retry,
            "extra_query": None if extra_query is None else tuple(extra_query.items()),
            "extra_headers": None if extra_headers is None else tuple(extra_headers.items()),
        }
        changes = {name: value for name, value in given.items() if value is not None}
        other = copy.copy(self)
        other._owner = False  # noqa: SLF001  # one of us
        options = attrs.evolve(options, **changes)
        other._bind(attrs.evolve(self._scope, options=options))  # noqa: SLF001
        return other

    async def send(self, request: Endpoint[T], *, replay_safe: bool = False) -> T:
        """Send a request value and return its decoded result.

        Args:
            request: The request value.
            replay_safe: Your promise that sending this one call twice does no harm, for a call
                that changes something and would otherwise never be repeated.

        Raises:
            TikTokError: as the endpoint says.
        """
        return await fetch(request, self._scope, replay_safe=replay_safe)

    def iterate(self, request: PagedEndpoint[T]) -> Paginator[T]:
        """Return the paginator of a request value; the same as the bound method."""
        return paginate(request, self._scope)

    async def raw(self, request: Endpoint[Any]) -> Answer:
        """Send a request value and return the answer as it came, undecoded.

        Raises:
            TikTokError: as the endpoint says.
        """
        return (await self._scope.middleware.call(request, self._scope)).answer

    async def request(
        self,
        method: str,
        path: str,
        *,
        operation: Operation,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        bucket: Bucket | None = None,
    ) -> Answer:
        """Call an endpoint that nobody has declared yet, through the same middleware.

        Args:
            method: HTTP method.
            path: Path, from its first slash.
            operation: What the call does; decides whether it may be sent again.
            query: Query parameters.
            body: JSON body.
            bucket: Rate and quota that it counts to; None = neither.

        Raises:
            TikTokError: as for any call.
        """
        api = self._scope.api
        route = Route(method.upper(), path)
        request = Undeclared(
            api=api,
            route=route,
            operation=operation,
            bucket=bucket,
            query=query or {},
            body=body or {},
        )
        return await self.raw(request)

    async def quota(self, bucket: Bucket) -> QuotaStatus | None:
        """Return what is spent of a bucket's daily quota; None = it has none."""
        lane = self._scope.middleware.lane_of(bucket, self._scope)
        return None if lane is None else await self._scope.middleware.gate.status(lane)

    def statistics(self) -> Statistics:
        """Return a snapshot of what was done so far."""
        return self._scope.middleware.statistics()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return f"<{type(self).__name__} {self._scope.base_url} {state}>"


def _timeouts(now: Timeouts, given: float | Timeouts | None) -> Timeouts | None:
    if given is None or isinstance(given, Timeouts):
        return given
    if not given > 0:
        msg = f"timeout is {given!r}: write seconds above zero, such as 30.0."
        raise InputError(msg)
    return attrs.evolve(now, read=given, deadline=given)


def runtime_of(
    runtime: Runtime | None, session: Session | None, on_event: Callable[[Event], None] | None
) -> Runtime:
    """Return what a client shares: a runtime, with a session and a listener given beside it."""
    found = runtime or Runtime()
    listeners = found.on_event if on_event is None else (*found.on_event, on_event)
    return attrs.evolve(found, session=session or found.session, on_event=listeners)


def _ledger_for(base_url: str) -> Ledger:
    """Return the ledger of this user; what is sent to this machine itself is no one's quota."""
    return MemoryLedger() if is_loopback(base_url) else SQLiteLedger(default_path())
