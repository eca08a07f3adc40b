"""Deadlines of calls: as `asyncio.timeout` does it, with one timer for all of them."""

from __future__ import annotations

import asyncio

import pytest

from tiktok_async.io.deadline import Deadlines

pytestmark = pytest.mark.anyio
SOON = 0.005
LATE = 3600.0


async def block(deadlines: Deadlines, seconds: float, *, begun: asyncio.Event | None = None):
    with deadlines.within(seconds):
        if begun is not None:
            begun.set()
        await asyncio.Event().wait()


async def test_block_that_takes_too_long_is_a_timeout():
    with pytest.raises(TimeoutError):
        await block(Deadlines(), SOON)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_block_that_ends_in_time_is_left_alone():
    deadlines = Deadlines()
    with deadlines.within(SOON):
        pass
    await asyncio.sleep(3 * SOON)
    assert deadlines._timer is None, "it rang, and nobody was late"


async def test_error_of_the_block_is_its_own():
    with pytest.raises(KeyError), Deadlines().within(SOON):
        raise KeyError


async def test_who_is_cancelled_from_outside_stays_cancelled():
    begun = asyncio.Event()
    task = asyncio.create_task(block(Deadlines(), LATE, begun=begun))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_who_is_cancelled_when_time_is_up_stays_cancelled():
    deadlines, begun = Deadlines(), asyncio.Event()
    task = asyncio.create_task(block(deadlines, LATE, begun=begun))
    await begun.wait()
    [running] = deadlines._running
    running.due = 0.0
    task.cancel()
    deadlines._ring(asyncio.get_running_loop())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert running.expired
    assert task.cancelled()


@pytest.mark.parametrize("outer", [True, False])
async def test_the_deadline_that_was_met_is_the_one_that_raises(outer: bool):
    deadlines = Deadlines()
    seconds = (SOON, LATE) if outer else (LATE, SOON)
    passed = []

    async def within():
        try:
            await block(deadlines, seconds[1])
        except BaseException as error:
            passed.append(type(error))
            raise

    with pytest.raises(TimeoutError), deadlines.within(seconds[0]):
        await within()
    assert passed == [asyncio.CancelledError if outer else TimeoutError]


async def test_all_share_one_timer_which_rings_for_the_first():
    deadlines = Deadlines()
    tasks = [asyncio.create_task(block(deadlines, LATE + number)) for number in range(3)]
    await asyncio.sleep(0)
    timer = deadlines._timer
    assert timer is not None
    with pytest.raises(TimeoutError):
        await block(deadlines, SOON)
    assert timer.cancelled(), "the nearer one took its place"
    assert deadlines._timer is not None
    assert deadlines._timer.when() == min(one.due for one in deadlines._running)
    assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not deadlines._running


async def test_closed_deadlines_hold_no_timer_and_begin_anew():
    deadlines = Deadlines()
    with deadlines.within(LATE):
        deadlines.close()
        assert deadlines._timer is None
    with pytest.raises(TimeoutError):
        await block(deadlines, SOON)
