"""Tables of what could not be had, with the reasons and the provider's ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.markup import foreign, tag
from tiktok_async.report.parts import NOTHING, capped, figure, scrolled, sentences, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.jobs.manifest import Gap
    from tiktok_async.markup import Html

_SHOWN: Final = 50
_MESSAGE_CHARS: Final = 200


def gap_figure(title: str, what: str, caption: str, gaps: Sequence[Gap]) -> Html:
    """Return the first fifty of what could not be had; nothing if there is none.

    Args:
        title: Of the figure.
        what: A label of them names.
        caption: A word on them.
        gaps: They.
    """
    if not gaps:
        return NOTHING
    shown = gaps[:_SHOWN]
    rows = [
        (
            foreign(one.label),
            foreign(one.reason),
            foreign(one.message, _MESSAGE_CHARS),
            tag("code", foreign(one.log_id or "-")),
        )
        for one in shown
    ]
    listed = table((what, "Reason", "Message", "Log id"), rows, numbers_from=4)
    told = sentences(caption, capped(len(shown), len(gaps)))
    return figure(title, told, scrolled(title, listed))
