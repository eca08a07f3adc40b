"""The shards of a stage, and what a job costs. Pure: items and days go in, lines come out.

Shards are numbered in the order of the plan, and their ids sort in that order. A plan depends on
the spec and on the items alone, so that it is the same wherever and whenever it is made.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator  # noqa: TC003  # attrs resolves the annotations
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, DecodeError, InputError
from tiktok_async.research.windows import plan_windows

if TYPE_CHECKING:
    from tiktok_async.jobs.kinds import Kind
    from tiktok_async.jobs.spec import Span, Stage

_SHARDS: Final = 200
"""Shards that a list is cut into, about."""
MAX_ITEMS: Final = 250
"""Items a shard, where the spec does not say."""
_DIGITS: Final = 5
_LABEL_CHARS: Final = 40
_ROWS_A_PAGE: Final = ("max_count", "page_size", "count")
"""Parameters that say how many rows a page has."""

Item = str | None
"""What a unit is about; None = the account's own, which needs no word."""


@attrs.frozen(kw_only=True)
class ShardPlan:
    """One shard: some days, or some items."""

    id: str
    first: date | None = None
    """First day, UTC."""
    last: date | None = None
    """Last day, UTC, inclusive."""
    items: tuple[Item, ...] = ()
    known: tuple[str, ...] = ()
    """Of an update: the shards that may hold rows of the same days or items; they come once."""

    @property
    def units(self) -> int:
        """Days or items in it."""
        if self.first is None or self.last is None:
            return len(self.items)
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        """What it is, for people."""
        if self.first is not None:
            return f"{self.first}..{self.last}"
        ends = [_short(item) for item in (self.items[0], self.items[-1])]
        return ends[0] if len(self.items) == 1 else f"{ends[0]} … {ends[1]}"

    def line(self) -> bytes:
        """Return its line in the plan."""
        about: dict[str, Any] = (
            {"items": list(self.items)}
            if self.first is None
            else {"first": f"{self.first}", "last": f"{self.last}"}
        )
        known = {"known": list(self.known)} if self.known else {}
        return convert.dumps({"id": self.id, "label": self.label, **about, **known}) + b"\n"

    @classmethod
    def read(cls, line: bytes) -> ShardPlan:
        """Return the shard of a line.

        Raises:
            CheckpointMismatchError: if it is none.
        """
        try:
            raw = convert.loads(line)
            known = tuple(raw.get("known", ()))
            if "items" in raw:
                return cls(id=raw["id"], items=tuple(raw["items"]), known=known)
            first, last = (date.fromisoformat(raw[name]) for name in ("first", "last"))
            return cls(id=raw["id"], first=first, last=last, known=known)
        except (AttributeError, DecodeError, KeyError, TypeError, ValueError) as error:
            msg = "A line of the plan is damaged."
            hint = "Restore the file, or delete the directory and start anew."
            raise CheckpointMismatchError(msg, hint=hint) from error


def _short(item: Item) -> str:
    text = item or "-"
    return text if len(text) <= _LABEL_CHARS else f"{text[: _LABEL_CHARS - 1]}…"


def shards_of(
    stage: Stage,
    items: Iterable[Item] | None = None,
    *,
    prefix: str = "",
    today: date | None = None,
) -> Iterator[ShardPlan]:
    """Yield the shards of a stage, in the order of the dataset.

    Args:
        stage: The stage.
        items: What it asks about, for one without days.
        prefix: What the ids of a later round begin with, such as u001-.
        today: The UTC day on which it is planned: the end of a span that has none.

    Raises:
        InputError: if the days are no span.
    """
    if stage.span is not None:
        return days_of(stage.span, prefix=prefix, today=today)
    return lists_of(iter(items or ()), stage.items_per_shard, prefix)


def days_of(span: Span, *, prefix: str = "", today: date | None = None) -> Iterator[ShardPlan]:
    """Yield the shards of a span of days.

    Args:
        span: The days.
        prefix: What the ids begin with.
        today: The end of a span that has none.

    Raises:
        InputError: if it is none.
    """
    end = span.end or today
    if end is None:
        raise InputError("The span has no end: say up to which day it is to be planned.")
    windows = plan_windows(span.start, end, days=span.shard_days)
    for number, window in enumerate(windows):
        last = window.stop - timedelta(days=1)
        yield ShardPlan(id=shard_id(prefix, number), first=window.start, last=last)


def lists_of(items: Iterator[Item], size: int | None, prefix: str = "") -> Iterator[ShardPlan]:
    """Yield the shards of a list of items.

    Args:
        items: In order.
        size: Items a shard; None = so many that there are about 200 shards, 250 at most.
        prefix: What their ids begin with.

    Raises:
        InputError: if there are so many that their ids would not sort.
    """
    if size is None:
        head = tuple(itertools.islice(items, _SHARDS * MAX_ITEMS))
        size = max(1, min(MAX_ITEMS, math.ceil(len(head) / _SHARDS)))
        items = itertools.chain(head, items)
    for number in itertools.count():
        taken = tuple(itertools.islice(items, size))
        if not taken:
            return
        if number >= 10**_DIGITS:
            msg = f"A stage has at most {10**_DIGITS:,} shards: write items_per_shard above {size}."
            raise InputError(msg)
        yield ShardPlan(id=shard_id(prefix, number), items=taken)


def shard_id(prefix: str, number: int) -> str:
    """Return the id of a shard; ids sort in the order of their numbers."""
    return f"{prefix}{number:0{_DIGITS}}"


@attrs.frozen(kw_only=True)
class StagePlan:
    """What a stage takes."""

    name: str
    collect: str
    unit: str
    """What its shards are made of: day or item."""
    shards: int | None
    """None = not known before the stage that it reads is complete."""
    units: int | None
    requests_at_least: int | None
    """Calls that are left: one a shard of days, one an item; more where there are more pages."""
    records_at_most: int | None
    """None = as many as there are."""
    bucket: str | None
    """Name of the quota that it is counted to."""
    requests_per_day: int | None
    records_per_day: int | None
    labels: tuple[str, ...] = ()
    """Of the shards, at most 1,000 of them."""


@attrs.frozen(kw_only=True)
class Plan:
    """What a job takes, at least; made without a call."""

    job: str
    stages: tuple[StagePlan, ...]
    requests_at_least: int
    """Calls, as far as the stages are known."""
    records_at_most: int | None
    quota_days: int
    """Days of quota that these calls take."""
    finish: date | None
    """The UTC day on which the quota lets them end; None = there is no quota."""
    open_stages: tuple[str, ...]
    """Those of which nothing is known yet."""


def rows_a_page(kind: Kind, stage: Stage) -> int | None:
    """Return how many rows a page has at most; None = nobody knows."""
    given = dict(stage.params)
    defaults = {one.field: one.default for one in kind.parameters}
    found = (given.get(name, defaults.get(name)) for name in _ROWS_A_PAGE)
    return next((one for one in found if isinstance(one, int)), None)
