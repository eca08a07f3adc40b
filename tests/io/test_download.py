"""What arrives, arrives whole and verified; what is cut, stalled or something else does not."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from typing import TYPE_CHECKING, Any

import pytest
from downloads import check, chunked, error, head, ranged, rig, sending, sized, whole

from tiktok_async.errors import (
    APIError,
    DamagedArchiveError,
    DownloadError,
    UnsafeArchiveError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from servers import Peer

pytestmark = pytest.mark.anyio

DATA = whole(3_000_000)
SMALL = whole(1000)
CLOSED = head("200 OK") + SMALL


@pytest.mark.parametrize("tls", [pytest.param(False, id="http"), pytest.param(True, id="https")])
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(sized(DATA), id="with-a-length"),
        pytest.param(chunked(DATA, 65536), id="chunked"),
        pytest.param(chunked(DATA, 999), id="in-small-chunks"),
    ],
)
async def test_a_file_arrives_as_it_was_sent(tmp_path: Path, answer: bytes, tls: bool) -> None:
    async with rig(tmp_path, answer, tls=tls) as on:
        found = await on.get()
    assert on.target.read_bytes() == DATA
    assert found.sha256 == hashlib.sha256(DATA).hexdigest()
    assert (found.path, found.size, found.starts, found.resumed) == (on.target, len(DATA), 1, False)
    assert on.left() == ["export.zip"]
    assert on.target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("size", [8, 9, 65536, 2**20, 2**20 + 70_000, 2**22, 2**22 + 1, 9_000_000])
async def test_any_size_arrives(tmp_path: Path, size: int) -> None:
    data = whole(size)

    async def in_odd_pieces(peer: Peer) -> None:
        answer, at = sized(data), 0
        for step in (1, len(answer) - size + 4, 5, 70_000, 1_200_000, size):
            await peer.send(answer[at : at + step])
            at += step
            await asyncio.sleep(0.001)

    async with rig(tmp_path, in_odd_pieces) as on:
        await on.get()
    assert on.target.read_bytes() == data


async def test_a_body_without_a_length_is_whole_when_its_check_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path, sending(CLOSED, then="close")) as on:
        found = await on.get()
    assert (found.starts, on.target.read_bytes()) == (1, SMALL)
    assert {one.total for one in on.progress} == {None}


async def test_a_body_without_a_length_that_is_cut_is_found_out_by_its_check(
    tmp_path: Path,
) -> None:
    steps = [sending(CLOSED[:-1], then="close"), sending(CLOSED, then="close")]
    async with rig(tmp_path, *steps) as on:
        found = await on.get()
    assert (found.starts, on.target.read_bytes(), on.checks) == (2, SMALL, 1)


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("at", [4, 20, 66_000, 1_048_576, 1_200_000, 2_999_999])
async def test_a_file_that_was_cut_begins_anew(tmp_path: Path, at: int, then: str) -> None:
    answer = sized(DATA)
    cut = sending(answer[: len(answer) - len(DATA) + at], then=then)
    async with rig(tmp_path, cut, cut, answer) as on:
        found = await on.get()
    assert on.target.read_bytes() == DATA
    assert found.starts <= 3
    assert on.ranges == [None] * 3
    assert on.left() == ["export.zip"]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(sending(sized(DATA, length=len(DATA) + 9), then="close"), id="too-short"),
        pytest.param(sized(DATA + b"x", length=len(DATA) - 1), id="cut-by-its-length"),
        pytest.param(sending(chunked(DATA, 65536, end=b""), then="close"), id="no-last-chunk"),
        pytest.param(chunked(DATA[:100_000], 65536, end=b"nonsense\r\n\r\n"), id="bad-chunk"),
        pytest.param(sending(sized(DATA)[:200_000], then="silence"), id="stall"),
        pytest.param(sending(chunked(DATA, 65536)[:200_000], then="silence"), id="chunked-stall"),
        pytest.param(sized(DATA[:-1] + bytes([DATA[-1] ^ 1])), id="one-bit-wrong"),
    ],
)
async def test_a_file_that_came_broken_begins_anew(tmp_path: Path, broken: Any) -> None:
    async with rig(tmp_path, broken, sized(DATA), read=0.2) as on:
        found = await on.get()
    assert on.target.read_bytes() == DATA
    assert (found.starts, on.checks) == (2, 1)
    assert on.left() == ["export.zip"]


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        pytest.param(sending(sized(DATA)[:200_000], then="close"), "cut", id="cut"),
        pytest.param(sending(sized(DATA)[:200_000], then="silence"), "stalled", id="stalled"),
        pytest.param(sized(SMALL, "Content-Range: bytes 0-999/1000"), "changed", id="partial"),
    ],
)
async def test_after_five_starts_it_is_an_error_and_nothing_is_left(
    tmp_path: Path, broken: Any, kind: str
) -> None:
    async with rig(tmp_path, broken, read=0.1) as on:
        with pytest.raises(DownloadError) as caught:
            await on.get()
    assert (caught.value.kind, caught.value.retryable) == (kind, True)
    assert (len(on.server.heads), on.checks, on.left()) == (5, 4, [])


async def test_a_file_that_is_damaged_five_times_is_the_error_of_its_check(tmp_path: Path) -> None:
    async with rig(tmp_path, sized(SMALL[:-1] + b"?")) as on:
        with pytest.raises(DamagedArchiveError):
            await on.get()
    assert (len(on.server.heads), on.left()) == (5, [])


async def test_a_file_that_could_do_harm_ends_the_download_at_once(tmp_path: Path) -> None:
    def refuse(_: Path) -> None:
        raise UnsafeArchiveError("A member climbs out.", kind="traversal")

    async with rig(tmp_path, ranged(SMALL)) as on:
        with pytest.raises(UnsafeArchiveError):
            await on.get(verify=refuse)
    assert (len(on.server.heads), on.left()) == (1, [])


async def test_a_drip_is_a_stall_though_no_silence_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clock of the test runs faster than the event loop's.
    monkeypatch.setattr("tiktok_async.io.transport.inlet._GATHERING", 0.0)

    async def drip(peer: Peer) -> None:
        await peer.send(answer[:60_000])
        for at in range(20):
            await asyncio.sleep(0.002)
            on.clock.advance(5.0)
            await peer.send(DATA[60_000 - begin + at : 60_001 - begin + at])
        await peer.send(answer[60_020:])

    answer = sized(DATA)
    begin = len(answer) - len(DATA)
    async with rig(tmp_path, drip, sized(DATA)) as on:
        found = await on.get()
    assert (found.starts, on.target.read_bytes()) == (2, DATA)


async def test_before_start_may_end_the_download(tmp_path: Path) -> None:
    async def expired() -> None:
        raise APIError("It is gone.")

    async with rig(tmp_path, sending(sized(DATA)[:9000], then="close")) as on:
        with pytest.raises(APIError, match="gone"):
            await on.get(before_start=expired)
    assert (len(on.server.heads), on.left()) == (1, [])


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(sized(DATA), id="with-a-length"),
        pytest.param(chunked(DATA, 65536), id="chunked"),
    ],
)
async def test_a_file_above_the_limit_is_refused(tmp_path: Path, answer: bytes) -> None:
    async with rig(tmp_path, answer) as on:
        with pytest.raises(DownloadError, match="larger than the limit") as caught:
            await on.get(max_bytes=len(DATA) - 1)
    assert (caught.value.kind, caught.value.retryable) == ("too_large", False)
    assert (len(on.server.heads), on.left()) == (1, [])


async def test_a_file_of_the_size_of_the_limit_is_taken(tmp_path: Path) -> None:
    async with rig(tmp_path, chunked(DATA, 65536)) as on:
        assert (await on.get(max_bytes=len(DATA))).size == len(DATA)


async def test_progress_rises_to_the_end_and_tells_the_stages(tmp_path: Path) -> None:
    async with rig(tmp_path, sending(sized(DATA)[:2_000_000], then="close"), sized(DATA)) as on:
        await on.get()
    order = [(one.start, one.received) for one in on.progress]
    assert order == sorted(order)
    assert [one.stage for one in on.progress if one.stage != "downloading"] == ["verifying", "done"]
    last = on.progress[-1]
    assert (last.received, last.total, last.eta, last.start) == (len(DATA), len(DATA), 0.0, 2)


async def test_progress_is_told_ten_times_a_second_at_most(tmp_path: Path) -> None:
    async def slowly(peer: Peer) -> None:
        for at in range(0, len(answer), 10_000):
            await peer.send(answer[at : at + 10_000])
            await asyncio.sleep(0.0005)
            on.clock.advance(0.01)

    answer = sized(DATA)
    async with rig(tmp_path, slowly) as on:
        await on.get()
        seconds = on.clock.monotonic()
    assert seconds / 0.1 * 0.3 < len(on.progress) <= seconds / 0.1 + 3


async def test_a_listener_that_fails_costs_no_file_and_is_told_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[object] = []

    def fail(progress: object) -> None:
        calls.append(progress)
        raise ValueError("broken bar")

    async with rig(tmp_path, sized(SMALL)) as on:
        with caplog.at_level(logging.ERROR, "tiktok_async"):
            await on.get(on_progress=fail)
    assert (len(calls), len(caplog.records)) == (1, 1)
    assert on.target.read_bytes() == SMALL


async def test_a_start_waits_longer_each_time(tmp_path: Path) -> None:
    async with rig(tmp_path, sending(sized(DATA)[:9000], then="close")) as on:
        with pytest.raises(DownloadError):
            await on.get()
        assert on.clock.slept == [0.5, 1.0, 2.0, 4.0]


async def test_the_check_sees_the_whole_file_under_another_name(tmp_path: Path) -> None:
    seen: list[tuple[str, bool]] = []

    def look(path: Path) -> str:
        seen.append((path.name, on.target.exists()))
        return str(check(path))

    async with rig(tmp_path, sized(SMALL)) as on:
        await on.get(verify=look)
    assert [here for _, here in seen] == [False]
    assert seen[0][0].startswith(".export.zip.")


async def test_the_answer_of_a_provider_ends_the_download(tmp_path: Path) -> None:
    async with rig(tmp_path, error("invalid_params", "request_id is incorrect")) as on:
        with pytest.raises(APIError, match="request_id is incorrect"):
            await on.get()
    assert (len(on.server.heads), on.left()) == (1, [])
