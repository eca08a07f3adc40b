"""Which collected rows are gone since: the research terms ask to delete them.

Videos and comments of the Research API, users, and posts of TikAPI are asked about, in the way that
takes the fewest calls. What is gone is noted beside the parts, which stay as they are: a dataset
that is cited does not change by itself. Each portion is noted when its answer is there, so that a
look that was interrupted goes on behind it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
from anyio import to_thread

from tiktok_async import convert
from tiktok_async.errors import DecodeError, InputError
from tiktok_async.io.durable import sync_folder, write_durably
from tiktok_async.io.tasks import finished
from tiktok_async.jobs.availability import FEW, way_of
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.marks import Id, marked_column, read_marks, write_marks
from tiktok_async.jobs.parts import disk_errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktok_async.client import BaseClient
    from tiktok_async.jobs.column import Column
    from tiktok_async.jobs.dataset import Dataset

_GOOD_FOR: Final = timedelta(days=30)
"""Age of an interrupted look that is still gone on with."""


@attrs.frozen(kw_only=True)
class Recheck:
    """What came of looking again."""

    stage: str
    checked: int
    """Ids."""
    gone: int
    """Of them, no longer available."""
    path: Path
    """Their marks: a line each, `id`, `gone` and `checked_at`, which is when it was first seen."""
    way: str
    """How it was learned: compliance, query or item."""


async def recheck(dataset: Dataset, client: BaseClient, now: str) -> Recheck:
    """Ask which rows of a stage are still available, and note those that are not.

    Args:
        dataset: The stage; nobody else changes it meanwhile.
        client: Asks.
        now: ISO 8601, for the marks.

    Raises:
        InputError: if its rows cannot be asked for again.
        DiskError: if the disk refuses.
        TikTokError: as for any call; what was noted stays, and the next look goes on behind it.
    """
    kind, column = kind_of(dataset.stage.collect), checked_column(dataset)
    ids, times = await to_thread.run_sync(_ids, dataset, column)
    way = way_of(kind, dataset.stage, client, times, len(ids))
    notes = _Notes(dataset, ids, now)
    begin = await to_thread.run_sync(notes.load)
    for start in range(begin, len(ids), way.chunk):
        portion = ids[start : start + way.chunk]
        gone = await way.gone(portion)
        await finished(to_thread.run_sync(notes.take, portion, gone, start + len(portion)))
    gone_now = await finished(to_thread.run_sync(notes.end))
    path = dataset.layout.recheck(dataset.name)
    return Recheck(stage=dataset.name, checked=len(ids), gone=gone_now, path=path, way=way.name)


def checked_column(dataset: Dataset) -> Column:
    """Return where in a stage's rows the ids are that they are asked for again by.

    Raises:
        InputError: if they cannot be.
    """
    column = marked_column(kind_of(dataset.stage.collect))
    if column is None:
        msg = (
            f"The rows of {dataset.name} cannot be asked for again: name a stage that has videos, "
            "comments or users of the Research API, or posts or profiles of TikAPI."
        )
        raise InputError(msg)
    return column


def _ids(dataset: Dataset, column: Column) -> tuple[list[Id], dict[Id, int]]:
    """Return the ids in their order, and when the first of them were posted."""
    found: dict[Id, None] = {}
    times: dict[Id, int] = {}
    for row in dataset.rows():
        one: Any = next(column.values(row), None)
        if one is None:
            continue
        found[one] = None
        created = row.get("create_time")
        if len(times) <= FEW and isinstance(created, int):
            times[one] = created
    return list(found), times


class _Notes:
    """The marks of a stage, and how far a look at it has come. Every method blocks."""

    def __init__(self, dataset: Dataset, ids: Sequence[Id], now: str) -> None:
        self._path = dataset.layout.recheck(dataset.name)
        self._progress = dataset.layout.recheck_progress(dataset.name)
        self._ids = ids
        self._now = self._began = now
        self._marks: dict[Id, str] = {}

    def load(self) -> int:
        """Take in what was noted; return how many ids an interrupted look is behind.

        Raises:
            InputError: if the marks are damaged.
        """
        self._marks = read_marks(self._path)
        try:
            noted = convert.loads(self._progress.read_bytes())
            began, done = noted["began"], noted["done"]
            age = datetime.fromisoformat(self._now) - datetime.fromisoformat(began)
            same = 0 < done < len(self._ids) and self._ids[done - 1] == noted["last"]
        except (FileNotFoundError, DecodeError, KeyError, TypeError, ValueError):
            return 0
        if not same or age > _GOOD_FOR:
            return 0
        self._began = began
        return int(done)

    def take(self, ids: Sequence[Id], gone: set[Id], done: int) -> None:
        """Note what became of some ids.

        Raises:
            DiskError: if the disk refuses.
        """
        for one in ids:
            if one in gone:
                self._marks.setdefault(one, self._now)
            else:
                self._marks.pop(one, None)
        write_marks(self._path, self._marks)
        if done < len(self._ids):
            note = {"began": self._began, "done": done, "last": ids[-1]}
            with disk_errors(self._progress):
                write_durably(self._progress, convert.dumps(note) + b"\n")

    def end(self) -> int:
        """Forget how far it came; return how many are gone.

        Raises:
            DiskError: if the disk refuses.
        """
        known = set(self._ids)
        self._marks = {one: when for one, when in self._marks.items() if one in known}
        write_marks(self._path, self._marks)
        with disk_errors(self._progress):
            self._progress.unlink(missing_ok=True)
            sync_folder(self._progress)
        return len(self._marks)
