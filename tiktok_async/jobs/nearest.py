"""The end of a message about a word that is not known: what may have been meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LISTED: Final = 12


def nearest(word: str, known: Iterable[str]) -> str:
    """Return what to write in place of a word that is not known.

    Args:
        word: As it was written.
        known: What might have been written.

    Returns:
        ``write A or B`` where some are near, else ``write one of`` the first dozen.
    """
    words = list(dict.fromkeys(known))
    lower = {one.lower(): one for one in reversed(words)}
    near = [lower[one] for one in difflib.get_close_matches(word.lower(), lower, cutoff=0.6)]
    if near:
        return f"write {' or '.join(near)}"
    if not words:
        return "leave it out"
    more = f", … ({len(words):,} in all)" if len(words) > _LISTED else ""
    return f"write one of {', '.join(words[:_LISTED])}{more}"
