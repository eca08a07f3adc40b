"""An emulator that is stopped while it starts: no error of its own, and its port is free."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tiktok_async.emulator import Emulator

pytestmark = pytest.mark.anyio


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.mark.parametrize("turns", range(8))
async def test_start_that_is_cancelled_is_only_cancelled(turns: int) -> None:
    port = free_port()
    entering = asyncio.ensure_future(Emulator(videos=60, port=port).__aenter__())
    for _ in range(turns):
        await asyncio.sleep(0)
    entering.cancel()
    results = await asyncio.gather(entering, return_exceptions=True)
    if isinstance(results[0], Emulator):
        await results[0].__aexit__(None, None, None)
    else:
        assert isinstance(results[0], asyncio.CancelledError)
    async with Emulator(videos=60, port=port) as again:
        assert again.base_url.endswith(f":{port}")
