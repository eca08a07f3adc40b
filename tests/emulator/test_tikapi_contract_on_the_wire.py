"""TikAPI on the wire: what the contract file documents is what is served and what is refused."""

from __future__ import annotations

from importlib.resources import files

import pytest
from tikapi_wire import CONTRACT, DEMO, ENDPOINTS, Wire, example

from tiktok_async.emulator.tikapi.facts import tikapi
from tiktok_async.emulator.tikapi.routes import HANDLERS

pytestmark = pytest.mark.anyio

TYPES = {
    "string": str, "number": int, "object": dict, "array": list, "boolean": bool,
    "null": type(None),
}  # fmt: skip
MOVING = {"cursor", "nextCursor", "perUserCursor", "sequence_id", "log_id", "now", "total",
          "request_arrived_time", "server_execution_end_time", "credits", "id", "date_expiry",
          "logs_count", "pushServer"}  # fmt: skip
SINGLE = {"page", "min_max_time", "none"}


@pytest.fixture
async def wire(start):
    rig = await start()
    return Wire(rig.emulator, rig.http)


def test_every_endpoint_of_the_contract_is_served():
    assert len(ENDPOINTS) == 74
    assert set(HANDLERS) == {f"tikapi.{name}" for name in ENDPOINTS} == set(tikapi().operations)


def test_contract_is_shipped():
    assert files("tiktok_async.emulator").joinpath("contract/tikapi.json").is_file()


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_endpoint_answers_its_documented_example(wire, name):
    body = await wire.call(name, **example(name))
    raw = ENDPOINTS[name]
    for key, kind in raw["response_key_types"].items():
        assert isinstance(body[key], TYPES[kind]), key
        assert not (kind == "number" and isinstance(body[key], bool)), key
    constant = raw.get("response_sample_scalars", {})
    for key in constant.keys() - MOVING - {"hasMore", "has_more"}:
        assert body[key] == constant[key], key


@pytest.mark.parametrize(
    "name", [name for name, raw in ENDPOINTS.items() if raw["paginated"]["style"] not in SINGLE]
)
async def test_list_has_its_documented_fields(wire, name):
    paged = ENDPOINTS[name]["paginated"]
    given = example(name)
    body = await wire.call(name, **given)
    assert paged["response_field"] in body
    assert not paged["has_more_field"] or body.keys() & set(paged["has_more_field"])
    expected = paged.get("items_by_category", {}).get(given.get("category"))
    keys = {expected} if expected else set(paged["items_field"])
    assert not keys or body.keys() & keys


REQUIRED = [
    pytest.param(name, part["wire"], id=f"{name}-{part['wire']}")
    for name, raw in ENDPOINTS.items()
    for part in raw["params"]
    if part["required"] and part["in"] != "path"
]


@pytest.mark.parametrize(("name", "left_out"), REQUIRED)
async def test_missing_parameter_is_named(wire, name, left_out):
    given = example(name)
    del given[left_out]
    answer = await wire.send(name, **given)
    assert answer.status_code == 400
    body = answer.json()
    assert (body["status"], body["message"]) == ("error", "Missing fields.")
    assert list(body["fields"]) == [left_out]


async def test_missing_sec_uid_reads_as_printed(wire):
    printed = next(each for each in CONTRACT["errors"]["statuses"] if each["status"] == 400)
    assert (await wire.send("public.posts")).json() == printed["example"]


def _bad(part):
    """Return a value that the contract does not take, or None where it takes all."""
    if part["enum"]:
        return "nothing_of_these"
    if part["max"]:
        return part["max"] + 1
    if part["wire"] == "secUid":
        return "x" * 29
    return "not, right!" if part["pattern"] or part["type"] in {"number", "boolean"} else None


BAD = [
    pytest.param(name, part["wire"], _bad(part), id=f"{name}-{part['wire']}")
    for name, raw in ENDPOINTS.items()
    for part in raw["params"]
    if _bad(part) is not None
]


@pytest.mark.parametrize(("name", "wire_name", "value"), BAD)
async def test_bad_parameter_is_named(wire, name, wire_name, value):
    answer = await wire.send(name, **example(name) | {wire_name: value})
    assert answer.status_code == 400, answer.text
    assert list(answer.json()["fields"]) == [wire_name]
    assert wire.credits() == 0


@pytest.mark.parametrize(
    ("name", "given"),
    [
        pytest.param("public.check", {}, id="whose-profile"),
        pytest.param("public.hashtag", {}, id="which-hashtag"),
        pytest.param("user.analytics", {"type": "video"}, id="which-video"),
    ],
)
async def test_one_of_several_is_needed(wire, name, given):
    answer = await wire.send(name, **given)
    assert answer.status_code == 400
    assert answer.json()["fields"]
    assert wire.credits() == 0


@pytest.mark.parametrize(
    ("name", "given"),
    [
        pytest.param("public.followers_list", {"nextCursor": "30"}, id="cursor-as-text"),
        pytest.param("user.posts.like", {"media_id": 7109178205151464746}, id="id-as-number"),
        pytest.param("public.posts", {"cursor": "0"}, id="cursor-of-nothing"),
        pytest.param("public.posts", {"unheard_of": "1"}, id="unknown-parameter"),
        pytest.param("public.posts", {"country": "us", "session_id": 0}, id="of-all-public"),
        pytest.param("public.video", {"id": "https://vm.tiktok.com/ZM8abcDEF/"}, id="short-link"),
        pytest.param("public.check", {"username": "http://vm.tiktok.com/x"}, id="user-link"),
        pytest.param("public.music", {"id": "https://vm.tiktok.com/x"}, id="sound-link"),
        pytest.param("public.hashtag", {"id": "https://vm.tiktok.com/x"}, id="hashtag-link"),
    ],
)
async def test_drift_is_borne(wire, name, given):
    assert (await wire.send(name, **example(name) | given)).status_code == 200


ODD = ("", "-1", "9" * 25, "9" * 5000, "é", "\0", "https://vm.tiktok.com/a/")
ODD_IN_BODIES = (None, 10**30, True, [], {})


async def test_smallest_world_is_served(start):
    rig = await start(videos=1, users=10, days=1)
    wire = Wire(rig.emulator, rig.http)
    for name in ENDPOINTS:
        answer = await wire.send(name, **example(name))
        assert answer.status_code in {200, 403}, name


async def test_no_value_breaks_the_server(start):
    rig = await start(videos=200)
    wire = Wire(rig.emulator, rig.http)
    statuses = set()
    for name, raw in ENDPOINTS.items():
        for part in raw["params"]:
            odd = ODD if part["in"] == "query" else ODD + ODD_IN_BODIES
            for value in odd if part["in"] != "path" else ():
                given = example(name) | {"count": 1, part["wire"]: value}
                answer = await wire.send(name, **given)
                assert answer.status_code < 500, (name, part["wire"], value)
                statuses.add(answer.status_code)
    assert statuses == {200, 400, 403}


async def test_half_a_character_is_no_text(wire):
    headers = {"X-API-KEY": DEMO, "X-ACCOUNT-KEY": wire.account}
    url = f"{wire.emulator.tikapi_base_url}/user/comment"
    body = b'{"media_id": "7109178205151464746", "text": "\\ud83c"}'
    answer = await wire.http.post(url, content=body, headers=headers)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["text"])


@pytest.mark.parametrize("body", [b"[]", b"{", b'"text"', b"[" * 100_000])
async def test_body_is_a_json_object(wire, body):
    headers = {"X-API-KEY": DEMO, "X-ACCOUNT-KEY": wire.account}
    url = f"{wire.emulator.tikapi_base_url}/user/like"
    answer = await wire.http.post(url, content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["status"] == "error"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("POST", "/public/check", 405, id="post-of-a-get"),
        pytest.param("GET", "/user/like", 405, id="get-of-a-post"),
        pytest.param("GET", "/public/nothing", 404, id="no-such-path"),
        pytest.param("GET", "/public/search/general/more", 404, id="path-too-long"),
    ],
)
async def test_method_and_path_are_those_of_the_contract(wire, method, path, status):
    url = wire.emulator.tikapi_base_url + path
    answer = await wire.http.request(method, url, headers={"X-API-KEY": DEMO})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "key"),
    [
        pytest.param("/public/discover/v3?keyword=a", "videoList", id="v3"),
        pytest.param("/public/discover/keyword?keyword=a", "userInfoList", id="keyword"),
        pytest.param("/public/discover/music", "musicInfoList", id="category"),
        pytest.param("/user/search/live?query=a", "data", id="live"),
        pytest.param("/user/search/videos?query=a", "item_list", id="search"),
    ],
)
async def test_fixed_paths_win_over_named_ones(wire, path, key):
    headers = {"X-API-KEY": DEMO, "X-ACCOUNT-KEY": wire.account}
    answer = await wire.http.get(wire.emulator.tikapi_base_url + path, headers=headers)
    assert key in answer.json()
