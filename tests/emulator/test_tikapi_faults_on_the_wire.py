"""Faults of TikAPI on the wire: errors in its own words, and answers that never come whole."""

from __future__ import annotations

import contextlib
import gzip

import httpx
import pytest
from tikapi_wire import CONTRACT, DEMO, Wire, example

from tiktok_async.emulator import Fault
from tiktok_async.emulator.faults import _OF_DOWNLOADS, KINDS
from tiktok_async.emulator.tikapi.faulty import _CHANGED, _INSTEAD

pytestmark = pytest.mark.anyio

PRINTED = {each["status"]: each.get("example") for each in CONTRACT["errors"]["statuses"]}
CODES = CONTRACT["errors"]["tiktok_codes"]


def wire_of(rig) -> Wire:
    return Wire(rig.emulator, rig.http)


@pytest.mark.parametrize("code", [int(code) for code in CODES])
async def test_each_code_of_tiktok_can_come(start, code):
    wire = wire_of(await start(faults=[Fault("tiktok_error", "tikapi.*", code=code)]))
    answer = await wire.send("public.explore")
    assert answer.status_code == 403
    assert answer.json() == {"status": "error", "message": CODES[str(code)], "statusCode": code}
    assert wire.credits() == 1


@pytest.mark.parametrize(
    ("fault", "status", "body", "cost"),
    [
        pytest.param(Fault("unauthorized"), 401, PRINTED[401], 0, id="401"),
        pytest.param(Fault("rate_limited"), 429, PRINTED[429], 0, id="429"),
        pytest.param(Fault("quota_exhausted"), 429, PRINTED[429], 0, id="429-quota"),
        pytest.param(Fault("server_error", status=502, message="Bad gateway"), 502,
                     {"status": "error", "message": "Bad gateway"}, 1, id="502-json"),
        pytest.param(Fault("error_200", code=10101, message="busy"), 200,
                     {"status": "error", "message": "busy", "statusCode": 10101}, 1,
                     id="error-in-a-200"),
    ],
)  # fmt: skip
async def test_error_has_the_form_of_tikapi(start, fault, status, body, cost):
    wire = wire_of(await start(faults=[fault]))
    answer = await wire.send("public.explore")
    assert (answer.status_code, answer.json()) == (status, body)
    assert wire.credits() == cost


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_gateway_answers_html(start, status):
    wire = wire_of(await start(faults=[Fault("gateway_html", status=status)]))
    answer = await wire.send("public.explore")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


async def test_expired_key_without_an_account_is_the_api_key(start):
    wire = wire_of(await start(faults=[Fault("token_expired")]))
    assert (await wire.send("public.explore")).status_code == 401
    assert (await wire.send("public.explore")).status_code == 200


async def test_act_is_done_though_its_answer_is_lost(start):
    faults = [Fault("reset_connection", "tikapi.user.posts.comments.post")]
    wire = wire_of(await start(faults=faults))
    given = example("user.posts.comments.post")
    with pytest.raises(httpx.TransportError):
        await wire.send("user.posts.comments.post", **given)
    assert wire.emulator.stats()["tikapi"]["state"]["comments"] == 1
    assert wire.emulator.stats()["by_endpoint"]["tikapi.user.posts.comments.post"] == 1


async def test_refused_act_is_not_done(start):
    faults = [Fault("tiktok_error", "tikapi.user.posts.comments.post")]
    wire = wire_of(await start(faults=faults))
    await wire.send("user.posts.comments.post", **example("user.posts.comments.post"))
    assert wire.emulator.stats()["tikapi"]["state"]["comments"] == 0


async def test_huge_body_unfolds(start):
    wire = wire_of(await start(faults=[Fault("huge_body", size=3 << 20)]))
    url = f"{wire.emulator.tikapi_base_url}/public/explore"
    async with wire.http.stream("GET", url, headers={"X-API-KEY": DEMO}) as answer:
        content = b"".join([piece async for piece in answer.aiter_raw()])
    assert len(content) < 100_000
    assert gzip.decompress(content).endswith(b'{"status":"success","message":""}')


@pytest.mark.parametrize(
    "kind", sorted({*_INSTEAD, *_CHANGED} - _OF_DOWNLOADS - {"unknown_status"})
)
async def test_every_kind_happens_to_tikapi(start, kind):
    """None of the kinds is only a name, and each spares the next call."""
    quick = {"huge_body": {"size": 1 << 20}, "slow": {"seconds": 0}, "stall": {"seconds": 0.01}}
    wire = wire_of(await start(faults=[Fault(kind, "tikapi.*", **quick.get(kind, {}))]))
    given = example("public.posts") | {"count": 3}
    good = None
    with contextlib.suppress(httpx.TransportError):
        good = (await wire.send("public.posts", **given)).content
    assert wire.emulator.stats()["faults"] == {kind: 1}
    after = await wire.send("public.posts", **given)
    assert after.status_code == 200
    unharmed = {"slow", "drip", "encoded_body", "endless_flag", "repeat_page",
                "server_error_good_body"}  # fmt: skip
    assert kind in unharmed or good != after.content


def test_kinds_of_tikapi_are_listed():
    assert {*_INSTEAD, *_CHANGED} <= set(KINDS)


async def test_faults_of_tikapi_spare_the_others(start):
    rig = await start(faults=[Fault("tiktok_error", "*"), Fault("server_error", "tikapi.*")])
    assert (await rig.search()).status_code == 200
    wire = wire_of(rig)
    assert (await wire.send("public.explore")).status_code == 403
    assert (await wire.send("public.explore")).status_code == 500
