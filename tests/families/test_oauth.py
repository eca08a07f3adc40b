"""Tokens: one mint for all callers, renewed in time and after a 401, and no secret in sight."""

from __future__ import annotations

import asyncio
import gc
import pickle
import traceback
from typing import Any, Final

import pytest

from tiktok_async import APIError, AuthError, Limits, Options, ResearchClient, Runtime, ServerError
from tiktok_async.errors import DecodeError, TransportError
from tiktok_async.events import RequestEnded, TokenRenewed
from tiktok_async.oauth.credentials import AccessToken, ClientCredentials, fresh_for
from tiktok_async.oauth.endpoints import ClientToken, flat, token_of
from tiktok_async.sansio.retry import Kind
from tiktok_async.sansio.wire import Answer, build

pytestmark = pytest.mark.anyio

TOKEN: Final = "oauth.token.client_credentials"
INFO: Final = "research.user.info"
SECRET: Final = "5up3r-s3cret-value"
MINT: Final = ClientToken(client_key="key", client_secret=SECRET)


def served(emulator: Any, endpoint: str) -> int:
    counted: dict[str, int] = emulator.stats()["by_endpoint"]
    return counted.get(endpoint, 0)


async def info(research: Any) -> Any:
    return await research.users.info(username="joe1234567")


async def many(research: Any, count: int = 50) -> list[Any]:
    """Return what becomes of callers that all call at once."""
    return await asyncio.gather(*(info(research) for _ in range(count)), return_exceptions=True)


async def minting(emulator: Any) -> None:
    """Return as soon as a token was asked for; it is not there yet."""
    while not served(emulator, TOKEN):  # noqa: ASYNC110  # the emulator tells nobody
        await asyncio.sleep(0)


def refuse(error: str, *, times: int | None = None, **details: Any) -> dict[str, Any]:
    """Return the fault of a token endpoint that refuses."""
    return {"kind": "oauth_error", "error": error, "times": times, **details}


# ---- what the token endpoint says


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(
    "code",
    ["access_denied", "invalid_client", "invalid_grant", "invalid_request", "unauthorized_client"],
)
def test_refusal_is_seen_in_the_body_whatever_the_status(code: str, status: int) -> None:
    body = f'{{"error":"{code}","error_description":"Not good.","log_id":"L7"}}'.encode()
    verdict = flat(MINT, Answer(status, {}, body))
    assert verdict.kind is Kind.REFUSED
    error: Any = verdict.error
    assert isinstance(error, AuthError)
    assert (error.code, error.status, error.log_id) == (code, status, "L7")
    assert "Not good." in str(error)
    assert error.hint == "Check the client key and the client secret."


@pytest.mark.parametrize("status", [200, 500, 503])
@pytest.mark.parametrize("code", ["server_error", "temporarily_unavailable"])
def test_trouble_of_the_server_is_no_refusal(code: str, status: int) -> None:
    verdict = flat(MINT, Answer(status, {}, f'{{"error":"{code}"}}'.encode()))
    assert verdict.kind is Kind.SERVER
    assert isinstance(verdict.error, ServerError)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(200, b"<html>", Kind.MALFORMED, id="html-200"),
        pytest.param(200, b'{"access_token": "cl', Kind.MALFORMED, id="half"),
        pytest.param(504, b"<html>", Kind.SERVER, id="html-504"),
        pytest.param(500, b"", Kind.SERVER, id="empty-500"),
        pytest.param(429, b"", Kind.RATE_LIMITED, id="429"),
        pytest.param(200, b'{"access_token": "clt.x"}', Kind.OK, id="good"),
    ],
)
def test_answer_is_read_by_what_it_is(status: int, body: bytes, kind: Kind) -> None:
    assert flat(MINT, Answer(status, {}, body)).kind is kind


@pytest.mark.parametrize("body", [b"[]", b'"clt.x"', b"7", b"null"])
def test_answer_that_is_no_object_is_no_token(body: bytes) -> None:
    verdict = flat(MINT, Answer(200, {}, body))
    assert verdict.kind is not Kind.OK
    assert verdict.error is not None


@pytest.mark.parametrize("data", [{}, {"access_token": ""}, {"access_token": 7}, [], None])
def test_answer_without_a_token_is_named(data: Any) -> None:
    with pytest.raises(DecodeError, match="has no access_token"):
        token_of(data)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        pytest.param(7200, 6900.0, id="two-hours-less-five-minutes"),
        pytest.param(100, 90.0, id="short-less-a-tenth"),
        pytest.param(None, float("inf"), id="unknown"),
        pytest.param(0, float("inf"), id="zero"),
        pytest.param(-1, float("inf"), id="below-zero"),
        pytest.param("7200", float("inf"), id="text"),
        pytest.param(True, float("inf"), id="bool"),
    ],
)
def test_token_is_used_until_shortly_before_its_end(expires_in: Any, seconds: float) -> None:
    token = token_of({"access_token": "clt.x", "expires_in": expires_in})
    assert fresh_for(token.expires_in) == seconds


def test_mint_is_a_form_with_the_secret_in_the_body_alone() -> None:
    wire = build(MINT, "https://open.tiktokapis.com")
    assert (wire.method, wire.url) == ("POST", "https://open.tiktokapis.com/v2/oauth/token/")
    assert dict(wire.headers)["content-type"] == "application/x-www-form-urlencoded"
    assert wire.content == (
        f"client_key=key&client_secret={SECRET}&grant_type=client_credentials".encode()
    )
    assert SECRET not in repr(wire)
    assert SECRET not in repr(MINT)


# ---- a wrong secret


async def test_wrong_secret_is_named_at_once_and_never_shown(
    start: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """HTTP 200 with invalid_client: an AuthError that says what to do, after one call."""
    caplog.set_level("DEBUG")
    emulator, _, _ = await start()
    given = {"client_key": emulator.client_key, "client_secret": SECRET}
    events: list[Any] = []
    runtime = Runtime(on_event=[events.append])
    async with ResearchClient(base_url=emulator.base_url, runtime=runtime, **given) as research:
        with pytest.raises(AuthError) as caught:
            await info(research)
        error = caught.value
        shown = [str(error), repr(error), repr(vars(error)), repr(error.request), repr(events)]
        shown += [repr(research), repr(research._scope), repr(research._scope.credential)]
        shown += traceback.format_exception(error)
        shown += [caplog.text, str(pickle.dumps(error))]
    assert (error.status, error.code) == (200, "invalid_client")
    assert "Client key or secret is incorrect. Check the client key and the client secret." in str(
        error
    )
    assert not error.retryable
    assert error.log_id
    assert not [text for text in shown if SECRET in text]
    assert served(emulator, TOKEN) == 1
    assert served(emulator, INFO) == 0


async def test_refused_mint_reaches_every_caller(start: Any) -> None:
    """One call, and each of fifty callers gets an error of its own."""
    emulator, research, _ = await start(refuse("invalid_client"), latency=0.02)
    errors = await many(research)
    assert {type(error) for error in errors} == {AuthError}
    assert len({id(error) for error in errors}) == 50
    assert {error.code for error in errors} == {"invalid_client"}
    assert served(emulator, TOKEN) == 1
    assert served(emulator, INFO) == 0


async def test_refused_mint_is_tried_again_by_the_next_call(start: Any) -> None:
    """What was wrong may have been put right: nothing is remembered of it."""
    emulator, research, _ = await start(refuse("invalid_client", times=1))
    with pytest.raises(AuthError):
        await info(research)
    assert (await info(research)).video_count
    assert served(emulator, TOKEN) == 2


# ---- one mint for all


async def test_fifty_first_calls_cost_one_token(start: Any) -> None:
    emulator, research, events = await start(latency=0.02)
    users = await many(research)
    assert len({user.video_count for user in users}) == 1
    assert served(emulator, TOKEN) == 1
    assert served(emulator, INFO) == 50
    assert sum(isinstance(event, TokenRenewed) for event in events) == 1
    assert research.statistics().tokens_renewed == 1


async def test_token_is_kept_for_all_later_calls(start: Any) -> None:
    emulator, research, _ = await start()
    for _ in range(5):
        await info(research)
    await many(research.with_options(extra_query={}), 5)
    assert served(emulator, TOKEN) == 1


async def test_cancelled_first_caller_does_not_end_the_mint(start: Any) -> None:
    """Whoever asked first may go; the others get the token that was asked for."""
    emulator, research, _ = await start(latency=0.05)
    callers = [asyncio.create_task(info(research)) for _ in range(10)]
    await minting(emulator)
    callers[0].cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(getattr(user, "video_count", 0) for user in results[1:])
    assert served(emulator, TOKEN) == 1


async def test_mint_that_all_callers_left_is_finished_and_used(start: Any) -> None:
    emulator, research, _ = await start(latency=0.05)
    callers = [asyncio.create_task(info(research)) for _ in range(3)]
    await minting(emulator)
    for caller in callers:
        caller.cancel()
    await asyncio.wait(callers)
    await info(research)
    assert served(emulator, TOKEN) == 1
    assert served(emulator, INFO) == 1


async def test_failed_mint_that_all_callers_left_is_silent(
    start: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody waits for the error any more: no word of an exception that was never retrieved."""
    emulator, research, _ = await start(refuse("invalid_client", times=1), latency=0.02)
    caller = asyncio.create_task(info(research))
    await minting(emulator)
    caller.cancel()
    await asyncio.wait([caller])
    await asyncio.wait([research._scope.credential._renewal])
    await info(research)
    del caller
    gc.collect()
    assert caplog.text == ""


async def test_closing_in_the_middle_of_a_mint_ends_it(start: Any) -> None:
    emulator, research, _ = await start(latency=5.0)
    caller = asyncio.create_task(info(research))
    await minting(emulator)
    await research.aclose()
    assert await asyncio.wait([caller], timeout=2) == ({caller}, set())
    assert caller.cancelled() or caller.exception() is not None


# ---- renewal


async def test_token_is_renewed_before_it_expires(start: Any, clock: Any) -> None:
    """No call is ever refused for an old token: the new one comes a tenth of a life early."""
    emulator, research, events = await start(token_life=100.0)
    for _ in range(10):
        await info(research)
        clock.advance(35.0)
    assert served(emulator, TOKEN) == 4
    assert [e.status for e in events if isinstance(e, RequestEnded)] == [200] * 14
    assert emulator.stats()["by_status"] == {"200": 14}


@pytest.mark.parametrize(
    ("life", "fresh"), [pytest.param(7200.0, 6899.0, id="2h"), pytest.param(100.0, 89.0, id="100s")]
)
async def test_early_renewal_begins_at_its_time_and_not_before(
    start: Any, clock: Any, life: float, fresh: float
) -> None:
    emulator, research, _ = await start(token_life=life)
    await info(research)
    clock.advance(fresh)
    await info(research)
    assert served(emulator, TOKEN) == 1
    clock.advance(2.0)
    await many(research, 20)
    assert served(emulator, TOKEN) == 2


async def test_dead_token_costs_one_renewal_for_all(start: Any) -> None:
    """Fifty calls meet a 401 together: one new token, and each is sent once more."""
    emulator, research, events = await start(latency=0.02)
    await info(research)
    emulator._running.emulation.tokens.clear()
    users = await many(research)
    assert all(user.video_count for user in users)
    assert served(emulator, TOKEN) == 2
    assert served(emulator, INFO) == 1 + 2 * 50
    assert sum(isinstance(event, TokenRenewed) for event in events) == 2


async def test_late_401_of_an_old_token_does_not_renew_again(start: Any, clock: Any) -> None:
    """A call that was refused with the old token takes the new one that is there already."""
    emulator, research, _ = await start()
    await info(research)
    credential, middleware = research._scope.credential, research._scope.middleware
    old = credential.headers(clock.monotonic())
    emulator._running.emulation.tokens.clear()
    await info(research)
    assert await credential.renew(middleware, old)
    assert credential.headers(clock.monotonic()) != old
    assert served(emulator, TOKEN) == 2


async def test_failing_renewal_reaches_every_caller(start: Any) -> None:
    emulator, research, _ = await start(refuse("invalid_client", after=1), latency=0.02)
    await info(research)
    emulator._running.emulation.tokens.clear()
    errors = await many(research, 20)
    assert {type(error) for error in errors} == {AuthError}
    assert {error.code for error in errors} == {"invalid_client"}
    assert served(emulator, TOKEN) == 2
    assert research.statistics().in_flight == 0


async def test_good_token_that_is_refused_for_ever_is_given_up(start: Any) -> None:
    """One new token, one more try, then the error."""
    emulator, research, _ = await start({"kind": "unauthorized", "path": INFO, "times": None})
    with pytest.raises(AuthError, match="access_token_invalid") as caught:
        await info(research)
    assert served(emulator, INFO) == 2
    assert served(emulator, TOKEN) == 2
    assert len(caught.value.attempts) == 2


async def test_lost_rows_none_when_the_token_dies_between_pages(start: Any) -> None:
    emulator, research, _ = await start()
    found = []
    async for page in research.users.followers(username="joe1234567", max_count=10).pages():
        found += [ref.username for ref in page.items]
        emulator._running.emulation.tokens.clear()
    world = emulator.world
    listed = world.social.followers(0)
    users = [listed.target(place) for place in range(listed.total)]
    assert found == [
        world.people.handle(user) for user in users if user and world.people.is_public(user)
    ]


# ---- trouble at the token endpoint


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "server_error"}, id="500"),
        pytest.param({"kind": "gateway_html"}, id="504-in-html"),
        pytest.param({"kind": "html_200"}, id="html-in-a-200"),
        pytest.param({"kind": "malformed_json"}, id="half-of-the-json"),
        pytest.param({"kind": "cut_body"}, id="cut"),
        pytest.param({"kind": "reset_connection"}, id="reset"),
        pytest.param({"kind": "oauth_error", "error": "server_error"}, id="server-error-in-a-200"),
        pytest.param(
            {"kind": "oauth_error", "error": "temporarily_unavailable", "status": 503}, id="503"
        ),
    ],
)
async def test_trouble_of_the_token_endpoint_heals(start: Any, fault: dict[str, Any]) -> None:
    """Minting twice does no harm, so it is tried again; all callers wait for the same mint."""
    emulator, research, _ = await start({"path": TOKEN, "times": 1, **fault})
    users = await many(research, 10)
    assert all(user.video_count for user in users)
    assert served(emulator, TOKEN) == 2


async def test_lasting_trouble_of_the_token_endpoint_is_named(start: Any) -> None:
    emulator, research, _ = await start({"kind": "server_error", "path": TOKEN, "times": None})
    errors = await many(research, 10)
    assert {type(error) for error in errors} == {ServerError}
    assert all(error.retryable for error in errors)
    assert served(emulator, TOKEN) == 5
    emulator.faults.clear()
    assert (await info(research)).video_count


async def test_token_endpoint_that_cannot_be_reached_is_named(start: Any, clock: Any) -> None:
    emulator, _, _ = await start()
    address = emulator.base_url
    await emulator.__aexit__(None, None, None)
    async with ResearchClient(
        client_key="key", client_secret=SECRET, base_url=address, runtime=Runtime(clock=clock)
    ) as research:
        with pytest.raises(TransportError) as caught:
            await info(research)
    assert not caught.value.sent
    assert SECRET not in repr(caught.value)


async def test_token_calls_are_no_quota(start: Any) -> None:
    emulator, research, _ = await start(limits=Limits(rate=None, requests_per_day=1))
    await info(research)
    assert emulator.stats()["paid"][emulator.client_key]["research_daily"]["requests"] == 1


# ---- a ready-made token


async def test_ready_made_token_is_used_as_it_is(start: Any) -> None:
    emulator, _, _ = await start()
    token = emulator.access_token
    async with ResearchClient(token=f" {token}\n", base_url=emulator.base_url) as research:
        assert (await info(research)).video_count
        assert token not in repr(research._scope)
    assert served(emulator, TOKEN) == 0


async def test_dead_ready_made_token_is_final(start: Any) -> None:
    """Nothing can renew it: one call, and the error says so."""
    emulator, _, _ = await start()
    options = Options(limits=Limits(rate=None))
    async with ResearchClient(
        token="clt.dead", base_url=emulator.base_url, options=options
    ) as research:
        with pytest.raises(AuthError, match="access_token_invalid") as caught:
            await info(research)
    assert served(emulator, INFO) == 1
    assert len(caught.value.attempts) == 1
    assert "clt.dead" not in repr(vars(caught.value)) + str(caught.value)


def test_credentials_show_no_secret_and_tell_apps_apart() -> None:
    def make(key: str, value: str) -> ClientCredentials:
        return ClientCredentials(
            key, value, base_url="https://open.tiktokapis.com", options=Options()
        )

    one, other = make("key", SECRET), make("key2", SECRET)
    assert SECRET not in repr(one) + repr(vars(one)) + one.name + one.fingerprint
    assert one.fingerprint == make("key", "another").fingerprint != other.fingerprint
    token = AccessToken(SECRET)
    assert SECRET not in repr(token) + token.name + token.fingerprint


async def test_scope_that_is_missing_is_no_reason_for_a_new_token(start: Any) -> None:
    emulator, research, _ = await start(scopes=())
    with pytest.raises(APIError, match="scope_not_authorized") as caught:
        await info(research)
    assert not isinstance(caught.value, AuthError)
    assert served(emulator, TOKEN) == 1
    assert served(emulator, INFO) == 1
