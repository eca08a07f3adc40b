"""TikAPI's keys on the wire: who may call, for how long, and what it costs."""

from __future__ import annotations

import math
import re

import pytest
from tikapi_wire import CONTRACT, DEMO, DEMO_ACCOUNT, ENDPOINTS, Wire, example

from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import InputError

pytestmark = pytest.mark.anyio

DAY = 86_400.0
PRINTED = {each["status"]: each.get("example") for each in CONTRACT["errors"]["statuses"]}
PREMIUM = [name for name, raw in ENDPOINTS.items() if raw["premium"]]
TRUSTED = [name for name, raw in ENDPOINTS.items() if raw["trusted_only"]]
OF_ACCOUNTS = [name for name, raw in ENDPOINTS.items() if "account_key" in raw["auth"]]


def wire_of(rig) -> Wire:
    return Wire(rig.emulator, rig.http)


@pytest.mark.parametrize("key", [None, "", "nobody1234567", "a b", DEMO[:-1]])
async def test_api_key_is_needed(start, key):
    wire = wire_of(await start())
    answer = await wire.send("public.explore", headers={"X-API-KEY": key})
    assert (answer.status_code, answer.json()) == (401, PRINTED[401])


async def test_generated_and_demo_keys_are_good(start):
    rig = await start(credentials=2, accounts=3)
    wire = wire_of(rig)
    pattern = CONTRACT["auth"]["api_key"]["pattern"]
    assert len(rig.emulator.account_keys) == 3
    for api_key in (DEMO, rig.emulator.api_key):
        for account in (DEMO_ACCOUNT, *rig.emulator.account_keys):
            assert all(re.fullmatch(pattern, key) for key in (api_key, account))
            headers = {"X-API-KEY": api_key, "X-ACCOUNT-KEY": account}
            assert (await wire.send("user.info", headers=headers)).status_code == 200


async def test_each_account_key_is_another_user(start):
    rig = await start(accounts=3)
    found = {
        (await Wire(rig.emulator, rig.http, key).call("user.info"))["userInfo"]["user"]["uniqueId"]
        for key in rig.emulator.account_keys
    }
    assert len(found) == 3
    assert "joe1234567" in found


@pytest.mark.parametrize("name", OF_ACCOUNTS)
async def test_account_endpoints_need_an_account_key(start, name):
    wire = wire_of(await start())
    missing = await wire.send(name, headers={"X-ACCOUNT-KEY": None}, **example(name))
    assert (missing.status_code, list(missing.json()["fields"])) == (400, ["accountKey"])
    unknown = await wire.send(name, headers={"X-ACCOUNT-KEY": "nobody1234567"}, **example(name))
    assert (unknown.status_code, unknown.json()) == (428, PRINTED[428])


async def test_account_keys_die_of_age_and_idleness(start):
    rig = await start(account_life=10 * DAY, account_idle=3 * DAY)
    wire = wire_of(rig)
    seen = []
    for days in (2, 2, 2, 2, 1.9, 0.2):
        rig.wall.time += days * DAY
        seen.append((await wire.send("user.info")).status_code)
    assert seen == [200, 200, 200, 200, 200, 428]
    rig.emulator.reset()
    rig.wall.time += 3 * DAY
    answer = await wire.send("user.info")
    assert (answer.status_code, answer.json()) == (428, PRINTED[428])


async def test_account_that_died_stays_dead(start):
    rig = await start(faults=[Fault("token_expired", "tikapi.user.info")])
    wire = wire_of(rig)
    assert [(await wire.send("user.info")).status_code for _ in range(2)] == [428, 428]
    other = Wire(rig.emulator, rig.http, rig.emulator.account_key)
    assert (await other.send("user.info")).status_code == 200


@pytest.mark.parametrize("name", PREMIUM)
async def test_premium_can_be_missing(start, name):
    wire = wire_of(await start(premium=False))
    answer = await wire.send(name, **example(name))
    assert answer.status_code == 403
    assert answer.json().keys() == {"status", "message"}


@pytest.mark.parametrize("name", TRUSTED)
async def test_trust_can_be_missing(start, name):
    wire = wire_of(await start(trusted=False))
    answer = await wire.send(name, **example(name))
    assert answer.status_code == 403
    assert "trusted" in answer.json()["message"]


@pytest.mark.parametrize(
    ("name", "scopes", "status"),
    [
        pytest.param("user.info", ("view_profile",), 200, id="allowed"),
        pytest.param("user.info", ("live",), 403, id="not-allowed"),
        pytest.param("user.edit", ("edit_profile",), 200, id="edit-has-two-names"),
        pytest.param("user.live.chat", ("send_messages",), 200, id="one-of-two"),
    ],
)
async def test_users_allow_scopes(start, name, scopes, status):
    rig = await start(account_scopes=scopes)
    wire = Wire(rig.emulator, rig.http, rig.emulator.account_key)
    assert (await wire.send(name, **example(name))).status_code == status
    assert (await wire_of(rig).send(name, **example(name))).status_code == 200


async def test_credits_count_from_the_first_request_for_a_day(start):
    rig = await start(credits_per_day=3)
    wire = wire_of(rig)
    rig.wall.time += 5 * DAY
    statuses = []
    for hours in (0, 10, 10, 3.9, 0.2):
        rig.wall.time += hours * 3600
        statuses.append((await wire.send("public.explore")).status_code)
    # The fourth comes 23.9 hours after the first, the fifth 24.1.
    assert statuses == [200, 200, 200, 429, 200]
    assert wire.credits() == 1


async def test_used_up_key_reads_as_printed_and_others_go_on(start):
    rig = await start(credits_per_day=0)
    wire = wire_of(rig)
    answer = await wire.send("public.explore")
    assert (answer.status_code, answer.json()) == (429, PRINTED[429])
    assert (await wire.call("key.info"))["credits"] == 0


async def test_bandwidth_is_used_up_for_good(start):
    rig = await start(bandwidth=100_000)
    wire = wire_of(rig)
    assert (await wire.send("public.explore")).status_code == 200
    rig.wall.time += 2 * DAY
    assert (await wire.send("public.explore")).status_code == 429


async def test_refusals_before_the_answer_are_free(start):
    wire = wire_of(await start())
    await wire.send("public.posts")
    await wire.send("public.explore", headers={"X-API-KEY": "nobody1234567"})
    await wire.send("user.info", headers={"X-ACCOUNT-KEY": "nobody1234567"})
    await wire.call("key.info")
    assert wire.credits() == 0
    assert (await wire.send("public.check", username="nobody")).status_code == 403
    assert wire.credits() == 1


async def test_key_info_tells_what_was_spent(start):
    rig = await start(credits_per_day=50)
    wire = wire_of(rig)
    first = await wire.send("public.explore")
    await wire.send("public.check", username="nobody")
    info = await wire.call("key.info")
    assert info["credits"] == 48
    assert info["bandwidth"]["used"] > len(first.content)
    assert info["logs_count"] == 2
    statuses = [(log["endpoint"], log["status"]) for log in info["logs"]]
    assert statuses == [("tikapi.public.explore", 200), ("tikapi.public.check", 403)]
    assert info["date_expiry"] > rig.wall.time
    stats = rig.emulator.stats()
    assert stats["paid"][DEMO]["tikapi"]["requests"] == 2
    assert stats["by_endpoint"]["tikapi.key.info"] == 1


async def test_other_profile_call_takes_more_bandwidth(start):
    wire = wire_of(await start())
    used = []
    for name in ("public.check", "public.check_v3"):
        await wire.call(name, username="joe1234567")
        used.append((await wire.call("key.info"))["bandwidth"]["used"])
    assert used[1] - used[0] > 5 * used[0]


async def test_reset_starts_anew(start):
    rig = await start(credits_per_day=1)
    wire = wire_of(rig)
    await wire.call("public.explore")
    await rig.http.post("/_emulator/reset")
    assert (await wire.send("public.explore")).status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        {"accounts": 0}, {"list_cap": 0}, {"account_life": -1}, {"chat_quiet": 60},
        {"media_expired": "quietly"}, {"hidden_likes": "maybe"}, {"live_info": "x"},
        {"room_end": "x"},
    ],
)  # fmt: skip
def test_impossible_options_are_refused(options):
    with pytest.raises(InputError):
        Emulator(**options)


def test_limits_can_be_none_at_all():
    assert Emulator(videos=100, credits_per_day=math.inf, bandwidth=math.inf)


async def test_key_info_is_good_without_limits(start):
    wire = wire_of(await start(credits_per_day=math.inf, bandwidth=math.inf))
    assert (await wire.call("key.info"))["credits"] > 10**9
