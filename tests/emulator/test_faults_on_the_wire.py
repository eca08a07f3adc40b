"""Each kind of fault over a socket, as any HTTP client sees it."""

from __future__ import annotations

import gzip
import json
import logging
import sys
import time

import httpx
import pytest

from tests.emulator.conftest import QUERY
from tiktok_async.emulator import Emulator, Fault, create_app, load_script, read_script
from tiktok_async.emulator.faults import _OF_DOWNLOADS, _OF_TIKAPI, KINDS
from tiktok_async.emulator.people import PUBLIC_HANDLE
from tiktok_async.errors import InputError, MissingExtraError

pytestmark = pytest.mark.anyio

OF_EXPORTS = _OF_DOWNLOADS | {"unknown_status"}
"""Tried in test_download_faults_on_the_wire."""
INFO = "/v2/research/user/info/"


def paid(rig) -> int:
    return rig.emulator.stats()["today"].get(rig.emulator.client_key, {}).get(
        "research_daily", {"requests": 0}
    )["requests"]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "status", "code", "cost"),
    [
        pytest.param(Fault("server_error"), 500, "internal_error", 1, id="server_error"),
        pytest.param(Fault("server_error", status=503, code="timeout"), 503, "timeout", 1,
                     id="server_error_503"),
        pytest.param(Fault("invalid_cursor_transient"), 400, "invalid_params", 1, id="cursor"),
        pytest.param(Fault("rate_limited"), 429, "rate_limit_exceeded", 0, id="rate"),
        pytest.param(Fault("quota_exhausted"), 429, "daily_quota_limit_exceeded", 0, id="quota"),
        pytest.param(Fault("unauthorized"), 401, "access_token_invalid", 0, id="unauthorized"),
    ],
)  # fmt: skip
async def test_error_faults_come_once_and_cost_what_they_do(start, fault, status, code, cost):
    rig = await start(faults=[fault])
    answer = await rig.search()
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert paid(rig) == cost
    assert (await rig.search()).status_code == 200
    assert rig.emulator.stats()["faults"] == {fault.kind: 1}


async def test_rate_limited_may_say_how_long(start):
    rig = await start(faults=[Fault("rate_limited", retry_after=7), Fault("rate_limited")])
    assert (await rig.search()).headers["retry-after"] == "7"
    assert "retry-after" not in (await rig.search()).headers


async def test_server_error_good_body_is_good(start):
    rig = await start(faults=[Fault("server_error_good_body")])
    answer = await rig.search()
    assert answer.status_code == 500
    assert answer.json() | {"error": 0} == (await rig.search()).json() | {
        "error": 0,
        "data": answer.json()["data"],
    }
    assert answer.json()["error"]["code"] == "ok"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param(Fault("gateway_html"), 504, id="504"),
        pytest.param(Fault("gateway_html", status=502), 502, id="502"),
        pytest.param(Fault("html_200"), 200, id="200"),
    ],
)
async def test_html_faults_are_html(start, fault, status):
    rig = await start(faults=[fault])
    answer = await rig.search()
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<html>")


async def test_malformed_json_is_cut_but_whole_http(start):
    rig = await start(faults=[Fault("malformed_json")])
    answer = await rig.search()
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_search_id_invalid_waits_for_a_call_with_one(start):
    rig = await start(faults=[Fault("search_id_invalid", times=2)])
    first = (await rig.search()).json()["data"]
    again = {"cursor": first["cursor"], "search_id": first["search_id"]}
    refused = await rig.search(**again)
    assert refused.json()["error"]["message"] == (
        f"Search Id {first['search_id']} is invalid or expired"
    )
    assert [(await rig.search(**again)).status_code for _ in range(2)] == [400, 200]


async def test_token_expired_kills_the_token(start):
    rig = await start(faults=[Fault("token_expired")])
    old = (await rig.mint()).json()["access_token"]
    body = {"username": PUBLIC_HANDLE}
    statuses = [(await rig.post(INFO, body, "bio_url", token=old)).status_code for _ in range(2)]
    assert statuses == [401, 401]
    new = (await rig.mint()).json()["access_token"]
    assert (await rig.post(INFO, body, "bio_url", token=new)).status_code == 200


async def test_oauth_error_meets_token_calls_only(start):
    rig = await start(faults=[Fault("oauth_error", error="server_error", status=503)])
    assert (await rig.search()).status_code == 200
    answer = await rig.mint()
    assert (answer.status_code, answer.json()["error"]) == (503, "server_error")
    assert "access_token" in (await rig.mint()).json()


async def test_faults_without_a_path_spare_oauth(start):
    rig = await start(faults=[Fault("server_error", times=None)])
    assert (await rig.mint()).status_code == 200
    assert (await rig.search()).status_code == 500


async def test_empty_page_passes_its_rows(start):
    rig = await start(faults=[Fault("empty_page")], short_pages=False)
    data = (await rig.search()).json()["data"]
    assert (data["videos"], data["has_more"], data["cursor"]) == ([], True, 20)
    assert rig.emulator.stats()["rows"] == 0


async def test_repeat_page_repeats_and_goes_on(start):
    rig = await start(faults=[Fault("repeat_page", after=1)], short_pages=False)
    first = (await rig.search()).json()["data"]
    again = {"cursor": first["cursor"], "search_id": first["search_id"]}
    second = (await rig.search(**again)).json()["data"]
    assert second["videos"] == first["videos"]
    assert second["cursor"] == 40
    third = (await rig.search(**again)).json()["data"]
    assert third["videos"] != first["videos"]


async def test_stuck_cursor_stays(start):
    rig = await start(faults=[Fault("stuck_cursor", times=2)])
    first = (await rig.search()).json()["data"]
    assert (first["cursor"], first["has_more"]) == (0, True)
    body = {"cursor": 20, "search_id": first["search_id"]}
    assert (await rig.search(**body)).json()["data"]["cursor"] == 20


async def test_no_search_id_is_left_out(start):
    rig = await start(faults=[Fault("no_search_id")])
    assert "search_id" not in (await rig.search()).json()["data"]
    assert "search_id" in (await rig.search()).json()["data"]


async def test_null_items_are_null(start):
    rig = await start(faults=[Fault("null_items")])
    assert (await rig.search()).json()["data"]["videos"] is None


async def test_wrong_shape_is_not_the_contracts(start):
    rig = await start(faults=[Fault("wrong_shape")])
    data = (await rig.search()).json()["data"]
    assert {name: type(value) for name, value in data.items()} == {
        "videos": str,
        "cursor": dict,
        "has_more": str,
        "search_id": list,
    }


async def test_cut_body_ends_before_its_length(start):
    rig = await start(faults=[Fault("cut_body")])
    with pytest.raises(httpx.RemoteProtocolError, match="complete"):
        await rig.search()
    assert paid(rig) == 1
    assert (await rig.search()).status_code == 200


async def test_reset_connection_comes_before_a_status(start, caplog):
    rig = await start(faults=[Fault("reset_connection")])
    with pytest.raises(httpx.ReadError):
        await rig.search()
    assert rig.emulator.stats()["by_status"] == {"0": 1}
    assert (await rig.search()).status_code == 200
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_slow_answers_late(start):
    rig = await start(faults=[Fault("slow", seconds=0.2)])
    begin = time.perf_counter()
    assert (await rig.search()).status_code == 200
    assert time.perf_counter() - begin >= 0.2


async def test_latency_holds_for_every_call(start):
    rig = await start(latency=0.05)
    begin = time.perf_counter()
    await rig.search()
    await rig.mint()
    assert time.perf_counter() - begin >= 0.1


async def test_stall_sends_half_and_waits(start):
    rig = await start(faults=[Fault("stall")])
    rig.http.timeout = httpx.Timeout(20, read=0.2)
    with pytest.raises(httpx.ReadTimeout):
        await rig.search()
    rig.http.timeout = httpx.Timeout(20)
    assert (await rig.search()).status_code == 200


async def test_stall_does_not_hold_up_the_end():
    begin = time.perf_counter()
    emulator = Emulator(videos=100, faults=[Fault("stall"), Fault("slow", seconds=60)])
    async with (
        httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(20, read=0.2)) as http,
        emulator,
    ):
        headers = {"authorization": f"Bearer {emulator.access_token}"}
        for _ in range(2):
            with pytest.raises(httpx.ReadTimeout):
                await http.post(emulator.base_url + INFO, headers=headers)
    assert time.perf_counter() - begin < 30


async def test_huge_body_is_small_on_the_wire_and_valid(start):
    rig = await start(faults=[Fault("huge_body", size=16 << 20)])
    headers = {"authorization": f"Bearer {rig.emulator.access_token}"}
    async with rig.http.stream("POST", QUERY, headers=headers) as answer:
        packed = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < 40_000
    unfolded = gzip.decompress(packed)
    assert len(unfolded) >= 16 << 20
    assert json.loads(unfolded)["error"]["code"] == "ok"


async def test_fault_spares_the_first_calls_then_ends(start):
    rig = await start(faults=[Fault("server_error", after=1, times=2)])
    assert [(await rig.search()).status_code for _ in range(5)] == [200, 500, 500, 200, 200]


async def test_fault_may_last_until_it_is_cleared(start):
    rig = await start(faults=[Fault("server_error", times=None)])
    assert [(await rig.search()).status_code for _ in range(3)] == [500] * 3
    rig.emulator.faults.clear()
    assert (await rig.search()).status_code == 200
    rig.emulator.reset()
    assert (await rig.search()).status_code == 500


@pytest.mark.parametrize(
    ("path", "met"),
    [
        pytest.param("research.video.query", True, id="id"),
        pytest.param("research.*", True, id="group"),
        pytest.param(QUERY, True, id="path"),
        pytest.param("/v2/research/user/*", False, id="other_paths"),
        pytest.param("research.user.info", False, id="other_id"),
        pytest.param("oauth.*", False, id="oauth"),
    ],
)
async def test_fault_keeps_to_its_path(start, path, met):
    rig = await start()
    rig.emulator.faults.add(Fault("server_error", path))
    assert (await rig.search()).status_code == (500 if met else 200)


async def test_faults_come_over_the_wire(start):
    rig = await start(faults=[Fault("html_200", times=None)])
    script = [{"kind": "server_error", "status": 502}, {"kind": "slow", "seconds": 0, "after": 1}]
    added = await rig.http.post("/_emulator/faults", json=script)
    assert [fault["kind"] for fault in added.json()["faults"]] == [
        "html_200",
        "server_error",
        "slow",
    ]
    await rig.http.post("/_emulator/faults", params={"replace": "true"}, json=script)
    assert [(await rig.search()).status_code for _ in range(2)] == [502, 200]
    shown = (await rig.http.get("/_emulator/faults")).json()["faults"]
    assert [(fault["seen"], fault["fired"]) for fault in shown] == [(2, 1), (2, 1)]


@pytest.mark.parametrize(
    "content",
    ["", "{}", '[{"kind": "gremlin"}]', '[{"times": 1}]', '[{"kind": "slow", "speed": 1}]', "[1]",
     '[{"kind": "slow", "seconds": "long"}]', '[{"kind": "slow", "after": -1}]'],
)  # fmt: skip
async def test_wrong_scripts_are_refused(start, content):
    rig = await start()
    refused = await rig.http.post("/_emulator/faults", content=content)
    assert refused.status_code == 400
    assert refused.json()["error"]
    with pytest.raises(InputError):
        read_script(content)


async def test_script_is_read_from_a_file(tmp_path):
    script = [Fault("slow", "research.*", 2, None, seconds=3), Fault("cut_body")]
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([fault.to_dict() for fault in script]))
    assert load_script(path) == script


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in OF_EXPORTS | _OF_TIKAPI])
async def test_every_kind_happens(start, kind):
    """None of the kinds is only a name."""
    quick = {"huge_body": {"size": 1 << 20}, "slow": {"seconds": 0}, "stall": {"seconds": 0.01}}
    details = quick.get(kind, {})
    rig = await start(faults=[Fault(kind, "*", times=None, **details)])
    try:
        for _ in range(2):
            await rig.search(search_id=None if kind != "search_id_invalid" else "1")
    except httpx.TransportError:
        pass
    assert rig.emulator.stats()["faults"][kind] >= 1


async def test_app_runs_without_a_server():
    emulator = Emulator(videos=100)
    app = create_app(emulator)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://emulator") as http:
        headers = {"authorization": f"Bearer {emulator.access_token}"}
        body = {"username": PUBLIC_HANDLE}
        answer = await http.post(INFO, params={"fields": "bio_url"}, json=body, headers=headers)
        assert answer.status_code == 200


@pytest.mark.parametrize("module", ["starlette.routing", "uvicorn"])
async def test_missing_package_is_named(monkeypatch, module):
    for name in (module, "tiktok_async.emulator.listener"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match="emulator"):
        async with Emulator(videos=10):
            pass
