"""The one middleware: every call of every family goes this way, and nothing else retries or waits.

::

    fresh credential → gate (rate, slot, quota) → session send → read → classify → done, or again

It wraps the whole exchange, reading and classifying included, because the body decides. Waiting
holds no slot and no connection. It knows no family: the request's `Api` brings dialect and limits.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import attrs

from tiktok_async import events
from tiktok_async.errors import (
    Attempt,
    AuthError,
    ClientClosedError,
    OutcomeUnknownError,
    QuotaExhaustedError,
    RateLimitError,
    TikTokError,
    TransportError,
)
from tiktok_async.io.counters import Counters, Statistics
from tiktok_async.io.scope import Reply, Scope
from tiktok_async.sansio.endpoint import Operation
from tiktok_async.sansio.limiter import Limiter
from tiktok_async.sansio.retry import (
    STOP,
    Action,
    Decision,
    Kind,
    RetryBudget,
    Tries,
    Verdict,
    decide,
    jitter,
)
from tiktok_async.sansio.wire import build, retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_async.io.clock import Clock
    from tiktok_async.io.gate import Gate, Lane
    from tiktok_async.io.session import Session
    from tiktok_async.io.tasks import TaskSet
    from tiktok_async.sansio.endpoint import Bucket, Endpoint
    from tiktok_async.sansio.wire import Answer, WireRequest

_LIMITED: Final = Kind.RATE_LIMITED
_RENEWALS: Final = 3
"""Times in a row that a credential may be renewed before it must have headers."""

BUDGET_EXHAUSTED: Final = "budget_exhausted"
"""The reason of an error that was not retried because too much had been retried already."""

logger: Final = logging.getLogger("tiktok_async")


@attrs.define
class _Call:
    """One call on its way."""

    request: Endpoint[Any]
    scope: Scope
    lane: Lane | None
    budget: RetryBudget
    search_attempts: int | None
    replay_safe: bool
    tries: Tries = attrs.field(factory=Tries)
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    past: list[Attempt] = attrs.field(factory=list)
    answer: Answer | None = None
    cost: int = 0
    seconds: float = 0.0
    """Time spent in exchanges and backoff; waits that a limit asked for do not count."""


class Middleware:
    """The way of every call.

    Args:
        session: Sends requests.
        gate: Lets them out.
        clock: Tells and passes time.
        tasks: Owns what must outlive a caller, such as the renewal of a token.
        on_event: Listeners.
        rand: Returns random numbers from 0 to 1.
    """

    def __init__(
        self,
        session: Session,
        gate: Gate,
        clock: Clock,
        tasks: TaskSet,
        *,
        on_event: Sequence[Callable[[events.Event], None]] = (),
        rand: Callable[[], float] = random.random,
    ) -> None:
        self.session = session
        self.gate = gate
        self.clock = clock
        self.tasks = tasks
        self.counters: Counters = Counters()
        self._listeners = tuple(on_event)
        self._random = rand
        self._budgets: dict[str, RetryBudget] = {}
        self._closed = False

    async def call(
        self,
        request: Endpoint[Any],
        scope: Scope,
        *,
        search_attempts: int | None = None,
        replay_safe: bool = False,
    ) -> Reply:
        """Send `request` until it is answered or the retry table says stop.

        Args:
            request: The request value.
            scope: Where and as whom.
            search_attempts: Attempts allowed when the server refuses its search id.
            replay_safe: The caller's promise that sending this one ACT call twice does no harm.

        Raises:
            TikTokError: the error of the last attempt; `attempts` tells of all.
        """
        self.counters.calls += 1
        call = _Call(
            request,
            scope,
            self.lane_of(request.bucket, scope),
            self._budget(scope),
            search_attempts,
            request.replay_safe or replay_safe,
        )
        while True:
            self._check_open()
            call.headers = await self._credential(call)
            verdict, decision = await self._attempt(call)
            if decision is None and call.answer is not None:
                call.budget.refill(call.cost)
                return Reply(verdict.data, call.answer, verdict.log_id)
            await self._after(call, verdict, decision or STOP)

    def _check_open(self) -> None:
        if self._closed:
            msg = "This client is closed."
            raise ClientClosedError(msg)

    async def aclose(self) -> None:
        """End the tasks and return the quota that was leased and not spent."""
        self._closed = True
        await self.tasks.aclose()
        await self.gate.aclose()

    def emit(self, event: events.Event) -> None:
        """Tell the listeners; a listener's own failure is logged and not raised."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                logger.exception("a listener of tiktok_async failed on %s", type(event).__name__)

    def statistics(self) -> Statistics:
        """Return a snapshot."""
        gate, session = self.gate.statistics(), self.session.statistics()
        return Statistics(
            **attrs.asdict(self.counters),
            in_flight=gate.in_flight,
            waiting=gate.waiting,
            connections=session.connections,
        )

    def lane_of(self, bucket: Bucket | None, scope: Scope) -> Lane | None:
        """Return the lane in which calls of `bucket` are counted; None = they are not."""
        if bucket is None or scope.credential is None:
            return None
        found = scope.lanes.get(bucket.name)
        if found is None:
            limits = scope.options.limits
            found = scope.lanes[bucket.name] = self.gate.lane(
                f"{scope.credential.fingerprint}@{urlsplit(scope.base_url).netloc}",
                bucket.name,
                Limiter(bucket.rate if limits.rate == "default" else limits.rate),
                limits.quota_of(bucket.quota),
            )
        return found

    def _budget(self, scope: Scope) -> RetryBudget:
        found = self._budgets.get(scope.base_url)
        if found is None:
            found = self._budgets[scope.base_url] = RetryBudget()
        return found

    async def _credential(self, call: _Call) -> tuple[tuple[str, str], ...]:
        credential = call.scope.credential
        if credential is None or call.request.operation is Operation.TOKEN:
            return ()
        for _ in range(_RENEWALS):
            headers = credential.headers(self.clock.monotonic())
            if headers is not None:
                return headers
            if not await credential.renew(self, ()):
                break
        msg = f"The credential {credential.name} gives no token that can be used."
        raise AuthError(msg, request=call.request)

    async def _attempt(self, call: _Call) -> tuple[Verdict, Decision | None]:
        """Make one attempt and decide what follows; None = it was answered."""
        lane = call.lane
        wire = build(
            call.request,
            call.scope.base_url,
            headers=call.headers + call.scope.options.extra_headers,
            extra_query=call.scope.options.extra_query,
        )
        if lane is not None:
            await self.gate.enter(lane)
        started = self.clock.monotonic()
        self.counters.attempts += 1
        if self._listeners:
            self.emit(events.RequestStarted(call.request.id, len(call.past) + 1))
        verdict = decision = None
        try:
            verdict = await self._exchange(call, wire)
            seconds = self.clock.monotonic() - started
            call.seconds += seconds
            if verdict.kind is not Kind.OK:
                decision = self._decide(call, verdict)
                # Before the slot is free, so that nobody slips through into the closed lane.
                self._hold_back(call, verdict, decision)
        finally:
            if lane is not None:
                self.gate.leave(lane, None if verdict is None else verdict.kind is _LIMITED)
        if self._listeners:
            self.emit(_ended(call, verdict, seconds))
        return verdict, decision

    async def _exchange(self, call: _Call, wire: WireRequest) -> Verdict:
        """Send, read and classify, within what is left of the deadline."""
        timeouts = call.scope.options.timeouts
        left = None if timeouts.deadline is None else max(0.001, timeouts.deadline - call.seconds)
        try:
            async with asyncio.timeout(left):
                answer = await self.session.send(wire, timeouts=timeouts)
        except TransportError as error:
            call.answer = None
            return _failed(error)
        except TimeoutError:
            call.answer = None
            message = f"No whole answer within the deadline of {timeouts.deadline} s."
            return _failed(TransportError(message, kind="lost_timeout"))
        call.answer = answer
        verdict = call.scope.api.dialect(call.request, answer)
        if verdict.kind is not Kind.OK:
            delay = retry_after(answer.headers, self.clock.time())
            return attrs.evolve(verdict, server_delay=delay)
        return verdict

    async def _after(self, call: _Call, verdict: Verdict, decision: Decision) -> None:
        """Wait and return to try again, or raise."""
        error = verdict.error or TikTokError("The attempt failed.")
        call.past.append(
            Attempt(verdict.status, type(error).__name__, decision.wait, verdict.log_id)
        )
        if decision.action is Action.REFRESH:
            await self._refresh(call, error)
            return
        if decision.action is not Action.RETRY:
            raise await self._final(call, verdict, error, decision)
        call.cost += decision.cost
        self.counters.retries += 1
        if self._listeners:
            self.emit(events.Retrying(call.request.id, len(call.past), decision.wait, str(error)))
        if verdict.kind is not Kind.RATE_LIMITED:
            call.seconds += decision.wait
            await self.clock.sleep(decision.wait)
        elif call.lane is None:
            await self.clock.sleep(decision.wait)

    def _decide(self, call: _Call, verdict: Verdict) -> Decision:
        options, tries = call.scope.options, call.tries
        decision = decide(
            verdict,
            call.request.operation,
            tries,
            options.retry,
            random=self._random(),
            replay_safe=call.replay_safe,
        )
        if decision.action is not Action.RETRY:
            return decision
        stop = attrs.evolve(decision, action=Action.STOP, wait=0.0)
        few = call.search_attempts
        if verdict.kind is Kind.SEARCH and few is not None and tries.attempts >= few:
            return stop
        deadline = options.timeouts.deadline
        counts = verdict.kind is not Kind.RATE_LIMITED
        if counts and deadline is not None and call.seconds + decision.wait >= deadline:
            return stop
        if decision.cost and not call.budget.charge(decision.cost):
            if verdict.error is not None:
                verdict.error.reason = BUDGET_EXHAUSTED
            return stop
        return decision

    def _hold_back(self, call: _Call, verdict: Verdict, decision: Decision) -> None:
        """Obey a 429 for everyone in the lane; the call itself goes back to its line."""
        if verdict.kind is not _LIMITED:
            return
        self.counters.rate_limited += 1
        policy = call.scope.options.retry
        asked, wait = verdict.server_delay, decision.wait
        if decision.action is not Action.RETRY:
            more = jitter(policy.rate_wait_base, policy.rate_wait_max, 8, self._random())
            wait = more if asked is None else asked
        if self._listeners:
            self.emit(events.RateLimited(call.request.id, wait))
        if call.lane is None:
            return
        if asked is not None and asked > policy.max_server_delay:
            self.gate.refuse(call.lane, asked)
        else:
            self.gate.close(call.lane, wait)

    async def _refresh(self, call: _Call, error: TikTokError) -> None:
        credential = call.scope.credential
        if credential is None or not await credential.renew(self, call.headers):
            error.attempts = tuple(call.past)
            self.counters.errors += 1
            raise error

    async def _final(
        self, call: _Call, verdict: Verdict, error: TikTokError, decision: Decision
    ) -> TikTokError:
        """Return the error that ends the call, with all that is known about it."""
        self.counters.errors += 1
        if decision.action is Action.UNKNOWN:
            unknown = OutcomeUnknownError(
                f"{call.request.id} was sent; whether it took effect is unknown: {error.message}"
            )
            unknown.__cause__ = error
            error = unknown
        elif isinstance(error, QuotaExhaustedError):
            await self._quota_spent(call, error)
        elif isinstance(error, RateLimitError):
            error.retry_after = verdict.server_delay
        error.attempts = tuple(call.past)
        return error

    async def _quota_spent(self, call: _Call, error: QuotaExhaustedError) -> None:
        status = None if call.lane is None else await self.gate.spent(call.lane)
        if status is not None:
            error.reset_at = status.reset_at
        name = call.request.bucket.name if call.request.bucket else call.request.api.name
        self.emit(events.QuotaSpent(call.request.id, name, error.reset_at))


def _failed(error: TransportError) -> Verdict:
    """Return the verdict of a failure below HTTP; its kind may end in `_timeout`."""
    name = error.kind.removesuffix("_timeout")
    return Verdict(Kind(name), error=error, timed_out=name != error.kind)


def _ended(call: _Call, verdict: Verdict, seconds: float) -> events.RequestEnded:
    return events.RequestEnded(
        call.request.id,
        len(call.past) + 1,
        verdict.kind.value,
        verdict.status,
        seconds,
        verdict.log_id,
    )
