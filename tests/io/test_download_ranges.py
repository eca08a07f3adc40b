"""A download goes on only where the server allows it, and never mixes the bytes of two files."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from typing import TYPE_CHECKING

import pytest
from downloads import check, chunked, error, ranged, request, rig, sending, sized, until, whole

from tiktok_async.errors import APIError, DownloadError, TransportError
from tiktok_async.io.download import download
from tiktok_async.io.download.part import Part

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from downloads import Rig
    from servers import Peer

pytestmark = pytest.mark.anyio

DATA = whole(3_000_000)
OTHER = whole(3_000_000, seed=2)
TAGS = ('ETag: "v1"', "Accept-Ranges: bytes")
AT = 2_000_000


def cut(at: int = AT, *headers: str) -> Callable[[Peer], Awaitable[None]]:
    """Return a step that sends the first `at` bytes of a file that may be continued."""
    answer = sized(DATA, *(headers or TAGS))
    return sending(answer[: len(answer) - len(DATA) + at], then="close")


def part(data: bytes, place: str, *headers: str, status: str = "206 Partial Content") -> bytes:
    return sized(data, f"Content-Range: bytes {place}", *headers, status=status)


async def test_a_file_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    async with rig(tmp_path, cut(), ranged(DATA)) as on:
        found = await on.get()
    assert on.ranges == [None, f"bytes={AT}-"]
    assert b'if-range: "v1"' in on.server.heads[1].lower()
    assert on.target.read_bytes() == DATA
    assert found.sha256 == hashlib.sha256(DATA).hexdigest()
    assert (found.starts, found.resumed, on.checks) == (2, True, 1)
    assert on.left() == ["export.zip"]


async def test_a_date_that_is_old_enough_is_a_validator_too(tmp_path: Path) -> None:
    old = "Sun, 22 Nov 2026 09:00:00 GMT"
    headers = (f"Last-Modified: {old}", "Date: Sun, 22 Nov 2026 10:00:00 GMT", TAGS[1])
    rest = part(DATA[AT:], f"{AT}-{len(DATA) - 1}/{len(DATA)}")
    async with rig(tmp_path, cut(AT, *headers), rest) as on:
        assert (await on.get()).resumed
    assert f"if-range: {old}".lower().encode() in on.server.heads[1].lower()
    assert on.target.read_bytes() == DATA


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(('ETag: W/"v1"', "Accept-Ranges: bytes"), id="weak-etag"),
        pytest.param(('ETag: "v1"',), id="no-accept-ranges"),
        pytest.param(("Accept-Ranges: bytes",), id="no-validator"),
    ],
)
async def test_without_leave_of_the_server_no_range_is_asked_for(
    tmp_path: Path, headers: tuple[str, ...]
) -> None:
    async with rig(tmp_path, cut(AT, *headers), sized(DATA)) as on:
        found = await on.get()
    assert (on.ranges, found.resumed) == ([None, None], False)
    assert on.target.read_bytes() == DATA


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(part(DATA, f"0-2999999/{len(DATA)}"), id="from-the-start"),
        pytest.param(part(DATA[AT - 1 :], f"{AT - 1}-2999999/{len(DATA)}"), id="one-byte-early"),
        pytest.param(part(DATA[AT:], f"{AT}-2999999/3000001"), id="other-total"),
        pytest.param(part(DATA[AT:], f"{AT}-2999999/*"), id="no-total"),
        pytest.param(
            part(OTHER[AT:], f"{AT}-2999999/{len(DATA)}", 'ETag: "v2"'), id="other-validator"
        ),
        pytest.param(sized(DATA[AT:], status="206 Partial Content"), id="no-content-range"),
        pytest.param(
            part(DATA[AT:], f"{AT}-2999999/{len(DATA)}", status="200 OK"), id="200-that-is-a-part"
        ),
        pytest.param(part(b"", f"*/{len(DATA)}", status="416 No"), id="416"),
        pytest.param(sized(b"", status="416 No"), id="416-without-a-size"),
        pytest.param(sized(b"", status="412 No"), id="412"),
        pytest.param(error("invalid_params", status="400 No"), id="400"),
    ],
)
async def test_what_does_not_fit_begins_the_file_anew_without_a_range(
    tmp_path: Path, answer: bytes
) -> None:
    async with rig(tmp_path, cut(), answer, cut(), ranged(DATA)) as on:
        found = await on.get()
    assert on.target.read_bytes() == DATA
    assert (found.resumed, on.left()) == (False, ["export.zip"])
    assert on.ranges == [None, f"bytes={AT}-", None, None]


async def test_a_server_that_ignores_the_range_sends_the_whole_file(tmp_path: Path) -> None:
    async with rig(tmp_path, cut(), sized(DATA, *TAGS)) as on:
        found = await on.get()
    assert on.target.read_bytes() == DATA
    assert (found.starts, found.resumed) == (2, False)


async def test_a_file_that_has_changed_comes_whole(tmp_path: Path) -> None:
    async with rig(tmp_path, cut(), ranged(OTHER, etag='"v2"')) as on:
        await on.get()
    assert on.target.read_bytes() == OTHER


async def test_bytes_of_a_file_that_changed_under_its_validator_are_found_out(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path, cut(), ranged(OTHER)) as on:
        await on.get()
    assert on.target.read_bytes() == OTHER
    assert on.ranges == [None, f"bytes={AT}-", None]


async def test_a_server_that_sends_pieces_is_asked_until_all_are_here(tmp_path: Path) -> None:
    data = whole(9 * 2**20)
    async with rig(tmp_path, cut_of(data), ranged(data, piece=2**20)) as on:
        found = await on.get()
    assert on.target.read_bytes() == data
    assert found.starts == 1 + 9


def cut_of(data: bytes) -> Callable[[Peer], Awaitable[None]]:
    return sending(sized(data[:9000], *TAGS, length=len(data)), then="close")


async def test_a_server_that_sends_crumbs_is_given_up(tmp_path: Path) -> None:
    async with rig(tmp_path, cut(9000), ranged(DATA, piece=10)) as on:
        with pytest.raises(DownloadError):
            await on.get()
    assert len(on.server.heads) == 5


async def test_a_piece_that_breaks_its_own_promise_uses_up_a_start(tmp_path: Path) -> None:
    """Chunked, so that nothing but the Content-Range tells how much should have come."""
    data = whole(12 * 2**20)
    at = 9000

    async def two_mib(peer: Peer) -> None:
        nonlocal at
        place = f"Content-Range: bytes {at}-{len(data) - 1}/{len(data)}"
        answer = chunked(data[at : at + 2**21], 2**16, place, status="206 Partial Content")
        at += 2**21
        await peer.send(answer)

    async with rig(tmp_path, cut_of(data), two_mib) as on:
        with pytest.raises(DownloadError) as caught:
            await on.get()
    assert (caught.value.kind, len(on.server.heads)) == ("cut", 5)


async def test_what_is_whole_but_for_the_name_is_asked_for_and_verified(tmp_path: Path) -> None:
    async with rig(tmp_path, ranged(DATA)) as on:
        stop = asyncio.ensure_future(on.get(verify=_wait))
        await until(lambda: on.progress and on.progress[-1].stage == "verifying")
        stop.cancel()
        await asyncio.wait([stop])
        assert len(on.left()) == 2
        found = await on.get()
    assert on.ranges == [None, f"bytes={len(DATA)}-"]
    assert (on.target.read_bytes(), found.resumed) == (DATA, True)


def _wait(_: Path) -> None:
    time.sleep(0.3)


def held(*headers: str, data: bytes = DATA, at: int = AT) -> Callable[[Peer], Awaitable[None]]:
    """Return a step that sends `at` bytes and then nothing."""

    async def respond(peer: Peer) -> None:
        answer = sized(data, *headers)
        begin = len(answer) - len(data)
        await peer.send(answer[: begin + at // 2])
        await asyncio.sleep(0.05)
        await peer.send(answer[begin + at // 2 : begin + at])
        await peer.reader.read()

    return respond


async def left_by_a_cancel(on: Rig) -> list[str]:
    """Cancel a download in the middle; return what it left."""
    task = asyncio.ensure_future(on.get())
    await until(lambda: on.server.heads)
    await asyncio.sleep(0.15)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    return on.left()


BIG = whole(12_000_000)


async def test_a_cancelled_download_that_may_be_continued_is_kept(tmp_path: Path) -> None:
    stalled = held(*TAGS, data=BIG, at=10_000_000)
    async with rig(tmp_path, stalled, ranged(BIG)) as on:
        names = await left_by_a_cancel(on)
        assert [name.rsplit(".", 1)[1] for name in names] == ["part", "json"]
        size = (on.folder / names[0]).stat().st_size
        assert 0 < size <= 10_000_000
        found = await on.get()
    assert on.ranges == [None, f"bytes={size}-"]
    assert (found.starts, found.resumed, on.left()) == (1, True, ["export.zip"])
    assert on.target.read_bytes() == BIG
    assert found.sha256 == hashlib.sha256(BIG).hexdigest()


async def test_a_cancelled_download_that_may_not_be_continued_is_removed(tmp_path: Path) -> None:
    async with rig(tmp_path, held(data=BIG, at=10_000_000)) as on:
        assert await left_by_a_cancel(on) == []


async def test_what_was_kept_is_not_for_another_request(tmp_path: Path) -> None:
    async with rig(tmp_path, held(*TAGS, data=BIG, at=10_000_000), sized(DATA)) as on:
        await left_by_a_cancel(on)
        await download(
            request(2), on.scope, on.target, verify=check, signature=lambda b: b[:2] == b"PK"
        )
    assert (on.ranges, on.left()) == ([None, None], ["export.zip"])
    assert on.target.read_bytes() == DATA


@pytest.mark.parametrize(
    "note",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="torn"),
        pytest.param(b"[]", id="other-shape"),
        pytest.param(b'{"request": 1, "validator": 2, "total": "x"}', id="other-types"),
        pytest.param(b"[" * 100_000, id="nested"),
        pytest.param(None, id="gone"),
    ],
)
async def test_a_part_without_a_sound_note_is_removed(tmp_path: Path, note: bytes | None) -> None:
    async with rig(tmp_path, held(*TAGS, data=BIG, at=10_000_000), sized(DATA)) as on:
        _, name = await left_by_a_cancel(on)
        (on.folder / name).unlink()
        if note is not None:
            (on.folder / name).write_bytes(note)
        await on.get()
    assert (on.ranges, on.left()) == ([None, None], ["export.zip"])


async def test_the_note_tells_no_secret_and_no_url(tmp_path: Path) -> None:
    async with rig(tmp_path, held(*TAGS, data=BIG, at=10_000_000)) as on:
        _, name = await left_by_a_cancel(on)
        note = json.loads((on.folder / name).read_bytes())
    assert set(note) == {"request", "validator", "total"}
    assert (note["validator"], note["total"], len(note["request"])) == ('"v1"', len(BIG), 64)


async def test_who_leaves_while_the_kept_bytes_are_read_does_not_wait_for_them(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path, held(*TAGS, data=BIG, at=10_000_000)) as on:
        name, note = await left_by_a_cancel(on)
        kept = json.loads((on.folder / note).read_bytes())["request"]
        data = (on.folder / name).read_bytes()
        parts = [Part(on.target, kept), Part(on.target, kept)]
        sizes = [parts[0].find(lambda: False), parts[1].find(lambda: True)]
        for one in parts:
            one.leave(keep=True)
    assert sizes == [len(data), len(data)]
    assert parts[0].sha256.hexdigest() == hashlib.sha256(data).hexdigest()
    assert parts[1].sha256.hexdigest() == hashlib.sha256().hexdigest()


async def test_a_link_in_place_of_a_part_is_not_followed(tmp_path: Path) -> None:
    async with rig(tmp_path, held(*TAGS, data=BIG, at=10_000_000), sized(DATA)) as on:
        name, _ = await left_by_a_cancel(on)
        precious = tmp_path / "precious"
        precious.write_bytes(b"mine")
        (on.folder / name).unlink()
        (on.folder / name).symlink_to(precious)
        await on.get()
    assert precious.read_bytes() == b"mine"
    assert on.left() == ["export.zip", "precious"]


async def test_an_outage_keeps_what_is_here_and_a_refusal_does_not(tmp_path: Path) -> None:
    down = sending(b"", then="close")
    async with rig(tmp_path, cut(), down) as on:
        with pytest.raises(TransportError):
            await on.get()
        assert len(on.left()) == 2
        on.steps[:] = [error("invalid_params", status="400 No")]
        with pytest.raises(APIError):
            await on.get()
        assert on.left() == []
