"""A dataset as one file of another format, made from the parts without a call.

A database holds a table for each stage that is exported to it at once. It is written whole every
time: what stands there is replaced, and never added to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_async.errors import InputError
from tiktok_async.jobs.manifest import OutputEntry
from tiktok_async.jobs.sinks import Table, format_of, make_sink, placed
from tiktok_async.jobs.sinks.formats import MANY_TABLES

if TYPE_CHECKING:
    import os

    from tiktok_async.jobs.dataset import Dataset
    from tiktok_async.jobs.sinks import Sink


def export(
    dataset: Dataset | Sequence[Dataset],
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
) -> OutputEntry:
    """Write the rows of a stage, or of several, to one file. Blocks.

    Args:
        dataset: What to write; several only to .sqlite and .duckdb, a table for each.
        path: The file; its ending is the format.
        overwrite: Replace what is there; until the new file is whole it stays.

    Raises:
        InputError: if the name does not say its format, the place is taken or not there, or the
            format holds one stage only.
        MissingExtraError: if the format needs a package that is not there.
        DiskError: if the disk refuses; nothing is left then.
        CheckpointMismatchError: if a part is damaged.
    """
    target = Path(path)
    datasets = (dataset,) if not isinstance(dataset, Sequence) else tuple(dataset)
    wanted = format_of(target)
    _check(datasets, target)
    with placed(target, overwrite=overwrite) as working:
        sink = make_sink(working, wanted)
        try:
            rows = sum(_fill(sink, one) for one in datasets)
            sink.finish()
        finally:
            sink.abandon()
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return OutputEntry(
        path=_relative(target, datasets[0].layout.root),
        format=wanted,
        rows=rows,
        size=target.stat().st_size,
        sha256=digest,
    )


def _check(datasets: Sequence[Dataset], target: Path) -> None:
    names = [one.name.casefold() for one in datasets]
    if not names:
        raise InputError("There is no stage to export: give at least one.")
    if len(names) > 1 and format_of(target) not in MANY_TABLES:
        raise InputError(f"{target.name} holds one stage: write .sqlite or .duckdb for several.")
    if len(set(names)) < len(names):
        raise InputError("Two stages would be the same table: export them to a file each.")


def _fill(sink: Sink, dataset: Dataset) -> int:
    sink.begin(Table(dataset.name, dataset.columns, dataset.facts()))
    rows = 0
    for batch in dataset.batches():
        sink.write(batch)
        rows += len(batch)
    return rows


def _relative(path: Path, root: Path) -> str:
    """Return a path as the manifest has it: from the job's directory, if it is in there."""
    whole, inside = path.resolve(), root.resolve()
    return whole.relative_to(inside).as_posix() if whole.is_relative_to(inside) else str(whole)
