"""The page about a dataset: as pieces of text, and as a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiktok_async.io.clock import SystemClock
from tiktok_async.io.download.disk import check_target
from tiktok_async.io.durable import write_durably
from tiktok_async.jobs.layout import Layout
from tiktok_async.portability.guard.source import on_disk
from tiktok_async.report.dataset.page import citation_chapter, page
from tiktok_async.report.dataset.reading import manifest_of, spec_of, stages_of
from tiktok_async.report.dataset.run import damage_chapter, spent_chapter
from tiktok_async.report.dataset.stage import stage_chapter

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from tiktok_async.report.dataset.figures import Damage
    from tiktok_async.report.parts import Chapter

_AHEAD: Final = timedelta(days=1)
"""The clock of whoever made a row may be ahead of ours."""


def dataset_report(
    directory: str | os.PathLike[str], *, now: datetime | None = None
) -> Iterator[str]:
    """Yield the page about a job's dataset in pieces.

    The parts are read once, row by row; what is kept of them does not grow with them. Damage is
    told on the page.

    Args:
        directory: The job's, whether it is complete, stopped, running or not begun.
        now: The time that the page says it was written at. By default the machine's clock. The same
            dataset and time make the same page.

    Raises:
        InputError: if it holds no job.
        CheckpointMismatchError: if its manifest cannot be understood.
        DiskError: if its manifest cannot be read.
    """
    layout = Layout(Path(directory))
    written = now or datetime.fromtimestamp(SystemClock().time(), UTC)
    with on_disk(layout.manifest):
        spec = spec_of(layout)
        manifest = manifest_of(layout, spec, written)
    damage: list[Damage] = []
    chapters: list[Chapter] = []
    for found in stages_of(layout, manifest, spec, (written + _AHEAD).date()):
        damage += found.damage
        chapters.append(stage_chapter(found))
    harm, spent = damage_chapter(damage), spent_chapter(manifest, (written + _AHEAD).date())
    cited = citation_chapter(manifest, damaged=bool(damage))
    told = (harm, cited, *chapters, spent)
    yield from page(manifest, [one for one in told if one], written, damaged=bool(damage))


def write_dataset_report(
    directory: str | os.PathLike[str],
    target: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    *,
    now: datetime | None = None,
) -> Path:
    """Write the page about a job's dataset to a file that only its owner can read.

    The file has its name only when it is whole.

    Args:
        directory: As for `dataset_report`.
        target: The file; by default report.html in the directory.
        overwrite: Replace what is there.
        now: As for `dataset_report`.

    Returns:
        The file.

    Raises:
        InputError: if the directory holds no job, or that of the file is not there.
        TargetExistsError: if the file is there already.
        CheckpointMismatchError: if the manifest cannot be understood.
        DiskError: if the manifest cannot be read, or the file cannot be written.
    """
    path = Layout(Path(directory)).report if target is None else Path(target)
    check_target(path, overwrite=overwrite)
    content = "".join(dataset_report(directory, now=now)).encode()
    with on_disk(path):
        write_durably(path, content)
    return path
