"""The fetching of one order: every page into the output, whatever ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from anyio import to_thread

from tiktok_async.cli.in_turn import InTurn
from tiktok_async.cli.progress import Measure
from tiktok_async.errors import NotFoundError, TikTokError
from tiktok_async.sansio.quota import reset_after

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tiktok_async.cli.bar import Step
    from tiktok_async.cli.exits import Exit
    from tiktok_async.cli.interrupts import Interrupts
    from tiktok_async.cli.order import Order
    from tiktok_async.client import BaseClient
    from tiktok_async.errors import QuotaExhaustedError
    from tiktok_async.io.clock import Clock
    from tiktok_async.io.concurrent import ConcurrentRows
    from tiktok_async.io.output import Output, Saved
    from tiktok_async.io.walker import Page
    from tiktok_async.sansio.quota import QuotaStatus

RESET_MARGIN: Final = 60.0
"""Seconds waited beyond the reset of a quota: clocks differ."""
_NAP: Final = 60.0
"""Longest sleep in seconds: a machine that was suspended looks at its clock again."""
_QUOTA_SECONDS: Final = 5.0
LIMIT: Final = "limit"
_NO_MORE: Final = frozenset({"list_limit_reached"})
"""Reasons for which a provider gives no more of a list: going on would end at the same row."""


@attrs.frozen
class Ending:
    """How the fetching ended."""

    reason: str | None
    """In one word; None = complete."""
    state: Mapping[str, Any]
    """What is left, as `resume_from` takes it."""
    error: Exception | None = None

    @property
    def is_final(self) -> bool:
        """Whether no other run could bring more rows of what was asked for."""
        return self.reason is None or self.reason in _NO_MORE


class Run:
    """Fetches an order into an output.

    Args:
        order: What to fetch.
        client: Sends the requests.
        interrupts: The user's wish to stop.
        clock: Passes the time until a quota's reset.
    """

    def __init__(
        self, order: Order, client: BaseClient, interrupts: Interrupts, clock: Clock
    ) -> None:
        self.order = order
        self.client = client
        self.missing: list[str] = []
        """What cannot be had, by name."""
        self.done: int = 0
        """Slices fetched to their end."""
        self.pages: int = 0
        """Pages received in this run."""
        self.interrupts = interrupts
        self._clock = clock
        self._began = clock.monotonic()
        self._quota: QuotaStatus | None = None
        self._quota_due = self._began
        self._paginator = attrs.evolve(client.iterate(order.request), slices=order.slices)
        self._output: Output

    def begin(self, output: Output, saved: Saved | None) -> None:
        """Take an open output, and go on where its rows end.

        Raises:
            CheckpointMismatchError: if another order left it.
        """
        self._output = output
        if saved is not None:
            self.go_on_from(saved.state)
            self.missing = list(saved.missing)

    def go_on_from(self, state: Mapping[str, Any]) -> None:
        """Leave out what `state` has behind it.

        Raises:
            CheckpointMismatchError: if another order left it.
        """
        self._paginator = self._paginator.resume_from(state)
        self.done = len(self.order.slices) - len(state["todo"])

    async def fetch(self) -> Ending:
        """Fetch to the end, or to what stops it; what cannot be had is passed over."""
        while (rows := self._rows()) is not None:
            last: Page[Any] | None = None
            try:
                with self.interrupts.calling(rows.stop):
                    async with rows:
                        async for page in rows.pages():
                            await self._take(page)
                            last = page
            except BrokenPipeError:
                raise
            except TikTokError as error:
                state = rows.state if error.state is None else error.state
                if not self._pass_over(error, state):
                    return Ending(error.reason or "error", state, error)
            except Exception as error:  # noqa: BLE001  # whatever it is, the rows so far are paid for
                state = self._left() if last is None else last.state
                return Ending("output", state, error)
            else:
                return self._ended(rows.state)
        return self._ended(self._left())

    def reset_of(self, error: QuotaExhaustedError) -> datetime:
        """Return when the quota starts anew; at midnight UTC, where nobody says otherwise."""
        return error.reset_at or reset_after(self._clock.time())

    async def until_reset(self, error: QuotaExhaustedError) -> Exit | None:
        """Wait for the quota to start anew.

        Returns:
            None when it has; else how the user wishes to end.
        """
        until = self.reset_of(error)
        while (left := until.timestamp() + RESET_MARGIN - self._clock.time()) > 0:
            if await self.interrupts.during(self._clock.sleep(min(left, _NAP))):
                break
        return self.interrupts.exit

    async def step(self) -> Step:
        """Return how far it is; the quota as of a few seconds ago, for asking writes to a disk."""
        now = self._clock.monotonic()
        if now >= self._quota_due:
            self._quota_due = now + _QUOTA_SECONDS
            self._quota = await self._ask_quota()
        return self._measure().step()

    async def final_measure(self) -> Measure:
        """Return how far it came."""
        self._quota = await self._ask_quota()
        return self._measure()

    async def _ask_quota(self) -> QuotaStatus | None:
        bucket = self.order.request.bucket
        return None if bucket is None else await self.client.quota(bucket)

    def _measure(self) -> Measure:
        return Measure(
            unit=self.order.unit,
            done=self.done,
            total=len(self.order.slices),
            rows=self._output.rows,
            statistics=self.client.statistics(),
            quota=self._quota,
            seconds=self._clock.monotonic() - self._began,
        )

    def _rows(self) -> ConcurrentRows[Any] | InTurn[Any] | None:
        """Return the rows that are left; None = there are none, or no more are wanted."""
        if not self._left()["todo"]:
            return None
        if self.order.limit is None:
            return self._paginator.concurrent(windows=self.order.in_flight)
        room = self.order.limit - self._output.rows
        return InTurn(self._paginator.limit(room)) if room > 0 else None

    async def _take(self, page: Page[Any]) -> None:
        rows = self.order.rows(page)
        await to_thread.run_sync(self._output.write, rows, page.snapshot.index)
        self.pages += 1
        self.done += page.snapshot.ended

    def _left(self) -> Mapping[str, Any]:
        return self._paginator.state_of(self._paginator.todo())

    def _pass_over(self, error: TikTokError, state: Mapping[str, Any]) -> bool:
        """Leave out the one thing that `error` says cannot be had, if there are others."""
        if not isinstance(error, NotFoundError) or len(self.order.slices) == 1:
            return False
        name = self.order.name_of(error.request)
        slices = self.order.slices
        rest = [part for part in state["todo"] if self.order.name_of(slices[part[0]].first) != name]
        if name is None or len(rest) == len(state["todo"]):
            return False
        self.missing.append(name)
        self.go_on_from({**state, "todo": rest})
        return True

    def _ended(self, state: Mapping[str, Any]) -> Ending:
        if not state["todo"]:
            return Ending(None, state)
        stopped = self.interrupts.exit
        if stopped is not None:
            return Ending(stopped.word, state)
        return Ending(LIMIT, state)
