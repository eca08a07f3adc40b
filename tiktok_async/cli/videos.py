"""`research videos`: the video query over a span of days of any length."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import attrs
from cyclopts import Group, Parameter

from tiktok_async.cli.declared import names_text
from tiktok_async.cli.options import LIMIT, REQUEST, Access, Output, Talk, check_limit
from tiktok_async.errors import InputError
from tiktok_async.research.endpoints import QueryVideos
from tiktok_async.research.windows import MAX_DAYS, parse_day, plan_windows
from tiktok_async.sansio.endpoint import parameters

if TYPE_CHECKING:
    from tiktok_async.cli.order import Order
    from tiktok_async.research.query import Query
    from tiktok_async.research.windows import Window

_DECLARED: Final = {one.field: one for one in parameters(QueryVideos)}
_FIELDS: Final = names_text(_DECLARED["fields"].default)
_MAX_COUNT: Final[int] = _DECLARED["max_count"].default
_SPAN: Final = Group("Span", sort_key=0)


_Where: TypeAlias = Annotated[
    str,
    Parameter(
        group=_SPAN,
        metavar="FILTER",
        help="The filter, such as \"region_code in (US, CA) and keyword = 'hello world' "
        'and not username = spam".',
    ),
]
_Start: TypeAlias = Annotated[
    str, Parameter(group=_SPAN, metavar="DAY", help="First day, UTC, as 2022-06-15 or 20220615.")
]
_End: TypeAlias = Annotated[
    str,
    Parameter(
        group=_SPAN,
        metavar="DAY",
        help="Last day, UTC, inclusive. Videos appear up to 48 hours late.",
    ),
]


async def videos(
    *,
    where: _Where,
    start: _Start,
    end: _End,
    fields: Annotated[
        str, Parameter(group=REQUEST, metavar="NAMES", help=_DECLARED["fields"].doc)
    ] = _FIELDS,
    max_count: Annotated[
        int, Parameter(group=REQUEST, help=_DECLARED["max_count"].doc)
    ] = _MAX_COUNT,
    window_days: Annotated[
        int,
        Parameter(
            group=REQUEST,
            help="Days a window, 1-30; shorter ones help where the provider answers 500.",
        ),
    ] = MAX_DAYS,
    windows: Annotated[
        int, Parameter(group=REQUEST, help="Windows in flight at once; 1 with --limit.")
    ] = 8,
    limit: Annotated[int | None, LIMIT] = None,
    output: Output = Output(),  # noqa: B008  # frozen
    access: Access = Access(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Search public videos posted in a span of days of any length.

    The span is cut into windows of at most 30 days; each video comes once, in the order of the
    windows. A run that is stopped goes on with --resume.
    """
    from tiktok_async.cli.collect import collect

    check_limit(limit)
    if windows < 1:
        msg = f"--windows {windows}: write 1 or more."
        raise InputError(msg)
    if not 1 <= window_days <= MAX_DAYS:
        msg = f"--window-days {window_days}: write 1 to {MAX_DAYS}."
        raise InputError(msg)
    days = _day("--start", start), _day("--end", end)
    if days[1] < days[0]:
        msg = f"--end {days[1]} is before --start {days[0]}: swap them."
        raise InputError(msg)
    today = datetime.now(UTC).date()
    if days[1] > today:
        msg = f"--end {days[1]} is after today, {today} in UTC: write --end {today}."
        raise InputError(msg)
    order = _order(
        plan_windows(*days, days=window_days),
        query=_query(where),
        fields=fields,
        max_count=max_count,
    )
    wanted = None if fields == _FIELDS else order.wanted
    order = attrs.evolve(order, limit=limit, in_flight=windows, wanted=wanted)
    return await collect(order, access, output, talk)


def _day(option: str, text: str) -> date:
    try:
        return parse_day(text)
    except InputError as error:
        msg = f"{option} {error}"
        raise InputError(msg) from None


def _query(where: str) -> Query:
    from tiktok_async.research.where import parse_where

    try:
        return parse_where(where)
    except InputError as error:
        msg = f"--where: {error}"
        raise InputError(msg) from None


def _order(windows: tuple[Window, ...], **asked: Any) -> Order:
    from tiktok_async.cli.order import Order
    from tiktok_async.research.resources import windows_of

    slices = windows_of(windows, datetime.now(UTC).date(), **asked)
    fields: tuple[str, ...] = slices[0].first.fields  # type: ignore[attr-defined]  # a video query
    return Order(slices=slices, unit="window", wanted=fields)
