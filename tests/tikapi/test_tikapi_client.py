"""The client: what is sent as whom, what is retried, and what an error tells."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any, Final

import pytest
from tikapi_facts import DECLARED, ENDPOINTS, GOOD, made
from tikapi_stage import ACCOUNT_KEY, API_KEY, ID, SEC_UID, answer, ok, posts, stage

from tiktok_async.errors import (
    AuthError,
    CredentialsMissingError,
    OutcomeUnknownError,
    QuotaExhaustedError,
    ReauthorizationRequiredError,
    ServerError,
    TransportError,
)
from tiktok_async.sansio.endpoint import REGISTRY, Operation, parameters
from tiktok_async.tikapi import endpoints

pytestmark = pytest.mark.anyio

ACTS: Final = [id_ for id_ in DECLARED if REGISTRY[id_].operation is Operation.ACT]
READS: Final = [id_ for id_ in DECLARED if REGISTRY[id_].operation is Operation.READ]
UPSTREAM: Final = answer(403, status="error", message="captcha", statusCode=10000)


def request_of(id_: str) -> Any:
    """Return a request with what it needs."""
    endpoint = REGISTRY[id_]
    field = next((part.field for part in parameters(endpoint) if part.required), None)
    if field is None:
        field = next((part.field for part in parameters(endpoint) if part.field in GOOD), None)
    return endpoint() if field is None else made(endpoint, field, GOOD[field])


# ---- as whom


async def test_api_key_goes_with_every_call_and_the_account_key_with_the_users() -> None:
    played = stage(posts(hasMore=False))
    await played.client.public.explore()
    await played.client.user().posts.explore()
    await played.client.user("OtherAccountKey1").posts.explore()
    keys = [(sent.headers["x-api-key"], sent.headers.get("x-account-key")) for sent in played.sent]
    assert keys == [(API_KEY, None), (API_KEY, ACCOUNT_KEY), (API_KEY, "OtherAccountKey1")]
    assert all(API_KEY not in sent.wire.url for sent in played.sent)


async def test_call_of_a_user_never_leaves_without_an_account_key() -> None:
    played = stage(posts(hasMore=False))
    await played.client.iterate(endpoints.ListOwnTrending())
    await played.client.raw(endpoints.ListOwnTrending())
    assert [sent.headers["x-account-key"] for sent in played.sent] == [ACCOUNT_KEY] * 2
    nobody = stage(posts(hasMore=False), account_key=None)
    for call in (nobody.client.iterate(endpoints.ListFeed())._first, nobody.client.user):
        with pytest.raises(CredentialsMissingError, match="TIKAPI_ACCOUNT_KEY"):
            await call()  # type: ignore[misc]  # the second raises before there is anything
    assert nobody.sent == []


async def test_users_of_one_client_do_not_mix() -> None:
    played = stage(posts(hasMore=False))
    one, other = played.client.user("AccountKeyOne1"), played.client.user("AccountKeyTwo2")
    await asyncio.gather(*(user.posts.explore() for user in (one, other) for _ in range(5)))
    keys = [sent.headers["x-account-key"] for sent in played.sent]
    assert sorted(keys) == ["AccountKeyOne1"] * 5 + ["AccountKeyTwo2"] * 5


async def test_options_hold_for_the_resources_of_a_client_and_of_its_users() -> None:
    played = stage(posts(hasMore=False))
    other = played.client.with_options(extra_headers={"x-trace": "1"})
    await other.public.explore()
    await other.user().posts.explore()
    await played.client.public.explore()
    assert [sent.headers.get("x-trace") for sent in played.sent] == ["1", "1", None]


async def test_closed_client_sends_nothing() -> None:
    played = stage(posts(hasMore=False))
    user = played.client.user()
    async with played.client:
        await user.posts.explore()
    with pytest.raises(Exception, match="closed"):
        await user.posts.explore()
    assert len(played.sent) == 1


# ---- the client's defaults


async def test_country_and_session_of_the_client_hold_where_a_call_says_nothing() -> None:
    played = stage(posts(hasMore=False), country="us", session_id=3)
    await played.client.public.explore()
    await played.client.public.explore(country="ca", session_id=0)
    await played.client.iterate(endpoints.ListPosts(sec_uid=SEC_UID))
    await played.client.user().posts.explore()
    found = [(sent.query.get("country"), sent.query.get("session_id")) for sent in played.sent]
    assert found == [("us", "3"), ("ca", "0"), ("us", "3"), (None, None)]


async def test_defaults_hold_on_every_page() -> None:
    played = stage(posts(1, hasMore=True, cursor="5"), posts(2, hasMore=False), country="gb")
    await played.client.public.posts(sec_uid=SEC_UID).collect()
    assert [sent.query["country"] for sent in played.sent] == ["gb", "gb"]


# ---- every endpoint


@pytest.mark.parametrize("id_", DECLARED)
async def test_every_endpoint_is_sent_as_the_contract_says(id_: str) -> None:
    raw = ENDPOINTS[id_]
    played = stage(ok(data={}, userInfo={}, itemInfo={"itemStruct": {}}, musicInfo={}))
    client = played.client
    scope = client.user()._scope if raw["section"].startswith("user") else client._scope
    await scope.middleware.call(request_of(id_), scope)
    sent = played.sent[0]
    assert sent.wire.method == raw["method"]
    assert sent.path.split("/")[:3] == raw["path"].split("/")[:3]
    assert ("x-account-key" in sent.headers) is ("account_key" in raw["auth"])


@pytest.mark.parametrize("id_", ACTS)
@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(TransportError("reset", kind="lost"), id="reset"),
        pytest.param(answer(502), id="502"),
        pytest.param(UPSTREAM, id="captcha"),
    ],
)
async def test_act_whose_answer_is_lost_is_not_sent_again(id_: str, lost: object) -> None:
    """Seventeen of them, GETs among them: one send, and nobody claims to know the outcome."""
    played = stage(lost)
    scope = played.client.user()._scope
    with pytest.raises(OutcomeUnknownError, match=id_):
        await scope.middleware.call(request_of(id_), scope)
    assert len(played.sent) == 1


async def test_act_whose_answer_cannot_be_decoded_says_that_it_was_done() -> None:
    played = stage(ok(status_msg=["not", "a", "text"]))
    with pytest.raises(OutcomeUnknownError, match=r"user\.posts\.like was sent; .* done") as raised:
        await played.client.user().posts.like(media_id=ID)
    assert "message" in str(raised.value.__cause__)
    assert len(played.sent) == 1


def test_calls_that_act_are_those_of_the_contract() -> None:
    gets = {id_ for id_ in ACTS if REGISTRY[id_].route.method == "GET"}
    assert len(ACTS) == sum(raw["operation_class"] == "ACT" for raw in ENDPOINTS.values())
    assert {id_.rpartition(".")[2] for id_ in gets} == {"accept", "delete", "mark_read", "verify"}


async def test_read_waits_out_trouble_of_tiktok_from_five_seconds() -> None:
    played = stage(UPSTREAM, UPSTREAM, posts(1, hasMore=False))
    assert len((await played.client.public.explore()).items) == 1
    times = [sent.when for sent in played.sent]
    assert times[1] - times[0] >= 5.0
    assert times[2] - times[1] >= 10.0


async def test_read_gives_up_on_lasting_trouble_of_tiktok() -> None:
    played = stage(UPSTREAM)
    with pytest.raises(ServerError, match="captcha") as caught:
        await played.client.public.explore()
    assert len(played.sent) == 5 == len(caught.value.attempts)
    assert caught.value.code == "10000"


async def test_gateway_trouble_is_tried_again_and_a_wrong_key_is_not() -> None:
    played = stage(answer(502), answer(503), posts(1, hasMore=False))
    assert len((await played.client.public.explore()).items) == 1
    refused = stage(answer(401, message="A valid API Key is required."))
    with pytest.raises(AuthError):
        await refused.client.public.explore()
    assert len(refused.sent) == 1


# ---- what errors tell

SPENT: Final = answer(429, status="error", message="API Key Rate-Limit reached.")
KEY: Final = ok(credits=0, bandwidth={"used": 5}, plan_id=3, has_expired=False, email="a@b.c")


async def test_spent_quota_tells_what_the_key_says_from_one_look() -> None:
    played = stage(SPENT, pages={"/key/info": KEY})
    results = await asyncio.gather(
        *(played.client.public.explore()._first() for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(error, QuotaExhaustedError) for error in results)
    assert all("credits 0, bandwidth {'used': 5}, plan_id 3" in str(error) for error in results)
    assert not any("a@b.c" in str(error) for error in results)
    assert [sent.path for sent in played.sent].count("/key/info") == 1
    error: Any = results[0]
    assert error.reset_at is None
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301  # our own bytes


async def test_spent_quota_looks_again_after_a_minute() -> None:
    played = stage(SPENT, pages={"/key/info": KEY})
    for _ in range(3):
        with pytest.raises(QuotaExhaustedError):
            await played.client.public.explore()
        played.clock.advance(61.0)
    assert [sent.path for sent in played.sent].count("/key/info") == 3


@pytest.mark.parametrize(
    "page", [SPENT, answer(401), TransportError("reset", kind="lost"), answer(200, message=None)]
)
async def test_spent_quota_is_told_also_when_the_key_cannot_be_asked(page: object) -> None:
    played = stage(SPENT, pages={"/key/info": page})
    with pytest.raises(QuotaExhaustedError, match="Rate-Limit reached"):
        await played.client.public.explore()
    assert len(played.sent) == 2


async def test_key_that_is_asked_itself_is_asked_once() -> None:
    played = stage(SPENT)
    with pytest.raises(QuotaExhaustedError):
        await played.client.key.info()
    assert len(played.sent) == 1


async def test_caller_who_is_cancelled_leaves_the_look_to_the_others() -> None:
    entered, release = asyncio.Event(), asyncio.Event()

    async def slow() -> Any:
        entered.set()
        await release.wait()
        return KEY

    played = stage(SPENT)
    send = played.session.send

    async def send_slowly(request: Any, *, timeouts: object = None) -> Any:
        return await (slow() if "/key/info" in request.url else send(request, timeouts=timeouts))

    played.session.send = send_slowly  # type: ignore[method-assign]  # a slow page
    calls = [asyncio.ensure_future(played.client.public.explore()._first()) for _ in range(2)]
    await entered.wait()
    calls[0].cancel()
    release.set()
    first, second = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(first, asyncio.CancelledError)
    assert "credits 0" in str(second)
    await played.client.aclose()


@pytest.mark.parametrize("hangs", ["_credential", "_attempt"])
async def test_error_waits_ten_seconds_for_the_key_wherever_the_look_hangs(hangs: str) -> None:
    played = stage(SPENT)
    calls: Any = played.client._scope.middleware
    step = getattr(calls, hangs)

    async def hang(call: Any) -> Any:
        is_look = isinstance(call.request, endpoints.GetKey)
        return await (asyncio.Event().wait() if is_look else step(call))

    setattr(calls, hangs, hang)
    with pytest.raises(QuotaExhaustedError, match="Rate-Limit reached") as caught:
        async with asyncio.timeout(5):
            await played.client.public.explore()
    assert "It says now" not in str(caught.value)
    assert played.clock.monotonic() == pytest.approx(10.0)
    await asyncio.sleep(0)
    assert len(calls.tasks) == 0


DEAD: Final = answer(428, status="error", message="Account session expired.", statusCode=8)


async def test_dead_account_tells_where_the_user_authorises_again() -> None:
    played = stage(DEAD, client_id="c_abcdef1234")
    with pytest.raises(ReauthorizationRequiredError) as caught:
        await played.client.user().posts.comments.like(media_id=ID, comment_id=7)
    url = "https://tikapi.io/account/authorize?client_id=c_abcdef1234&scope=media_actions"
    assert url in str(caught.value)
    assert len(played.sent) == 1


async def test_dead_account_tells_how_where_the_app_is_not_known() -> None:
    played = stage(DEAD)
    with pytest.raises(ReauthorizationRequiredError, match="client_id=c_"):
        await played.client.user().info()


# ---- one more


async def test_hashtag_info_is_read_from_the_answer_to_a_name() -> None:
    played = stage(posts(1, hasMore=True, cursor="1", challengeInfo={"challenge": {"id": "42"}}))
    info = await played.client.public.hashtag_info("cats", country="us")
    assert type(info).__name__ == "HashtagInfo"
    assert played.sent[0].query == {"name": "cats", "country": "us", "count": "1"}


async def test_undeclared_call_goes_the_same_way() -> None:
    played = stage(ok(x=1))
    found = await played.client.request("GET", "/public/new", operation=Operation.READ)
    assert found.json()["x"] == 1
    assert played.sent[0].headers["x-api-key"] == API_KEY
