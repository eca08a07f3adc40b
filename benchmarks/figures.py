"""Write the figures of the README from what the benchmarks found.

python -m benchmarks.figures [--check]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.claims import Claim, Entry, Goal, Scene
    from benchmarks.reading import Results

README: Final = Path(__file__).parent.parent / "README.md"
BEGIN: Final = "<!-- figures -->\n"
END: Final = "<!-- end of figures -->\n"
_CALLS_HEAD: Final = ("calls per second", "httpx", "core", "to reach", "`fast`", "to reach", "p99")

_PAGE_ONLY: Final = frozenset({"CPU", "time"})
"""What the page of charts tells, but not the README."""


def written(results: Results) -> str:
    """Return all that stands between the marks."""
    head = [*results.sentences(), "Medians of interleaved rounds, all servers on loopback."]
    tables = ["\n\n".join((head[0], " ".join(head[1:])))]
    tables += [_table(_CALLS_HEAD, calls) for calls in [list(_calls(results))] if calls]
    rows = [
        _row(claim, scene, entry)
        for claim in results.claims
        for scene in claim.scenes
        for entry in scene.entries
        if scene.listed and entry.ours
    ]
    tables += [_table(("what", "figure", "to reach"), rows)] if rows else []
    return "\n" + "\n\n".join(tables) + "\n\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _calls(results: Results) -> Iterator[list[str]]:
    for claim in results.claims:
        if claim.name == "calls":
            yield from (_side_by_side(scene) for scene in claim.scenes if not scene.listed)


def _side_by_side(scene: Scene) -> list[str]:
    by_name = {entry.name: entry for entry in scene.entries}
    httpx, core, fast = (by_name.get(name) for name in ("httpx", "core", "fast"))
    late = [one.notes["p99"].removesuffix(" ms") if one else "-" for one in (httpx, core, fast)]
    cells = (_rate(httpx), _rate(core), _goals(core), _rate(fast), _goals(fast))
    return [scene.title, *cells, f"{', '.join(late)} ms"]


def _rate(entry: Entry | None) -> str:
    if entry is None:
        return "-"
    rate = entry.figure.removesuffix(" calls/s")
    return f"{rate}: {entry.ratio.removesuffix(' httpx')}" if entry.ratio else rate


def _goals(entry: Entry | None) -> str:
    return "; ".join(map(_said, entry.goals)).replace(" httpx", "") if entry else "-"


def _said(goal: Goal) -> str:
    return f"{goal.said}: {'reached' if goal.reached else '**not reached**'}"


def _row(claim: Claim, scene: Scene, entry: Entry) -> list[str]:
    notes = [f"{name} {value}" for name, value in entry.notes.items() if name not in _PAGE_ONLY]
    spread = [] if entry.spread is None else [f"spread {entry.spread:.2f}"]
    figure = ", ".join(filter(None, (entry.figure, entry.ratio, *notes, *spread)))
    what = f"{claim.title}, {scene.title[0].lower()}{scene.title[1:]}: {entry.name}"
    return [what, figure, "; ".join(map(_said, entry.goals)) or "-"]


def renewed(text: str, results: Results) -> str:
    """Return a README with the figures that are found now; what is outside the marks stays."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The README has no lines {BEGIN.strip()} and {END.strip()}.")
    return before + begin + written(results) + end + after


def main() -> None:
    """Write the README's figures, or tell whether they are those of the results."""
    parser = argparse.ArgumentParser(description="The figures of the README.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 = not up to date")
    given = parser.parse_args()
    results = read()
    for name, why in results.missing.items():
        print(f"{name} is left out: {why}")
    if not results.claims:
        sys.exit("There are no results: run python -m benchmarks first.")
    text = README.read_text("utf-8")
    new = renewed(text, results)
    if not given.check:
        README.write_text(new, encoding="utf-8")
        print(f"written: {README}")
    elif new != text:
        sys.exit("The README's figures are not those of the results: run it without --check.")
    else:
        print("The README's figures are those of the results.")


if __name__ == "__main__":
    main()
