"""How a download's bytes get to the disk: early, in order, and no faster than it takes them."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING

import pytest
from downloads import head, rig, sized, whole

if TYPE_CHECKING:
    from pathlib import Path

    from servers import Peer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="the system takes no advice"),
]

DATA = whole(9_000_000)


async def test_each_batch_is_on_its_way_to_the_disk_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans: list[tuple[int, int]] = []

    def advised(_: int, first: int, size: int, advice: int) -> None:
        assert advice == os.POSIX_FADV_DONTNEED
        spans.append((first, first + size))

    monkeypatch.setattr(os, "posix_fadvise", advised)
    async with rig(tmp_path, sized(DATA)) as on:
        await on.get(batch_bytes=2**20)
    assert [first for first, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert (len(spans), spans[-1][1]) == (9, len(DATA))


async def test_a_disk_that_takes_no_advice_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: int) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "posix_fadvise", refused)
    async with rig(tmp_path, sized(DATA)) as on:
        await on.get()
    monkeypatch.delattr(os, "posix_fadvise")
    async with rig(tmp_path, sized(DATA)) as on:
        await on.get(overwrite=True)
        assert on.target.read_bytes() == DATA


@pytest.mark.parametrize("tls", [pytest.param(False, id="http"), pytest.param(True, id="https")])
async def test_a_slow_disk_holds_the_sender_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    data, sent, disk = whole(64 * 2**20), 0, threading.Event()

    async def respond(peer: Peer) -> None:
        nonlocal sent
        await peer.send(head("200 OK", f"Content-Length: {len(data)}"))
        for at in range(0, len(data), 2**18):
            await peer.send(data[at : at + 2**18])
            sent += 1

    monkeypatch.setattr(os, "posix_fadvise", lambda *_: disk.wait())
    async with rig(tmp_path, respond, tls=tls, real_time=True) as on:
        loading = asyncio.create_task(on.get(batch_bytes=2**20))
        before = 0
        while not sent or before != sent:
            before = sent
            await asyncio.sleep(0.2)
        assert sent < 100, "most of it waits at the server"
        disk.set()
        found = await loading
        assert (found.size, on.target.read_bytes() == data) == (len(data), True)
