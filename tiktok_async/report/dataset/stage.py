"""The chapter about a stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.markup import foreign, tag
from tiktok_async.report.axis import counted, number
from tiktok_async.report.dataset.asked import asked
from tiktok_async.report.dataset.items import items
from tiktok_async.report.dataset.over_days import hole_list, over_days, reach, regions
from tiktok_async.report.parts import (
    NOTHING,
    Chapter,
    capped,
    chapter,
    distinct,
    estimate,
    figure,
    folded,
    named,
    paragraph,
    ranking,
    scrolled,
    sentences,
    table,
)

if TYPE_CHECKING:
    from tiktok_async.jobs.manifest import ShardEntry, Status
    from tiktok_async.markup import Html
    from tiktok_async.report.counts import Tally
    from tiktok_async.report.dataset.figures import StageFigures

_RANKED: Final = 20
_SHARDS_SHOWN: Final = 300
_HASH_SHOWN: Final = 12
_SIZES: Final = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
_STATES: Final[dict[Status, str]] = {
    "planned": "Not begun.",
    "running": "Not at its end.",
    "stopped": "Stopped before its end.",
    "complete": "Complete.",
}


def stage_chapter(found: StageFigures) -> Chapter:
    """Return the chapter about a stage."""
    counts = found.counts
    return chapter(
        found.key,
        f"Stage {found.entry.name}"[:80],
        paragraph(_lead(found)),
        asked(found),
        over_days(found),
        hole_list(found),
        items(found),
        regions(found),
        _ranked("Hashtags", "hashtag", counts.hashtags, "Capitals aside; each counts once a row."),
        _ranked("Accounts", "account", counts.users, "By the handle in each row."),
        _outputs(found),
        _shards(found),
    )


def _lead(found: StageFigures) -> str:
    entry = found.entry
    read = found.counts.dates.rows
    return sentences(
        _STATES[entry.status],
        f"{counted(entry.rows, 'row')}, {counted(entry.calls, 'call')},"
        f" {counted(len(entry.shards), 'shard')}.",
        reach(found),
        f"{number(read)} of the rows could be read." if read != entry.rows else "",
        "" if found.known else "This version does not know what the rows are: they are counted.",
    )


def _ranked(title: str, one: str, tally: Tally, caption: str) -> Html:
    ranked = named(tally.most(_RANKED))
    if not ranked:
        return NOTHING
    told = sentences(f"{distinct(tally, one).capitalize()}.", caption, estimate(tally))
    return figure(title, told, ranking((title[:-1], "Rows"), ranked))


def _outputs(found: StageFigures) -> Html:
    outputs = found.entry.outputs
    if not outputs:
        return NOTHING
    rows = [
        (
            foreign(one.path),
            foreign(one.format),
            tag("code", foreign(one.sha256)),
            number(one.rows),
            size(one.size),
        )
        for one in outputs
    ]
    head = ("File", "Format", "SHA-256", "Rows", "Size")
    return figure("Files", "", scrolled("Files", table(head, rows, numbers_from=3)))


def _shards(found: StageFigures) -> Html:
    if not found.shards:
        return NOTHING
    shown = found.shards[:_SHARDS_SHOWN]
    head = ("Shard", "What", "State", "SHA-256", "Rows", "Pages", "Calls", "Size")
    content = table(head, [_shard(one) for one in shown], numbers_from=4)
    more = capped(len(shown), len(found.shards))
    summary = sentences(f"Show {counted(len(shown), 'shard')} with their hashes.", more)
    return folded(summary, "Shards", content, "scroll low wide")


def _shard(one: ShardEntry) -> tuple[str, ...]:
    return (
        foreign(one.id),
        foreign(one.label),
        foreign(one.status),
        tag("code", foreign((one.sha256 or "-")[:_HASH_SHOWN])),
        number(one.rows),
        number(one.pages),
        number(one.calls),
        size(one.size),
    )


def size(count: int) -> str:
    """Return bytes as people write them: `1.5 MiB`."""
    for unit, name in _SIZES:
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return f"{number(count)} B"
