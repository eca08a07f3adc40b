"""Turns of reading large answers: one in each round of the loop, first come, first served."""

from __future__ import annotations

import asyncio

import pytest
from scripted import ok, stage

from tiktok_async.config import Options, Timeouts
from tiktok_async.io.turns import LARGE, Turns

pytestmark = pytest.mark.anyio
SOON = 0.005
LATE = 5.0


async def rounds_of(count: int) -> tuple[list[tuple[str, int]], list[asyncio.Task[None]], Turns]:
    """Return what happened in which round of the loop: turns, and ticks beside them."""
    turns, told, now = Turns(), list[tuple[str, int]](), 0

    def tick() -> None:
        nonlocal now
        now += 1
        if now < 4 * count + 8:
            asyncio.get_running_loop().call_soon(tick)

    async def read(name: str) -> None:
        await turns.next()
        told.append((name, now))

    tick()
    tasks = [asyncio.create_task(read(str(number))) for number in range(count)]
    return told, tasks, turns


async def test_one_is_read_in_a_round_in_the_order_of_their_coming():
    told, tasks, _ = await rounds_of(5)
    await asyncio.gather(*tasks)
    assert [name for name, _ in told] == ["0", "1", "2", "3", "4"]
    assert len({now for _, now in told}) == 5


async def test_who_is_alone_does_not_wait():
    turns = Turns()
    for _ in range(3):
        with pytest.raises(StopIteration):  # it came to its end without giving up control
            turns.next().send(None)
        await asyncio.sleep(0)


@pytest.mark.parametrize("left", [3, 2])
async def test_turn_of_who_is_cancelled_goes_to_the_next(left: int) -> None:
    """With two left to wait, it was the second's turn when it was cancelled."""
    told, tasks, turns = await rounds_of(4)
    await asyncio.sleep(0)
    for _ in range(3 - left):
        await asyncio.sleep(0)
    assert len(turns._waiting) == left
    tasks[1].cancel()
    async with asyncio.timeout(LATE):
        await asyncio.gather(*tasks, return_exceptions=True)
    assert [name for name, _ in told] == ["0", "2", "3"]
    assert tasks[1].cancelled()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not turns._taken


def test_another_loop_begins_anew() -> None:
    turns = Turns()

    async def cut_off() -> None:
        loop = asyncio.get_running_loop()
        loop.stop()
        await turns.next()
        turns._waiting.append(loop.create_future())

    loop = asyncio.new_event_loop()
    task = loop.create_task(cut_off())
    loop.run_forever()
    assert task.done()
    loop.close()
    assert turns._taken

    async def both() -> None:
        async with asyncio.timeout(LATE):
            await asyncio.gather(turns.next(), turns.next())

    asyncio.run(both())


async def test_large_answers_alone_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = list[str]()
    real = Turns.next

    async def noted(self: Turns) -> None:
        turns.append("waited")
        await real(self)

    monkeypatch.setattr(Turns, "next", noted)
    small, large = ok({"x": 1}), ok({"x": "x" * LARGE})
    assert (await stage(small).call()).answer == small
    assert turns == []
    assert (await stage(large).call()).answer == large
    assert turns == ["waited"]


async def test_answer_that_waits_for_its_turn_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline is the exchange's, and that is over."""
    turn = asyncio.Event()

    async def wait(_: Turns) -> None:
        await turn.wait()

    monkeypatch.setattr(Turns, "next", wait)
    on = stage(ok({"x": "x" * LARGE}), options=Options(timeouts=Timeouts(deadline=SOON)))
    call = asyncio.create_task(on.call())
    await asyncio.sleep(3 * SOON)
    turn.set()
    assert (await call).answer.status == 200
    assert len(on.times) == 1
