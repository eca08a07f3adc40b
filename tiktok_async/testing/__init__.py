"""What tests need, ours and yours: a clock that costs no time.

`FakeClock` passes time by itself: when every task waits, it jumps to the next moment that somebody
waits for. Hand it to a client by `Runtime(clock=clock)` and to the emulator by `now=clock.time`.
"""

from tiktok_async.testing.clock import FakeClock

__all__ = ["FakeClock"]
