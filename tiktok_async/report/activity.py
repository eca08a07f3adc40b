"""Chapters on what the user did: when, and what was watched, liked and searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.markup import tag
from tiktok_async.report.axis import Span, counted, day_text, number, weekdays
from tiktok_async.report.over_time import columns_figure, misdated
from tiktok_async.report.parts import (
    NOTHING,
    Chapter,
    chapter,
    distinct,
    estimate,
    figure,
    heat_key,
    hour_numbers,
    named,
    pair,
    paragraph,
    plot,
    ranking,
    sentences,
)
from tiktok_async.report.svg import Chart, heat_map

if TYPE_CHECKING:
    from tiktok_async.markup import Html
    from tiktok_async.report.counts import Dates
    from tiktok_async.report.figures import Figures, Searching, Watching

_TOP_DAYS: Final = 10
_TOP_TERMS: Final = 20
_ZONE: Final = "Hours and days are those of the archive; TikTok does not document their time zone."


def when(figures: Figures) -> Chapter | None:
    """Return the chapter on hours, weekdays, months and the busiest days."""
    actions = figures.actions()
    if not actions.days:
        return None
    return chapter(
        "when",
        "When",
        paragraph(
            "Videos watched, liked, kept, shared, reposted and posted, searches and comments."
            f" {_ZONE}",
            "note",
        ),
        _hours(actions),
        columns_figure("actions", "Activity over time", actions),
        _top_days(actions),
    )


def _hours(actions: Dates) -> Html:
    title = "Activity by weekday and hour"
    (day, hour), most = min(actions.hours.items(), key=lambda item: (-item[1], item[0]))
    peak = (
        f"Busiest: {weekdays()[day]} from {hour:02}:00 to {hour:02}:59, {counted(most, 'action')}."
    )
    chart = Chart("hours", title, peak)
    caption = sentences(peak, misdated(actions))
    return figure(
        title,
        caption,
        plot(heat_map(chart, actions.hours)),
        heat_key(most),
        hour_numbers(title, actions.hours),
    )


def _top_days(actions: Dates) -> Html:
    ranked = sorted(actions.days.items(), key=lambda item: (-item[1], item[0]))[:_TOP_DAYS]
    days = [(tag("span", day_text(day)), count) for day, count in ranked]
    average = sum(actions.days.values()) / len(actions.days)
    caption = f"A day with any activity has {number(average)} actions on average."
    return figure("Busiest days", caption, ranking(("Day", "Actions"), days))


def watching(found: Watching) -> Chapter | None:
    """Return the chapter on what was watched, liked, kept and shared."""
    both = (found.watched, found.liked)
    if not any(dates.rows for dates in (*both, found.favorites, found.shared, found.reposted)):
        return None
    span = Span.of(*(dates.days for dates in both if dates.rows))
    return chapter(
        "watching",
        "Watched and liked",
        pair(
            columns_figure("watched", "Videos watched", found.watched, span=span)
            if found.watched.rows
            else NOTHING,
            columns_figure("liked", "Videos liked", found.liked, span=span)
            if found.liked.rows
            else NOTHING,
        ),
        pair(_kept(found), _shared(found)),
        _reposted(found),
    )


def _kept(found: Watching) -> Html:
    if not found.favorites.rows:
        return NOTHING
    ranked = [(tag("span", name), count) for name, count in found.kept if count]
    return figure("Favorites", "By kind.", ranking(("Kind", "Favorites"), ranked))


def _shared(found: Watching) -> Html:
    if not found.shared.rows:
        return NOTHING
    caption = f"{counted(found.shared.rows, 'time')} in all."
    return figure("Shared", caption, ranking(("Method", "Times"), named(found.methods.most(8))))


def _reposted(found: Watching) -> Html:
    if not found.reposted.rows:
        return NOTHING
    return columns_figure("reposted", "Videos reposted", found.reposted)


def searches(found: Searching) -> Chapter | None:
    """Return the chapter on searches."""
    if not found.dates.rows:
        return None
    lead = (
        f"{counted(found.dates.rows, 'search', 'searches')} for"
        f" {distinct(found.terms, 'different term')}, capitals aside."
    )
    terms = ranking(("Term", "Searches"), named(found.terms.most(_TOP_TERMS)))
    return chapter(
        "searches",
        "Searches",
        paragraph(lead),
        columns_figure("searches-time", "Searches over time", found.dates),
        figure("Most frequent searches", estimate(found.terms), terms),
    )
