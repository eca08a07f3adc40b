"""The chapters about the run: what is damaged, and what was spent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tiktok_async.errors import InputError
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.markup import foreign
from tiktok_async.report.axis import Span, counted, number
from tiktok_async.report.counts import FIRST_DAY
from tiktok_async.report.dataset.days import Days
from tiktok_async.report.parts import (
    Chapter,
    capped,
    chapter,
    figure,
    paragraph,
    plot,
    scrolled,
    sentences,
    table,
    time_numbers,
)
from tiktok_async.report.svg import Chart, Series, columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.jobs.manifest import Manifest
    from tiktok_async.markup import Html
    from tiktok_async.report.dataset.figures import Damage
    from tiktok_async.sansio.quota import DailyQuota

_DAMAGE_SHOWN: Final = 100


def damage_chapter(found: Sequence[Damage]) -> Chapter | None:
    """Return the chapter about parts that are not what was written; None if all are."""
    if not found:
        return None
    shown = found[:_DAMAGE_SHOWN]
    rows = [(foreign(f"{one.stage}/{one.shard}"), f"It {one.problem}.") for one in shown]
    advice = (
        "Parts of this dataset are not what was written. What follows counts what could be read."
        " Restore them from a copy, or collect them anew; tiktok-async jobs verify tells more."
    )
    listed = scrolled("Damage", table(("Part", "Problem"), rows, numbers_from=2))
    return chapter(
        "damage", "Damage", paragraph(advice), paragraph(capped(len(shown), len(found))), listed
    )


def spent_chapter(manifest: Manifest, today: date) -> Chapter | None:
    """Return the chapter about the calls by day; None if none was sent."""
    days = _days(manifest, today)
    span = Span.of(days)
    if span is None:
        return None
    axis = Days(span.first, span.last)
    title = "Calls a day"
    series = [Series("Calls", axis.values(days))]
    said = sentences(
        f"Per {axis.step}, UTC; calls that failed are counted too.", *_limits(manifest)
    )
    chart = Chart("calls", title, f"{title}: {number(sum(days.values()))} in all.")
    return chapter(
        "calls",
        "What was spent",
        paragraph(_lead(manifest, days)),
        figure(title, said, plot(columns(chart, axis, series)), time_numbers(title, axis, series)),
        _stages(manifest),
    )


def _lead(manifest: Manifest, days: dict[date, int]) -> str:
    calls = sum(days.values())
    each = f", {manifest.rows / calls:,.1f} rows a call" if calls else ""
    return f"{counted(calls, 'call')} on {counted(len(days), 'day')}{each}."


def _stages(manifest: Manifest) -> Html:
    rows = [
        (
            foreign(one.name),
            number(one.rows),
            number(sum(shard.pages for shard in one.shards)),
            number(one.calls),
        )
        for one in manifest.stages
    ]
    head = ("Stage", "Rows", "Pages", "Calls")
    return figure("By stage", "", scrolled("Calls by stage", table(head, rows)))


def _days(manifest: Manifest, today: date) -> dict[date, int]:
    days: dict[date, int] = {}
    for text, count in manifest.requests_per_day.items():
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        if FIRST_DAY <= day <= today:
            days[day] = days.get(day, 0) + count
    return days


def _limits(manifest: Manifest) -> list[str]:
    """Return what the providers allow a day, as far as it is documented."""
    quotas = {_quota(stage.collect): None for stage in manifest.stages}
    return [
        f"The quota of {one.name} is {counted(one.requests, 'request')} a UTC day."
        for one in quotas
        if one is not None and one.requests is not None
    ]


def _quota(collect: str) -> DailyQuota | None:
    try:
        bucket = kind_of(collect).endpoint.bucket
    except InputError:
        return None
    return None if bucket is None else bucket.quota
