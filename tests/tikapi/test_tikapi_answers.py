"""What an answer means: the status, the body's own word, and each of TikTok's codes."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

import pytest
from tikapi_stage import ID, SEC_UID, answer, ok

from tiktok_async.errors import (
    APIError,
    AuthError,
    DecodeError,
    NotFoundError,
    QuotaExhaustedError,
    ReauthorizationRequiredError,
    ServerError,
)
from tiktok_async.sansio.endpoint import Operation, Route, Undeclared
from tiktok_async.sansio.retry import Kind
from tiktok_async.sansio.wire import Answer
from tiktok_async.tikapi import endpoints
from tiktok_async.tikapi.codes import CODES, ENDED, HIDDEN, LIST_LIMIT, LOGGED_OUT, MISSING
from tiktok_async.tikapi.envelope import tikapi

CONTRACT: Final[dict[str, Any]] = json.loads(
    files("tiktok_async.emulator").joinpath("contract/tikapi.json").read_text("utf-8")
)
READ: Final = endpoints.ListPosts(sec_uid=SEC_UID)
LOOK: Final = endpoints.GetVideo(video_id=ID)
ACT: Final = endpoints.LikeVideo(media_id=ID)

BEYOND: Final = {8, 10011, 3002060}
"""Codes that other pages than the list of 36 tell of."""


def error_of(request: Any, given: Answer) -> Any:
    verdict = tikapi(request, given)
    assert verdict.kind is not Kind.OK
    assert verdict.error is not None
    return verdict.error


# ---- good answers


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="nothing-said"),
        pytest.param({"status": "success"}, id="success"),
        pytest.param({"status": "success", "message": None}, id="null-message"),
        pytest.param({"statusCode": 0, "status_code": 0}, id="both-codes"),
        pytest.param({"status_code": 0, "status_msg": "ok"}, id="one-code"),
        pytest.param({"statusCode": None, "status_code": "0"}, id="null-and-text"),
    ],
)
def test_good_body_is_the_data(body: dict[str, Any]) -> None:
    verdict = tikapi(READ, answer(200, itemList=[], **body))
    assert verdict.kind is Kind.OK
    assert verdict.data == {"itemList": [], **body}


def test_result_is_taken_from_its_place_with_what_belongs_to_it() -> None:
    headers = {"videoLinkHeaders": {"Referer": "https://www.tiktok.com/"}}
    found = tikapi(LOOK, ok(itemInfo={"itemStruct": {"id": ID}}, other=headers, extra={}))
    assert found.data == {"id": ID, "$other": headers}


def test_result_that_is_not_at_its_place_is_an_error() -> None:
    verdict = tikapi(LOOK, ok(itemInfo={}))
    assert verdict.kind is Kind.WRONG_SHAPE
    assert isinstance(verdict.error, DecodeError)
    assert "$.itemInfo.itemStruct" in str(verdict.error)


def test_act_is_done_whatever_its_answer_tells() -> None:
    assert tikapi(endpoints.CheckSession(), ok()).data == {}
    assert tikapi(endpoints.CheckSession(), ok(data={"username": "a"})).data == {"username": "a"}


@pytest.mark.parametrize("body", [b"", b" \r\n"], ids=["empty", "blank"])
@pytest.mark.parametrize("status", [200, 204])
def test_empty_answer_is_nothing(status: int, body: bytes) -> None:
    empty = Answer(status, {}, body)
    for request in (READ, ACT):
        verdict = tikapi(request, empty)
        assert (verdict.kind, verdict.data) == (Kind.OK, {})
    assert READ.rule.rows({}) == []
    assert not READ.rule.turn(READ, {}).more
    assert isinstance(error_of(LOOK, empty), NotFoundError)


@pytest.mark.parametrize(
    ("body", "log_id"),
    [
        pytest.param({"log_id": "L1"}, "L1", id="own-key"),
        pytest.param({"extra": {"logid": "L2"}}, "L2", id="in-extra"),
        pytest.param({"log_id": 7, "extra": []}, None, id="neither"),
    ],
)
def test_log_id_is_found_wherever_it_is(body: dict[str, Any], log_id: str | None) -> None:
    assert tikapi(READ, ok(itemList=[], **body)).log_id == log_id
    assert error_of(READ, answer(403, **body)).log_id == log_id


# ---- errors by status


def example(status: int, key: str = "example") -> dict[str, Any]:
    """Return the body that the documentation prints for a status."""
    row = next(row for row in CONTRACT["errors"]["statuses"] if row["status"] == status)
    found: dict[str, Any] = row[key]
    return found


@pytest.mark.parametrize(
    ("given", "kind", "cls", "words"),
    [
        pytest.param(
            answer(400, **example(400)),
            Kind.REFUSED,
            APIError,
            "HTTP 400: Missing fields; secUid: A valid TikTok secUid is required.",
            id="400",
        ),
        pytest.param(
            answer(401, **example(401)), Kind.REFUSED, AuthError, "TIKAPI_API_KEY", id="401"
        ),
        pytest.param(
            answer(403, **example(403)),
            Kind.REFUSED,
            NotFoundError,
            "HTTP 403 10202: User doesn't exist.",
            id="403",
        ),
        pytest.param(
            answer(403, **example(403, "example_without_code")),
            Kind.REFUSED,
            APIError,
            "HTTP 403: Something went wrong.",
            id="403-without-a-code",
        ),
        pytest.param(
            answer(428, **example(428)),
            Kind.REFUSED,
            ReauthorizationRequiredError,
            "https://tikapi.io/account/authorize?client_id=c_",
            id="428",
        ),
        pytest.param(
            answer(429, **example(429)),
            Kind.QUOTA,
            QuotaExhaustedError,
            "await client.key.info()",
            id="429",
        ),
        pytest.param(answer(404), Kind.REFUSED, NotFoundError, "HTTP 404: no message.", id="404"),
        pytest.param(answer(502), Kind.SERVER, ServerError, "HTTP 502", id="502"),
        pytest.param(answer(503), Kind.UNAVAILABLE, ServerError, "Try again later", id="503"),
        pytest.param(
            Answer(502, {}, b"<html>bad\x1b[0m gateway"),
            Kind.SERVER,
            ServerError,
            "no JSON: <html>bad",
            id="502-of-a-gateway",
        ),
        pytest.param(
            Answer(429, {}, b""), Kind.QUOTA, QuotaExhaustedError, "HTTP 429", id="429-empty"
        ),
        pytest.param(
            Answer(200, {}, b"<html>"), Kind.MALFORMED, DecodeError, "not JSON", id="200-of-html"
        ),
        pytest.param(Answer(200, {}, b"[]"), Kind.WRONG_SHAPE, DecodeError, "no object", id="list"),
        pytest.param(
            answer(200, status="error", message="no"), Kind.REFUSED, APIError, "no", id="200-error"
        ),
        pytest.param(
            answer(200, status="success", status_code=9, status_msg="odd"),
            Kind.REFUSED,
            APIError,
            "HTTP 200 9: odd.",
            id="200-with-a-code",
        ),
        pytest.param(
            answer(200, statusCode=0, status_code=10202),
            Kind.REFUSED,
            NotFoundError,
            "no such user",
            id="200-with-a-known-code",
        ),
        pytest.param(
            answer(403, statusCode="x" * 3000),
            Kind.REFUSED,
            APIError,
            "HTTP 403 xxx",
            id="code-of-words",
        ),
    ],
)
def test_refusal_is_an_error_of_its_kind(
    given: Answer, kind: Kind, cls: type[Exception], words: str
) -> None:
    verdict = tikapi(READ, given)
    assert verdict.kind is kind
    assert type(verdict.error) is cls
    assert words in str(verdict.error)
    assert "\x1b" not in str(verdict.error)
    assert len(str(verdict.error)) < 2_000


def test_error_has_status_code_body_and_request() -> None:
    error = error_of(READ, answer(403, **example(403)))
    assert (error.status, error.code, error.body, error.request) == (
        403,
        "10202",
        example(403),
        READ,
    )


def test_spent_quota_has_no_time_of_reset() -> None:
    assert error_of(READ, answer(429)).reset_at is None


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        pytest.param(
            endpoints.StartLive(title="hi"), ("premium", "granted live"), id="premium-and-scope"
        ),
        pytest.param(ACT, ("trusted customers", "granted media_actions"), id="trusted"),
        pytest.param(
            endpoints.PollChat(room_id=1), ("granted live and send_messages",), id="two-scopes"
        ),
    ],
)
def test_refusal_without_a_code_names_what_the_call_needs(
    request_: Any, words: tuple[str, ...]
) -> None:
    hint = error_of(request_, answer(403, **example(403, "example_without_code"))).hint
    assert all(word in hint for word in words)
    known = error_of(request_, answer(403, statusCode=10202)).hint
    assert not any(word in known for word in words)


def test_dialect_reads_undeclared_calls_too() -> None:
    request = Undeclared(api=endpoints.TIKAPI, route=Route("GET", "/new"), operation=Operation.READ)
    assert tikapi(request, ok(x=1)).data["x"] == 1
    assert error_of(request, answer(403)).hint == ""


# ---- TikTok's codes


def test_every_documented_code_is_known_and_no_other() -> None:
    documented = {int(code) for code in CONTRACT["errors"]["tiktok_codes"]}
    assert len(documented) == 36
    assert set(CODES) == documented | BEYOND


UPSTREAM_CODES: Final = {10000, 10101, 10111, 10113, 10114}


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.parametrize("key", ["statusCode", "status_code"])
@pytest.mark.parametrize("status", [200, 403])
def test_code_decides_in_a_403_and_in_a_200(code: int, key: str, status: int) -> None:
    verdict = tikapi(READ, answer(status, status="error", **{key: code}))
    group = CODES[code].group
    assert verdict.kind is group.kind
    assert type(verdict.error) is group.error
    assert (verdict.kind is Kind.UPSTREAM) is (code in UPSTREAM_CODES)
    assert verdict.error.code == str(code)
    assert CODES[code].text in str(verdict.error)
    assert group.hint in str(verdict.error)


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        pytest.param(
            MISSING,
            {2054, *range(10202, 10206), 10208, 10210, 10224, 10241, 10011},
            id="not-found",
        ),
        pytest.param(
            HIDDEN,
            {2752, 10209, 10211, *range(10215, 10218), 10221, *range(10227, 10232), 10242, 3002060},
            id="not-visible",
        ),
        pytest.param(LOGGED_OUT, {10102, 10119}, id="not-logged-in"),
        pytest.param(ENDED, {10404}, id="list-limit"),
    ],
)
def test_codes_are_grouped_as_the_contract_groups_them(group: Any, codes: set[int]) -> None:
    assert {code for code, row in CODES.items() if row.group is group} == codes


def test_limit_of_a_list_is_a_reason_of_its_own() -> None:
    assert error_of(READ, answer(403, statusCode=10404)).reason == LIST_LIMIT
    assert error_of(READ, answer(403, statusCode=10202)).reason is None
