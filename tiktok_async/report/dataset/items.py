"""What became of the items that a stage was asked about."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tiktok_async.markup import foreign, tag
from tiktok_async.report.axis import counted, number
from tiktok_async.report.dataset.figures import first_round
from tiktok_async.report.dataset.gaps import gap_figure
from tiktok_async.report.parts import (
    NOTHING,
    figure,
    named,
    pair,
    ranking,
    sentences,
)

if TYPE_CHECKING:
    from tiktok_async.markup import Html
    from tiktok_async.report.dataset.figures import StageFigures

_MOST_SHOWN: Final = 6
_REASONS_SHOWN: Final = 12


def items(found: StageFigures) -> Html:
    """Return how many items were had, how many rows they have, and which are missing."""
    if found.coverage is not None or not found.shards:
        return NOTHING
    return tag("div", pair(_outcome(found), _spread(found)), _most(found), _missing(found))


def _outcome(found: StageFigures) -> Html:
    asked = sum(shard.items for shard in first_round(found.shards))
    lost = Counter({gap.label: gap.reason for gap in found.missing}.values())
    given, known = len(found.counts.items), found.counts.items.exact
    rest = asked - given - found.empty - lost.total()
    kinds = [
        ("With rows", given if known else 0),
        ("Without a row", found.empty),
        *((f"Missing: {reason}", count) for reason, count in lost.most_common(_REASONS_SHOWN)),
        ("Nothing yet" if known else "Not told apart", rest if known else rest + given),
    ]
    rows = [(foreign(name), count) for name, count in kinds if count > 0]
    caption = sentences(
        f"{counted(asked, 'item')} in all.",
        "" if known else "There are too many to tell which of them have rows.",
    )
    return (
        figure("Items", caption, ranking(("Outcome", "Items"), rows, split=False))
        if rows
        else NOTHING
    )


def _spread(found: StageFigures) -> Html:
    counts = found.counts.items
    if not counts or counts.most(1)[0][1] == 1:
        return NOTHING
    rows = [(tag("span", name), count) for name, count in counts.spread()]
    average = found.counts.dates.rows / len(counts)
    caption = sentences(
        f"An item with rows has {average:,.1f} on average." if counts.exact else "",
        "" if counts.exact else f"Of the first {number(len(counts))} items alone.",
    )
    return figure("Rows an item", caption, ranking(("Rows", "Items"), rows, split=False))


def _most(found: StageFigures) -> Html:
    ranked = found.counts.items.most(_MOST_SHOWN)
    if not ranked or ranked[0][1] == ranked[-1][1]:  # all at the limit: they tell nothing
        return NOTHING
    return figure("Items with most rows", "", ranking(("Item", "Rows"), named(ranked)))


def _missing(found: StageFigures) -> Html:
    caption = "Private, gone, or not shared: the provider gave nothing for them."
    return gap_figure("Missing items", "Item", caption, found.missing)
