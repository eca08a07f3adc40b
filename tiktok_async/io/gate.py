"""The gate: rate, concurrency slot and daily quota, decided in one step right before the send.

A waiter holds nothing: no slot, no connection, no quota. Waiters of one lane go in the order they
came. A lane is what is counted together: one credential and one bucket. One sleeper a lane wakes
its waiters, however many there are. A waiter that is cancelled gives its place on; a grant whose
request was never sent is returned.
"""

from __future__ import annotations

import asyncio
import copy
from collections import deque
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

import attrs

from tiktok_async.errors import ClientClosedError, TikTokError
from tiktok_async.io.barred import exhausted, too_long
from tiktok_async.io.pacing import Turns
from tiktok_async.sansio.quota import Account, block_of

if TYPE_CHECKING:
    from tiktok_async.io.clock import Clock
    from tiktok_async.io.ledger import Ledger
    from tiktok_async.io.pacing import Pacer
    from tiktok_async.io.tasks import TaskSet
    from tiktok_async.sansio.limiter import Limiter
    from tiktok_async.sansio.quota import DailyQuota, QuotaStatus


_PROBE_SECONDS: Final = 1.0
"""Seconds after which a lane looks whether a probe is back."""

_LIMITERS: Final[WeakValueDictionary[tuple[object, str, str], Limiter]] = WeakValueDictionary()
"""Rate states in use, by clock, credential and bucket: two clients of one credential share one."""


@attrs.frozen
class GateStatistics:
    """A snapshot of the gate."""

    slots: int
    in_flight: int
    waiting: int


class Lane:
    """One rate and one quota, and who waits for them."""

    def __init__(self, limiter: Limiter, account: Account | None, owner: str) -> None:
        self.limiter = limiter
        self.account = account
        self.owner = owner
        """The credential's fingerprint and the bucket's name: the key in the ledger."""
        self.waiters: deque[asyncio.Future[None]] = deque()
        self.sleeping: float | None = None
        self.leasing = False
        self.starved = False
        self.cancelled: int = 0

    def tidy(self) -> None:
        """Forget cancelled waiters once they are the greater part of the line."""
        self.cancelled += 1
        if self.cancelled * 2 > len(self.waiters):
            self.waiters = deque(waiter for waiter in self.waiters if not waiter.done())
            self.cancelled = 0

    def __repr__(self) -> str:
        return f"<Lane {self.owner} waiting={len(self.waiters)}>"


class Gate:
    """Lets requests out.

    Args:
        clock: Tells the time.
        tasks: Owns the sleepers.
        ledger: Leases the daily quota; None = nothing is counted.
        slots: Requests in flight at once.
        pacer: Keeps the rate for several processes; None = this one has it alone.
    """

    def __init__(
        self,
        clock: Clock,
        tasks: TaskSet,
        ledger: Ledger | None,
        slots: int,
        pacer: Pacer | None = None,
    ) -> None:
        self._clock = clock
        self._tasks = tasks
        self._ledger = ledger
        self._slots = slots
        self._free = slots
        self._starved: deque[Lane] = deque()
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._turns = None if pacer is None else Turns(pacer, clock, tasks, self._pump, self._fail)

    def lane(
        self, fingerprint: str, bucket: str, limiter: Limiter, quota: DailyQuota | None
    ) -> Lane:
        """Return the lane of a credential and a bucket; the first caller's limiter counts."""
        key = (fingerprint, bucket)
        found = self._lanes.get(key)
        if found is None:
            account = Account(quota) if quota is not None and self._ledger is not None else None
            shared = _LIMITERS.setdefault((self._clock, *key), limiter)
            found = self._lanes[key] = Lane(shared, account, f"{fingerprint}:{bucket}")
        return found

    async def enter(self, lane: Lane) -> None:
        """Wait until a request of `lane` may be sent, and take what it needs.

        Raises:
            QuotaExhaustedError: if the daily quota is spent.
            RateLimitError: if the provider asked for a longer wait than anybody waits.
        """
        refused = lane.limiter.refusal(self._clock.monotonic())
        if refused is not None:
            raise too_long(refused)
        if not lane.waiters and self._grant(lane):
            return
        waiter = asyncio.get_running_loop().create_future()
        lane.waiters.append(waiter)
        self._pump(lane)
        try:
            await waiter
        except asyncio.CancelledError:
            self._forget(lane, waiter)
            raise

    def leave(self, lane: Lane, limited: bool | None) -> None:
        """Give a slot back after the exchange has ended.

        Args:
            lane: Where it was let out.
            limited: Whether the answer was a 429; None = there was none.
        """
        if limited is None:
            lane.limiter.abandoned()
        else:
            lane.limiter.answered(self._clock.monotonic(), limited=limited)
        self.free(lane)

    def answered(self, lane: Lane) -> None:
        """Count a good answer whose body is still to come: the slot is held until `free`."""
        lane.limiter.answered(self._clock.monotonic(), limited=False)
        self._pump(lane)

    def free(self, lane: Lane) -> None:
        """Give back a slot whose answer was counted before."""
        self._free += 1
        self._pump_starved()
        if lane.waiters:
            self._pump(lane)

    def _pump_starved(self) -> None:
        while self._starved and self._free > 0:
            starved = self._starved.popleft()
            starved.starved = False
            self._pump(starved)

    def close(self, lane: Lane, seconds: float) -> None:
        """Let nothing out of `lane` for `seconds`: the provider asked for it."""
        now = self._clock.monotonic()
        lane.limiter.close(now, now + seconds)
        if self._turns is not None:
            self._turns.close(lane, seconds)

    def refuse(self, lane: Lane, seconds: float) -> None:
        """Refuse calls of `lane` for `seconds`: the provider asked for more than anybody waits."""
        now = self._clock.monotonic()
        lane.limiter.refuse(now, now + seconds)
        if self._turns is not None:
            self._turns.close(lane, seconds, refused=True)
        self._fail(lane, too_long(seconds))

    def received(self, lane: Lane, rows: int) -> None:
        """Count rows that arrived."""
        if lane.account is not None:
            lane.account.received(rows)

    async def spent(self, lane: Lane) -> QuotaStatus | None:
        """Mark the day as spent: the provider says so, and others share the credential."""
        if lane.account is None or self._ledger is None:
            return None
        account = lane.account
        unsent, day = account.leased, account.day
        account.close()
        await self._ledger.give_back(lane.owner, day, unsent)
        return await self._ledger.exhaust(lane.owner, account.quota, self._clock.time())

    async def status(self, lane: Lane) -> QuotaStatus | None:
        """Return what is spent of the lane's daily quota; None = it has none."""
        if lane.account is None or self._ledger is None:
            return None
        await self._settle(lane.owner, lane.account)
        status = await self._ledger.status(lane.owner, lane.account.quota, self._clock.time())
        held = lane.account.leased if lane.account.day == status.day else 0
        return attrs.evolve(status, requests_spent=status.requests_spent - held)

    async def aclose(self) -> None:
        """Return what was leased and not spent."""
        closed = ClientClosedError("The client was closed while the call waited.")
        for lane in self._lanes.values():
            self._fail(lane, closed)
            if lane.account is not None and self._ledger is not None:
                await self._settle(lane.owner, lane.account)
                await self._ledger.give_back(lane.owner, lane.account.day, lane.account.leased)
                lane.account.leased = 0

    def statistics(self) -> GateStatistics:
        """Return a snapshot."""
        lines = (lane.waiters for lane in self._lanes.values())
        waiting = sum(not waiter.done() for line in lines for waiter in line)
        return GateStatistics(self._slots, self._slots - self._free, waiting)

    def __repr__(self) -> str:
        stats = self.statistics()
        return f"<Gate {stats.in_flight}/{stats.slots} in flight, {stats.waiting} waiting>"

    def _grant(self, lane: Lane) -> bool:
        """Take rate, slot and quota at once, or arrange to be woken."""
        account = lane.account
        if account is not None and not account.ready(self._clock.time()):
            self._lease_soon(lane)
            return False
        now = self._clock.monotonic()
        wait = lane.limiter.wait(now)
        if wait is None:
            # The probe may be another client's, whose answer does not wake this lane.
            self._sleep_soon(lane, _PROBE_SECONDS)
            return False
        if wait > 0:
            self._sleep_soon(lane, wait)
            return False
        if self._free <= 0:
            if not lane.starved:
                lane.starved = True
                self._starved.append(lane)
            return False
        # The last of all, so that a turn is asked for only where a call can go.
        if self._turns is not None and not self._turns.take(lane):
            return False
        self._free -= 1
        lane.limiter.take(now)
        if account is not None:
            account.spend()
        return True

    def _pump(self, lane: Lane) -> None:
        waiters = lane.waiters
        while waiters:
            if waiters[0].done():
                waiters.popleft()
            elif self._grant(lane):
                waiters.popleft().set_result(None)
            else:
                return

    def _forget(self, lane: Lane, waiter: asyncio.Future[None]) -> None:
        """Give on what a cancelled waiter had; its place in the line is skipped when met."""
        if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
            lane.limiter.give_back()
            if self._turns is not None:
                self._turns.give_back(lane)
            if lane.account is not None:
                lane.account.give_back(self._clock.time())
            self._free += 1
            self._pump_starved()
        else:
            lane.tidy()
        self._pump(lane)

    def _sleep_soon(self, lane: Lane, seconds: float) -> None:
        due = self._clock.monotonic() + seconds
        if lane.sleeping is not None and lane.sleeping <= due:
            return
        lane.sleeping = due
        self._tasks.start(self._wake_after(lane, seconds, due))

    async def _wake_after(self, lane: Lane, seconds: float, due: float) -> None:
        await self._clock.sleep(seconds)
        if lane.sleeping == due:
            lane.sleeping = None
        self._pump(lane)

    def _lease_soon(self, lane: Lane) -> None:
        if not lane.leasing:
            lane.leasing = True
            self._tasks.start(self._lease(lane))

    async def _lease(self, lane: Lane) -> None:
        """Lease a block of the daily quota, or tell everyone who waits that it is spent."""
        error: Exception | None = None
        try:
            error = await self._lease_block(lane)
        except Exception as failed:  # noqa: BLE001  # whatever the ledger met reaches who waits
            error = failed
        finally:
            lane.leasing = False
        if error is not None:
            self._fail(lane, error)
        self._pump(lane)

    async def _lease_block(self, lane: Lane) -> TikTokError | None:
        account, ledger = lane.account, self._ledger
        if account is None or ledger is None:
            return None
        await self._settle(lane.owner, account)
        now = self._clock.time()
        granted, status = await ledger.lease(
            lane.owner, account.quota, block_of(account.quota), now
        )
        account.open_day(now, granted, status)
        return None if account.ready(now) else exhausted(status)

    async def _settle(self, owner: str, account: Account) -> None:
        rows, account.rows = account.rows, 0
        if rows and self._ledger is not None:
            await self._ledger.add_records(owner, account.day, rows)

    def _fail(self, lane: Lane, error: Exception) -> None:
        while lane.waiters:
            waiter = lane.waiters.popleft()
            if not waiter.done():
                own = copy.copy(error) if isinstance(error, TikTokError) else error
                waiter.set_exception(own)
