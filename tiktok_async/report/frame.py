"""What every page is set in: its head, with the whole style, and its contents."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tiktok_async.markup import Html, joined, tag
from tiktok_async.report.parts import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.report.parts import Chapter

_BEFORE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/>
"""


def head(title: str) -> Html:
    """Return the head of a page; what the page is made of stands in it, and nothing is loaded."""
    style = Html(f"\n<style>\n{_style()}</style>\n</head>\n")
    return joined(Html(_BEFORE), tag("title", title), style)


@functools.cache
def _style() -> str:
    return files(__package__).joinpath("style.css").read_text("utf-8")


def contents(chapters: Sequence[Chapter]) -> Html:
    """Return the list of chapters; a single one needs none."""
    if len(chapters) < 2:
        return NOTHING
    entries = tag("ul", *(chapter.entry() for chapter in chapters))
    return tag("nav", entries, aria_label="Contents")
