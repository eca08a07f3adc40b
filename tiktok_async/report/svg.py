"""Charts as inline SVG: columns, lines and a heat map.

Places along a chart are per cent of its width, and heights are pixels, so text keeps its size on
any screen. Numbers at the left stand in the padding of the figure. Colours are classes: the style
sheet has them for light, dark and paper. Every mark carries its own value as a title.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.markup import Html, joined, tag
from tiktok_async.report.axis import number, short, ticks, weekdays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktok_async.report.axis import Axis, Span
_TOP: Final = 8
_BELOW: Final = 26
_CELL: Final = 22
_LEVELS: Final = 5
_MOST_WIDE: Final = 0.08
"""Share of the chart: a single column is a column still."""
_LEAST_WIDE: Final = 0.006
"""Share of the chart that a band has at least, so that a single day in years is seen."""
_LEAST_TALL: Final = 1.5
"""Pixels of a column of one among thousands: it is there, and is seen."""


@attrs.frozen
class Series:
    """Numbers in a row, with what they count."""

    name: str
    values: Sequence[int]


@attrs.frozen
class Chart:
    """What every chart says of itself to those who cannot see it."""

    key: str
    """Unique on the page; made of letters and hyphens."""
    title: str
    description: str

    def drawn(self, height: float, *marks: Html) -> Html:
        """Return the whole picture."""
        return tag(
            "svg",
            tag("title", self.title, id=f"{self.key}-title"),
            tag("desc", self.description, id=f"{self.key}-desc"),
            *marks,
            role="img",
            width="100%",
            height=_px(height),
            aria_labelledby=f"{self.key}-title {self.key}-desc",
        )


@attrs.frozen
class Band:
    """A stretch of a chart's time that stands out behind its columns."""

    said: str
    kind: str
    """Its class; `hole` is hatched."""
    start: float
    """Share of the chart at which it begins, 0-1."""
    wide: float
    """Share of the chart."""


def columns(
    chart: Chart,
    span: Axis,
    series: Sequence[Series],
    *,
    bands: Sequence[Band] = (),
    height: int = 150,
) -> Html:
    """Return columns over time, one series on the other, from zero."""
    names = [span.name(start) for start in span.steps()]
    stacks = list(zip(*(one.values for one in series), strict=True))
    scale = ticks(max(map(sum, stacks), default=0))
    wide = min(0.82 / len(names), _MOST_WIDE)
    marks: list[Html] = []
    for index, stack in enumerate(stacks):
        foot = float(_TOP + height)
        for color, value in enumerate(stack):
            tall = _tall(value, scale[-1], height)
            foot -= tall
            kind = f" {series[color].name}" if len(series) > 1 else ""
            said = f"{names[index]}: {number(value)}{kind}"
            place = ((index + 0.5) / len(names) - wide / 2, wide)
            marks += [_block(said, color, place, (foot, tall))] if value else []
    behind = _behind(bands, chart.key, height)
    axes = (_grid(scale, height), _time_axis(span, len(names), height))
    return chart.drawn(height + _TOP + _BELOW, *behind, axes[0], *marks, axes[1])


def _behind(bands: Sequence[Band], key: str, height: int) -> list[Html]:
    if not bands:
        return []
    return [hatch(key), *(_band(band, key, height) for band in bands)]


def hatch(key: str) -> Html:
    """Return the definition of the lines that fill what is hatched in a chart."""
    stroke = tag("line", x1="3", x2="3", y1="0", y2="6", class_="hatch")
    given = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    pattern = tag("pattern", stroke, id=f"{key}-hatch", width="6", height="6", **given)
    return tag("defs", pattern)


def filling(kind: str, key: str) -> str | None:
    """Return what fills a mark of this kind in a chart, where its class alone does not."""
    return f"url(#{key}-hatch)" if kind == "hole" else None


def _band(band: Band, key: str, height: int) -> Html:
    wide = max(band.wide, _LEAST_WIDE)
    return tag(
        "rect",
        tag("title", band.said),
        class_=band.kind,
        fill=filling(band.kind, key),
        x=_percent(min(band.start, 1 - wide)),
        width=_percent(wide),
        y=_px(_TOP),
        height=_px(height),
    )


def _tall(value: int, most: int, height: int) -> float:
    return max(value / most * height, _LEAST_TALL) if value else 0.0


def _block(said: str, color: int, across: tuple[float, float], down: tuple[float, float]) -> Html:
    return tag(
        "rect",
        tag("title", said),
        class_=f"c{color}",
        x=_percent(across[0]),
        width=_percent(across[1]),
        y=_px(down[0]),
        height=_px(down[1]),
    )


def lines(chart: Chart, span: Span, series: Sequence[Series], *, height: int = 150) -> Html:
    """Return one line for each series over time, from zero."""
    scale = ticks(max((max(one.values, default=0) for one in series), default=0))
    count = len(span.steps())
    drawn = [
        tag(
            "polyline",
            points=" ".join(
                f"{_short((index + 0.5) / count * 100)},{_short(100 - value / scale[-1] * 100)}"
                for index, value in enumerate(one.values)
            ),
            class_=f"line l{color}",
            vector_effect="non-scaling-stroke",
        )
        for color, one in enumerate(series)
    ]
    plot = tag(
        "svg",
        *drawn,
        y=_px(_TOP),
        width="100%",
        height=_px(height),
        viewBox="0 0 100 100",
        preserveAspectRatio="none",
        overflow="visible",
    )
    return chart.drawn(
        height + _TOP + _BELOW, _grid(scale, height), plot, _time_axis(span, count, height)
    )


def heat_map(chart: Chart, counts: Mapping[tuple[int, int], int]) -> Html:
    """Return a field of weekdays by hours; the more, the stronger."""
    most = max(counts.values(), default=0)
    cells = [
        _cell(day, hour, counts.get((day, hour), 0), most) for day in range(7) for hour in range(24)
    ]
    names = [
        tag("text", name, x="-8", y=_px(_TOP + (day + 0.5) * _CELL), class_="left")
        for day, name in enumerate(weekdays())
    ]
    hours = [
        tag(
            "text",
            f"{hour:02}",
            x=_percent(hour / 24),
            y=_px(_TOP + 7 * _CELL + 16),
            class_="first" if hour % 6 == 0 else "first minor",
        )
        for hour in range(0, 24, 3)
    ]
    return chart.drawn(7 * _CELL + _TOP + _BELOW, *cells, *names, *hours)


def _cell(day: int, hour: int, value: int, most: int) -> Html:
    name = f"{weekdays()[day]} {hour:02}:00 to {hour:02}:59: {number(value)}"
    return tag(
        "rect",
        tag("title", name),
        class_=f"h{level(value, most)}",
        x=_percent((hour + 0.04) / 24),
        width=_percent(0.92 / 24),
        y=_px(_TOP + day * _CELL + 1),
        height=_px(_CELL - 2),
        rx="2",
    )


def level(value: int, most: int) -> int:
    """Return the strength of a cell: 0 for nothing, then fifths of the greatest value, 1 to 5."""
    return math.ceil(_LEVELS * value / most) if value else 0


def levels(most: int) -> list[tuple[int, str]]:
    """Return the strengths that can occur, with the values that each stands for."""
    bounds = [most * step // _LEVELS for step in range(_LEVELS + 1)]
    spans = [(step, bounds[step - 1] + 1, bounds[step]) for step in range(1, _LEVELS + 1)]
    return [(0, "0")] + [
        (step, number(low) if low == high else f"{number(low)} to {number(high)}")
        for step, low, high in spans
        if low <= high
    ]


def bar(share: float) -> Html:
    """Return a bar that fills a share of its cell; the number beside it says the rest."""
    width = _percent(max(share, 0.004))
    rect = tag("rect", width=width, height="100%", rx="2", class_="c0")
    return tag("svg", rect, width="100%", height="6", aria_hidden="true")


def _grid(scale: Sequence[int], height: int) -> Html:
    parts: list[Html] = []
    for tick in scale:
        y = _px(_TOP + height * (1 - tick / scale[-1]))
        kind = "grid" if tick else "base"
        parts.append(tag("line", x1="0", x2="100%", y1=y, y2=y, class_=kind))
        parts.append(tag("text", short(tick), x="-8", y=y, class_="left"))
    return joined(*parts)


def _time_axis(span: Axis, count: int, height: int) -> Html:
    foot = _TOP + height
    parts: list[Html] = []
    for place, (index, label) in enumerate(span.labels().items()):
        kind = "below minor" if place % 2 else "below"
        x = _percent((index + 0.5) / count)
        parts.append(tag("line", x1=x, x2=x, y1=_px(foot), y2=_px(foot + 4), class_="base"))
        parts.append(tag("text", label, x=x, y=_px(foot + 18), class_=kind))
    return joined(*parts)


def _percent(share: float) -> str:
    return f"{_short(share * 100)}%"


def _px(pixels: float) -> str:
    return _short(pixels)


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
