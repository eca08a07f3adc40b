"""Cancelled at any instant, by any means: nothing is lost, left open, or half there."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from downloads import check, ranged, rig, sending, sized, until, whole
from servers import serving

from tiktok_async.errors import ClientClosedError, DamagedArchiveError, DownloadError
from tiktok_async.io.download import writer as writer_module
from tiktok_async.io.output.lock import FileLock

if TYPE_CHECKING:
    from pathlib import Path

    from servers import Peer

pytestmark = pytest.mark.anyio

DATA = whole(9_000_000)
TAGS = ('ETag: "v1"', "Accept-Ranges: bytes")


def slowly(data: bytes, *headers: str, pause: float = 0.002) -> Any:
    """Return a step that sends a file in a dozen pieces."""
    answer = sized(data, *headers)

    async def respond(peer: Peer) -> None:
        each = len(answer) // 12 + 1
        for at in range(0, len(answer), each):
            await peer.send(answer[at : at + each])
            await asyncio.sleep(pause)

    return respond


async def test_native_cancels_at_any_instant(tmp_path: Path) -> None:
    async with rig(tmp_path, slowly(DATA), real_time=True) as on:
        cancelled = 0
        for number in range(40):
            task = asyncio.ensure_future(on.get(overwrite=True))
            await asyncio.sleep(number * 0.0025)
            task.cancel()
            await asyncio.wait([task])
            cancelled += task.cancelled()
            assert on.left() in ([], ["export.zip"])
            assert not on.target.exists() or on.target.read_bytes() == DATA
            assert on.scope.middleware.statistics().in_flight == 0
        assert cancelled > 10
        await on.get(overwrite=True)
    assert on.target.read_bytes() == DATA


async def test_cancels_at_any_instant_keep_what_may_be_continued(tmp_path: Path) -> None:
    async def respond(peer: Peer) -> None:
        await (slowly(DATA, *TAGS) if b"range: bytes" not in peer.head.lower() else ranged(DATA))(
            peer
        )

    async with rig(tmp_path, respond, real_time=True) as on:
        for number in range(20):
            task = asyncio.ensure_future(on.get(overwrite=True))
            await asyncio.sleep(0.004 + number * 0.002)
            task.cancel()
            await asyncio.wait([task])
            kept = [name for name in on.left() if name != "export.zip"]
            assert len(kept) in (0, 2)
            assert not on.target.exists() or on.target.read_bytes() == DATA
        assert (await on.get(overwrite=True)).size == len(DATA)
    assert on.target.read_bytes() == DATA
    assert on.left() == ["export.zip"]


async def test_cancel_scopes_at_any_instant(tmp_path: Path) -> None:
    async with rig(tmp_path, slowly(DATA), real_time=True) as on:
        for number in range(20):
            with anyio.move_on_after(number * 0.004):
                await on.get(overwrite=True)
            assert on.left() in ([], ["export.zip"])
            assert not on.target.exists() or on.target.read_bytes() == DATA


async def test_a_second_cancel_while_it_tidies_up_leaks_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path, slowly(DATA), real_time=True) as on:
        for number in range(12):
            task = asyncio.ensure_future(on.get(overwrite=True))
            await asyncio.sleep(0.005 + number * 0.002)
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            await until(lambda: on.left() in ([], ["export.zip"]))
        assert (await on.get(overwrite=True)).size == len(DATA)


async def test_a_cancel_in_the_last_step_of_all_waits_for_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is in its place by then, and nobody else may find it locked."""
    release = FileLock.release

    def slowly_released(self: FileLock) -> None:
        time.sleep(0.2)
        release(self)

    monkeypatch.setattr(FileLock, "release", slowly_released)
    async with rig(tmp_path, sized(DATA)) as on:
        task = asyncio.ensure_future(on.get())
        await until(lambda: on.progress and on.progress[-1].stage == "done")
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert on.left() == ["export.zip"]


async def test_a_timeout_of_the_caller_is_a_timeout(tmp_path: Path) -> None:
    async with rig(tmp_path, sending(sized(DATA)[:5_000_000], then="silence")) as on:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await on.get()
        assert on.left() == []


async def test_a_cancel_while_the_disk_is_slow_waits_for_the_write_and_then_tidies_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()

    class Slow:
        def __init__(self, file: Any, executor: Any) -> None:
            self._file, self._executor = file, executor

        async def write(self, batch: Any) -> int:
            def work() -> int:
                began.set()
                time.sleep(0.2)
                return int(self._file.write(batch))

            return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    monkeypatch.setattr(writer_module, "wrap", Slow)
    async with rig(tmp_path, sending(sized(DATA), then="silence")) as on:
        task = asyncio.ensure_future(on.get())
        await asyncio.to_thread(began.wait)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert on.left() == []


async def test_a_cancel_during_the_check_ends_it_at_once(tmp_path: Path) -> None:
    stop = threading.Event()

    def wait(_: Path) -> None:
        stop.wait(10)

    async with rig(tmp_path, sized(DATA)) as on:
        task = asyncio.ensure_future(on.get(verify=wait))
        await until(lambda: on.progress and on.progress[-1].stage == "verifying")
        began = time.perf_counter()
        task.cancel()
        await asyncio.wait([task])
        stop.set()
        assert time.perf_counter() - began < 2
        assert on.left() == []


async def test_a_listener_may_stop_the_download(tmp_path: Path) -> None:
    """What is no `Exception`, such as an interrupt of the keyboard, is never swallowed."""

    class StopNow(BaseException):
        pass

    def stop(progress: Any) -> None:
        if progress.received:
            raise StopNow

    async with rig(tmp_path, sized(DATA)) as on:
        with pytest.raises(StopNow):
            await on.get(on_progress=stop)
        assert on.left() == []


async def test_closing_the_client_ends_its_downloads(tmp_path: Path) -> None:
    async with rig(tmp_path, sending(sized(DATA)[:5_000_000], then="silence")) as on:
        task = asyncio.ensure_future(on.get())
        await until(lambda: on.progress)
        await on.scope.middleware.session.aclose()
        with pytest.raises(ClientClosedError):
            await task
        assert on.left() == []


async def test_many_downloads_at_once_share_a_client(tmp_path: Path) -> None:
    async with rig(tmp_path, slowly(DATA, pause=0.0)) as on:
        found = await asyncio.gather(*(on.get(tmp_path / f"{number}.zip") for number in range(8)))
        assert {one.sha256 for one in found} == {found[0].sha256}
        assert len(on.left()) == 8


CHILD = """
import asyncio, sys, zlib
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from downloads import check, request, scope_of
from tiktok_async.config import Options
from tiktok_async.io.clock import SystemClock
from tiktok_async.io.download import download
from tiktok_async.io.session import Session

async def main():
    scope = scope_of(sys.argv[1], Session(), clock=SystemClock(), options=Options())
    for turn in range(1000):
        if turn == 1:
            print("ready", flush=True)
        await download(
            request(), scope, Path(sys.argv[2]),
            verify=check, signature=lambda first: first[:2] == b"PK", overwrite=True,
        )

asyncio.run(main())
"""


async def _kill_at(url: str, target: Path, delay: float) -> None:
    here = os.path.dirname(__file__)  # noqa: PTH120  # no call to the disk
    command = [sys.executable, "-c", CHILD, url, str(target), here]
    child = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert await child.stdout.readline() == b"ready\n"
    await asyncio.sleep(delay)
    child.send_signal(signal.SIGKILL)
    assert await child.wait() == -signal.SIGKILL


@pytest.mark.parametrize("headers", [pytest.param((), id="anew"), pytest.param(TAGS, id="resumed")])
async def test_killed_at_any_point_the_final_name_is_absent_or_verified(
    tmp_path: Path, headers: tuple[str, ...]
) -> None:
    versions = [whole(3_000_000, seed) for seed in range(3)]
    answers = [sized(data, *headers) for data in versions]
    turn = 0

    async def respond(peer: Peer) -> None:
        nonlocal turn
        turn += 1
        answer = answers[turn % 3]
        for at in range(0, len(answer), 300_000):
            await peer.send(answer[at : at + 300_000])
            await asyncio.sleep(0.001)

    target, chance = tmp_path / "export.zip", random.Random(3)  # noqa: S311  # any times
    async with serving(respond) as server:
        for _ in range(4):
            await _kill_at(server.url, target, chance.uniform(0.0, 0.2))
            if target.exists():
                assert check(target) == 3_000_000
                assert target.read_bytes() in versions
        assert turn > 4
    await _next_download_tidies_up(tmp_path)


async def _next_download_tidies_up(folder: Path) -> None:
    async with rig(folder, sized(DATA)) as on:
        await on.get(overwrite=True)
        assert on.left() == ["export.zip"]


@pytest.mark.parametrize("dies_at", ["fsync", "unlink", "replace", "link"])
async def test_whatever_a_dying_process_leaves_the_next_download_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    left: set[str] = set()

    def dying(*_: Any, **__: Any) -> None:
        left.update(os.listdir(tmp_path))  # noqa: PTH208  # what a SIGKILL here would leave
        raise OSError(errno.EIO, "the process dies here")

    with monkeypatch.context() as patch:
        patch.setattr(os, dies_at, dying)
        async with rig(tmp_path, sized(DATA, *TAGS)) as on:
            with suppress(DownloadError):
                await on.get()
    for name in left:
        (tmp_path / name).write_bytes(b"{")
    await _next_download_tidies_up(tmp_path)


def test_the_check_of_these_tests_finds_one_wrong_bit(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(DATA[:-1] + bytes([DATA[-1] ^ 1]))
    with pytest.raises(DamagedArchiveError):
        check(path)
