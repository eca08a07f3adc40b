"""A shard that a thread opens, for somebody who goes away meanwhile."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, cast

import pytest

from tiktok_async.jobs import shard
from tiktok_async.jobs.checkpoint import Identity
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.parts import ShardFiles

if TYPE_CHECKING:
    from pathlib import Path

ME = Identity("spec", "videos", "00000")


@pytest.mark.parametrize("found", ["before", "after"])
def test_shard_that_is_opened_for_nobody_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    """The loop ends, and with it whoever would have been told."""
    layout, threads = Layout(tmp_path), list[threading.Thread]()
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: Any) -> Any:
        threads.append(threading.current_thread())
        files = ShardFiles(layout, ME) if found == "before" else None
        begun.set()
        go_on.wait(20)
        return files or ShardFiles(layout, ME), None, {}, None

    async def leave() -> None:
        opening = asyncio.create_task(shard._opened(cast("Any", None), None))
        while not begun.is_set():  # noqa: ASYNC110  # another thread sets it
            await asyncio.sleep(0.001)
        opening.cancel()
        await asyncio.wait({opening})

    monkeypatch.setattr(shard, "_open", slow)
    monkeypatch.setattr(shard, "_GRACE_SECONDS", 0.0)
    asyncio.run(leave())
    go_on.set()
    threads[0].join(20)
    ShardFiles(layout, ME).close()


def test_shard_that_is_open_when_nobody_wants_it_any_more_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(tmp_path)
    monkeypatch.setattr(shard, "_open", lambda *_: (ShardFiles(layout, ME), None, {}, None))
    opening = shard._Opening()
    opening.open(cast("Any", None), None)
    opening.abandon()
    ShardFiles(layout, ME).close()


@pytest.mark.anyio
async def test_cancelled_opening_waits_for_its_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, begun = Layout(tmp_path), threading.Event()

    def slow(*_: Any) -> Any:
        begun.set()
        return ShardFiles(layout, ME), None, {}, None

    monkeypatch.setattr(shard, "_open", slow)
    opening = asyncio.create_task(shard._opened(cast("Any", None), None))
    while not begun.is_set():  # noqa: ASYNC110  # another thread sets it
        await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    ShardFiles(layout, ME).close()
