"""The token endpoint's answers, and how long a token is used."""

from __future__ import annotations

import json

import pytest

from tiktok_async.errors import TikTokError
from tiktok_async.oauth.endpoints import ClientToken, flat
from tiktok_async.oauth.lifetime import fresh_for
from tiktok_async.sansio.retry import Kind
from tiktok_async.sansio.wire import Answer


@pytest.mark.parametrize(
    ("life", "fresh"),
    [
        pytest.param(7200.0, 6900.0, id="five-minutes-early"),
        pytest.param(100.0, 90.0, id="a-tenth-early"),
        pytest.param(None, float("inf"), id="until-a-401"),
    ],
)
def test_token_is_used_until_shortly_before_its_end(life: float | None, fresh: float) -> None:
    assert fresh_for(life) == fresh


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(200, {"access_token": "t"}, Kind.OK, id="ok"),
        pytest.param(200, {"error": "invalid_client"}, Kind.REFUSED, id="error-in-a-200"),
        pytest.param(400, {"error": "invalid_grant"}, Kind.REFUSED, id="400"),
        pytest.param(200, {"error": "server_error"}, Kind.SERVER, id="server-error"),
        pytest.param(503, {"error": "temporarily_unavailable"}, Kind.SERVER, id="unavailable"),
        pytest.param(500, {}, Kind.SERVER, id="500"),
        pytest.param(500, {"error": "internal_error"}, Kind.SERVER, id="500-with-a-code"),
        pytest.param(429, {}, Kind.RATE_LIMITED, id="429"),
        pytest.param(429, {"error": "rate_limit_exceeded"}, Kind.RATE_LIMITED, id="429-with-code"),
        pytest.param(408, {}, Kind.REQUEST_TIMEOUT, id="408"),
        pytest.param(425, {}, Kind.TOO_EARLY, id="425"),
        pytest.param(
            429, {"error": {"code": "rate_limit_exceeded"}}, Kind.RATE_LIMITED, id="v2-envelope"
        ),
        pytest.param(200, [], Kind.WRONG_SHAPE, id="list"),
        pytest.param(200, None, Kind.WRONG_SHAPE, id="null"),
    ],
)
def test_token_answer_is_classified_by_body_then_status(
    status: int, body: object, kind: Kind
) -> None:
    request = ClientToken(client_key="app", client_secret="secret")
    verdict = flat(request, Answer(status, {}, json.dumps(body).encode()))
    assert verdict.kind is kind
    assert kind is Kind.OK or isinstance(verdict.error, TikTokError)


@pytest.mark.parametrize("status", [502, 504])
def test_token_answer_of_a_gateway_is_worth_a_retry(status: int) -> None:
    request = ClientToken(client_key="app", client_secret="secret")
    assert flat(request, Answer(status, {}, b"<html>")).kind is Kind.SERVER
