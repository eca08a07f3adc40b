"""What a failed attempt leads to: the retry table, within the call's deadline and the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.errors import OutcomeUnknownError
from tiktok_async.sansio.retry import Action, Decision, Kind, Verdict, decide

if TYPE_CHECKING:
    from tiktok_async.errors import TikTokError
    from tiktok_async.io.exchange import Call

BUDGET_EXHAUSTED: Final = "budget_exhausted"
"""The reason of an error that was not retried because too much had been retried already."""


def decided(call: Call, verdict: Verdict, random: float) -> Decision:
    """Return what follows an attempt; a retry is charged to the budget.

    Args:
        call: The call, with its tries.
        verdict: What became of the attempt.
        random: A number from 0 to 1.
    """
    options, tries = call.scope.options, call.tries
    decision = decide(
        verdict,
        call.request.operation,
        tries,
        options.retry,
        random=random,
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


def outcome_unknown(id_: str, error: TikTokError, *, done: bool) -> OutcomeUnknownError:
    """Return the error of a call that may have taken effect, with `error` as its cause.

    Args:
        id_: The endpoint's id.
        error: What became of the answer.
        done: Whether the answer's status says that it took effect, so that only its details
            are unknown.
    """
    told = (
        "its answer says that it was done, but what came of it is unknown"
        if done
        else "whether it took effect is unknown"
    )
    unknown = OutcomeUnknownError(f"{id_} was sent; {told}: {error.message}")
    unknown.__cause__ = error
    return unknown


def is_done(verdict: Verdict) -> bool:
    """Tell whether an answer that cannot be read says by its status that the call took effect."""
    return verdict.kind is Kind.WRONG_SHAPE and verdict.status is not None and verdict.status < 300
