"""Charts show the numbers that they are given, in their places."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tiktok_async.markup import tag
from tiktok_async.report.axis import Span
from tiktok_async.report.counts import Dates
from tiktok_async.report.over_time import growth_figure, stacked_figure
from tiktok_async.report.parts import ranking
from tiktok_async.report.svg import Chart, Series, columns, heat_map, lines

if TYPE_CHECKING:
    from tiktok_async.markup import Html

CHART = Chart("key", "Title", "Description")
SPAN = Span(date(2026, 3, 1), date(2026, 3, 4))


def parsed(markup: Html) -> ET.Element:
    return ET.fromstring(markup)  # noqa: S314  # our own markup


def numbers(element: ET.Element, *names: str) -> list[float]:
    return [float(element.get(name, "").rstrip("%")) for name in names]


def test_columns_stand_on_each_other_from_zero() -> None:
    two = [Series("a", [4, 0, 2, 0]), Series("b", [0, 3, 2, 0])]
    first, second, below, above = parsed(columns(CHART, SPAN, two, height=100)).iter("rect")
    floor = 108
    assert numbers(first, "y", "height") == [8, 100]
    assert numbers(second, "y", "height") == [floor - 75, 75]
    assert numbers(below, "y", "height") == [floor - 50, 50]
    assert numbers(above, "y", "height") == [floor - 100, 50]
    assert [one.get("class") for one in (first, second, below, above)] == ["c0", "c1", "c0", "c1"]
    assert numbers(below, "x") == numbers(above, "x") == [58.5]
    assert [one.findtext("title") for one in (second, above)] == [
        "Mon 2 Mar 2026: 3 b",
        "Tue 3 Mar 2026: 2 b",
    ]


def test_the_smallest_column_is_seen() -> None:
    chart = columns(CHART, SPAN, [Series("a", [1_000_000, 1, 0, 0])])
    assert [numbers(rect, "height") for rect in parsed(chart).iter("rect")] == [[150], [1.5]]


def test_lines_go_through_their_numbers() -> None:
    drawn = parsed(lines(CHART, SPAN, [Series("a", [0, 1, 2, 4])]))
    [line] = drawn.iter("polyline")
    assert line.get("points") == "12.5,100 37.5,75 62.5,50 87.5,0"


def test_growth_adds_up() -> None:
    dates = Dates(date(2026, 12, 31))
    dates.days = Counter({date(2026, 3, 1): 2, date(2026, 3, 3): 5})
    figure = parsed(growth_figure("key", "Title", [("Followers", dates)]))
    rows = [[cell.text for cell in row] for row in figure.iter("tr")]
    assert rows[1:] == [["Sun 1 Mar 2026", "2"], ["Mon 2 Mar 2026", "2"], ["Tue 3 Mar 2026", "7"]]
    assert "followers 7" in str(figure.find(".//desc").text)  # type: ignore[union-attr]  # it has one


def test_stacked_figure_has_a_key_of_its_colours() -> None:
    day = Counter({date(2026, 3, 1): 2})
    figure = parsed(stacked_figure("key", "Title", [("a", day), ("b", day)]))
    entries = [
        (item.find("svg/rect").get("class"), item.findtext("bdi")) for item in figure.iter("li")
    ]  # type: ignore[union-attr]  # each has one
    assert entries == [("c0", "a"), ("c1", "b")]


def test_heat_map_has_a_cell_for_every_hour_of_the_week() -> None:
    cells = list(parsed(heat_map(CHART, {(0, 0): 1, (6, 23): 10})).iter("rect"))
    assert len(cells) == 7 * 24
    assert Counter(cell.get("class") for cell in cells) == {"h0": 166, "h1": 1, "h5": 1}
    assert cells[-1].findtext("title") == "Sun 23:00 to 23:59: 10"
    assert numbers(cells[-1], "x", "y") == [96, 141]


def test_ranking_keeps_its_order_in_two_tables() -> None:
    ranked = [(tag("span", name), 10 - at) for at, name in enumerate("abcdefg")]
    tables = list(parsed(ranking(("Name", "Count"), ranked)).iter("table"))
    names = [[row.findtext("th/span") for row in table.iter("tr")][1:] for table in tables]
    assert names == [["a", "b", "c", "d"], ["e", "f", "g"]]
    widths = [rect.get("width") for table in tables for rect in table.iter("rect")]
    assert widths == ["100%", "90%", "80%", "70%", "60%", "50%", "40%"]


def test_short_ranking_is_one_table() -> None:
    ranked = [(tag("span", name), 0) for name in "ab"]
    assert parsed(ranking(("Name", "Count"), ranked)).tag == "table"
