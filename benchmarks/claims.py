"""What a benchmark claims and what it found, as people read it: names, figures, what is reached."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE: Final = Path(__file__).parent
_MARK: Final = "Claim: "


@attrs.frozen
class Goal:
    """What a figure is to reach."""

    at: float
    """Where it is on the scale of the figure."""
    said: str
    reached: bool


@attrs.frozen
class Entry:
    """The figure of one contender."""

    name: str
    value: float
    """Length of its bar."""
    figure: str
    """The value as it is written, with its unit."""
    ratio: str = ""
    """Against whom, and how much."""
    spread: float | None = None
    """The least round as a part of the greatest; None = there was but one."""
    goals: tuple[Goal, ...] = ()
    notes: Mapping[str, str] = attrs.field(factory=dict)
    """What else was measured, by its name."""
    ours: bool = False


@attrs.frozen
class Scene:
    """Contenders that are compared."""

    title: str
    unit: str
    """Of the bars, and which way is better."""
    entries: tuple[Entry, ...]
    listed: bool = True
    """Whether it has rows of its own in the README."""


@attrs.frozen
class Claim:
    """A script with its results."""

    name: str
    title: str
    compared: str
    """What is measured, against whom."""
    text: str
    scenes: tuple[Scene, ...]

    def goals(self) -> list[tuple[Scene, Entry, Goal]]:
        """Return all that is to be reached, with where it stands."""
        return [
            (scene, entry, goal)
            for scene in self.scenes
            for entry in scene.entries
            for goal in entry.goals
        ]


@functools.cache
def _docstring(name: str) -> tuple[str, ...]:
    """Return the paragraphs of a script's, which is not imported: its packages may be absent."""
    tree = ast.parse((_HERE / f"{name}.py").read_text("utf-8"))
    found = (ast.get_docstring(tree) or "").split("\n\n")
    return tuple(" ".join(paragraph.split()) for paragraph in found)


def compared(name: str) -> str:
    """Return what a script compares: the first line of its docstring."""
    return _docstring(name)[0]


def claim_of(name: str) -> str:
    """Return what a script claims: the paragraph of its docstring that begins with "Claim:"."""
    for paragraph in _docstring(name):
        if paragraph.startswith(_MARK):
            text = paragraph.removeprefix(_MARK)
            return text[0].upper() + text[1:]
    raise ValueError(f"The docstring of benchmarks/{name}.py has no paragraph that begins Claim:")


def at_least(times: float, ratio: float, base: float, whose: str) -> Goal:
    """Return a goal that is a ratio of rates.

    Args:
        times: The least ratio.
        ratio: The one that was found.
        base: The rate of the other.
        whose: Name of the other.
    """
    return Goal(times * base, f"at least {_multiple(times)} {whose}", ratio >= times)


def within(times: float, ratio: float, base: float, whose: str) -> Goal:
    """Return a goal that is a ratio of times: what `at_least` takes, but the most."""
    return Goal(times * base, f"at most {_multiple(times)} {whose}", ratio <= times)


def _multiple(times: float) -> str:
    return "as much as" if times == 1 else f"{times:.3g} times"


def at_most(limit: float, value: float, said: str) -> Goal:
    """Return a goal that is a limit, said with its unit."""
    return Goal(limit, f"at most {said}", value <= limit)


def shown(value: float) -> str:
    """Return a number with as many digits as it is worth."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def times(ratio: float | None, whose: str) -> str:
    """Return a ratio in words, or nothing."""
    return "" if ratio is None else f"{ratio:,.2f} times {whose}"


def duration(seconds: float) -> str:
    """Return seconds in the unit that suits them."""
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{shown(seconds / size)} {unit}"
    return f"{shown(seconds * 1e6)} µs"
