"""The parts of a page: chapters, figures with their numbers as a table, rankings, tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.markup import Html, foreign, tag
from tiktok_async.report.axis import counted, number, weekdays
from tiktok_async.report.svg import Series, bar, filling, levels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tiktok_async.report.axis import Axis
    from tiktok_async.report.counts import Tally

NOTHING: Final = Html("")
_RANKED_IN_ONE: Final = 6
_COLUMNS: Final = Html('<colgroup><col/><col class="n"/></colgroup>')


@attrs.frozen
class Chapter:
    """A part of the page that the contents point to."""

    key: str
    """Unique on the page; made of letters and hyphens."""
    title: str
    parts: tuple[Html, ...]

    def html(self) -> Html:
        """Return it as it stands on the page."""
        heading = tag("h2", self.title, id=f"{self.key}-heading")
        labelled = f"{self.key}-heading"
        return tag("section", heading, *self.parts, id=self.key, aria_labelledby=labelled)

    def entry(self) -> Html:
        """Return its entry in the contents."""
        return tag("li", tag("a", self.title, href=f"#{self.key}"))


def chapter(key: str, title: str, *parts: Html) -> Chapter:
    """Return a chapter."""
    return Chapter(key, title, parts)


def paragraph(text: str, kind: str | None = None) -> Html:
    """Return a paragraph, or nothing where there is no text."""
    return tag("p", text, class_=kind) if text else NOTHING


def figure(title: str, caption: str, *content: Html) -> Html:
    """Return a figure with its title and caption above."""
    head = tag("figcaption", tag("h3", title), paragraph(caption))
    return tag("figure", head, *content)


def pair(*figures: Html) -> Html:
    """Return figures side by side where there is room."""
    return tag("div", *figures, class_="pair")


def plot(picture: Html) -> Html:
    """Return a chart with the room for its axes."""
    return tag("div", picture, class_="plot")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int = 1) -> Html:
    """Return a table whose rows begin with their heading.

    Args:
        head: Headings of the columns.
        rows: Texts; those that are `Html` go in as they are.
        numbers_from: The first column of numbers.
    """
    kinds = ["n" if index >= numbers_from else None for index in range(len(head))]
    headings = [
        tag("th", text, scope="col", class_=kind) for text, kind in zip(head, kinds, strict=True)
    ]
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row"),
            *(tag("td", text, class_=kind) for text, kind in zip(row[1:], kinds[1:], strict=True)),
        )
        for row in rows
    ]
    return tag("table", tag("thead", tag("tr", *headings)), tag("tbody", *body))


def numbers(what: str, content: Html) -> Html:
    """Return a table that opens on demand.

    Args:
        what: It holds the numbers of.
        content: The table.
    """
    return folded("Show the numbers", what, content)


def folded(summary: str, what: str, content: Html, kind: str = "scroll low") -> Html:
    """Return something large that opens on demand.

    Args:
        summary: What opens it.
        what: What it is, for those who cannot see where it stands.
        content: A table, for example.
        kind: The classes of what holds it.
    """
    return tag("details", tag("summary", summary), scrolled(what, content, kind))


def scrolled(what: str, content: Html, kind: str = "scroll wide") -> Html:
    """Return a table that is moved to and fro where there is no room for it."""
    return tag("div", content, class_=kind, tabindex="0", role="region", aria_label=what)


def capped(shown: int, whole: int) -> str:
    """Return the sentence about what a table leaves out."""
    return f"{number(whole - shown)} more not shown." if whole > shown else ""


def facts(pairs: Iterable[tuple[str, str]]) -> Html:
    """Return names with what they stand for; texts that are `Html` go in as they are."""
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", text)) for name, text in pairs),
        class_="facts",
    )


def time_numbers(what: str, span: Axis, series: Sequence[Series]) -> Html:
    """Return the numbers of a chart over time as a table that opens on demand."""
    names = [span.name(start) for start in span.steps()]
    columns = [[number(value) for value in one.values] for one in series]
    rows = zip(names, *columns, strict=True)
    return numbers(what, table([span.step.capitalize(), *(one.name for one in series)], rows))


def hour_numbers(what: str, counts: Mapping[tuple[int, int], int]) -> Html:
    """Return the numbers of a heat map as a table that opens on demand."""
    head = ["Hour", *weekdays()]
    rows = [
        [f"{hour:02}", *(number(counts.get((day, hour), 0)) for day in range(7))]
        for hour in range(24)
    ]
    return numbers(what, table(head, rows))


def ranking(
    head: tuple[str, str], ranked: Sequence[tuple[Html, int]], *, split: bool = True
) -> Html:
    """Return names with a bar and a number each, as a table that needs no other.

    Args:
        head: What the names are, and what the numbers count.
        ranked: The names, the greatest number first.
        split: Whether a long one is two tables side by side.
    """
    most = max((count for _, count in ranked), default=0) or 1
    rows = [
        tag(
            "tr",
            tag("th", name, bar(count / most), scope="row"),
            tag("td", number(count), class_="n"),
        )
        for name, count in ranked
    ]
    if len(rows) <= _RANKED_IN_ONE or not split:
        return _ranking(head, rows)
    half = (len(rows) + 1) // 2
    return pair(_ranking(head, rows[:half]), _ranking(head, rows[half:], " rest"))


def _ranking(head: tuple[str, str], rows: Sequence[Html], more: str = "") -> Html:
    headings = (tag("th", head[0], scope="col"), tag("th", head[1], scope="col", class_="n"))
    head_row = tag("thead", tag("tr", *headings))
    # Columns of their own: on a phone the second table's headings are not seen.
    return tag("table", _COLUMNS, head_row, tag("tbody", *rows), class_=f"ranking{more}")


def named(ranked: Iterable[tuple[str, int]]) -> list[tuple[Html, int]]:
    """Return names from the archive, fit for a ranking."""
    return [(foreign(name), count) for name, count in ranked]


def tiles(figures: Iterable[tuple[str, str, str]]) -> Html:
    """Return headline figures: what is counted, how many, and a word more."""
    drawn = [_tile(*one) for one in figures]
    return tag("dl", *drawn, class_="tiles") if drawn else NOTHING


def _tile(what: str, count: str, aside: str) -> Html:
    more = tag("dd", aside, class_="aside") if aside else NOTHING
    return tag("div", tag("dt", what), tag("dd", count, class_="figure"), more, class_="tile")


def key_of(names: Sequence[str]) -> Html:
    """Return the key of a chart's colours, in their order."""
    return _key((f"c{color}", name) for color, name in enumerate(names))


def heat_key(most: int) -> Html:
    """Return the key of a heat map's strengths."""
    return _key((f"h{strength}", values) for strength, values in levels(most))


def key_with_bands(names: Sequence[str], bands: Iterable[tuple[str, str]], key: str) -> Html:
    """Return the key of a chart's colours and of the bands behind its columns.

    Args:
        names: What the colours stand for, in their order.
        bands: Their kinds, and what they stand for.
        key: That of the chart.
    """
    colors = [(f"c{color}", name) for color, name in enumerate(names)]
    return _key([*colors, *bands], key)


def _key(entries: Iterable[tuple[str, str]], key: str = "") -> Html:
    return tag("ul", *(_swatch(kind, name, key) for kind, name in entries), class_="key")


def _swatch(kind: str, name: str, key: str) -> Html:
    mark = tag(
        "rect", width=12, height=12, rx=2, class_=kind, fill=filling(kind, key) if key else None
    )
    return tag("li", tag("svg", mark, width=12, height=12, aria_hidden="true"), foreign(name))


def words(texts: Iterable[str]) -> Html:
    """Return words from the archive as a list of labels."""
    return tag("ul", *(tag("li", foreign(text)) for text in texts), class_="words")


def counts(*given: tuple[int, str, str]) -> str:
    """Return what there is of each kind, without those that are zero: `2 posts, 1 comment`.

    Args:
        given: A number, what one is called, and what several are called.
    """
    return ", ".join(counted(count, one, many) for count, one, many in given if count)


def distinct(tally: Tally, one: str) -> str:
    """Return how many different names there are, `at least` where not all were kept."""
    return ("" if tally.exact else "at least ") + counted(len(tally), one)


def estimate(tally: Tally) -> str:
    """Return the sentence about counts that are lower bounds."""
    return (
        "" if tally.exact else "There are very many: rare ones were dropped, counts are at least."
    )


def sentences(*texts: str) -> str:
    """Return the texts that say something, one after the other."""
    return " ".join(text for text in texts if text)
