"""Rows over time, and how whole they are: days that could not be had, days not asked for yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.markup import joined
from tiktok_async.report.axis import Span, counted, day_text, number
from tiktok_async.report.dataset.days import Days
from tiktok_async.report.dataset.gaps import gap_figure
from tiktok_async.report.over_time import misdated, stacked_figure
from tiktok_async.report.parts import (
    NOTHING,
    estimate,
    figure,
    key_with_bands,
    named,
    numbers,
    plot,
    ranking,
    sentences,
    table,
    time_numbers,
)
from tiktok_async.report.svg import Chart, Series, columns

if TYPE_CHECKING:
    from tiktok_async.markup import Html
    from tiktok_async.report.dataset.coverage import Coverage
    from tiktok_async.report.dataset.days import Stretch
    from tiktok_async.report.dataset.figures import StageFigures

_REGIONS_RANKED: Final = 12
_REGIONS_DRAWN: Final = 5
_NOT_HAD: Final = "Could not be had"
_NOT_YET: Final = "Not collected yet"


def over_days(found: StageFigures) -> Html:
    """Return rows over time, holes hatched, days not collected yet grey; nothing without dates."""
    dates, coverage = found.counts.dates, found.coverage
    span = Span.of(dates.days)
    if coverage is not None:
        axis = Days(coverage.first, coverage.last)
    elif span is not None:
        axis = Days(span.first, span.last)
    else:
        return NOTHING
    title = "Rows over time"
    series = [Series("Rows", axis.values(dates.days))]
    key = f"{found.key}-days"
    bands = _bands(coverage)
    said = sentences(f"Per {axis.step}, by the day (UTC) that a row was made.", misdated(dates))
    about = f"{title}: {number(sum(series[0].values))} in all. {_told(coverage)}".strip()
    legend = [(kind, name) for kind, name, _ in bands]
    drawn = [axis.band(kind, name, one) for kind, name, days in bands for one in days]
    return figure(
        title,
        sentences(said, _told(coverage)),
        key_with_bands(["Rows"], legend, key) if bands else NOTHING,
        plot(columns(Chart(key, title, about), axis, series, bands=drawn)),
        _numbers(title, axis, series[0], coverage),
    )


def _bands(coverage: Coverage | None) -> list[tuple[str, str, list[Stretch]]]:
    if coverage is None:
        return []
    kinds = (
        ("open", _NOT_YET, coverage.stretches("open")),
        ("hole", _NOT_HAD, coverage.stretches("hole")),
    )
    return [kind for kind in kinds if kind[2]]


def _numbers(title: str, axis: Days, rows: Series, coverage: Coverage | None) -> Html:
    """Return the numbers as a table; a day that was not had has no row, and is no zero."""
    if coverage is None or not _bands(coverage):
        return time_numbers(title, axis, [rows])
    lost = axis.values({day: 1 for day, state in coverage.days.items() if state == "hole"})
    left = axis.values({day: 1 for day, state in coverage.days.items() if state == "open"})
    names = [axis.name(start) for start in axis.steps()]
    steps = zip(names, rows.values, lost, left, strict=True)
    content = [
        (name, number(count), number(gone), number(rest)) for name, count, gone, rest in steps
    ]
    head = (axis.step.capitalize(), rows.name, f"Days: {_NOT_HAD.lower()}", f"{_NOT_YET.lower()}")
    return numbers(title, table(head, content))


def _told(coverage: Coverage | None) -> str:
    if coverage is None:
        return ""
    lost, left = coverage.count("hole"), coverage.count("open")
    gone = f"{counted(lost, 'day')} could not be had" if lost else ""
    rest = f"{counted(left, 'day')} not collected yet" if left else ""
    told = " and ".join(one for one in (gone, rest) if one) or "none is missing"
    return f"Of {counted(len(coverage.days), 'day')} asked for, {told}."


def hole_list(found: StageFigures) -> Html:
    """Return the days that could not be had."""
    caption = (
        "Asked for again and again down to a single day, and not given. The provider can look its"
        " log ids up."
    )
    return gap_figure("Holes", "Days", caption, found.holes)


def regions(found: StageFigures) -> Html:
    """Return how many rows there are of each region, and over time."""
    counts = found.counts
    ranked = named(counts.regions.most(_REGIONS_RANKED))
    if not ranked:
        return NOTHING
    without = counts.dates.rows - counts.regions.total
    more = max(len(counts.regions) - len(ranked), 0)
    caption = sentences(
        estimate(counts.regions),
        f"{counted(without, 'row')} without a region." if without else "",
        f"{counted(more, 'more region')} not shown." if more else "",
    )
    return joined(
        figure("Regions", caption, ranking(("Region", "Rows"), ranked)),
        stacked_figure(
            f"{found.key}-regions",
            "Regions over time",
            counts.region_days.parts(_REGIONS_DRAWN),
        ),
    )


def reach(found: StageFigures) -> str:
    """Return from which day to which the rows are, as a sentence."""
    days = found.counts.dates.days
    if not days:
        return ""
    first, last = day_text(min(days)), day_text(max(days))
    return f"Made on {first}." if first == last else f"Made from {first} to {last}."
