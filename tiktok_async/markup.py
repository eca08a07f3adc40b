"""HTML and SVG as text. Whatever is not markup already is escaped; there is no other way in."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

_UNFIT: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Controls, changes of writing direction, halves of characters: not for a page."""
_CUT_CHARS: Final = 80
_MARKS_MOST: Final = 2
"""Accents on one letter; more of them would cover the lines above and below."""


class Html(str):
    """Markup that goes into a page as it is."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: str | float | None) -> Html:
    """Return an element.

    Args:
        name: Of the element.
        children: What it holds; text that is not `Html` is escaped.
        attributes: Their names have `_` where the page has `-`; `class_` is `class`; None = left
            out. Values are escaped.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*parts: str) -> Html:
    """Return the parts one after the other; those that are not `Html` are escaped."""
    return Html("".join(part if isinstance(part, Html) else escaped(part) for part in parts))


def escaped(text: str) -> Html:
    """Return text that means nothing but itself, in an element or in a quoted attribute."""
    return Html(html.escape(_UNFIT.sub("\ufffd", text)))


def foreign(text: str, most: int = _CUT_CHARS) -> Html:
    """Return text from elsewhere as one short line whose writing direction is its own.

    Args:
        text: Of whatever origin.
        most: Characters that are shown.
    """
    return tag("bdi", line_of(text, most))


def line_of(text: str, most: int = _CUT_CHARS) -> str:
    """Return text from elsewhere as one line of at most so many characters."""
    line = _thinned(" ".join(text[: 20 * most].split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _thinned(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= _MARKS_MOST:
            kept.append(char)
    return "".join(kept)
