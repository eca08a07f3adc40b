"""Windows in flight: whatever ends one of them, the whole never ends as if it were complete."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from scripted import Stage, ok, stage

from tiktok_async.errors import TikTokError
from tiktok_async.io.paginator import Paginator
from tiktok_async.research.endpoints import ListComments
from tiktok_async.sansio.paging import Slice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tiktok_async.sansio.wire import WireRequest

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def patience() -> AsyncIterator[None]:
    """End a test whose calls hang."""
    with anyio.fail_after(10):
        yield


def rows_of(request: WireRequest) -> Any:
    """Answer with one row for each video."""
    row = {"id": json.loads(request.content)["video_id"] * 10}
    return ok({"comments": [row], "has_more": False, "cursor": 0})


def query(on: Stage, videos: int) -> Paginator[Any]:
    """Return a query of a window for each video."""
    slices = tuple(Slice(ListComments(video_id=n), label=f"{n}") for n in range(1, videos + 1))
    return Paginator(on.scope, slices)


async def test_windows_give_their_rows_in_the_order_of_the_plan() -> None:
    async def slower_first(request: WireRequest) -> Any:
        await on.clock.sleep(10 - json.loads(request.content)["video_id"])
        return rows_of(request)

    on = stage(slower_first)
    async with query(on, 6).concurrent(windows=3) as rows:
        assert [row.id async for row in rows] == [10, 20, 30, 40, 50, 60]


@pytest.mark.parametrize("bug", [KeyError("bug"), RecursionError("deep"), OSError("disk")])
async def test_window_that_dies_of_a_bug_never_ends_as_complete(bug: Exception) -> None:
    def script(request: WireRequest) -> Any:
        return bug if json.loads(request.content)["video_id"] == 2 else rows_of(request)

    on, given = stage(script), list[int]()
    with pytest.raises(type(bug)):
        async with query(on, 4).concurrent(windows=2) as rows:
            given.extend([row.id async for row in rows])
    assert given == []


async def test_windows_of_a_client_that_is_closed_never_end_as_complete() -> None:
    async def slow(request: WireRequest) -> Any:
        await on.clock.sleep(3600)
        return rows_of(request)

    on = stage(slow, slots=1)

    async def collect() -> list[int]:
        async with query(on, 3).concurrent(windows=3) as rows:
            return [row.id async for row in rows]

    collecting = asyncio.ensure_future(collect())
    for _ in range(5):
        await asyncio.sleep(0)
    await on.middleware.aclose()
    with pytest.raises(TikTokError):
        await collecting


async def test_window_whose_task_somebody_else_cancels_never_ends_as_complete() -> None:
    async def slow(request: WireRequest) -> Any:
        await on.clock.sleep(5)
        return rows_of(request)

    on = stage(slow)
    windows = query(on, 3).concurrent(windows=3)

    async def collect() -> list[int]:
        async with windows as rows:
            return [row.id async for row in rows]

    collecting = asyncio.ensure_future(collect())
    for _ in range(5):
        await asyncio.sleep(0)
    for task in windows._tasks._tasks:
        task.cancel()
    results = await asyncio.gather(collecting, return_exceptions=True)
    assert isinstance(results[0], BaseException)


async def test_windows_that_are_stopped_before_they_begin_end_at_once() -> None:
    """As with Ctrl-C while the program still starts."""
    on = stage(rows_of)
    async with asyncio.timeout(5), query(on, 3).concurrent(windows=2) as rows:
        await rows.stop()
        assert [row.id async for row in rows] == []
    assert len(rows.state["todo"]) == 3
    assert on.times == []
