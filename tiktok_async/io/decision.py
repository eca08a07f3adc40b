"""What a failed attempt leads to: the retry table, within the call's deadline and the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.sansio.retry import Action, Decision, Kind, Verdict, decide

if TYPE_CHECKING:
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
