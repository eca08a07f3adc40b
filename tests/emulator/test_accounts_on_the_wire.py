"""Tokens, quotas and pace over a socket, with a clock that the test moves."""

from __future__ import annotations

import math
import socket
from datetime import date

import httpx
import pytest

from tiktok_async.emulator import Emulator
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.people import PUBLIC_HANDLE
from tiktok_async.emulator.routes import HANDLERS
from tiktok_async.emulator.server import _socket
from tiktok_async.errors import InputError

pytestmark = pytest.mark.anyio

RESEARCH = [official().operations[name] for name in HANDLERS if name.startswith("research.")]


async def test_token_answer_is_the_documented_one(start):
    rig = await start()
    answer = await rig.mint()
    token = official().operations["oauth.token.client_credentials"]
    assert answer.status_code == 200
    assert set(answer.json()) == set(token.answer)
    assert answer.json()["expires_in"] == 7200
    assert answer.json()["access_token"].startswith("clt.")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        pytest.param({"client_key": "nobody"}, "invalid_client", id="key"),
        pytest.param({"client_secret": "guess"}, "invalid_client", id="secret"),
        pytest.param({"client_secret": ""}, "invalid_request", id="no_secret"),
        pytest.param({"grant_type": "password"}, "unsupported_grant_type", id="grant"),
    ],
)
async def test_token_errors_are_flat_with_http_200(start, form, error):
    rig = await start()
    answer = await rig.mint(**form)
    assert answer.status_code == 200
    assert set(answer.json()) == {"error", "error_description", "log_id"}
    assert answer.json()["error"] == error


async def test_token_needs_a_form(start):
    rig = await start()
    answer = await rig.http.post("/v2/oauth/token/", json={})
    assert answer.json()["error"] == "invalid_request"


async def test_token_expires_by_the_clock(start):
    rig = await start(token_life=100.0)
    token = (await rig.mint()).json()["access_token"]
    info = ("/v2/research/user/info/", {"username": PUBLIC_HANDLE}, "display_name")
    assert (await rig.post(*info, token=token)).status_code == 200
    rig.wall.time += 100
    refused = await rig.post(*info, token=token)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "access_token_invalid")
    assert (await rig.post(*info)).status_code == 200


async def test_revoked_token_is_refused(start):
    rig = await start()
    token = (await rig.mint()).json()["access_token"]
    form = {"client_key": rig.emulator.client_key, "client_secret": rig.emulator.client_secret}
    answer = await rig.http.post("/v2/oauth/revoke/", data={**form, "token": token})
    assert answer.json() == {}
    assert (await rig.post("/v2/research/user/info/", {}, token=token)).status_code == 401


@pytest.mark.parametrize("operation", RESEARCH, ids=lambda operation: operation.id)
async def test_every_endpoint_wants_a_token(start, operation):
    rig = await start()
    for header in [None, "", "Bearer", "Basic abc", "Bearer clt.made-up"]:
        headers = {} if header is None else {"authorization": header}
        refused = await rig.http.post(operation.path, headers=headers)
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (401, "access_token_invalid"), header
    assert rig.emulator.stats()["paid"] == {}


async def test_token_without_the_scope_is_refused(start):
    rig = await start(scopes=["research.adlib.basic"])
    refused = await rig.search()
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "scope_not_authorized")


@pytest.mark.parametrize("operation", RESEARCH, ids=lambda operation: operation.id)
async def test_endpoints_are_served_as_documented_only(start, operation):
    rig = await start()
    assert (await rig.http.get(operation.path)).status_code == 405
    assert (await rig.http.post(operation.path.rstrip("/"))).status_code == 404


async def test_requests_of_the_day_run_out_and_return_at_midnight(start):
    rig = await start(requests_per_day=3)
    statuses = [(await rig.search()).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    refused = await rig.search()
    assert refused.json()["error"]["code"] == "daily_quota_limit_exceeded"
    rig.wall.time = math.floor(rig.wall.time / 86_400) * 86_400 + 86_399.0
    assert (await rig.search()).status_code == 429
    rig.wall.time += 1
    assert (await rig.search()).status_code == 200


async def test_refused_parameters_cost_a_request(start):
    rig = await start(requests_per_day=2)
    statuses = [(await rig.search(max_count=0)).status_code for _ in range(3)]
    assert statuses == [400, 400, 429]


async def test_records_of_the_day_run_out(start):
    rig = await start(records_per_day=50, short_pages=False)
    statuses = [(await rig.search()).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


async def test_follow_lists_have_a_quota_of_their_own(start):
    rig = await start(requests_per_day=0, social_requests_per_day=1)
    body = {"username": PUBLIC_HANDLE}
    follows = "/v2/research/user/followers/"
    assert (await rig.search()).status_code == 429
    assert [(await rig.post(follows, body)).status_code for _ in range(2)] == [200, 429]


async def test_quota_is_the_contracts_unless_told(start):
    rig = await start()
    quota = rig.emulator._running.emulation.quota
    assert quota.limits == {
        "research_daily": (1000, 100_000),
        "research_social_daily": (20_000, 2_000_000),
    }


async def test_each_credential_has_its_own_quota(start):
    rig = await start(requests_per_day=1, credentials=2)
    second = rig.emulator.demo_credentials[1]
    form = {"client_key": second.key, "client_secret": second.secret}
    token = (await rig.mint(**form)).json()["access_token"]
    info = ("/v2/research/user/info/", {"username": PUBLIC_HANDLE}, "display_name")
    assert [(await rig.post(*info)).status_code for _ in range(2)] == [200, 429]
    assert [(await rig.post(*info, token=token)).status_code for _ in range(2)] == [200, 429]
    assert set(rig.emulator.stats()["paid"]) == {rig.emulator.client_key, second.key}


async def test_pace_allows_a_second_of_burst_then_the_rate(start):
    rig = await start(rate=4.0)
    assert [(await rig.search()).status_code for _ in range(6)] == [200] * 4 + [429] * 2
    refused = await rig.search()
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    rig.wall.time += 0.25
    assert [(await rig.search()).status_code for _ in range(2)] == [200, 429]
    assert rig.emulator.stats()["today"][rig.emulator.client_key]["research_daily"][
        "requests"
    ] == 5  # fmt: skip


async def test_stats_tell_what_was_served_and_paid(start):
    rig = await start(short_pages=False)
    await rig.mint()
    await rig.search()
    rig.wall.time += 5
    await rig.search(max_count=0)
    stats = (await rig.http.get("/_emulator/stats")).json()
    assert stats == rig.emulator.stats() | {"arrivals": stats["arrivals"]}
    assert (stats["served"], stats["rows"]) == (3, 20)
    assert stats["by_status"] == {"200": 2, "400": 1}
    assert stats["by_endpoint"]["research.video.query"] == 2
    spent = stats["paid"][rig.emulator.client_key]["research_daily"]
    assert spent["endpoints"] == {"research.video.query": {"requests": 2, "records": 20}}
    assert [endpoint for _, endpoint in stats["arrivals"]][1:] == ["research.video.query"] * 2
    assert stats["arrivals"][2][0] - stats["arrivals"][1][0] == 5


async def test_reset_starts_anew(start):
    rig = await start(requests_per_day=1)
    token = (await rig.mint()).json()["access_token"]
    assert [(await rig.search()).status_code for _ in range(2)] == [200, 429]
    assert (await rig.http.post("/_emulator/reset")).json() == {"reset": True}
    assert rig.emulator.stats()["served"] == 0
    assert (await rig.search()).status_code == 200
    assert (await rig.post("/v2/research/user/info/", {}, token=token)).status_code == 401
    assert (await rig.mint()).json()["access_token"] == token


async def test_emulator_has_an_address_only_while_it_runs():
    emulator = Emulator(videos=10)
    with pytest.raises(InputError, match="async with"):
        _ = emulator.base_url
    async with emulator:
        url = emulator.base_url
        with pytest.raises(InputError, match="already"):
            await emulator.__aenter__()
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(url)


async def test_emulator_can_run_again(start):
    emulator = Emulator(videos=10)
    for _ in range(2):
        async with emulator, httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(f"{emulator.base_url}/_emulator/stats")
            assert answer.status_code == 200


async def test_listener_names_its_protocol_so_that_answers_are_not_delayed():
    """Without it asyncio leaves Nagle's algorithm on: 40 ms for each page."""
    with _socket("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


async def test_secrets_do_not_show():
    emulator = Emulator(start=date(2022, 1, 1))
    shown = repr(emulator) + repr(emulator.demo_credentials)
    assert emulator.client_secret not in shown
    assert emulator.access_token not in shown


@pytest.mark.parametrize(
    "options",
    [{"end_date": "maybe"}, {"credentials": 0}, {"token_life": -1}, {"requests_per_day": -1}],
    ids=str,
)
async def test_wrong_options_are_refused(options):
    with pytest.raises(InputError):
        Emulator(**options)
