"""The retry matrix, row by row as the rules write it, and the waits between attempts."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.sansio.endpoint import Operation
from tiktok_async.sansio.retry import (
    Action,
    Decision,
    Kind,
    RetryBudget,
    RetryPolicy,
    Tries,
    Verdict,
    after_server,
    decide,
    jitter,
)

POLICY: Final = RetryPolicy()
MANY: Final = 50
COLUMNS: Final = {
    "read": (Operation.READ, False),
    "fetch": (Operation.FETCH, False),
    "token_client": (Operation.TOKEN, True),
    "token_grant": (Operation.TOKEN, False),
    "act": (Operation.ACT, False),
}

# READ and FETCH, TOKEN by client credentials, TOKEN by refresh or code, ACT. An entry is the
# number of retries that a call gets when every attempt ends so, and how it ends.
STOP: Final = "0 stop"
RETRY: Final = "4 stop"
ONCE: Final = "1 stop"
TWICE: Final = "2 stop"
UNKNOWN: Final = "0 unknown"
REFRESH: Final = "0 refresh, 0 stop"
WAIT: Final = "8 stop"
EXTRA: Final = "5 stop"
"""One more than the others: the stale keep-alive is not counted (rule 2.2)."""

MATRIX: Final = {
    Kind.CONNECT: (RETRY, RETRY, RETRY, RETRY),
    Kind.TLS_INVALID: (STOP, STOP, STOP, STOP),
    Kind.TLS_CUT: (RETRY, RETRY, RETRY, RETRY),
    Kind.POOL: (STOP, STOP, STOP, STOP),
    Kind.DISCONNECTED_REUSED: (EXTRA, EXTRA, UNKNOWN, UNKNOWN),
    Kind.DISCONNECTED: (RETRY, RETRY, UNKNOWN, UNKNOWN),
    Kind.LOST: (RETRY, RETRY, UNKNOWN, UNKNOWN),
    Kind.BODY_CUT: (RETRY, RETRY, UNKNOWN, UNKNOWN),
    Kind.FRAMING: (ONCE, ONCE, UNKNOWN, UNKNOWN),
    Kind.DECODING: (ONCE, ONCE, UNKNOWN, UNKNOWN),
    Kind.TOO_LARGE: (STOP, STOP, UNKNOWN, UNKNOWN),
    Kind.MALFORMED: (TWICE, TWICE, UNKNOWN, UNKNOWN),
    Kind.WRONG_SHAPE: (STOP, STOP, UNKNOWN, UNKNOWN),
    Kind.UNAUTHORIZED: (REFRESH, STOP, STOP, REFRESH),
    Kind.REFUSED: (STOP, STOP, STOP, STOP),
    Kind.REQUEST_TIMEOUT: (RETRY, RETRY, UNKNOWN, UNKNOWN),
    Kind.TOO_EARLY: (RETRY, RETRY, RETRY, RETRY),
    Kind.RATE_LIMITED: (WAIT, WAIT, WAIT, WAIT),
    Kind.QUOTA: (STOP, STOP, STOP, STOP),
    Kind.SERVER: (RETRY, RETRY, UNKNOWN, UNKNOWN),
}


def run(verdict: Verdict, column: str, policy: RetryPolicy = POLICY) -> list[Decision]:
    """Return the decisions of a call whose every attempt ends in `verdict`."""
    operation, replay_safe = COLUMNS[column]
    tries, made = Tries(), list[Decision]()
    while len(made) < MANY:
        made.append(decide(verdict, operation, tries, policy, random=0.5, replay_safe=replay_safe))
        if made[-1].action in (Action.STOP, Action.UNKNOWN):
            break
    return made


def told(made: list[Decision]) -> str:
    """Return the decisions as the matrix writes them."""
    words, retries = [], 0
    for decision in made:
        if decision.action is Action.RETRY:
            retries += 1
        else:
            words.append(f"{retries} {decision.action.name.lower()}")
            retries = 0
    return ", ".join(words)


def cells() -> list[object]:
    """Return the matrix as test cases, one a cell."""
    wide = [(kind, (row[0], *row)) for kind, row in MATRIX.items()]
    return [
        pytest.param(kind, column, cell, id=f"{kind.value}-{column}")
        for kind, row in wide
        for column, cell in zip(COLUMNS, row, strict=True)
    ]


@pytest.mark.parametrize(("kind", "column", "expected"), cells())
def test_matrix_says_what_follows_each_failure(kind: Kind, column: str, expected: str) -> None:
    assert told(run(Verdict(kind), column)) == expected


def test_matrix_has_a_case_for_every_kind() -> None:
    elsewhere = {Kind.OK, Kind.UNAVAILABLE, Kind.SEARCH, Kind.UPSTREAM}
    assert {*MATRIX} == {*Kind} - elsewhere


@pytest.mark.parametrize(
    ("column", "delay", "expected"),
    [
        pytest.param("read", 3.0, RETRY, id="read"),
        pytest.param("fetch", 3.0, RETRY, id="fetch"),
        pytest.param("token_client", 3.0, RETRY, id="token_client"),
        pytest.param("token_grant", 3.0, RETRY, id="token_grant-no-effect-by-contract"),
        pytest.param("act", 3.0, STOP, id="act"),
        pytest.param("read", None, RETRY, id="read-bare"),
        pytest.param("token_client", None, RETRY, id="token_client-bare"),
        pytest.param("token_grant", None, UNKNOWN, id="token_grant-bare-may-have-taken-effect"),
        pytest.param("act", None, UNKNOWN, id="act-bare-may-have-taken-effect"),
    ],
)
def test_matrix_trusts_a_503_only_with_retry_after(
    column: str, delay: float | None, expected: str
) -> None:
    assert told(run(Verdict(Kind.UNAVAILABLE, server_delay=delay), column)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(None, UNKNOWN, id="no-status"),
        pytest.param(200, UNKNOWN, id="200-was-done"),
        pytest.param(400, STOP, id="400-did-nothing"),
        pytest.param(408, UNKNOWN, id="408-may-have-been-done"),
        pytest.param(429, STOP, id="429-did-nothing"),
        pytest.param(500, UNKNOWN, id="500-may-have-been-done"),
    ],
)
@pytest.mark.parametrize("column", ["act", "token_grant"])
def test_matrix_takes_json_of_a_wrong_shape_by_its_status(
    column: str, status: int | None, expected: str
) -> None:
    assert told(run(Verdict(Kind.WRONG_SHAPE, status=status), column)) == expected


@pytest.mark.parametrize(
    "kind", [Kind.LOST, Kind.SERVER, Kind.UNAVAILABLE, Kind.REQUEST_TIMEOUT, Kind.BODY_CUT]
)
def test_matrix_retries_an_act_that_its_caller_declares_replay_safe(kind: Kind) -> None:
    tries = Tries()
    decision = decide(Verdict(kind), Operation.ACT, tries, POLICY, random=0.5, replay_safe=True)
    assert decision.action is Action.RETRY


def test_search_refusal_is_retried_five_times_from_five_seconds() -> None:
    made = run(Verdict(Kind.SEARCH), "read")
    waits = [decision.wait for decision in made[:-1]]
    assert told(made) == "5 stop"
    assert waits[0] >= 5
    assert waits == sorted(waits)
    assert not any(decision.cost for decision in made)


def test_upstream_trouble_is_retried_from_five_seconds() -> None:
    made = run(Verdict(Kind.UPSTREAM), "read")
    assert told(made) == RETRY
    assert made[0].wait >= 5


def test_stale_keep_alive_is_retried_at_once_and_charged_to_the_budget() -> None:
    first, second = run(Verdict(Kind.DISCONNECTED_REUSED), "read")[:2]
    assert (first.wait, first.cost) == (0.0, 5)
    assert second.wait > 0


def test_refresh_happens_once_whatever_comes_between() -> None:
    tries = Tries()
    kinds = [Kind.UNAUTHORIZED, Kind.SERVER, Kind.UNAUTHORIZED]
    actions = [
        decide(Verdict(kind), Operation.READ, tries, POLICY, random=0.5).action for kind in kinds
    ]
    assert actions == [Action.REFRESH, Action.RETRY, Action.STOP]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OK])
def test_one_attempt_means_no_retry(kind: Kind, column: str) -> None:
    policy = RetryPolicy(attempts=1, rate_waits=0)
    made = run(Verdict(kind), column, policy)
    counted = [d for d in made if d.action is Action.RETRY and d.wait > 0]
    assert not counted


@given(st.lists(st.sampled_from([k for k in Kind if k is not Kind.OK]), min_size=30, max_size=60))
def test_read_ends_within_its_bounds_whatever_the_failures(kinds: list[Kind]) -> None:
    tries, sent = Tries(), 0
    for kind in kinds:
        sent += 1
        action = decide(Verdict(kind), Operation.READ, tries, POLICY, random=0.5).action
        if action in (Action.STOP, Action.UNKNOWN):
            break
    # 5 attempts or 6 of a search, 8 waits of a limit, one refresh, one stale keep-alive.
    assert sent <= 6 + 8 + 1 + 1


@given(
    st.lists(st.sampled_from([k for k in Kind if k is not Kind.OK]), min_size=1, max_size=30),
    st.sampled_from([(Operation.ACT, False), (Operation.TOKEN, False)]),
)
def test_unsafe_calls_are_never_repeated_after_a_failure_that_may_have_taken_effect(
    kinds: list[Kind], column: tuple[Operation, bool]
) -> None:
    harmless = {
        Kind.CONNECT,
        Kind.TLS_CUT,
        Kind.TOO_EARLY,
        Kind.RATE_LIMITED,
        Kind.UNAUTHORIZED,
        Kind.UNAVAILABLE,
    }
    tries = Tries()
    for kind in kinds:
        verdict = Verdict(kind, server_delay=1.0)
        decision = decide(verdict, column[0], tries, POLICY, random=0.5, replay_safe=column[1])
        if decision.action in (Action.RETRY, Action.REFRESH):
            assert kind in harmless
        else:
            break


@given(
    n=st.integers(1, 10**9),
    random=st.floats(0, 1),
    base=st.floats(0.001, 100),
    cap=st.floats(0.001, 1000),
)
def test_jitter_lies_between_zero_and_the_doubling_ceiling(
    n: int, random: float, base: float, cap: float
) -> None:
    ceiling = min(cap, base * 2.0 ** min(n - 1, 60))
    assert 0 <= jitter(base, cap, n, random) <= ceiling


@pytest.mark.parametrize(
    ("kind", "ceilings"),
    [
        pytest.param(Kind.SERVER, [0.5, 1, 2, 4], id="server"),
        pytest.param(Kind.LOST, [0.5, 1, 2, 4], id="transport"),
        pytest.param(Kind.RATE_LIMITED, [1, 2, 4, 8, 16, 32, 60, 60], id="rate_limited"),
    ],
)
def test_backoff_is_full_jitter_under_the_documented_ceilings(
    kind: Kind, ceilings: list[float]
) -> None:
    def waits(random: float) -> list[float]:
        tries, verdict = Tries(), Verdict(kind)
        return [
            decide(verdict, Operation.READ, tries, POLICY, random=random).wait for _ in ceilings
        ]

    assert waits(1.0) == pytest.approx(ceilings)
    assert waits(0.0) == pytest.approx([0.0] * len(ceilings))


def test_backoff_stops_growing_at_its_cap() -> None:
    waits = [d.wait for d in run(Verdict(Kind.SERVER), "read", RetryPolicy(attempts=20))[:-1]]
    assert max(waits) == pytest.approx(15.0)  # half of 30 s


@given(delay=st.floats(0, 300), random=st.floats(0, 1))
def test_server_delay_is_never_shortened(delay: float, random: float) -> None:
    assert delay <= after_server(delay, random) <= delay + min(1.0, delay / 10)


@pytest.mark.parametrize("kind", [Kind.RATE_LIMITED, Kind.SERVER, Kind.UNAVAILABLE])
@given(delay=st.floats(0, 300), random=st.floats(0, 1))
def test_every_retry_waits_at_least_the_server_delay(
    kind: Kind, delay: float, random: float
) -> None:
    verdict = Verdict(kind, server_delay=delay)
    decision = decide(verdict, Operation.READ, Tries(), POLICY, random=random)
    assert decision.action is Action.RETRY
    assert decision.wait >= delay


@pytest.mark.parametrize("kind", [Kind.RATE_LIMITED, Kind.SERVER, Kind.UNAVAILABLE])
def test_server_delay_above_the_limit_is_an_error_not_a_shorter_wait(kind: Kind) -> None:
    assert told(run(Verdict(kind, server_delay=300.1), "read")) == STOP
    assert run(Verdict(kind, server_delay=300.0), "read")[0].action is Action.RETRY


@pytest.mark.parametrize(
    ("verdict", "cost"),
    [
        pytest.param(Verdict(Kind.SERVER), 5, id="server"),
        pytest.param(Verdict(Kind.CONNECT), 5, id="connect"),
        pytest.param(Verdict(Kind.CONNECT, timed_out=True), 10, id="connect-timeout"),
        pytest.param(Verdict(Kind.LOST, timed_out=True), 10, id="read-timeout"),
        pytest.param(Verdict(Kind.RATE_LIMITED), 0, id="obeying-a-429"),
        pytest.param(Verdict(Kind.RATE_LIMITED, server_delay=2.0), 0, id="obeying-retry-after"),
    ],
)
def test_retries_cost_what_the_budget_rule_says(verdict: Verdict, cost: int) -> None:
    assert run(verdict, "read")[0].cost == cost


def test_budget_pays_for_a_hundred_retries_and_refuses_the_next() -> None:
    budget = RetryBudget()
    assert all(budget.charge(5) for _ in range(100))
    assert not budget.charge(5)


@pytest.mark.parametrize(
    ("cost", "left"),
    [
        pytest.param(0, 401, id="first-try-gives-one"),
        pytest.param(5, 405, id="retried-gives-its-cost-back"),
        pytest.param(10, 410, id="after-a-timeout"),
    ],
)
def test_budget_is_refilled_by_successes(cost: int, left: int) -> None:
    budget = RetryBudget(left=400)
    budget.refill(cost)
    assert budget.left == left


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0, 5, 10, 25]))))
def test_budget_stays_between_empty_and_its_capacity(steps: list[tuple[bool, int]]) -> None:
    budget = RetryBudget()
    for charged, cost in steps:
        before = budget.left
        if charged:
            assert budget.charge(cost) is (cost <= before)
        else:
            budget.refill(cost)
        assert 0 <= budget.left <= budget.capacity
