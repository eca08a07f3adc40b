"""Writing in steps: side by side, each told at its own end, and what the disk says is heard."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tiktok_async.jobs import steps, threads
from tiktok_async.jobs.steps import Work, at_once, together
from tiktok_async.jobs.threads import written

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async.jobs.steps import Steps

pytestmark = pytest.mark.anyio
FULL = OSError(28, "No space left on device")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, in order; files are flushed in name only."""
    found: list[str] = []

    def sync(file: int) -> None:
        found.append(f"flush {file}")
        if file == 13:
            raise FULL

    monkeypatch.setattr(steps, "sync", sync)
    return found


def writing(name: str, done: list[str], *files: int) -> Steps:
    """Write to files, one after the other."""
    for file in files:
        done.append(f"{name} {file}")
        yield file
    done.append(f"{name} ends")


def test_works_go_side_by_side_and_each_ends_by_itself(done):
    works = [Work(writing("a", done, 1, 2)), Work(writing("b", done, 3)), Work(writing("c", done))]
    ended = [works.index(work) for work in together(works)]
    assert ended == [1, 2, 0]
    assert done == [
        *("a 1", "b 3", "c ends"),
        *("flush 1", "a 2", "flush 3", "b ends"),
        *("flush 2", "a ends"),
    ]


def test_who_ends_is_told_before_others_are_flushed(done):
    works = [Work(writing("a", done, 1)), Work(writing("b", done, 2))]
    ended = iter(together(works))
    assert next(ended) is works[0]
    assert "flush 2" not in done


def test_what_the_disk_says_is_raised_where_it_was_written(done):
    def careful() -> Steps:
        try:
            yield 13
        except OSError:
            done.append("heard")
            raise

    works = [Work(careful()), Work(writing("b", done, 1, 2))]
    assert [work.error for work in together(works)] == [FULL, None]
    assert done[-1] == "b ends"
    assert done.count("heard") == 1
    with pytest.raises(OSError, match="No space left"):
        at_once(careful())


def test_work_that_goes_on_behind_a_refusal_is_flushed_again(done):
    def tries_elsewhere() -> Steps:
        try:
            yield 13
        except OSError:
            yield 14

    at_once(tries_elsewhere())
    assert done == ["flush 13", "flush 14"]


async def test_writing_in_a_thread_raises_what_it_raised(done):
    await written(writing("a", done, 1))
    assert done == ["a 1", "flush 1", "a ends"]
    with pytest.raises(OSError, match="No space left"):
        await written(writing("b", done, 13))


async def test_pages_that_come_meanwhile_are_written_together(done, monkeypatch):
    monkeypatch.setattr(threads, "_WRITERS", threads._Writers(1))
    begun, go_on, batches = threading.Event(), threading.Event(), list[int]()
    real = together

    def noted(works: Any) -> Any:
        batches.append(len(works))
        return real(works)

    def slow() -> Steps:
        begun.set()
        go_on.wait(20)
        yield 1

    monkeypatch.setattr(threads, "together", noted)
    first = asyncio.create_task(written(slow()))
    await asyncio.to_thread(begun.wait, 20)
    others = [asyncio.create_task(written(writing(str(n), done, n))) for n in range(2, 9)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(first, *others)
    assert batches == [1, 3, 3, 1]


async def test_writing_goes_on_to_its_end_when_who_waits_is_cancelled(done):
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Steps:
        begun.set()
        go_on.wait(20)
        yield 1
        done.append("ended")

    task = asyncio.create_task(written(slow()))
    await asyncio.to_thread(begun.wait, 20)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["flush 1", "ended"]


def test_loop_that_is_closed_takes_no_thread_down(done, monkeypatch):
    monkeypatch.setattr(threads, "_WRITERS", threads._Writers(1))
    go_on = threading.Event()

    def slow() -> Steps:
        go_on.wait(20)
        yield 1

    loop = asyncio.new_event_loop()
    work = threads._Awaited(slow(), loop)
    threads._WRITERS.put(work)
    loop.close()
    go_on.set()
    asyncio.run(asyncio.wait_for(written(writing("a", done, 2)), 5))
    assert "a ends" in done


def test_what_is_no_refusal_of_the_disk_ends_the_work_it_belongs_to(done, monkeypatch):
    def sync(file: int) -> None:
        if file == 1:
            raise ValueError("no file")

    monkeypatch.setattr(steps, "sync", sync)
    works = [Work(writing("a", done, 1)), Work(writing("b", done, 2))]
    assert [type(work.error) for work in together(works)] == [ValueError, type(None)]


async def test_work_is_done_where_no_thread_can_be_had(done, monkeypatch):
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "_WRITERS", threads._Writers(2))
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        for name in "abc":
            await asyncio.wait_for(written(writing(name, done, 1)), 5)
    await asyncio.wait_for(written(writing("d", done, 1)), 5)
    assert [line for line in done if "ends" in line] == ["a ends", "b ends", "c ends", "d ends"]


async def test_work_that_a_second_thread_was_wanted_for_is_left_to_the_first(done, monkeypatch):
    monkeypatch.setattr(threads, "_WRITERS", threads._Writers(2))
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Steps:
        begun.set()
        go_on.wait(20)
        yield 1

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    first = asyncio.create_task(written(slow()))
    await asyncio.to_thread(begun.wait, 20)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        second = asyncio.create_task(written(writing("b", done, 2)))
        await asyncio.sleep(0)
    assert not second.done()
    go_on.set()
    await asyncio.wait_for(asyncio.gather(first, second), 5)
    assert done[-1] == "b ends"


def _write(path: Path) -> None:
    def writing_it() -> Steps:
        file = os.open(path, os.O_CREAT | os.O_RDWR)
        os.write(file, b"x")
        yield file
        os.close(file)

    asyncio.run(written(writing_it()))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_process_that_was_forked_writes_too(tmp_path):
    _write(tmp_path / "here")
    child = multiprocessing.get_context("fork").Process(target=_write, args=(tmp_path / "there",))
    child.start()
    child.join(20)
    ended = child.exitcode
    child.kill()
    assert ended == 0
    assert (tmp_path / "there").read_bytes() == b"x"


def ran(script: str) -> str:
    """Return what a script prints in a process of its own."""
    words = [sys.executable, "-c", textwrap.dedent(script)]
    found = subprocess.run(words, check=True, capture_output=True, text=True, timeout=50)  # noqa: S603  # our own script
    return found.stdout


def test_work_goes_on_in_another_thread_once_the_main_one_has_ended():
    script = """
        import asyncio, threading
        from tiktok_async.jobs.threads import written

        def steps(number):
            print(number)
            return
            yield

        async def job():
            await written(steps(1))
            while threading.main_thread().is_alive():
                await asyncio.sleep(0.01)
            for number in range(2, 8):
                await asyncio.wait_for(written(steps(number)), 10)

        threading.Thread(target=lambda: asyncio.run(job())).start()
    """
    assert ran(script).split() == list("1234567")


def test_process_that_ends_finishes_what_it_was_writing():
    script = """
        import asyncio, time
        from tiktok_async.jobs import threads

        def steps(number):
            time.sleep(0.05)
            print(number, flush=True)
            return
            yield

        async def job():
            for number in range(8):
                work = threads._Awaited(steps(number), asyncio.get_running_loop())
                threads._WRITERS.put(work)

        asyncio.run(job())
    """
    assert sorted(ran(script).split()) == list("01234567")
