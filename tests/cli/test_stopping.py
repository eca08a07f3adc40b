"""Work that a signal stops."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading

import pytest
from anyio import to_thread

from tiktok_async.cli.exits import Exit, StoppedError
from tiktok_async.cli.stopping import in_thread, stoppable

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals"),
]


async def test_work_that_ends_gives_its_result():
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    assert await stoppable(work()) == 7


async def test_work_that_fails_raises_its_own_error():
    async def work() -> None:
        raise KeyError(1)

    with pytest.raises(KeyError):
        await stoppable(work())


@pytest.mark.parametrize(
    ("number", "ending"),
    [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)],
)
async def test_signal_cancels_work_and_waits_until_it_has_cleaned_up(number, ending):
    cleaned = []

    async def work() -> None:
        try:
            signal.raise_signal(number)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(True)

    with pytest.raises(StoppedError) as stopped:
        await stoppable(work())
    assert stopped.value.exit is ending
    assert cleaned == [True]


async def test_work_ends_with_its_caller():
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(stoppable(work()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await ended.wait()


async def test_thread_hears_of_a_signal_and_is_waited_for():
    started = threading.Event()
    cleaned = []

    def work(stopped):
        started.set()
        while not stopped():
            pass
        cleaned.append(True)
        raise RuntimeError

    async def interrupt() -> None:
        await to_thread.run_sync(started.wait)
        signal.raise_signal(signal.SIGTERM)

    task = asyncio.create_task(interrupt())
    with pytest.raises(StoppedError) as stopped:
        await in_thread(work)
    await task
    assert stopped.value.exit is Exit.TERMINATED
    assert cleaned == [True]


async def test_thread_gives_its_result_or_its_error():
    assert await in_thread(lambda stopped: stopped()) is False
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda _: 1 // 0)
