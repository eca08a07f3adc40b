"""Waiting for the reset of a quota, in virtual time."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from datetime import date

import pytest

from tiktok_async.cli.collect import collect
from tiktok_async.cli.options import Access, Output, Talk
from tiktok_async.cli.order import Order
from tiktok_async.client import Runtime
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.io.output import state_path
from tiktok_async.research.resources import windows_of
from tiktok_async.research.where import parse_where
from tiktok_async.research.windows import plan_windows
from tiktok_async.testing import FakeClock

pytestmark = pytest.mark.anyio

QUERY = parse_where("region_code in (US, CA)")
SPAN = date(2022, 1, 1), date(2022, 3, 31)


def order():
    slices = windows_of(plan_windows(*SPAN), date(2026, 1, 1), query=QUERY)
    return Order(slices=slices, unit="window", in_flight=1)


async def collected(emulator, clock, path, monkeypatch):
    monkeypatch.setenv("TIKTOK_CLIENT_KEY", emulator.client_key)
    monkeypatch.setenv("TIKTOK_CLIENT_SECRET", emulator.client_secret)
    access = Access(base_url=emulator.base_url, on_quota="wait")
    output, talk = Output(output=str(path)), Talk(quiet=True)
    return await collect(order(), access, output, talk, Runtime(clock=clock))


async def test_wait_goes_on_after_the_reset_and_loses_nothing(tmp_path, monkeypatch):
    """The quota is three calls a day; the run takes days."""
    clock, path = FakeClock(), tmp_path / "videos.jsonl"
    async with Emulator(now=clock.time, requests_per_day=3, token_life=1e9) as emulator:
        code = await collected(emulator, clock, path, monkeypatch)
        due = {row["id"] for row in emulator.world.search(QUERY.to_dict(), *SPAN, fields=["id"])}
    had = [json.loads(line)["id"] for line in path.read_bytes().splitlines()]
    assert code == 0
    assert len(had) == len(due)
    assert set(had) == due
    assert clock.monotonic() > 3600
    assert not state_path(path).exists()


async def test_interrupt_during_the_wait_keeps_the_rows(tmp_path, monkeypatch):
    clock, path = FakeClock(), tmp_path / "videos.parquet"
    fault = Fault("quota_exhausted", "research.video.query", after=1, times=None)
    real = clock.sleep

    async def sleep(seconds: float) -> None:
        if seconds == 60.0:  # the wait itself: the user has enough of it
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
        await real(seconds)

    monkeypatch.setattr(clock, "sleep", sleep)
    async with Emulator(now=clock.time, faults=[fault]) as emulator:
        code = await collected(emulator, clock, path, monkeypatch)
    assert code == 130
    assert path.exists()
    assert json.loads(state_path(path).read_bytes())["reason"] == "quota_exhausted"
