"""What a shard is made of: windows of days from the latest to the earliest, or items in order.

Pure. The provider sends the latest rows of a window first, so that days from the latest on give the
same rows in the same order, however they are cut into windows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from tiktok_async.errors import InputError
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.plan import Item  # noqa: TC001  # attrs resolves the annotations
from tiktok_async.research.resources import windows_of
from tiktok_async.research.where import parse_where
from tiktok_async.research.windows import Window
from tiktok_async.sansio.paging import Slice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tiktok_async.jobs.plan import ShardPlan
    from tiktok_async.jobs.spec import Stage


@attrs.frozen(kw_only=True)
class Unit:
    """What is asked for as one, and is had, missing, or broken as one."""

    part: Slice[Any] | None
    """What to send; None = the endpoint takes no such item."""
    label: str
    count: int
    """Days in it, or 1 for an item."""
    extra: Mapping[str, str] = attrs.field(factory=dict)
    """What is added to each of its rows: the item that they were asked for."""
    item: Item = None
    """The item; None = days, or what needs no item."""
    refusal: str = ""
    """Why the endpoint takes no such item."""


class Units(Protocol):
    """The units of a shard."""

    @property
    def total(self) -> int:
        """Days or items in all."""

    def next(self, done: int, window: int | None, now: float) -> Unit | None:
        """Return the unit behind the first `done` days or items; None = there is none.

        Args:
            done: Days or items at their end.
            window: Days to ask for at once.
            now: Wall time in Unix seconds: no later day is asked for.
        """

    def after(self, window: int | None, pages: int) -> int | None:
        """Return the days to ask for at once after a unit of so many pages."""

    def smaller(self, unit: Unit) -> int | None:
        """Return the days to ask for at once in place of a unit; None = it cannot be less."""


def units_of(stage: Stage, plan: ShardPlan) -> Units:
    """Return the units of a shard.

    Raises:
        InputError: if the stage asks for what its endpoint refuses.
    """
    return Items(stage, plan) if plan.first is None else Days(stage, plan)


class Days:
    """Windows of days."""

    def __init__(self, stage: Stage, plan: ShardPlan) -> None:
        kind = kind_of(stage.collect)
        self.total: int = plan.units
        self._stop = _last_day(plan) + timedelta(days=1)
        self._asked = {
            **dict(kind.fixed),
            **dict(stage.params),
            "query": parse_where(stage.where or ""),
        }

    def next(self, done: int, window: int | None, now: float) -> Unit | None:
        """Return the window that ends before the last `done` days."""
        left = self.total - done
        if left <= 0:
            return None
        stop = self._stop - timedelta(days=done)
        days = min(window or self.total, left)
        part = Window(stop - timedelta(days=days), stop)
        today = datetime.fromtimestamp(now, UTC).date()
        sliced = windows_of([part], today, **self._asked)[0]
        label = sliced.label if days > 1 else f"{part.start}"
        return Unit(part=sliced, label=label, count=days)

    def after(self, window: int | None, pages: int) -> int | None:
        """Return twice as many days after a window that was nearly empty."""
        if window is None or pages > 1:
            return window
        return None if window * 2 >= self.total else window * 2

    def smaller(self, unit: Unit) -> int | None:
        """Return half as many days; None for one day."""
        return None if unit.count == 1 else unit.count - unit.count // 2


def _last_day(plan: ShardPlan) -> date:
    if plan.last is None:
        msg = f"The shard {plan.id} has no days."
        raise InputError(msg)
    return plan.last


class Items:
    """Items of a list."""

    def __init__(self, stage: Stage, plan: ShardPlan) -> None:
        self._kind = kind_of(stage.collect)
        self._params = dict(stage.params)
        self._items = plan.items
        self.total: int = len(plan.items)

    def next(self, done: int, window: int | None, now: float) -> Unit | None:  # noqa: ARG002  # the protocol's
        """Return the next item."""
        if done >= self.total:
            return None
        item, key = self._items[done], self._kind.key
        label = item or "-"
        try:
            request: Any = self._kind.request(item, self._params)
        except InputError as error:
            return Unit(part=None, label=label, count=1, refusal=error.message)
        extra = {} if item is None or key is None else {f"of_{key}": item}
        return Unit(part=Slice(request), label=label, count=1, extra=extra, item=item)

    def after(self, window: int | None, pages: int) -> int | None:  # noqa: ARG002  # the protocol's
        """Return None: items are asked for one by one."""
        return None

    def smaller(self, unit: Unit) -> int | None:  # noqa: ARG002  # the protocol's
        """Return None: an item cannot be less."""
        return None
