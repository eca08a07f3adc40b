"""What a notebook shows of a job: small tables without a style of their own.

Whatever came from elsewhere is escaped, cut to a line, and keeps its writing direction to itself.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.errors import TikTokError
from tiktok_async.markup import Html, foreign, joined, tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiktok_async.jobs.dataset import Dataset
    from tiktok_async.jobs.manifest import Manifest, StageEntry
    from tiktok_async.jobs.progress import Progress, StageProgress

_STAGES_SHOWN: Final = 50
_ROWS_SHOWN: Final = 5
_COLUMNS_SHOWN: Final = 8
_CELL_CHARS: Final = 40
_MESSAGE_CHARS: Final = 300
_TEXT_MOST: Final = 1_000
"""Characters of a value that are looked at."""


def manifest_html(manifest: Manifest) -> str:
    """Return how a job's dataset stands, stage by stage."""
    head = ("Stage", "State", "Shards", "Rows", "Calls", "Holes", "Missing")
    shown = manifest.stages[:_STAGES_SHOWN]
    why = manifest.message or manifest.stopped or ""
    return joined(
        _line(manifest.job, f"{manifest.status}, {_count(manifest.rows, 'row')}."),
        tag("p", foreign(why, _MESSAGE_CHARS)) if why else "",
        _table(head, [_stage(one) for one in shown]),
        _rest(len(shown), len(manifest.stages), "stage"),
    )


def progress_html(progress: Progress) -> str:
    """Return how a run stands, stage by stage."""
    head = ("Stage", "Shards", "Running", "Rows", "Calls", "Holes", "Missing")
    shown = progress.stages[:_STAGES_SHOWN]
    speed = progress.rows / progress.seconds if progress.seconds > 0 else 0
    about = f"{_count(progress.rows, 'row')} in {progress.seconds:,.0f} s, {speed:,.0f} a second."
    return joined(
        _line("Run", about),
        tag("p", "Waits for: ", foreign(_waits(progress))) if progress.waiting else "",
        _table(head, [_stage_progress(one) for one in shown]),
        _rest(len(shown), len(progress.stages), "stage"),
    )


def dataset_html(dataset: Dataset) -> str:
    """Return how many rows a dataset has, and the first of them; reads the first part."""
    try:
        rows = list(islice(dataset.rows(), _ROWS_SHOWN))
        names = list(dict.fromkeys(key for row in rows for key in row))
        state = "complete" if dataset.complete else "partial"
        gaps = len(dataset.holes()), len(dataset.missing())
        count = len(dataset)
    except (TikTokError, OSError) as error:
        return _line(dataset.name, "It cannot be read: ", foreign(str(error), _MESSAGE_CHARS))
    shown = names[:_COLUMNS_SHOWN]
    lost = f"{_count(gaps[0], 'hole')}, {_count(gaps[1], 'missing item')}"
    return joined(
        _line(dataset.name, f"{_count(count, 'row')}, {state}; {lost}."),
        _table(shown, [[_cell(row.get(name, "")) for name in shown] for row in rows], 0),
        _rest(len(rows), count, "row"),
        _rest(len(shown), len(names), "column"),
    )


def _stage(one: StageEntry) -> tuple[str, ...]:
    done = sum(shard.status == "complete" for shard in one.shards)
    return (
        foreign(one.name),
        one.status,
        f"{done:,} of {len(one.shards):,}",
        f"{one.rows:,}",
        f"{one.calls:,}",
        f"{sum(len(shard.holes) for shard in one.shards):,}",
        f"{sum(len(shard.missing) for shard in one.shards):,}",
    )


def _stage_progress(one: StageProgress) -> tuple[str, ...]:
    whole = "?" if one.shards is None else f"{one.shards:,}"
    counts = (one.running, one.rows, one.calls, one.holes, one.missing)
    return (foreign(one.name), f"{one.done:,} of {whole}", *(f"{count:,}" for count in counts))


def _waits(progress: Progress) -> str:
    until = progress.wake_at
    end = "" if until is None else f", until {until:%Y-%m-%d %H:%M} {until.tzname() or ''}"
    return f"{progress.waiting}{end}"


def _line(name: str, *about: str) -> Html:
    return tag("p", tag("b", foreign(name)), ": ", *about)


def _rest(shown: int, whole: int, one: str) -> Html | str:
    return tag("p", f"{_count(whole - shown, one)} more.") if whole > shown else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int = 2) -> Html | str:
    if not head:
        return ""
    headings = tag("tr", *(tag("th", foreign(text, _CELL_CHARS)) for text in head))
    body = [
        tag(
            "tr",
            *(
                tag("td", text, align="right" if 0 < numbers_from <= at else "left")
                for at, text in enumerate(row)
            ),
        )
        for row in rows
    ]
    return tag("table", tag("thead", headings), tag("tbody", *body))


def _cell(value: Any) -> Html:
    return foreign(str(value)[:_TEXT_MOST], _CELL_CHARS)


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"
