"""video/query over a socket: paging, search ids, and what is refused or borne."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tests.emulator.conftest import EVERYONE, QUERY
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.people import PUBLIC_HANDLE

pytestmark = pytest.mark.anyio

US = {"operation": "IN", "field_name": "region_code", "field_values": ["US", "CA"]}
OPERATION = official().operations["research.video.query"]


async def pages(rig, fields="id", **body: Any) -> list[dict[str, Any]]:
    """Follow the cursor to the end."""
    found = []
    while True:
        answer = await rig.search(fields, **body)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["data"])
        if not found[-1]["has_more"]:
            return found
        body |= {"cursor": found[-1]["cursor"], "search_id": found[-1]["search_id"]}


def truth(rig, query: Any = EVERYONE, last: int = 30) -> list[int]:
    rows = rig.emulator.world.search(query, date(2022, 1, 1), date(2022, 1, last), fields=["id"])
    return [shown["id"] for shown in rows]


@pytest.mark.parametrize("size", [1, 7, 100], ids=["one", "odd", "most"])
@pytest.mark.parametrize("short", [True, False], ids=["short_pages", "full_pages"])
async def test_pages_give_every_video_once_newest_first(start, size, short):
    rig = await start(short_pages=short, videos=120 if size == 1 else 2000, requests_per_day=1e9)
    found = await pages(rig, max_count=size)
    assert [row["id"] for page in found for row in page["videos"]] == truth(rig)


async def test_short_and_empty_pages_have_more(start):
    rig = await start()
    found = await pages(rig, max_count=20)
    sizes = [len(page["videos"]) for page in found[:-1]]
    assert sizes[4] == 0
    assert any(0 < size < 20 for size in sizes)
    assert [page["cursor"] for page in found[:-1]] == [20 * (n + 1) for n in range(len(sizes))]


async def test_full_pages_are_full(start):
    rig = await start(short_pages=False)
    found = await pages(rig, max_count=20)
    assert {len(page["videos"]) for page in found[:-1]} == {20}


async def test_page_has_the_documented_size_by_default(start):
    rig = await start(short_pages=False)
    answer = await rig.search()
    assert len(answer.json()["data"]["videos"]) == OPERATION.body["max_count"].default


async def test_every_documented_field_is_served_and_no_other(start):
    rig = await start()
    found = await pages(rig, ",".join(OPERATION.fields), max_count=100)
    seen = {name for page in found for row in page["videos"] for name in row}
    assert seen == set(OPERATION.fields)


async def test_row_has_only_the_fields_asked_for(start):
    rig = await start()
    answer = await rig.search(" id ,, create_time,", max_count=100)
    assert {tuple(row) for row in answer.json()["data"]["videos"]} == {("id", "create_time")}


async def test_answer_has_the_documented_envelope(start):
    rig = await start()
    answer = await rig.search()
    assert set(answer.json()) == {"data", "error"}
    assert {f"data.{name}" for name in answer.json()["data"]} == set(OPERATION.answer)
    error = answer.json()["error"]
    assert (error["code"], len(error["log_id"])) == ("ok", 34)


@pytest.mark.parametrize("end_date", ["inclusive", "exclusive"])
async def test_end_date_belongs_to_the_span_or_not(start, end_date):
    rig = await start(end_date=end_date)
    body = {"start_date": "20220110", "end_date": "20220111", "max_count": 100}
    found = await pages(rig, "create_time", **body)
    days = {row["create_time"] // 86400 - 19002 for page in found for row in page["videos"]}
    assert days == ({0, 1} if end_date == "inclusive" else {0})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"max_count": 30}, id="max_count"),
        pytest.param({"end_date": "20220129"}, id="dates"),
        pytest.param({"query": {"and": [US]}}, id="query"),
        pytest.param({"search_id": "7000000000000000001"}, id="unknown"),
    ],
)
async def test_search_id_is_good_for_its_own_search_only(start, change):
    rig = await start()
    first = (await rig.search(max_count=20)).json()["data"]
    again = {"max_count": 20, "cursor": first["cursor"], "search_id": first["search_id"]}
    refused = await rig.search(**{**again, **change})
    assert refused.status_code == 400
    search_id = {**again, **change}["search_id"]
    message = f"Search Id {search_id} is invalid or expired"
    assert refused.json()["error"]["message"] == message
    assert (await rig.search(**again)).status_code == 200


async def test_later_page_needs_a_search_id(start):
    rig = await start()
    refused = await rig.search(cursor=20)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_params")


async def test_fresh_search_id_is_refused_for_a_while(start):
    rig = await start(search_id_delay=2)
    first = (await rig.search()).json()["data"]
    again = {"cursor": first["cursor"], "search_id": first["search_id"]}
    assert [(await rig.search(**again)).status_code for _ in range(4)] == [400, 400, 200, 200]


async def test_search_id_expires(start):
    rig = await start(search_id_life=60.0)
    first = (await rig.search()).json()["data"]
    rig.wall.time += 61
    refused = await rig.search(cursor=first["cursor"], search_id=first["search_id"])
    assert "is invalid or expired" in refused.json()["error"]["message"]


@pytest.mark.parametrize("change", [True, False])
async def test_search_ids_change_between_pages_if_asked(start, change):
    rig = await start(search_ids_change=change, days=20)
    found = await pages(rig, max_count=50)
    assert (len({page["search_id"] for page in found}) == len(found)) is change


async def test_answer_without_any_video_has_no_search_id(start):
    rig = await start()
    nobody = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["nobody"]}]}
    data = (await rig.search(query=nobody)).json()["data"]
    assert data == {"videos": [], "cursor": 0, "has_more": False}


async def test_random_sample_comes_once_and_in_no_order(start):
    rig = await start()
    query = {"and": [US]}
    data = (await rig.search(query=query, is_random=True, max_count=30)).json()["data"]
    ids = [row["id"] for row in data["videos"]]
    assert (len(ids), data["has_more"]) == (30, False)
    assert len(set(ids)) == 30
    assert ids != sorted(ids, reverse=True)
    assert set(ids) <= set(truth(rig, query))


async def test_random_sample_finds_what_is_rare(start):
    rig = await start()
    rare = truth(rig)[5]
    query = {"and": [{"operation": "EQ", "field_name": "video_id", "field_values": [str(rare)]}]}
    data = (await rig.search(query=query, is_random=True)).json()["data"]
    assert [row["id"] for row in data["videos"]] == [rare]


async def test_one_user_is_found_in_a_world_too_large_to_scan(start):
    rig = await start(videos=10**9, users=10**7, days=30)
    world = rig.emulator.world
    who = next(user for user in range(9_000_000, 9_001_000) if world.people.is_public(user))
    one = {"operation": "EQ", "field_name": "username", "field_values": [world.people.handle(who)]}
    data = (await rig.search(query={"and": [one]}, max_count=100)).json()["data"]
    assert [row["id"] for row in data["videos"]] == [video.id() for video in world.videos_of(who)]
    assert data["videos"]


async def test_ids_beyond_64_bits_are_served_exactly(start):
    rig = await start(big_ids=True)
    found = await pages(rig, "id,music_id", max_count=100)
    ids = [row["id"] for page in found for row in page["videos"]]
    assert ids == truth(rig)
    assert min(ids) > 2**64


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"query": None}, "query is invalid", id="no_query"),
        pytest.param({"query": {}}, "no condition", id="empty_query"),
        pytest.param({"query": {"and": [], "or": None}}, "no condition", id="empty_groups"),
        pytest.param({"query": {"xor": [US]}}, "unknown group", id="group"),
        pytest.param({"query": {"and": US}}, "list of conditions", id="not_a_list"),
        pytest.param({"query": {"and": [US | {"operation": "NE"}]}}, "operation", id="operation"),
        pytest.param({"query": {"and": [US | {"field_name": "sound"}]}}, "field_name", id="field"),
        pytest.param({"query": {"and": [US | {"field_values": ["XX"]}]}}, "region", id="region"),
        pytest.param({"query": {"and": [US | {"field_values": ["us"]}]}}, "region", id="lower"),
        pytest.param({"query": {"and": [US | {"field_values": [1]}]}}, "strings", id="numbers"),
        pytest.param({"query": {"and": [US | {"field_values": "US"}]}}, "strings", id="bare"),
        pytest.param({"query": {"and": [US | {"field_values": []}]}}, "strings", id="no_values"),
        pytest.param(
            {"query": {"and": [US | {"field_name": "view_count", "field_values": ["many"]}]}},
            "view_count",
            id="not_digits",
        ),
        pytest.param(
            {"query": {"and": [US | {"field_name": "video_length", "field_values": ["TINY"]}]}},
            "video_length",
            id="length",
        ),
        pytest.param({"start_date": "2022-01-01"}, "start_date", id="date_form"),
        pytest.param({"start_date": 20220101}, "start_date", id="date_type"),
        pytest.param({"start_date": "20220231"}, "start_date", id="no_such_day"),
        pytest.param({"end_date": None}, "end_date", id="no_end"),
        pytest.param({"end_date": "99991231"}, "end_date", id="end_of_time"),
        pytest.param({"end_date": "20211231"}, "before start_date", id="backwards"),
        pytest.param({"end_date": "20220201"}, "at most 30 days", id="too_long"),
        pytest.param({"max_count": 0}, "max_count", id="none"),
        pytest.param({"max_count": 101}, "max_count", id="many"),
        pytest.param({"max_count": "ten"}, "max_count", id="word"),
        pytest.param({"max_count": True}, "max_count", id="bool"),
        pytest.param({"max_count": "9" * 5000}, "max_count", id="endless"),
        pytest.param({"cursor": -1}, "cursor", id="negative"),
        pytest.param({"is_random": "yes"}, "is_random", id="random"),
    ],
)
async def test_wrong_query_is_refused_with_the_reason(start, body, message):
    rig = await start()
    refused = await rig.search(**body)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (400, "invalid_params")
    assert message in error["message"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param("", "required", id="none"),
        pytest.param(" , ", "required", id="blank"),
        pytest.param("id,views", "unknown views", id="unknown"),
        pytest.param("favourites_count", "unknown favourites_count", id="british"),
    ],
)
async def test_wrong_fields_are_refused(start, fields, message):
    rig = await start()
    refused = await rig.search(fields)
    assert refused.status_code == 400
    assert message in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"cursor": None, "search_id": None}, id="nulls"),
        pytest.param({"search_id": ""}, id="empty_search_id"),
        pytest.param({"query": {"and": [US], "or": [], "not": None}}, id="empty_groups"),
        pytest.param({"is_random": False}, id="not_random"),
        pytest.param({"max_count": "50"}, id="digits"),
        pytest.param({"end_date": "20220131"}, id="thirty_days"),
        pytest.param({"start_date": "20220110", "end_date": "20220110"}, id="one_day"),
        pytest.param(
            {"query": {"and": [US | {"field_name": "hashtag_name", "operation": "GT"}]}},
            id="odd_operation",
        ),
    ],
)
async def test_what_clients_send_is_borne(start, body):
    rig = await start()
    assert (await rig.search(**body)).status_code == 200


@pytest.mark.parametrize(
    "kind",
    ["application/json", "text/plain", "application/x-www-form-urlencoded", None],
)
async def test_body_is_json_whatever_the_content_type(start, kind):
    rig = await start()
    body = {"query": EVERYONE, "start_date": "20220101", "end_date": "20220130"}
    headers = {"authorization": f"bEaReR {rig.emulator.access_token}"}
    headers |= {"content-type": kind} if kind else {}
    answer = await rig.http.post(
        QUERY, params={"fields": "id"}, content=json.dumps(body), headers=headers
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("content", ["[]", "{", '{"a": 1,}', "[" * 5000, ""])
async def test_other_bodies_are_refused(start, content):
    rig = await start()
    headers = {"authorization": f"Bearer {rig.emulator.access_token}"}
    answer = await rig.http.post(QUERY, params={"fields": "id"}, content=content, headers=headers)
    assert answer.json()["error"]["code"] == "invalid_params"


async def test_users_videos_are_those_of_the_world(start):
    rig = await start()
    query = {"or": [{"operation": "EQ", "field_name": "username", "field_values": [PUBLIC_HANDLE]}]}
    found = await pages(rig, max_count=50, query=query)
    own = {video.id() for video in rig.emulator.world.videos_of(0)}
    ids = [row["id"] for page in found for row in page["videos"]]
    assert ids == truth(rig, query)
    assert set(ids) <= own
