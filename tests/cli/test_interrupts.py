"""Signals as a wish to stop."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from tiktok_async.cli import interrupts, main
from tiktok_async.cli.exits import Exit
from tiktok_async.cli.interrupts import Interrupts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")


@pytest.mark.parametrize(
    ("number", "ending"),
    [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)],
)
def test_signal_calls_stop_and_one_wish_may_come_twice(number, ending):
    stopped = []

    async def stop() -> None:
        stopped.append(True)

    async def main() -> Exit | None:
        listener = Interrupts()
        with listener.listening(), listener.calling(stop):
            signal.raise_signal(number)
            signal.raise_signal(number)
            await listener.wait()
            await asyncio.sleep(0)
        return listener.exit

    before = signal.getsignal(number)
    assert asyncio.run(main()) is ending
    assert stopped == [True]
    assert signal.getsignal(number) is before


def test_second_wish_acts_as_without_us(monkeypatch):
    monkeypatch.setattr(interrupts, "_SAME_WISH_SECONDS", -1.0)

    async def main() -> None:
        listener = Interrupts()
        with listener.listening():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())


def test_ignored_signal_stays_ignored():
    """As under nohup."""

    async def main() -> Exit | None:
        listener = Interrupts()
        with listener.listening():
            signal.raise_signal(signal.SIGTERM)
            await asyncio.sleep(0)
        return listener.exit

    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert asyncio.run(main()) is None
    finally:
        signal.signal(signal.SIGTERM, before)


def test_work_is_left_when_a_signal_comes():
    async def main() -> bool:
        listener = Interrupts()
        with listener.listening():
            signal.raise_signal(signal.SIGINT)
            return await listener.during(asyncio.Event().wait())

    assert asyncio.run(main()) is True


def test_work_ends_by_itself_without_a_signal():
    async def main() -> bool:
        listener = Interrupts()
        with listener.listening():
            return await listener.during(asyncio.sleep(0))

    assert asyncio.run(main()) is False


def test_ctrl_c_before_anything_has_begun_leaves_no_traceback(monkeypatch):
    class Interrupted:
        """A module whose import is interrupted."""

        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "tiktok_async.cli.app", Interrupted())
    assert main(["doctor"]) == 130
