"""Whether and when a call is sent again: one table, and one function that reads it.

Rules: nothing here waits. A verdict names its row; the row and the operation class give the rule;
randomness is an argument. Waits are full jitter: uniform(0, min(cap, base * 2**(n-1))). A delay
that the server asked for is never shortened; above `max_server_delay` it is an error instead.
The budget is one per host and shared by all tasks, so that an outage is not answered by a storm.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.sansio.endpoint import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.errors import TikTokError


class Kind(enum.Enum):
    """A row of the table: what became of one attempt."""

    OK = "ok"
    CONNECT = "connect"
    TLS_INVALID = "tls_invalid"
    TLS_CUT = "tls_cut"
    POOL = "pool"
    DISCONNECTED_REUSED = "disconnected_reused"
    DISCONNECTED = "disconnected"
    LOST = "lost"
    BODY_CUT = "body_cut"
    FRAMING = "framing"
    DECODING = "decoding"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    WRONG_SHAPE = "wrong_shape"
    UNAUTHORIZED = "unauthorized"
    REFUSED = "refused"
    SEARCH = "search"
    """A search id or cursor that the server just issued and now refuses."""
    REQUEST_TIMEOUT = "request_timeout"
    TOO_EARLY = "too_early"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    SERVER = "server"
    UPSTREAM = "upstream"
    """The provider's own upstream is in trouble: worth a retry after some seconds."""
    UNAVAILABLE = "unavailable"


class Rule(enum.Enum):
    """What the table says of a row and an operation."""

    RETRY = enum.auto()
    ONCE = enum.auto()
    TWICE = enum.auto()
    REFRESH = enum.auto()
    WAIT = enum.auto()
    STOP = enum.auto()
    UNKNOWN = enum.auto()


_R, _1, _2, _F, _W, _S, _U = (
    Rule.RETRY,
    Rule.ONCE,
    Rule.TWICE,
    Rule.REFRESH,
    Rule.WAIT,
    Rule.STOP,
    Rule.UNKNOWN,
)

# Columns: READ and FETCH; TOKEN that is safe to replay; TOKEN that is not; ACT.
TABLE: Final[Mapping[Kind, tuple[Rule, Rule, Rule, Rule]]] = {
    Kind.CONNECT: (_R, _R, _R, _R),
    Kind.TLS_INVALID: (_S, _S, _S, _S),
    Kind.TLS_CUT: (_R, _R, _R, _R),
    Kind.POOL: (_S, _S, _S, _S),
    Kind.DISCONNECTED_REUSED: (_R, _R, _U, _U),
    Kind.DISCONNECTED: (_R, _R, _U, _U),
    Kind.LOST: (_R, _R, _U, _U),
    Kind.BODY_CUT: (_R, _R, _U, _U),
    Kind.FRAMING: (_1, _1, _U, _U),
    Kind.DECODING: (_1, _1, _U, _U),
    Kind.TOO_LARGE: (_S, _S, _U, _U),
    Kind.MALFORMED: (_2, _2, _U, _U),
    Kind.WRONG_SHAPE: (_S, _S, _U, _U),
    Kind.UNAUTHORIZED: (_F, _S, _S, _F),
    Kind.REFUSED: (_S, _S, _S, _S),
    Kind.SEARCH: (_R, _S, _S, _S),
    Kind.REQUEST_TIMEOUT: (_R, _R, _U, _U),
    Kind.TOO_EARLY: (_R, _R, _R, _R),
    Kind.RATE_LIMITED: (_W, _W, _W, _W),
    Kind.QUOTA: (_S, _S, _S, _S),
    Kind.SERVER: (_R, _R, _U, _U),
    Kind.UPSTREAM: (_R, _S, _S, _U),
    Kind.UNAVAILABLE: (_R, _R, _R, _S),
}

_SLOW_START: Final[Mapping[Kind, float]] = {Kind.SEARCH: 5.0, Kind.UPSTREAM: 5.0}
"""Seconds of the first wait, where the trouble is known to take some (contract 3.1, fact 1)."""

_NO_CHARGE: Final = frozenset({Kind.RATE_LIMITED, Kind.SEARCH, Kind.UNAUTHORIZED, Kind.TOO_EARLY})


@attrs.frozen
class Verdict:
    """What became of one attempt: data, or an error with its row in the table."""

    kind: Kind
    data: Any = None
    error: TikTokError | None = None
    server_delay: float | None = None
    """Seconds that the server asked to wait."""
    status: int | None = None
    log_id: str | None = None
    timed_out: bool = False


@attrs.frozen
class RetryPolicy:
    """How often and how long; `None` is not allowed, 1 attempt means no retry."""

    attempts: int = 5
    """Attempts of one call in all."""
    rate_waits: int = 8
    """Times that a 429 is obeyed before it becomes an error."""
    wait_base: float = 0.5
    wait_max: float = 30.0
    """Seconds; for transport failures and 5xx."""
    rate_wait_base: float = 1.0
    rate_wait_max: float = 60.0
    """Seconds; for a 429 without Retry-After."""
    max_server_delay: float = 300.0
    """Seconds; a longer Retry-After is an error that says when to come back."""


class Action(enum.Enum):
    """What to do next."""

    RETRY = enum.auto()
    REFRESH = enum.auto()
    STOP = enum.auto()
    UNKNOWN = enum.auto()


@attrs.frozen
class Decision:
    """What to do next, after how many seconds, and what it costs the budget."""

    action: Action
    wait: float = 0.0
    cost: int = 0


STOP: Final = Decision(Action.STOP)


@attrs.define
class Tries:
    """What happened in one call so far."""

    attempts: int = 0
    """Attempts that count; a free one does not."""
    rate_waits: int = 0
    refreshed: bool = False
    free_used: bool = False
    malformed: int = 0


def decide(  # noqa: PLR0911  # one way out for each rule of the table
    verdict: Verdict,
    operation: Operation,
    tries: Tries,
    policy: RetryPolicy,
    *,
    random: float,
    replay_safe: bool = False,
) -> Decision:
    """Decide what follows an attempt that failed.

    Args:
        verdict: What became of the attempt.
        operation: The endpoint's class.
        tries: What happened before; brought up to date here.
        policy: How often and how long.
        random: A number from 0 to 1.
        replay_safe: Whether a TOKEN or a single ACT call may be sent twice.
    """
    kind = _row(verdict)
    rule = TABLE[kind][_column(operation, replay_safe=replay_safe)]
    tries.attempts += 1
    if rule is Rule.UNKNOWN:
        return Decision(Action.UNKNOWN)
    if rule is Rule.STOP:
        return STOP
    if rule is Rule.REFRESH:
        return _refresh(tries)
    if (verdict.server_delay or 0.0) > policy.max_server_delay:
        return STOP
    if rule is Rule.WAIT:
        return _obey(verdict, tries, policy, random)
    if _is_free(verdict.kind, tries):
        return Decision(Action.RETRY, 0.0, _cost(verdict))
    if rule is not Rule.RETRY and not _within(rule, tries):
        return STOP
    if tries.attempts >= _attempts(kind, policy):
        return STOP
    return Decision(Action.RETRY, _backoff(verdict, tries, policy, random), _cost(verdict))


def _row(verdict: Verdict) -> Kind:
    """Return the row that an attempt belongs to, with its status and delay looked at."""
    kind, status = verdict.kind, verdict.status or 0
    if kind is Kind.UNAVAILABLE and verdict.server_delay is None:
        return Kind.SERVER  # only a 503 that says when to come back promises no effect
    if kind is Kind.WRONG_SHAPE and 400 <= status < 500 and status != 408:  # HTTP's
        return Kind.REFUSED  # nothing was done, whatever its body looks like
    return kind


def _attempts(kind: Kind, policy: RetryPolicy) -> int:
    """Return how often a call is tried; a refused search id gets one more (rule 2.9)."""
    return policy.attempts + (kind is Kind.SEARCH and policy.attempts > 1)


def _column(operation: Operation, *, replay_safe: bool) -> int:
    if operation in (Operation.READ, Operation.FETCH):
        return 0
    if operation is Operation.TOKEN:
        return 1 if replay_safe else 2
    return 0 if replay_safe else 3


def _refresh(tries: Tries) -> Decision:
    if tries.refreshed:
        return STOP
    tries.refreshed = True
    tries.attempts -= 1
    return Decision(Action.REFRESH)


def _obey(verdict: Verdict, tries: Tries, policy: RetryPolicy, random: float) -> Decision:
    tries.attempts -= 1
    tries.rate_waits += 1
    if tries.rate_waits > policy.rate_waits:
        return STOP
    if verdict.server_delay is not None:
        return Decision(Action.RETRY, after_server(verdict.server_delay, random))
    return Decision(
        Action.RETRY,
        jitter(policy.rate_wait_base, policy.rate_wait_max, tries.rate_waits, random),
    )


def _is_free(kind: Kind, tries: Tries) -> bool:
    """A stale keep-alive is nobody's fault: one more attempt at once, not counted."""
    if kind is not Kind.DISCONNECTED_REUSED or tries.free_used:
        return False
    tries.free_used = True
    tries.attempts -= 1
    return True


def _within(rule: Rule, tries: Tries) -> bool:
    tries.malformed += 1
    return tries.malformed <= (1 if rule is Rule.ONCE else 2)


def _backoff(verdict: Verdict, tries: Tries, policy: RetryPolicy, random: float) -> float:
    if verdict.server_delay is not None:
        return after_server(verdict.server_delay, random)
    start = _SLOW_START.get(verdict.kind)
    if start is not None:
        return start * 2.0 ** (min(tries.attempts, 4) - 1) + random
    return jitter(policy.wait_base, policy.wait_max, tries.attempts, random)


def _cost(verdict: Verdict) -> int:
    if verdict.kind in _NO_CHARGE:
        return 0
    return 10 if verdict.timed_out else 5


def jitter(base: float, cap: float, n: int, random: float) -> float:
    """Return the wait before retry `n` (from 1): full jitter under a doubling ceiling."""
    ceiling: float = min(cap, base * 2.0 ** (min(n, 64) - 1))
    return random * ceiling


def after_server(delay: float, random: float) -> float:
    """Return the wait for a server's delay: never less, and a little more to spread the return."""
    return delay + random * min(1.0, delay / 10)


@attrs.define
class RetryBudget:
    """One budget per host: retries spend it, successes refill it."""

    capacity: int = 500
    left: int = 500

    def charge(self, cost: int) -> bool:
        """Take `cost`; False means empty: fail at once."""
        if cost > self.left:
            return False
        self.left -= cost
        return True

    def refill(self, cost: int) -> None:
        """Count a success: a retried one gives its cost back, any other gives 1."""
        self.left = min(self.capacity, self.left + max(1, cost))
