"""Windows in flight: whatever ends one of them, the whole never ends as if it were complete."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from scripted import Stage, ok, stage

from tiktok_async.errors import InputError, TikTokError
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


def five_of(request: WireRequest) -> Any:
    """Answer with three pages of five rows for each video."""
    asked = json.loads(request.content)
    cursor = asked.get("cursor") or 0
    rows = [{"id": asked["video_id"] * 100 + cursor + n} for n in range(5)]
    return ok({"comments": rows, "has_more": cursor < 10, "cursor": cursor + 5})


ALL = [video * 100 + number for video in (1, 2, 3) for number in range(15)]


@pytest.mark.parametrize("taken", [1, 4, 5, 6, 14, 15, 16, 44, 45])
async def test_state_of_a_loop_that_is_left_names_every_row_not_given(taken: int) -> None:
    given = list[int]()
    async with query(stage(five_of), 3).concurrent(windows=2) as rows:
        async for row in rows:
            given.append(row.id)
            if len(given) == taken:
                break
    assert given == ALL[:taken]
    state = json.loads(json.dumps(rows.state))
    async with query(stage(five_of), 3).resume_from(state).concurrent(windows=2) as rest:
        assert [row.id async for row in rest] == ALL[taken:]


@pytest.mark.parametrize("limit", [None, 4, 5, 22])
async def test_loop_that_is_begun_again_goes_on(limit: int | None) -> None:
    asked = query(stage(five_of), 3)
    given = list[int]()
    async with (asked if limit is None else asked.limit(limit)).concurrent(windows=2) as rows:
        for _ in range(100):
            async for row in rows:
                given.append(row.id)
                if len(given) % 3 == 0:
                    break
    assert given == ALL[:limit]


async def test_pages_end_at_the_limit() -> None:
    async with query(stage(five_of), 3).limit(12).concurrent(windows=2) as rows:
        assert [len(page.items) async for page in rows.pages()] == [5, 5, 2]


async def test_pages_begin_with_what_is_left_of_one() -> None:
    async with query(stage(five_of), 3).concurrent(windows=2) as rows:
        async for _ in rows:
            break
        async for page in rows.pages():
            assert [row.id for row in page.items] == ALL[1:5]
            break
        (before, after) = rows.state, page.state
        assert before == after


async def test_pages_after_the_block_are_refused_and_nothing_is_asked_for() -> None:
    on = stage(five_of)
    windows = query(on, 3).concurrent(windows=1)
    async with windows as rows:
        pages = rows.pages()
        await anext(pages)
    sent = len(on.times)
    with pytest.raises(InputError, match="async with"):
        await anext(pages)
    assert len(on.times) == sent
    assert not windows._tasks
