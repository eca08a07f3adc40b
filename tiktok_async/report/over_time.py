"""Figures of counts over time, each with its key, its caption and its numbers as a table."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from tiktok_async.markup import line_of
from tiktok_async.report.axis import Span, counted, number
from tiktok_async.report.parts import NOTHING, figure, key_of, plot, sentences, time_numbers
from tiktok_async.report.svg import Chart, Series, columns, lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tiktok_async.markup import Html
    from tiktok_async.report.counts import Dates


def columns_figure(
    key: str, title: str, dates: Dates, *, span: Span | None = None, caption: str = ""
) -> Html:
    """Return columns of how many rows there are in each step of time.

    Args:
        key: Unique on the page.
        title: What is counted.
        dates: The rows.
        span: Another span than that of the rows, to be compared with another figure.
        caption: A word before the usual ones.
    """
    span = span or Span.of(dates.days)
    text = sentences(caption, misdated(dates))
    if span is None:
        return figure(title, text) if dates.rows else NOTHING
    return _figure(key, title, span, [Series("Count", span.values(dates.days))], text)


def stacked_figure(
    key: str, title: str, parts: Sequence[tuple[str, Mapping[date, int]]], *, caption: str = ""
) -> Html:
    """Return columns over time whose parts are told apart."""
    span = Span.of(*(days for _, days in parts))
    if span is None:
        return NOTHING
    series = [Series(line_of(name), span.values(days)) for name, days in parts]
    return _figure(key, title, span, series, caption)


def _figure(key: str, title: str, span: Span, series: Sequence[Series], caption: str) -> Html:
    told = sentences(f"Per {span.step}.", caption)
    total = sum(sum(one.values) for one in series)
    about = f"{title}, per {span.step}, {_reach(span)}: {number(total)} in all."
    chart = columns(Chart(key, title, about), span, series)
    keys = key_of([one.name for one in series]) if len(series) > 1 else NOTHING
    return figure(title, told, keys, plot(chart), time_numbers(title, span, series))


def growth_figure(
    key: str, title: str, parts: Sequence[tuple[str, Dates]], *, caption: str = ""
) -> Html:
    """Return lines of how many rows there were up to each step of time."""
    span = Span.of(*(dates.days for _, dates in parts))
    if span is None:
        return NOTHING
    series = [
        Series(name, list(accumulate(span.values(dates.days))))
        for name, dates in parts
        if dates.days
    ]
    ends = ", ".join(f"{one.name.lower()} {number(one.values[-1])}" for one in series)
    about = f"{title}, {_reach(span)}; at the end: {ends}."
    chart = lines(Chart(key, title, about), span, series)
    keys = key_of([one.name for one in series])
    return figure(title, caption, keys, plot(chart), time_numbers(title, span, series))


def misdated(dates: Dates) -> str:
    """Return the sentence about rows that stand in no chart over time."""
    if not dates.misdated:
        return ""
    return f"Left out: {counted(dates.misdated, 'row')} without a usable date."


def _reach(span: Span) -> str:
    starts = span.steps()
    first, last = span.name(starts[0]), span.name(starts[-1])
    return first if first == last else f"{first} to {last}"
