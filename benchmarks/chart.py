"""Draw what the benchmarks found as one page that a person can look at, with nothing to load.

python -m benchmarks.chart
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.reading import FOLDER, read
from tiktok_async.markup import Html, joined, tag
from tiktok_async.report.frame import contents, head
from tiktok_async.report.parts import chapter, figure, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.claims import Claim, Entry, Goal, Scene
    from benchmarks.reading import Results
    from tiktok_async.report.parts import Chapter

PAGE: Final = "index.html"
_STYLE: Final = Path(__file__).with_suffix(".css")
_WIDE: Final = 66.0
"""Per cent of the picture that the longest bar takes; the rest is for the figure behind it."""
_NEAR: Final = 4.0
"""Per cent of the picture: the figure stands behind a mark that is as near to the end of a bar."""
_TALL: Final = 26
"""Pixels of a bar with the room around it."""


def page(results: Results) -> str:
    """Return the whole page."""
    chapters = [_chapter(claim) for claim in results.claims]
    style = tag("style", Html("\n" + _STYLE.read_text("utf-8")))
    top = Html(head("Benchmarks of tiktok_async").replace("</head>", f"{style}\n</head>"))
    main = tag("main", *itertools.chain(*((one.html(), Html("\n")) for one in chapters)))
    parts = (_opening(results), contents(chapters), main, Html("\n</body></html>\n"))
    return joined(top, Html("<body>\n"), *parts)


def _opening(results: Results) -> Html:
    said = [paragraph(_prose(sentence), "lead") for sentence in results.sentences()[:1]]
    said += [paragraph(_prose(sentence), "note") for sentence in results.sentences()[1:]]
    return tag(
        "header",
        tag("h1", "Benchmarks of tiktok_async"),
        *said,
        _tiles(results),
        _misses(results),
        tag("h2", "How to read the bars", class_="how"),
        paragraph(
            "Contenders of one picture were measured side by side, in turns. Spread is the least"
            " round as a part of the greatest: 1 is all alike. Where there is none, there was one"
            " round."
        ),
        _key(),
    )


def _prose(text: str) -> Html:
    """Return text whose `code` is marked as such."""
    pieces = text.split("`")
    return joined(*(tag("code", one) if at % 2 else one for at, one in enumerate(pieces)))


def _tiles(results: Results) -> Html:
    goals = [goal for claim in results.claims for _, _, goal in claim.goals()]
    reached = sum(goal.reached for goal in goals)
    shown = [("to be reached", str(len(goals))), ("reached", str(reached))]
    shown.append(("not reached", str(len(goals) - reached)))
    if (run := results.run) is not None:
        shown += [("cores", str(run.cores)), ("Python", run.python)]
        shown += [("date", f"{run.began:%Y-%m-%d}"), ("run", "quick" if run.quick else "full")]
        shown.append(("load, start and end", f"{run.load[0]:.1f}, {run.load[1]:.1f}"))
    made = (
        tag("div", tag("dt", name), tag("dd", value, class_="figure"), class_="tile")
        for name, value in shown
    )
    return tag("dl", *made, class_="tiles")


def _misses(results: Results) -> Html:
    entries = [
        tag(
            "li",
            tag("a", claim.title, href=f"#{claim.name}"),
            _prose(f": {scene.title}, {entry.name}: {_found(entry)}; {goal.said}"),
        )
        for claim in results.claims
        for scene, entry, goal in claim.goals()
        if not goal.reached
    ]
    if not entries:
        return Html("")
    heading = tag("h2", "Not reached", class_="how")
    return joined(heading, tag("ul", *entries, class_="short"))


def _found(entry: Entry) -> str:
    return f"{entry.figure}, {entry.ratio}" if entry.ratio else entry.figure


def _key() -> Html:
    ours = tag("rect", class_="c0", width="100%", height="10", rx="2")
    others = tag("rect", class_="c5", width="100%", height="10", rx="2")
    mark = tag("line", class_="goal", x1="50%", x2="50%", y1="0", y2="14")
    entries = (
        ("this library", ours, 10),
        ("what it is compared with", others, 10),
        ("to reach", mark, 14),
    )
    return tag(
        "ul",
        *(
            tag("li", tag("svg", drawn, height=tall, aria_hidden="true"), name)
            for name, drawn, tall in entries
        ),
        class_="key",
    )


def _chapter(claim: Claim) -> Chapter:
    text = tag("p", _prose(claim.text))
    note = tag("p", _prose(claim.compared), class_="note")
    return chapter(claim.name, claim.title, text, note, *map(_figure, claim.scenes))


def _figure(scene: Scene) -> Html:
    lengths = [one.value for one in scene.entries]
    most = max(lengths + [goal.at for one in scene.entries for goal in one.goals], default=0.0)
    rows = (_row(one, most or 1.0) for one in scene.entries)
    return figure(scene.title, _prose(scene.unit), tag("ol", *rows, class_="bars"))


def _row(entry: Entry, most: float) -> Html:
    return tag(
        "li",
        tag("div", entry.name, class_="who"),
        _bar(entry, most),
        tag("div", *_told(entry), class_="told"),
        class_="ours" if entry.ours else None,
    )


def _bar(entry: Entry, most: float) -> Html:
    end = max(entry.value / most * _WIDE, 0.4)
    marks = [goal.at / most * _WIDE for goal in entry.goals]
    titles = [tag("title", _verdict(goal)) for goal in entry.goals]
    words = max([end, *(mark for mark in marks if mark - end < _NEAR)])
    lines = [
        tag("line", title, x1=_percent(mark), x2=_percent(mark), y1=0, y2=_TALL, class_=kind)
        for mark, title in zip(marks, titles, strict=True)
        for kind in ("halo", "goal")
    ]
    said = "; ".join([f"{entry.name}: {entry.figure}", *(_verdict(one) for one in entry.goals)])
    kind = "c0" if entry.ours else "c5"
    return tag(
        "svg",
        tag("title", said),
        tag("rect", class_=kind, width=_percent(end), y=5, height=_TALL - 10, rx=2),
        *lines,
        tag("text", entry.figure, x=_percent(words), dx=7, y=_TALL / 2),
        role="img",
        aria_label=said,
        width="100%",
        height=_TALL,
    )


def _percent(share: float) -> str:
    return f"{share:.2f}%"


def _verdict(goal: Goal) -> str:
    return f"{'reached' if goal.reached else 'not reached'}: {goal.said}"


def _told(entry: Entry) -> Iterator[Html]:
    for goal in entry.goals:
        kind = "good" if goal.reached else "warn"
        word = tag("b", "Reached" if goal.reached else "Not reached", class_=kind)
        yield tag("p", word, f": {goal.said}", class_="verdict")
    notes = [entry.ratio] if entry.ratio else []
    notes += [f"spread {entry.spread:.2f}"] if entry.spread is not None else []
    notes += [f"{name} {value}" for name, value in entry.notes.items()]
    if notes:
        yield tag("p", *(tag("span", note) for note in notes), class_="notes")


def main() -> None:
    """Write the page into the folder of results, and say where it is and what it lacks."""
    results = read()
    path = FOLDER / PAGE
    path.write_text(page(results), encoding="utf-8")
    for name, why in results.missing.items():
        print(f"{name} is left out: {why}")
    print(f"charts: {path}")


if __name__ == "__main__":
    main()
