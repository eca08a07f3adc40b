"""user/data/* over a socket: asking, waiting, cancelling and downloading."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import zipfile

import pytest

from tests.emulator.conftest import ADD, CANCEL, CHECK, CHECK_FIELDS, DOWNLOAD, OPERATIONS
from tiktok_async.errors import InputError

pytestmark = pytest.mark.anyio

DAY = 86_400.0
CATEGORIES = OPERATIONS["portability.add"].body["category_selection_list"].values
INCORRECT = "Incorrect `request_id`. Please validate the request."


def granted(rig, *scopes: str, user: int = 0) -> str:
    """Return the access token of a new consent."""
    emulation = rig.emulator._running.emulation
    grant = emulation.grants.grant(rig.emulator.client_key, user, scopes)
    return emulation.grants.give(grant, rig.wall.time).access


async def add(rig, *categories: str, token: str = "", **changes: object):
    body = {"data_format": "json", "category_selection_list": list(categories), **changes}
    return await rig.user_post(ADD, body, token, params={"fields": "request_id"})


# ---- the life of a request


async def test_request_becomes_ready_and_expires(start):
    rig = await start(export_delay=30.0)
    begin = int(rig.wall.time)
    request_id = await rig.ask("activity", wait=0)
    assert 2**53 < request_id < 2**63
    assert await rig.check(request_id) == {
        "request_id": request_id,
        "apply_time": begin,
        "status": "pending",
        "data_format": "json",
        "category_selection_list": ["activity"],
    }
    seen = []
    for moment in (10, 29.9, 30, 30 + 4 * DAY - 0.1, 30 + 4 * DAY):
        rig.wall.time = begin + moment
        shown = await rig.check(request_id)
        assert shown["collect_time"] == begin + 10
        seen.append(shown["status"])
    assert seen == ["pending", "pending", "downloading", "downloading", "expired"]


async def test_times_can_be_set(start):
    rig = await start(export_delay=0.0, export_life=5.0)
    request_id = await rig.ask(wait=0)
    assert (await rig.check(request_id))["status"] == "downloading"
    rig.wall.time += 5
    assert (await rig.check(request_id))["status"] == "expired"


async def test_availability_is_the_contracts(start):
    rig = await start()
    raw = next(one for one in rig.contract["endpoints"] if one["id"] == "portability.download")
    assert rig.emulator.export_life == raw["availability_days"] * DAY


@pytest.mark.parametrize("where", ["body", "query", "both"])
async def test_request_is_cancelled_by_body_or_query(start, where):
    rig = await start()
    request_id = await rig.ask(wait=0)
    place = {"request_id": request_id}
    body = {} if where == "query" else place
    params = None if where == "body" else place
    answer = await rig.user_post(CANCEL, body, params=params)
    assert (answer.status_code, set(answer.json())) == (200, {"error"})
    assert answer.json()["error"]["code"] == "ok"
    rig.wall.time += 100
    assert (await rig.check(request_id))["status"] == "cancelled"
    assert (await rig.user_post(CANCEL, place)).status_code == 400
    assert (await rig.download(request_id)).status_code == 400


async def test_expired_request_cannot_be_cancelled(start):
    rig = await start(export_life=1.0)
    request_id = await rig.ask(wait=3)
    assert (await rig.user_post(CANCEL, {"request_id": request_id})).status_code == 400
    assert (await rig.check(request_id))["status"] == "expired"


@pytest.mark.parametrize("when", ["pending", "expired"])
async def test_download_is_refused_unless_ready(start, when):
    rig = await start()
    request_id = await rig.ask(wait=0 if when == "pending" else 2 + 4 * DAY)
    answer = await rig.download(request_id)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["http_status_code"]) == (
        400,
        "invalid_params",
        400,
    )
    assert when in error["message"]


@pytest.mark.parametrize("status", [400, 200])
async def test_unknown_request_is_refused_as_in_the_sample(start, status):
    rig = await start(download_error_status=status)
    answer = await rig.download(123123123123123)
    assert answer.status_code == status
    body = answer.json()
    assert body.pop("data") == {}
    assert set(body["error"]) == {"code", "http_status_code", "log_id", "message"}
    assert (body["error"]["code"], body["error"]["message"]) == ("invalid_params", INCORRECT)
    assert body["error"]["http_status_code"] == 400


@pytest.mark.parametrize("path", [CHECK, CANCEL, DOWNLOAD])
async def test_request_of_another_user_is_unknown(start, path):
    rig = await start()
    request_id = await rig.ask()
    other = granted(rig, "portability.all.ongoing", user=1)
    answer = await rig.user_post(
        path, {"request_id": request_id}, other, params={"fields": "status"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == INCORRECT


async def test_requests_outlive_the_token_they_were_made_with(start):
    rig = await start()
    request_id = await rig.ask(token=granted(rig, "portability.all.single"))
    later = granted(rig, "portability.activity.ongoing")
    assert (await rig.check(request_id, later))["status"] == "downloading"


# ---- parameters


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"data_format": None}, id="no_format"),
        pytest.param({"data_format": "xml"}, id="format"),
        pytest.param({"category_selection_list": None}, id="no_categories"),
        pytest.param({"category_selection_list": []}, id="empty"),
        pytest.param({"category_selection_list": "activity"}, id="no_list"),
        pytest.param({"category_selection_list": ["likes"]}, id="unknown"),
        pytest.param({"category_selection_list": ["direct_messages"]}, id="the_samples_plural"),
    ],
)
async def test_wrong_request_is_refused(start, changes):
    rig = await start()
    answer = await add(rig, "activity", **changes)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_params")
    assert rig.emulator.stats()["exports"] == {}


@pytest.mark.parametrize(("path", "known"), [(ADD, "request_id"), (CHECK, CHECK_FIELDS)])
async def test_fields_are_needed_and_known(start, path, known):
    rig = await start()
    request_id = await rig.ask()
    body = {"request_id": request_id, "data_format": "json"}
    body |= {"category_selection_list": ["activity"]}
    statuses = []
    for fields in (None, known, f"{known},size"):
        params = None if fields is None else {"fields": fields}
        statuses.append((await rig.user_post(path, body, params=params)).status_code)
    assert statuses == [400, 200, 400]


@pytest.mark.parametrize("request_id", [None, "abc", 1.5, True, []])
@pytest.mark.parametrize("path", [CHECK, CANCEL, DOWNLOAD])
async def test_request_id_is_an_integer(start, path, request_id):
    rig = await start()
    answer = await rig.user_post(path, {"request_id": request_id}, params={"fields": "status"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_params")


async def test_request_id_may_be_digits(start):
    rig = await start()
    request_id = await rig.ask()
    assert (await rig.download(str(request_id))).status_code == 200


async def test_direct_messages_are_echoed_as_in_the_sample(start):
    rig = await start()
    request_id = await rig.ask("profile", "direct_message")
    assert (await rig.check(request_id))["category_selection_list"] == [
        "profile",
        "direct_messages",
    ]


# ---- scopes


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        pytest.param("portability.all", CATEGORIES, id="all"),
        pytest.param("portability.activity", ("activity",), id="activity"),
        pytest.param("portability.postsandprofile", ("video", "profile"), id="posts"),
        pytest.param("portability.directmessages", ("direct_message",), id="messages"),
    ],
)
@pytest.mark.parametrize("kind", ["single", "ongoing"])
async def test_scope_covers_its_categories(start, scope, covered, kind):
    rig = await start()
    statuses = {}
    for category in CATEGORIES:
        answer = await add(rig, category, token=granted(rig, f"{scope}.{kind}"))
        statuses[category] = answer.status_code
        if answer.status_code != 200:
            assert answer.json()["error"]["code"] == "scope_not_authorized"
    assert {category for category, status in statuses.items() if status == 200} == set(covered)
    assert set(statuses.values()) <= {200, 401}


async def test_single_scope_is_good_for_one_request(start):
    rig = await start()
    token = granted(rig, "portability.activity.single")
    assert [(await add(rig, "activity", token=token)).status_code for _ in range(2)] == [200, 401]


async def test_single_scope_stays_spent_after_a_cancel(start):
    rig = await start()
    token = granted(rig, "portability.activity.single")
    request_id = await rig.ask("activity", token=token, wait=0)
    await rig.user_post(CANCEL, {"request_id": request_id}, token)
    assert (await add(rig, "activity", token=token)).status_code == 401


async def test_refused_request_spends_nothing(start):
    rig = await start()
    token = granted(rig, "portability.activity.single")
    assert (await add(rig, "activity", "video", token=token)).status_code == 401
    assert (await add(rig, "likes", token=token)).status_code == 400
    assert (await add(rig, "activity", token=token)).status_code == 200


async def test_ongoing_scope_repeats(start):
    rig = await start()
    token = granted(rig, "portability.activity.ongoing")
    assert [(await add(rig, "activity", token=token)).status_code for _ in range(3)] == [200] * 3


async def test_broadest_single_scope_is_spent_first(start):
    rig = await start()
    token = granted(rig, "portability.activity.single", "portability.all.single")
    assert (await add(rig, "activity", token=token)).status_code == 200
    assert (await add(rig, "all_data", token=token)).status_code == 401
    assert (await add(rig, "activity", token=token)).status_code == 200
    assert (await add(rig, "activity", token=token)).status_code == 401


async def test_ongoing_scope_is_used_before_a_single_one(start):
    rig = await start()
    token = granted(rig, "portability.all.single", "portability.activity.ongoing")
    assert (await add(rig, "activity", token=token)).status_code == 200
    assert (await add(rig, "all_data", token=token)).status_code == 200


async def test_scopes_join_where_none_covers_all(start):
    rig = await start()
    held = ("portability.activity.single", "portability.postsandprofile.single")
    token = granted(rig, *held)
    assert (await add(rig, "activity", "video", "profile", token=token)).status_code == 200
    assert (await add(rig, "profile", token=token)).status_code == 401


async def test_all_data_overrides_the_others(start):
    rig = await start()
    token = granted(rig, "portability.activity.ongoing")
    assert (await add(rig, "activity", "all_data", token=token)).status_code == 401


async def test_second_request_may_have_to_wait(start):
    rig = await start(parallel_exports=False)
    await rig.ask(wait=0)
    refused = await add(rig, "activity")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_params")
    rig.wall.time += 2
    assert (await add(rig, "activity")).status_code == 200


# ---- limits and counts


@pytest.mark.parametrize(("limit", "allowed"), [(3, 3), (None, 1000)])
async def test_calls_per_minute_are_limited_by_kind(start, limit, allowed):
    rig = await start(portability_per_minute=limit)
    request_id = await rig.ask(wait=0)
    minutes = rig.emulator._running.emulation.minutes
    for _ in range(allowed - 1):
        minutes.check(rig.emulator.client_key, "portability.check", rig.wall.time)
    body, fields = {"request_id": request_id}, {"fields": "status"}
    assert (await rig.user_post(CHECK, body, params=fields)).status_code == 200
    refused = await rig.user_post(CHECK, body, params=fields)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert (await rig.user_post(CANCEL, body)).status_code == 200
    rig.wall.time += 60
    assert (await rig.user_post(CHECK, body, params=fields)).status_code == 200


async def test_exports_are_counted_and_forgotten(start):
    rig = await start()
    await rig.ask("activity")
    last = await rig.ask("video", wait=0)
    stats = rig.emulator.stats()
    assert stats["exports"] == {"downloading": 1, "pending": 1}
    spent = stats["paid"][rig.emulator.client_key]["portability"]
    assert spent["endpoints"] == {"portability.add": {"requests": 2, "records": 0}}
    rig.emulator.reset()
    assert rig.emulator.stats()["exports"] == {}
    assert (await rig.download(last)).json()["error"]["message"] == INCORRECT


@pytest.mark.parametrize("path", [ADD, CHECK, CANCEL, DOWNLOAD])
async def test_portability_wants_a_users_token(start, path):
    rig = await start()
    assert (await rig.http.get(path)).status_code == 405
    for header in (None, "Bearer", "Bearer act.made-up"):
        headers = {} if header is None else {"authorization": header}
        refused = await rig.http.post(path, headers=headers)
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (401, "access_token_invalid")


# ---- the zip on the wire


async def test_download_is_the_archive_each_time(start):
    rig = await start()
    request_id = await rig.ask()
    first, second = [await rig.download(request_id) for _ in range(2)]
    assert first.headers["content-type"] == "application/zip"
    assert int(first.headers["content-length"]) == len(first.content)
    assert first.content == second.content
    archive = rig.emulator.archive_of(request_id)
    assert archive.size == len(first.content)
    assert archive.sha256() == hashlib.sha256(first.content).hexdigest()
    assert zipfile.ZipFile(io.BytesIO(first.content)).testzip() is None


async def test_same_seed_gives_the_same_bytes_and_another_seed_others(start):
    found = []
    for seed in (7, 7, 8):
        rig = await start(seed=seed)
        found.append((await rig.download(await rig.ask())).content)
    assert found[0] == found[1] != found[2]


async def test_archive_of_nobody_is_refused(start):
    rig = await start()
    with pytest.raises(InputError, match="12345"):
        rig.emulator.archive_of(12345)


@pytest.mark.parametrize("length", ["known", "chunked", "close"])
async def test_length_is_told_as_set(start, length):
    rig = await start(export_length=length)
    request_id = await rig.ask()
    answer = await rig.download(request_id)
    assert answer.content == b"".join(rig.emulator.archive_of(request_id).read())
    assert ("content-length" in answer.headers) == (length == "known")
    assert (answer.headers.get("transfer-encoding") == "chunked") == (length == "chunked")
    assert (answer.headers.get("connection") == "close") == (length == "close")
    assert (await rig.download(request_id)).status_code == 200


@pytest.mark.parametrize("size", [1, 80])
@pytest.mark.parametrize("length", ["known", "chunked", "close"])
async def test_any_size_is_streamed_in_flat_memory(start, length, size):
    rig = await start(export_length=length, export_bytes=size << 20)
    request_id = await rig.ask()
    found, total = hashlib.sha256(), 0
    headers = {"authorization": f"Bearer {rig.emulator.user_access_token}"}
    body = {"request_id": request_id}
    due = rig.emulator.archive_of(request_id).sha256()
    tracemalloc.start()
    try:
        async with rig.http.stream("POST", DOWNLOAD, json=body, headers=headers) as answer:
            async for part in answer.aiter_raw():
                found.update(part)
                total += len(part)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == pytest.approx(size << 20, rel=0.01)
    assert found.hexdigest() == due
    # Both ends run in this process.
    assert most < 12 << 20


async def test_media_type_can_be_set(start):
    rig = await start(export_media_type="application/octet-stream")
    answer = await rig.download(await rig.ask())
    assert answer.headers["content-type"] == "application/octet-stream"


# ---- ranges


async def test_without_ranges_there_is_no_validator(start):
    rig = await start()
    request_id = await rig.ask()
    answer = await rig.download(request_id, Range="bytes=10-")
    assert answer.status_code == 200
    assert not {"etag", "accept-ranges", "last-modified", "content-range"} & set(answer.headers)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("bytes=0-0", slice(0, 1), id="first"),
        pytest.param("bytes=10-19", slice(10, 20), id="middle"),
        pytest.param("bytes=1000-", slice(1000, None), id="from"),
        pytest.param("bytes=-7", slice(-7, None), id="last"),
        pytest.param("bytes=5-99999999", slice(5, None), id="beyond"),
    ],
)
async def test_range_gives_the_part(start, text, part):
    rig = await start(export_ranges=True)
    request_id = await rig.ask()
    whole = await rig.download(request_id)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["etag"].startswith('"')
    for more in ({}, {"If-Range": whole.headers["etag"]}):
        answer = await rig.download(request_id, Range=text, **more)
        assert answer.status_code == 206
        assert answer.content == whole.content[part]
        first, last = range(len(whole.content))[part][0], range(len(whole.content))[part][-1]
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(whole.content)}"
        assert answer.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("text", ["bytes=a-", "bytes=-", "lines=1-2", "bytes=1-2,4-5", "bytes=9-3"])
async def test_odd_ranges_give_the_whole(start, text):
    rig = await start(export_ranges=True)
    request_id = await rig.ask()
    answer = await rig.download(request_id, Range=text)
    assert (answer.status_code, len(answer.content)) == (
        200,
        rig.emulator.archive_of(request_id).size,
    )


async def test_range_behind_the_end_cannot_be_had(start):
    rig = await start(export_ranges=True)
    request_id = await rig.ask()
    size = rig.emulator.archive_of(request_id).size
    for text in (f"bytes={size}-", f"bytes={size + 5}-{size + 9}", "bytes=-0"):
        answer = await rig.download(request_id, Range=text)
        assert (answer.status_code, answer.content) == (416, b"")
        assert answer.headers["content-range"] == f"bytes */{size}"


async def test_other_validator_gives_the_whole(start):
    rig = await start(export_ranges=True)
    request_id = await rig.ask()
    headers = {"Range": "bytes=10-", "If-Range": '"old"'}
    answer = await rig.download(request_id, **headers)
    assert answer.status_code == 200
    assert "content-range" not in answer.headers


async def test_each_request_has_its_own_validator(start):
    rig = await start(export_ranges=True)
    tags = [(await rig.download(await rig.ask())).headers["etag"] for _ in range(2)]
    assert tags[0] != tags[1]


async def test_categories_decide_what_is_in_it(start):
    rig = await start()
    found = {}
    for category in CATEGORIES:
        content = (await rig.download(await rig.ask(category))).content
        found[category] = json.loads(zipfile.ZipFile(io.BytesIO(content)).read(
            "user_data_tiktok.json"
        ))  # fmt: skip
    assert "Watch History" in found["activity"]["Your Activity"]
    assert set(found["video"]) == {"Post"}
    assert set(found["direct_message"]) == {"Direct Message"}
    assert set(found["profile"]) == {"Profile And Settings"}
    assert "Likes and Favorites" in found["all_data"]
    assert set().union(*found.values()) == set(found["all_data"])
