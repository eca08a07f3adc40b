"""The one middleware: every call of every family goes this way, and nothing else retries or waits.

::

    fresh credential → gate (rate, slot, quota) → session send → read → classify → done, or again

It wraps the whole exchange, reading and classifying included, because the body decides. Waiting
holds no slot and no connection. It knows no family: the request's `Api` brings dialect and limits.
"""

from __future__ import annotations

import logging
import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import attrs

from tiktok_async import events
from tiktok_async.errors import (
    Attempt,
    AuthError,
    ClientClosedError,
    QuotaExhaustedError,
    RateLimitError,
    TikTokError,
)
from tiktok_async.io.counters import Counters, Statistics
from tiktok_async.io.deadline import Deadlines
from tiktok_async.io.decision import decided, is_done, outcome_unknown
from tiktok_async.io.exchange import Call, ended, exchange
from tiktok_async.io.scope import Reply, Scope
from tiktok_async.io.turns import Turns
from tiktok_async.sansio.endpoint import Operation
from tiktok_async.sansio.limiter import Limiter
from tiktok_async.sansio.retry import Action, Decision, Kind, RetryBudget, Verdict, jitter
from tiktok_async.sansio.wire import build

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from tiktok_async.io.clock import Clock
    from tiktok_async.io.exchange import Headers
    from tiktok_async.io.gate import Gate, Lane
    from tiktok_async.io.session import Session
    from tiktok_async.io.streamed import StreamedAnswer
    from tiktok_async.io.tasks import TaskSet
    from tiktok_async.sansio.endpoint import Bucket, Endpoint
    from tiktok_async.sansio.wire import Opening

_LIMITED: Final = Kind.RATE_LIMITED
_RENEWALS: Final = 3
"""Times in a row that a credential may be renewed before it must have headers."""

logger: Final = logging.getLogger("tiktok_async")


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
        self.random: Callable[[], float] = rand
        self._budgets: dict[str, RetryBudget] = {}
        self._deadlines = Deadlines()
        self._turns = Turns()
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
        call = Call(
            request,
            scope,
            self.lane_of(request.bucket, scope),
            self._budget(scope),
            search_attempts,
            request.replay_safe or replay_safe,
        )
        verdict = await self._until_answered(call)
        if call.answer is None:
            raise TikTokError("The call ended without an answer.")
        return Reply(verdict.data, call.answer, verdict.log_id)

    @asynccontextmanager
    async def open(
        self,
        request: Endpoint[Any],
        scope: Scope,
        *,
        accepts: Callable[[Opening], bool],
        headers: Headers = (),
    ) -> AsyncIterator[StreamedAnswer]:
        """Send `request`, as `call` does, until a file begins; its bytes are the caller's to read.

        The deadline counts until the first bytes are here. The slot is held until the block ends,
        and a connection whose body was not read to its end is closed.

        Args:
            request: The request value, of a FETCH endpoint.
            scope: Where and as whom.
            accepts: Tells by an answer's head and first bytes whether it is to be given to the
                caller; any other is read and classified by the API's dialect.
            headers: Headers of this request alone.

        Raises:
            TikTokError: the error of the last attempt; `attempts` tells of all.
        """
        call = Call(
            request,
            scope,
            self.lane_of(request.bucket, scope),
            self._budget(scope),
            accepts=accepts,
            extra_headers=(("accept-encoding", "identity"), *headers),
        )
        try:
            await self._until_answered(call)
            if call.opened is None:
                raise TikTokError("The call ended without an answer.")
            yield call.opened.answer
        finally:
            await self._close(call)

    async def _close(self, call: Call) -> None:
        if call.opened is None:
            return
        try:
            await call.opened.held.aclose()
        finally:
            if call.lane is not None:
                self.gate.free(call.lane)

    async def _until_answered(self, call: Call) -> Verdict:
        """Make attempts until one is answered, and return its verdict."""
        self.counters.calls += 1
        while True:
            self._check_open()
            call.headers = await self._credential(call)
            verdict, decision = await self._attempt(call)
            if decision is None:
                call.budget.refill(call.cost)
                return verdict
            await self._after(call, verdict, decision)

    def _check_open(self) -> None:
        if self._closed:
            msg = "This client is closed."
            raise ClientClosedError(msg)

    async def aclose(self) -> None:
        """End the tasks and return the quota that was leased and not spent."""
        self._closed = True
        self._deadlines.close()
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

    async def _credential(self, call: Call) -> tuple[tuple[str, str], ...]:
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

    async def _attempt(self, call: Call) -> tuple[Verdict, Decision | None]:
        """Make one attempt and decide what follows; None = it was answered."""
        lane = call.lane
        wire = build(
            call.request,
            call.scope.base_url,
            headers=call.headers + call.scope.options.extra_headers + call.extra_headers,
            extra_query=call.scope.options.extra_query,
        )
        if lane is not None:
            await self.gate.enter(lane)
        started = self.clock.monotonic()
        self.counters.attempts += 1
        if call.scope.meter is not None:
            call.scope.meter.count(self.clock.time())
        if self._listeners:
            self.emit(events.RequestStarted(call.request.id, len(call.past) + 1))
        verdict = decision = None
        try:
            verdict = await exchange(
                call,
                self.session,
                wire,
                self.clock.time(),
                deadlines=self._deadlines,
                turns=self._turns,
            )
            seconds = self.clock.monotonic() - started
            call.seconds += seconds
            if verdict.kind is not Kind.OK:
                decision = decided(call, verdict, self.random())
                # Before the slot is free, so that nobody slips through into the closed lane.
                self._hold_back(call, verdict, decision)
        finally:
            if lane is not None and call.opened is not None:
                self.gate.answered(lane)
            elif lane is not None:
                self.gate.leave(lane, None if verdict is None else verdict.kind is _LIMITED)
        if self._listeners:
            self.emit(ended(call, verdict, seconds))
        return verdict, decision

    async def _after(self, call: Call, verdict: Verdict, decision: Decision) -> None:
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

    def _hold_back(self, call: Call, verdict: Verdict, decision: Decision) -> None:
        """Obey a 429 for everyone in the lane; the call itself goes back to its line."""
        if verdict.kind is not _LIMITED:
            return
        self.counters.rate_limited += 1
        policy = call.scope.options.retry
        asked, wait = verdict.server_delay, decision.wait
        if decision.action is not Action.RETRY:
            more = jitter(policy.rate_wait_base, policy.rate_wait_max, 8, self.random())
            wait = more if asked is None else asked
        if self._listeners:
            self.emit(events.RateLimited(call.request.id, wait))
        if call.lane is None:
            return
        if asked is not None and asked > policy.max_server_delay:
            self.gate.refuse(call.lane, asked)
        else:
            self.gate.close(call.lane, wait)

    async def _refresh(self, call: Call, error: TikTokError) -> None:
        credential = call.scope.credential
        if credential is None or not await credential.renew(self, call.headers):
            error.attempts = tuple(call.past)
            self.counters.errors += 1
            raise error

    async def _final(
        self, call: Call, verdict: Verdict, error: TikTokError, decision: Decision
    ) -> TikTokError:
        """Return the error that ends the call, with all that is known about it."""
        self.counters.errors += 1
        if decision.action is Action.UNKNOWN:
            error = outcome_unknown(call.request.id, error, done=is_done(verdict))
        elif isinstance(error, QuotaExhaustedError):
            await self._quota_spent(call, error)
        elif isinstance(error, RateLimitError):
            error.retry_after = verdict.server_delay
        error.attempts = tuple(call.past)
        return error

    async def _quota_spent(self, call: Call, error: QuotaExhaustedError) -> None:
        status = None if call.lane is None else await self.gate.spent(call.lane)
        if status is not None:
            error.reset_at = status.reset_at
        name = call.request.bucket.name if call.request.bucket else call.request.api.name
        self.emit(events.QuotaSpent(call.request.id, name, error.reset_at))
