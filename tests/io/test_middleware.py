"""The one middleware: what it sends again, what it tells, and when it gives up."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from scripted import API, BASE, Keys, Stage, fault, limited, ok, read, stage

from tiktok_async import events
from tiktok_async.config import Options
from tiktok_async.errors import (
    APIError,
    AuthError,
    DecodeError,
    OutcomeUnknownError,
    QuotaExhaustedError,
    RateLimitError,
    ServerError,
    TikTokError,
    TransportError,
)
from tiktok_async.io.scope import Scope
from tiktok_async.sansio.endpoint import Operation
from tiktok_async.sansio.quota import DailyQuota
from tiktok_async.sansio.retry import RetryPolicy
from tiktok_async.sansio.wire import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

LOST = TransportError("lost", kind="lost")
NO_CONNECTION = TransportError("no connection", kind="connect", sent=False)
SERVER = fault(500, "internal_error")


@pytest.fixture(autouse=True)
async def patience() -> AsyncIterator[None]:
    """End a test whose calls hang."""
    with anyio.fail_after(20):
        yield


async def fails(on: Stage, operation: Operation = Operation.READ) -> Any:
    """Return the error of a call."""
    with pytest.raises(TikTokError) as raised:
        await on.call(operation)
    return raised.value


async def test_call_returns_data_and_the_answer_as_it_came() -> None:
    on = stage(ok({"a": 1}))
    reply = await on.call()
    assert (reply.data, reply.log_id) == ({"a": 1}, "L-ok")
    assert reply.answer.status == 200
    assert on.session.sent[0].request.headers[-1] == ("authorization", "Bearer 0")


async def test_call_is_sent_again_until_it_is_answered() -> None:
    on = stage(SERVER, LOST, Answer(200, {}, b"<html>"), ok())
    await on.call()
    assert on.times == pytest.approx([0, 0.25, 0.75, 1.75])


async def test_error_keeps_every_attempt() -> None:
    on = stage(fault(502), LOST, fault(500, "internal_error"), fault(504), SERVER)
    error = await fails(on)
    assert type(error) is ServerError
    assert [(a.status, a.error, a.log_id) for a in error.attempts] == [
        (502, "ServerError", "L-502"),
        (None, "TransportError", None),
        (500, "ServerError", "L-500"),
        (504, "ServerError", "L-504"),
        (500, "ServerError", "L-500"),
    ]
    assert [a.wait for a in error.attempts] == pytest.approx([0.25, 0.5, 1, 2, 0])


@pytest.mark.parametrize(
    ("answer", "cls"),
    [
        pytest.param(fault(400, "invalid_params"), APIError, id="refused"),
        pytest.param(fault(401, "scope_not_authorized"), TikTokError, id="scope"),
        pytest.param(Answer(200, {}, b"[]"), DecodeError, id="wrong-shape"),
        pytest.param(fault(501), ServerError, id="501"),
        pytest.param(TransportError("t", kind="tls_invalid"), TransportError, id="certificate"),
        pytest.param(TransportError("t", kind="too_large"), TransportError, id="too-large"),
    ],
)
async def test_call_that_cannot_succeed_is_sent_once(answer: object, cls: type) -> None:
    on = stage(answer)
    assert isinstance(await fails(on), cls)
    assert len(on.times) == 1


async def test_refused_token_is_renewed_once_and_then_the_error_stands() -> None:
    keys = Keys()
    on = stage(fault(401, "access_token_invalid"), credential=keys)
    error = await fails(on)
    assert type(error) is AuthError
    assert (len(on.times), keys.renewals, len(error.attempts)) == (2, 1, 2)
    assert [s.request.headers[-1][1] for s in on.session.sent] == ["Bearer 0", "Bearer 1"]


@pytest.mark.parametrize("operation", [Operation.READ, Operation.ACT, Operation.FETCH])
async def test_refused_token_is_renewed_and_the_call_replayed(operation: Operation) -> None:
    on = stage(fault(401, "access_token_invalid"), ok())
    await on.call(operation)
    assert len(on.times) == 2


async def test_refused_token_that_cannot_be_renewed_is_final() -> None:
    on = stage(fault(401, "access_token_invalid"), credential=Keys(renewable=False))
    error = await fails(on)
    assert type(error) is AuthError
    assert (len(on.times), len(error.attempts)) == (1, 1)


async def test_token_that_is_missing_and_cannot_be_had_is_an_error_not_a_loop() -> None:
    class Empty(Keys):
        """Has no headers and gets none."""

        def headers(self, now: float) -> None:
            """Return nothing."""

        async def renew(self, middleware: object, refused: object) -> bool:  # noqa: ARG002
            """Fail, and complain when asked too often."""
            self.renewals += 1
            assert self.renewals < 5
            return False

    on = stage(ok(), credential=Empty())
    assert isinstance(await fails(on), TikTokError)
    assert on.times == []


async def test_token_calls_carry_no_credential_and_pass_no_lane() -> None:
    on = stage(ok(), quota=DailyQuota("q", 0))
    request = read(operation=Operation.TOKEN)
    await on.middleware.call(request, Scope(on.middleware, API, BASE, None, on.scope.options))
    assert "authorization" not in dict(on.session.sent[0].request.headers)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(LOST, id="lost"),
        pytest.param(TransportError("t", kind="lost_timeout"), id="no-answer-in-time"),
        pytest.param(TransportError("t", kind="disconnected"), id="disconnected"),
        pytest.param(TransportError("t", kind="disconnected_reused"), id="stale-keep-alive"),
        pytest.param(TransportError("t", kind="body_cut"), id="body-cut"),
        pytest.param(Answer(200, {}, b'{"data": {'), id="cut-json"),
        pytest.param(SERVER, id="500"),
        pytest.param(fault(408), id="408"),
        pytest.param(fault(504), id="504"),
        pytest.param(fault(503), id="503-without-retry-after"),
        pytest.param(TransportError("t", kind="framing"), id="broken-framing"),
        pytest.param(TransportError("t", kind="decoding"), id="broken-compression"),
        pytest.param(TransportError("t", kind="too_large"), id="too-large"),
        pytest.param(Answer(200, {}, b"[1]"), id="list"),
    ],
)
@pytest.mark.parametrize("operation", [Operation.ACT, Operation.TOKEN])
async def test_act_whose_outcome_is_unknown_is_never_repeated(
    answer: object, operation: Operation
) -> None:
    on = stage(answer)
    error = await fails(on, operation)
    assert type(error) is OutcomeUnknownError
    assert isinstance(error.__cause__, TikTokError)
    assert len(error.attempts) == len(on.times) == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(NO_CONNECTION, id="no-connection"),
        pytest.param(fault(425), id="too-early"),
        pytest.param(limited(3), id="rate-limit"),
    ],
)
async def test_act_that_had_no_effect_is_repeated(answer: object) -> None:
    on = stage(answer, ok())
    await on.call(Operation.ACT)
    assert len(on.times) == 2


async def test_act_that_is_done_and_not_told_readably_says_so() -> None:
    error = await fails(stage(Answer(200, {}, b'["done"]')), Operation.ACT)
    assert "was sent; its answer says that it was done, but what came of it" in str(error)
    assert type(error.__cause__) is DecodeError


@pytest.mark.parametrize(
    ("answer", "cls"),
    [
        pytest.param(fault(503, retry_after="3"), ServerError, id="503-with-retry-after"),
        pytest.param(Answer(400, {}, b"[]"), DecodeError, id="400-of-a-wrong-shape"),
    ],
)
async def test_act_that_had_no_effect_and_is_not_repeated_keeps_its_error(
    answer: object, cls: type
) -> None:
    on = stage(answer)
    assert type(await fails(on, Operation.ACT)) is cls
    assert len(on.times) == 1


async def test_act_is_repeated_when_its_caller_declares_it_safe() -> None:
    on = stage(LOST, ok())
    request = read("/act/", Operation.ACT, bucket=on.bucket)
    await on.middleware.call(request, on.scope, replay_safe=True)
    assert len(on.times) == 2


async def test_waiting_for_a_retry_holds_no_slot() -> None:
    on = stage(SERVER, ok(), slots=1)
    first = asyncio.ensure_future(on.call())
    await asyncio.sleep(0)
    await on.call()
    await first
    assert on.times == pytest.approx([0, 0, 0.25])


async def test_empty_budget_fails_at_once_and_says_so() -> None:
    on = stage(SERVER)
    for _ in range(25):
        await fails(on)
    spent = len(on.times)
    error = await fails(on)
    assert len(on.times) == spent + 1
    assert type(error) is ServerError
    assert error.reason == "budget_exhausted"


async def test_budget_is_refilled_by_what_succeeds() -> None:
    on = stage(SERVER, ok())
    await on.call()
    for _ in range(25):
        on.session._script = [SERVER]
        await fails(on)
    assert len(on.times) == 2 + 100 + 25


async def test_retries_are_paid_from_the_quota_too() -> None:
    on = stage(SERVER, SERVER, ok(), quota=DailyQuota("q", 10))
    await on.call()
    lane = on.middleware.lane_of(on.bucket, on.scope)
    assert lane is not None
    status = await on.middleware.gate.status(lane)
    assert status is not None
    assert status.requests_spent == 3


async def test_quota_of_our_own_count_spends_no_call() -> None:
    on = stage(ok(), quota=DailyQuota("q", 2))
    await on.call()
    await on.call()
    error = await fails(on)
    assert isinstance(error, QuotaExhaustedError)
    assert error.reset_at is not None
    assert len(on.times) == 2


async def test_quota_that_the_provider_calls_spent_stops_every_later_call() -> None:
    on = stage(fault(429, "daily_quota_limit_exceeded"), quota=DailyQuota("q", 1000))
    first = await fails(on)
    second = await fails(on)
    assert isinstance(first, QuotaExhaustedError)
    assert isinstance(second, QuotaExhaustedError)
    assert first.reset_at == second.reset_at is not None
    assert len(on.times) == 1
    assert [e.quota for e in on.events if isinstance(e, events.QuotaSpent)] == ["test"]


async def test_search_refusals_are_bounded_by_the_caller() -> None:
    on = stage(fault(400, "invalid_params", "Invalid count or cursor"))
    with pytest.raises(APIError):
        await on.middleware.call(read(), on.scope, search_attempts=1)
    assert len(on.times) == 1
    with pytest.raises(APIError):
        await on.middleware.call(read(), on.scope)
    assert len(on.times) == 1 + 6


async def test_rate_limit_becomes_an_error_after_its_waits() -> None:
    on = stage(limited(), options=Options(retry=RetryPolicy(rate_waits=2)))
    error = await fails(on)
    assert type(error) is RateLimitError
    assert len(on.times) == 3


async def test_rate_limit_beyond_patience_is_an_error_that_says_when() -> None:
    on = stage(limited(3600))
    error = await fails(on)
    assert type(error) is RateLimitError
    assert error.retry_after == 3600
    assert len(on.times) == 1


async def test_cancelled_call_leaves_no_slot_behind() -> None:
    on = stage(lambda _: asyncio.sleep(3600), slots=3)
    tasks = [asyncio.ensure_future(on.call()) for _ in range(10)]
    await asyncio.sleep(0.01)
    assert on.session.in_flight == 3
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(result) for result in results} == {asyncio.CancelledError}
    stats = on.middleware.statistics()
    assert (stats.in_flight, stats.waiting, on.session.in_flight) == (0, 0, 0)


@pytest.mark.parametrize("error", [KeyError("x"), OSError("disk"), RecursionError("deep")])
async def test_error_of_our_own_is_not_retried_and_leaves_no_slot(error: Exception) -> None:
    on = stage(error)
    with pytest.raises(type(error)):
        await on.call()
    assert len(on.times) == 1
    assert on.middleware.statistics().in_flight == 0


async def test_listener_that_fails_disturbs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: events.Event) -> None:
        raise KeyError

    on = stage(SERVER, ok())
    on.middleware._listeners = (broken, on.events.append)
    with caplog.at_level(logging.ERROR, "tiktok_async"):
        await on.call()
    assert [type(e).__name__ for e in on.events] == [
        "RequestStarted",
        "RequestEnded",
        "Retrying",
        "RequestStarted",
        "RequestEnded",
    ]
    assert "listener" in caplog.text


async def test_statistics_count_what_happened() -> None:
    on = stage(SERVER, limited(1), ok(), fault(400, "invalid_params"))
    await on.call()
    await fails(on)
    stats = on.middleware.statistics()
    assert (stats.calls, stats.attempts, stats.retries) == (2, 4, 2)
    assert (stats.errors, stats.rate_limited, stats.in_flight) == (1, 1, 0)
