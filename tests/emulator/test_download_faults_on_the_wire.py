"""Each fault of a download over a socket, as any HTTP client sees it."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import logging
import time
import zipfile

import httpx
import pytest

from tests.emulator.conftest import DOWNLOAD
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.errors import InputError

pytestmark = pytest.mark.anyio

PATH = "portability.download"


async def whole(rig, request_id: int) -> bytes:
    return b"".join(rig.emulator.archive_of(request_id).read())


async def received(rig, request_id: int, **headers: str) -> tuple[bytes, str]:
    """Return what came until the end or an error, and the error's name."""
    sent = {"authorization": f"Bearer {rig.emulator.user_access_token}", **headers}
    parts = []
    call = rig.http.stream("POST", DOWNLOAD, json={"request_id": request_id}, headers=sent)
    try:
        async with call as answer:
            async for part in answer.aiter_raw():
                parts.append(part)  # noqa: PERF401  # what came before an error counts
    except httpx.TransportError as error:
        return b"".join(parts), type(error).__name__
    return b"".join(parts), ""


@pytest.mark.parametrize("length", ["known", "chunked", "close"])
@pytest.mark.parametrize("at", [0, 1, 1000, 0.1, 0.5, 0.999])
async def test_cut_comes_at_the_offset(start, length, at):
    rig = await start(export_length=length, faults=[Fault("cut_body", PATH, at=at)])
    request_id = await rig.ask()
    archive = await whole(rig, request_id)
    content, error = await received(rig, request_id)
    due = int(len(archive) * at) if isinstance(at, float) else at
    assert content == archive[:due]
    # A body that ends with its connection cannot be told from a whole one.
    assert error == ("" if length == "close" else "RemoteProtocolError")
    assert await received(rig, request_id) == (archive, "")


async def test_cut_behind_the_end_is_none(start):
    rig = await start(faults=[Fault("cut_body", PATH, at=10**9)])
    request_id = await rig.ask()
    assert await received(rig, request_id) == (await whole(rig, request_id), "")


@pytest.mark.parametrize("length", ["known", "chunked", "close"])
@pytest.mark.parametrize(
    ("by", "lost", "error"),
    [
        pytest.param(1000, 0, "RemoteProtocolError", id="promises_more"),
        pytest.param(-1000, 1000, "", id="promises_less"),
    ],
)
async def test_wrong_length_is_what_the_headers_say(start, by, lost, error, length):
    rig = await start(export_length=length, faults=[Fault("wrong_length", PATH, by=by)])
    request_id = await rig.ask()
    archive = await whole(rig, request_id)
    content, seen = await received(rig, request_id)
    assert content == archive[: len(archive) - lost]
    assert seen == error
    assert await received(rig, request_id) == (archive, "")


async def test_bad_chunk_is_no_chunk(start):
    rig = await start(faults=[Fault("bad_chunk", PATH, at=5000)])
    request_id = await rig.ask()
    content, error = await received(rig, request_id)
    assert content == (await whole(rig, request_id))[:5000]
    assert error == "RemoteProtocolError"


async def test_stall_comes_at_the_offset(start):
    rig = await start(faults=[Fault("stall", PATH, at=3000)])
    request_id = await rig.ask()
    rig.http.timeout = httpx.Timeout(20, read=0.2)
    assert await received(rig, request_id) == (
        (await whole(rig, request_id))[:3000],
        "ReadTimeout",
    )


async def test_drip_comes_in_drops(start):
    rig = await start(export_rows=5, faults=[Fault("drip", PATH, size=500, seconds=0.005)])
    request_id = await rig.ask()
    archive = await whole(rig, request_id)
    begin = time.perf_counter()
    assert await received(rig, request_id) == (archive, "")
    assert time.perf_counter() - begin >= 0.005 * len(archive) / 500


async def test_error_in_a_200_may_be_disguised(start):
    zip_type = "application/zip"
    plain, disguised = (
        Fault("error_200", PATH, code="invalid_params", message="m"),
        Fault("error_200", PATH, media_type=zip_type),
    )
    rig = await start(faults=[plain, disguised])
    request_id = await rig.ask()
    first, second = [await rig.download(request_id) for _ in range(2)]
    assert (first.status_code, first.json()["error"]["code"]) == (200, "invalid_params")
    assert first.json()["error"]["message"] == "m"
    assert first.headers["content-type"].startswith("application/json")
    assert (second.status_code, second.headers["content-type"]) == (200, zip_type)
    assert second.json()["error"]["code"] == "internal_error"


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("html_200", b"<html>"), ("malformed_json", b'{"data"')],
)
async def test_other_bodies_come_with_200(start, kind, begins):
    rig = await start(faults=[Fault(kind, PATH)])
    answer = await rig.download(await rig.ask())
    assert answer.status_code == 200
    assert answer.content.startswith(begins)


async def test_token_may_die_in_mid_life(start):
    rig = await start(faults=[Fault("token_expired", PATH, after=1)])
    request_id = await rig.ask()
    statuses = [(await rig.download(request_id)).status_code for _ in range(3)]
    assert statuses == [200, 401, 401]


async def test_encoded_body_is_gzip(start):
    rig = await start(faults=[Fault("encoded_body", PATH)])
    request_id = await rig.ask()
    headers = {"authorization": f"Bearer {rig.emulator.user_access_token}"}
    body = {"request_id": request_id}
    async with rig.http.stream("POST", DOWNLOAD, json=body, headers=headers) as answer:
        packed = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == await whole(rig, request_id)


@pytest.mark.parametrize("at", [0, 5000, 0.5, 1.0])
async def test_one_byte_is_another(start, at):
    rig = await start(faults=[Fault("corrupt_byte", PATH, at=at)])
    request_id = await rig.ask()
    archive = await whole(rig, request_id)
    content = (await rig.download(request_id)).content
    assert len(content) == len(archive)
    differ = [place for place, (a, b) in enumerate(zip(content, archive, strict=True)) if a != b]
    due = int(len(archive) * at) if isinstance(at, float) else at
    assert differ == [min(due, len(archive) - 1)]


async def test_short_archive_is_whole_http(start):
    rig = await start(faults=[Fault("short_archive", PATH, at=0.9)])
    request_id = await rig.ask()
    archive = await whole(rig, request_id)
    content, error = await received(rig, request_id)
    assert (content, error) == (archive[: int(len(archive) * 0.9)], "")
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(content))


async def test_rebuilt_archive_stays_another_one(start):
    rig = await start(export_ranges=True, faults=[Fault("rebuilt", PATH, after=1)])
    request_id = await rig.ask()
    first = await rig.download(request_id)
    on = {"Range": "bytes=1000-", "If-Range": first.headers["etag"]}
    second = await rig.download(request_id, **on)
    assert second.status_code == 200
    assert second.headers["etag"] != first.headers["etag"]
    assert second.content != first.content
    assert second.content == await whole(rig, request_id)
    assert (await rig.download(request_id)).content == second.content
    assert zipfile.ZipFile(io.BytesIO(second.content)).testzip() is None


async def ranged(start, kind: str, **details: object):
    """Return the whole answer and the faulty one to a range from 1000 on."""
    rig = await start(export_ranges=True, faults=[Fault(kind, PATH, **details)])
    request_id = await rig.ask()
    first = await rig.download(request_id)
    assert first.status_code == 200
    assert rig.emulator.stats()["faults"] == {}
    on = {"Range": "bytes=1000-", "If-Range": first.headers["etag"]}
    second = await rig.download(request_id, **on)
    assert rig.emulator.stats()["faults"] == {kind: 1}
    return first, second


async def test_range_may_be_ignored(start):
    first, second = await ranged(start, "range_ignored")
    assert (second.status_code, second.content) == (200, first.content)
    assert "content-range" not in second.headers


@pytest.mark.parametrize("by", [1, 24, -1000])
async def test_range_may_begin_elsewhere(start, by):
    first, second = await ranged(start, "wrong_range", by=by)
    size = len(first.content)
    assert second.status_code == 206
    assert second.headers["content-range"] == f"bytes {1000 + by}-{size - 1}/{size}"
    assert second.content == first.content[1000 + by :]


@pytest.mark.parametrize("by", [1, -5])
async def test_total_may_be_another(start, by):
    first, second = await ranged(start, "wrong_total", by=by)
    size = len(first.content)
    assert second.headers["content-range"] == f"bytes 1000-{size - 1}/{size + by}"
    assert second.content == first.content[1000:]


async def test_validator_of_a_part_may_be_another(start):
    first, second = await ranged(start, "other_validator")
    assert (second.status_code, second.content) == (206, first.content[1000:])
    assert second.headers["etag"] != first.headers["etag"]


async def test_part_may_not_say_which_it_is(start):
    first, second = await ranged(start, "no_content_range")
    assert (second.status_code, second.content) == (206, first.content[1000:])
    assert "content-range" not in second.headers


async def test_part_may_come_as_200(start):
    first, second = await ranged(start, "range_on_200")
    assert (second.status_code, second.content) == (200, first.content[1000:])
    assert second.headers["content-range"].startswith("bytes 1000-")


@pytest.mark.parametrize("length", ["known", "chunked"])
async def test_part_may_be_cut_too(start, length):
    faults = [Fault("cut_body", PATH, after=1, at=500)]
    rig = await start(export_ranges=True, export_length=length, faults=faults)
    request_id = await rig.ask()
    archive = (await rig.download(request_id)).content
    content, error = await received(rig, request_id, Range="bytes=1000-")
    assert (content, error) == (archive[1000:1500], "RemoteProtocolError")


async def test_status_may_be_unknown(start):
    rig = await start(faults=[Fault("unknown_status"), Fault("unknown_status", word="failed")])
    request_id = await rig.ask()
    assert (await rig.download(request_id)).status_code == 200
    seen = [(await rig.check(request_id))["status"] for _ in range(3)]
    assert seen == ["collecting", "failed", "downloading"]


async def test_check_may_fail(start):
    rig = await start(faults=[Fault("server_error", "portability.check")])
    request_id = await rig.ask()
    with pytest.raises(AssertionError):
        await rig.check(request_id)
    assert (await rig.check(request_id))["status"] == "downloading"


async def test_faults_of_downloads_wait_for_one(start):
    rig = await start(faults=[Fault("short_archive"), Fault("range_ignored")])
    assert (await rig.search()).status_code == 200
    await rig.check(await rig.ask())
    assert rig.emulator.stats()["faults"] == {}


@pytest.mark.parametrize(
    ("kind", "details"),
    [("cut_body", {"at": -1}), ("cut_body", {"at": "half"}), ("wrong_length", {"by": 0.5}),
     ("drip", {"size": 0.5}), ("corrupt_byte", {"by": 1})],
)  # fmt: skip
def test_wrong_details_are_refused(kind, details):
    with pytest.raises(InputError):
        Fault(kind, **details)


@contextlib.asynccontextmanager
async def endless(emulator: Emulator, http: httpx.AsyncClient):
    """Begin to download an archive without end."""
    running = emulator._running.emulation
    export = running.exports.add(running.user_pair.grant, ["all_data"], "json", emulator.now())
    headers = {"authorization": f"Bearer {emulator.user_access_token}"}
    body = {"request_id": export.request_id}
    url = emulator.base_url + DOWNLOAD
    async with http.stream("POST", url, json=body, headers=headers) as answer:
        yield answer.aiter_raw()


async def drained(parts) -> None:
    """Read to the end."""
    async for _ in parts:
        pass


ENDLESS = {"videos": 1000, "export_delay": 0.0, "export_bytes": 1 << 40}


async def test_client_that_leaves_does_not_hold_up_the_server():
    """Without a look at the connection the server would go through all of the archive."""
    async with Emulator(**ENDLESS) as emulator, httpx.AsyncClient(trust_env=False) as http:
        async with endless(emulator, http) as parts:
            await anext(parts)
        async with asyncio.timeout(5):
            while emulator.stats()["served"] < 1:  # noqa: ASYNC110  # nothing tells of it
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("length", ["known", "chunked"])
async def test_server_that_stops_does_not_pretend_to_be_done(length, caplog):
    async with httpx.AsyncClient(trust_env=False) as http, contextlib.AsyncExitStack() as stack:
        async with Emulator(**ENDLESS, export_length=length) as emulator:
            parts = await stack.enter_async_context(endless(emulator, http))
            await anext(parts)
        with pytest.raises(httpx.TransportError):
            await drained(parts)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
