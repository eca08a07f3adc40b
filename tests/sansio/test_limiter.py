"""The rate limiter: its promise in any window, and what a 429 does to it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.sansio.limiter import Limiter, Rate

if TYPE_CHECKING:
    from collections.abc import Sequence

RATES = st.builds(
    Rate,
    limit=st.integers(1, 50).map(float),
    per=st.sampled_from([1.0, 10.0, 60.0]),
    burst=st.integers(1, 5),
)


def keeps_promise(sends: Sequence[float], rate: Rate) -> bool:
    """Tell whether every window holds at most burst + rate * its length."""
    return all(
        last - first + 1 <= rate.burst + (sends[last] - sends[first]) * rate.limit / rate.per + 1e-6
        for first, last in combinations(range(len(sends)), 2)
    )


def drain(limiter: Limiter, now: float, count: int) -> list[float]:
    """Return when `count` requests go out that wait as they are told."""
    sends = []
    for _ in range(count):
        wait = limiter.wait(now)
        assert wait is not None
        now += wait
        limiter.take(now)
        limiter.answered(now, limited=False)
        sends.append(now)
    return sends


@given(RATES, st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_limiter_never_exceeds_burst_plus_rate_in_any_window(rate: Rate, gaps: list[float]) -> None:
    limiter, now, sends = Limiter(rate), 0.0, []
    for gap in gaps:
        now += gap
        while limiter.wait(now) == 0.0:
            limiter.take(now)
            sends.append(now)
    assert keeps_promise(sends, rate)


@given(
    RATES,
    st.lists(
        st.tuples(st.floats(0, 3), st.sampled_from(["send", "send", "unsent", "close", "minute"])),
        max_size=60,
    ),
)
def test_limiter_keeps_its_promise_through_returned_grants_and_429s(
    rate: Rate, steps: list[tuple[float, str]]
) -> None:
    limiter, now, sends = Limiter(rate), 0.0, []
    for gap, step in steps:
        now += gap + (60.0 if step == "minute" else 0.0)
        if step == "close":
            limiter.close(now, now + gap)
        while limiter.wait(now) == 0.0:
            limiter.take(now)
            if step == "unsent":
                limiter.give_back()
                break
            sends.append(now)
            limiter.answered(now, limited=False)
    assert keeps_promise(sends, rate)


@given(RATES)
def test_limiter_gives_the_whole_rate_to_who_waits_as_told(rate: Rate) -> None:
    sends = drain(Limiter(rate), 0.0, 20 + rate.burst)
    assert sends[rate.burst - 1] == 0.0
    assert sends[-1] == pytest.approx(20 * rate.per / rate.limit)


def test_limiter_without_a_rate_lets_everything_out_until_a_429() -> None:
    limiter = Limiter()
    assert drain(limiter, 0.0, 100) == [0.0] * 100
    limiter.close(1.0, 5.0)
    assert limiter.wait(1.0) == 4.0


@given(RATES, st.integers(1, 10))
def test_limiter_takes_back_what_was_never_sent(rate: Rate, count: int) -> None:
    limiter = Limiter(rate)
    for _ in range(count):
        assert limiter.wait(0.0) == 0.0
        limiter.take(0.0)
        limiter.give_back()
    assert drain(limiter, 0.0, rate.burst) == pytest.approx([0.0] * rate.burst)


@given(st.floats(0.1, 100), st.floats(0, 0.999))
def test_limiter_is_closed_until_the_servers_time(seconds: float, share: float) -> None:
    limiter = Limiter(Rate(10))
    limiter.close(0.0, seconds)
    assert limiter.wait(share * seconds) == pytest.approx(seconds - share * seconds)


def test_limiter_stays_closed_for_the_longest_of_several_429s() -> None:
    limiter = Limiter(Rate(10))
    limiter.close(0.0, 30.0)
    limiter.close(1.0, 5.0)
    assert limiter.wait(6.0) == 24.0


def test_limiter_reopens_with_one_probe_alone() -> None:
    limiter = Limiter(Rate(1000, burst=100))
    limiter.close(0.0, 10.0)
    assert limiter.wait(10.0) == 0.0
    limiter.take(10.0)
    assert limiter.wait(10.0) is None
    assert limiter.wait(100.0) is None
    limiter.answered(11.0, limited=False)
    assert limiter.wait(11.0) == 0.0


def test_limiter_probes_again_when_the_probe_meets_a_429() -> None:
    limiter = Limiter(Rate(10))
    limiter.close(0.0, 10.0)
    limiter.take(10.0)
    limiter.answered(11.0, limited=True)
    limiter.close(11.0, 20.0)
    assert limiter.wait(19.0) == 1.0
    limiter.take(20.0)
    assert limiter.wait(20.0) is None


def test_limiter_probes_again_when_the_probe_was_never_sent() -> None:
    limiter = Limiter(Rate(10))
    limiter.close(0.0, 10.0)
    limiter.take(10.0)
    limiter.give_back()
    assert limiter.wait(10.0) == 0.0


def test_limiter_ignores_late_answers_while_it_is_closed() -> None:
    limiter = Limiter(Rate(10))
    limiter.close(0.0, 10.0)
    limiter.answered(5.0, limited=False)
    limiter.take(10.0)
    assert limiter.wait(10.0) is None


def test_limiter_restarts_at_half_the_rate_and_recovers_by_a_tenth_each_clean_minute() -> None:
    limiter = Limiter(Rate(10, burst=1))
    limiter.close(0.0, 1.0)
    steps, now = [], 1.0
    for _ in range(7):
        limiter.take(now)
        limiter.answered(now, limited=False)
        wait = limiter.wait(now)
        assert wait is not None
        steps.append(wait)
        now += 61.0
    shares = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0]
    # The answer that ends a minute raises the share for what comes after it.
    assert steps[0] == pytest.approx(0.2)
    assert [0.1 / step for step in steps[1:]] == pytest.approx(shares[:6], rel=1e-6)


def test_limiter_halves_once_for_all_the_429s_of_one_burst() -> None:
    limiter = Limiter(Rate(10, burst=1))
    for moment in (0.0, 0.1, 0.2):
        limiter.close(moment, 5.0)
    limiter.take(5.0)
    limiter.answered(5.0, limited=False)
    assert limiter.wait(5.0) == pytest.approx(0.2)


def test_limiter_never_falls_below_a_tenth_of_the_rate() -> None:
    limiter = Limiter(Rate(10, burst=1))
    for minute in range(20):
        limiter.close(minute * 60.0, minute * 60.0 + 1)
    limiter.take(1200.0)
    limiter.answered(1200.0, limited=False)
    assert limiter.wait(1200.0) == pytest.approx(1.0)


def test_rate_scales_for_headroom() -> None:
    assert Rate(600, 60.0).scaled(0.9) == Rate(540, 60.0)
