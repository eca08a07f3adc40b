"""The v2 envelope: every code at every status, and every body that is none."""

from __future__ import annotations

import json
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.errors import (
    APIError,
    AuthError,
    DecodeError,
    NotFoundError,
    QuotaExhaustedError,
    RateLimitError,
    ScopeError,
    ServerError,
    TikTokError,
)
from tiktok_async.research.endpoints import DownloadComplianceResult, GetUser, ListComments
from tiktok_async.sansio.envelope import SEARCH_REFUSED, official
from tiktok_async.sansio.retry import Kind, Verdict
from tiktok_async.sansio.wire import Answer

STRICT: Final = ListComments(video_id=1)
LENIENT: Final = GetUser(username="joe1234567")
TEXT: Final = DownloadComplianceResult(task_id=1)
STATUSES: Final = (200, 400, 401, 403, 404, 429, 500, 503)


def judged(request: Any, status: int, body: object) -> Verdict:
    """Return the verdict on an answer; what is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return official(request, Answer(status, {}, content))


def envelope(code: str, message: str = "m", data: object = None) -> dict[str, Any]:
    """Return an envelope with a code."""
    return {"data": data or {}, "error": {"code": code, "message": message, "log_id": "L1"}}


CODES: Final = {
    "access_token_invalid": (Kind.UNAUTHORIZED, AuthError),
    "scope_not_authorized": (Kind.REFUSED, ScopeError),
    "scope_permission_missed": (Kind.REFUSED, ScopeError),
    "invalid_params": (Kind.REFUSED, APIError),
    "invalid_param": (Kind.REFUSED, APIError),
    "invalid_request": (Kind.REFUSED, APIError),
    "rate_limit_exceeded": (Kind.RATE_LIMITED, RateLimitError),
    "daily_quota_limit_exceeded": (Kind.QUOTA, QuotaExhaustedError),
    "internal_error": (Kind.SERVER, ServerError),
    "timeout": (Kind.SERVER, ServerError),
}
BARE: Final = {
    302: (Kind.REFUSED, APIError),
    400: (Kind.REFUSED, APIError),
    401: (Kind.UNAUTHORIZED, AuthError),
    403: (Kind.REFUSED, APIError),
    404: (Kind.REFUSED, NotFoundError),
    408: (Kind.REQUEST_TIMEOUT, ServerError),
    418: (Kind.REFUSED, APIError),
    425: (Kind.TOO_EARLY, ServerError),
    429: (Kind.RATE_LIMITED, RateLimitError),
    451: (Kind.REFUSED, APIError),
    500: (Kind.SERVER, ServerError),
    501: (Kind.REFUSED, ServerError),
    502: (Kind.SERVER, ServerError),
    503: (Kind.UNAVAILABLE, ServerError),
    504: (Kind.SERVER, ServerError),
    505: (Kind.REFUSED, ServerError),
}
HTML: Final = b"<html><body><h1>504 Gateway Time-out</h1></body></html>"


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("code", CODES)
def test_code_decides_whatever_the_status(code: str, status: int) -> None:
    kind, cls = CODES[code]
    verdict = judged(STRICT, status, envelope(code))
    assert verdict.kind is kind
    assert type(verdict.error) is cls
    assert isinstance(verdict.error, APIError)
    assert verdict.error.status == status
    assert verdict.error.code == code
    assert verdict.error.log_id == verdict.log_id == "L1"
    assert verdict.error.request == STRICT
    assert verdict.error.body == envelope(code)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"error": {"code": "never_seen_before", "message": "m"}}, id="unknown-code"),
        pytest.param({"error": {}}, id="no-code"),
        pytest.param({}, id="empty-object"),
        pytest.param(HTML, id="html"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe\x00", id="binary"),
    ],
)
@pytest.mark.parametrize("status", BARE)
def test_status_decides_where_the_body_does_not(status: int, body: object) -> None:
    kind, cls = BARE[status]
    verdict = judged(STRICT, status, body)
    assert verdict.kind is kind
    assert type(verdict.error) is cls
    assert verdict.status == status


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"data": {"x": 1}, "error": {"code": "ok", "message": ""}}, id="ok"),
        pytest.param({"data": {"x": 1}}, id="no-error"),
        pytest.param({"data": {"x": 1}, "error": None}, id="null-error"),
        pytest.param({"data": {"x": 1}, "error": {}}, id="empty-error"),
    ],
)
def test_good_body_in_a_200_is_an_answer(body: object) -> None:
    verdict = judged(STRICT, 200, body)
    assert (verdict.kind, verdict.data, verdict.error) == (Kind.OK, {"x": 1}, None)


@pytest.mark.parametrize("code", ["whatever", "", "OK", 0, 5, None, ["ok"]])
def test_any_other_code_in_a_200_is_an_error(code: object) -> None:
    verdict = judged(STRICT, 200, {"data": {"x": 1}, "error": {"code": code}})
    assert verdict.kind is Kind.REFUSED
    assert isinstance(verdict.error, APIError)


@pytest.mark.parametrize("error", ["invalid_request", ["x"], 5, True])
def test_error_that_is_no_object_is_never_an_answer(error: object) -> None:
    verdict = judged(STRICT, 200, {"error": error, "error_description": "d"})
    assert verdict.kind is not Kind.OK
    assert isinstance(verdict.error, TikTokError)


@pytest.mark.parametrize(
    ("request_", "status", "body", "good"),
    [
        pytest.param(LENIENT, 500, {"data": {"a": 1}, "error": {"code": "ok"}}, True, id="ok"),
        pytest.param(
            LENIENT, 500, {"data": {"a": 1}, "error": {"code": "internal_error"}}, True, id="quiet"
        ),
        pytest.param(LENIENT, 500, {"data": {"a": 1}}, True, id="no-error"),
        pytest.param(LENIENT, 500, envelope("internal_error", data={"a": 1}), False, id="message"),
        pytest.param(LENIENT, 500, {"data": {}, "error": {"code": "ok"}}, False, id="no-data"),
        pytest.param(LENIENT, 502, {"data": {"a": 1}}, False, id="502"),
        pytest.param(LENIENT, 400, {"data": {"a": 1}}, False, id="400"),
        pytest.param(STRICT, 500, {"data": {"a": 1}, "error": {"code": "ok"}}, False, id="strict"),
    ],
)
def test_500_with_good_data_is_an_answer_only_where_declared(
    request_: Any, status: int, body: object, good: bool
) -> None:
    assert (judged(request_, status, body).kind is Kind.OK) is good


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(HTML, id="html"),
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"data": {"videos": [', id="cut"),
        pytest.param(b"\xff\xfe", id="no-utf8"),
        pytest.param(b'{"data": NaN}', id="nan"),
        pytest.param(b'{"data": Infinity}', id="infinity"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"data": ' + b"9" * 5000 + b"}", id="5000-digits"),
    ],
)
def test_200_that_is_no_json_is_malformed(body: bytes) -> None:
    verdict = judged(STRICT, 200, body)
    assert verdict.kind is Kind.MALFORMED
    assert isinstance(verdict.error, DecodeError)
    assert verdict.error.request == STRICT


@pytest.mark.parametrize("body", [[], "text", 5, None, True])
def test_200_that_is_no_object_has_the_wrong_shape(body: object) -> None:
    verdict = judged(STRICT, 200, body)
    assert verdict.kind is Kind.WRONG_SHAPE
    assert isinstance(verdict.error, DecodeError)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"1\n2\n", Kind.OK, id="text"),
        pytest.param(b"\xef\xbb\xbf1\n", Kind.OK, id="byte-order-mark"),
        pytest.param(b"", Kind.OK, id="no-id-is-valid"),
        pytest.param(b'{"error":{"code":"rate_limit_exceeded"}}', Kind.RATE_LIMITED, id="envelope"),
        pytest.param(b'{"error":{"code":', Kind.MALFORMED, id="cut-envelope"),
        pytest.param(b"\xff\xfe\x00", Kind.MALFORMED, id="no-text"),
        pytest.param(HTML, Kind.MALFORMED, id="html"),
        pytest.param(b"\r\n<!DOCTYPE html><html></html>", Kind.MALFORMED, id="html-after-space"),
    ],
)
def test_text_answer_is_text_or_an_error(body: bytes, kind: Kind) -> None:
    verdict = judged(TEXT, 200, body)
    assert verdict.kind is kind
    if kind is Kind.OK:
        assert verdict.data == body.decode("utf-8-sig")


@pytest.mark.parametrize(
    "message",
    ["Search Id 7201388525814961198 is invalid or expired", "Invalid count or cursor"],
)
def test_search_refusals_are_told_apart_from_bad_input(message: str) -> None:
    second_page = attrs.evolve(STRICT, cursor=100)
    verdict = judged(second_page, 400, envelope("invalid_params", message))
    assert verdict.kind is Kind.SEARCH
    assert verdict.error is not None
    assert verdict.error.reason == SEARCH_REFUSED


def test_cursor_that_no_server_gave_is_the_callers_mistake() -> None:
    verdict = judged(STRICT, 400, envelope("invalid_params", "Invalid count or cursor"))
    assert verdict.kind is Kind.REFUSED


@pytest.mark.parametrize(
    "message",
    ["cannot find the user", "This user is private", "cannot return this user's information"],
)
def test_users_that_cannot_be_had_are_not_found(message: str) -> None:
    verdict = judged(STRICT, 400, envelope("invalid_params", message))
    assert verdict.kind is Kind.REFUSED
    assert type(verdict.error) is NotFoundError


def test_remote_words_reach_the_message_escaped_and_cut() -> None:
    words = "a\r\nb\x1b[31m\u202ec" + "x" * 5000
    for verdict in (
        judged(STRICT, 400, envelope("invalid_params", words)),
        judged(STRICT, 400, envelope(words)),
        judged(STRICT, 502, words.encode()),
    ):
        text = str(verdict.error)
        assert not {"\r", "\n", "\x1b", "\u202e"} & set(text)
        assert len(text) < 1300


BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("ok"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "error", "code", "message", "log_id", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from([STRICT, LENIENT, TEXT]), st.integers(200, 599), BODIES)
def test_any_json_gets_a_verdict_and_never_an_untyped_error(
    request_: Any, status: int, body: object
) -> None:
    verdict = judged(request_, status, body)
    assert (verdict.kind is Kind.OK) is (verdict.error is None)
    assert verdict.status == status


@given(st.sampled_from([STRICT, LENIENT, TEXT]), st.integers(200, 599), st.binary(max_size=40))
def test_any_bytes_get_a_verdict_and_never_an_untyped_error(
    request_: Any, status: int, body: bytes
) -> None:
    verdict = judged(request_, status, body)
    assert (verdict.kind is Kind.OK) is (verdict.error is None)
