"""The files that a spec wants made of its stages: each when the stages in it are whole. Blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.errors import TikTokError
from tiktok_async.io.durable import make_private
from tiktok_async.jobs.dataset import Dataset
from tiktok_async.jobs.export import export
from tiktok_async.jobs.parts import disk_errors
from tiktok_async.jobs.sinks.formats import MANY_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.manifest import OutputEntry, StageEntry
    from tiktok_async.jobs.sinks.protocol import Batch
    from tiktok_async.jobs.spec import Spec

INTERRUPTED: Final = "interrupted"
"""Why an output was not made: somebody wished the run to end."""


def make_outputs(
    layout: Layout, spec: Spec, stage: StageEntry, stopped: Callable[[], bool] = bool
) -> tuple[OutputEntry, ...]:
    """Make what the spec wants of a stage that is whole, unless it is there already.

    A database of several stages is made with the last of them.

    Args:
        layout: The job's directory.
        spec: The job.
        stage: The stage, with the outputs that were made before.
        stopped: Tells whether to end before the end; what is half made is removed then.

    Raises:
        TikTokError: with the reason `INTERRUPTED`, if it ended so.
        MissingExtraError: if a format needs a package that is not installed.
        DiskError: if the disk refuses.
    """
    made = {layout.root / one.path: one for one in stage.outputs}
    return tuple(
        made[path]
        if path in made and path.exists() and path.stat().st_size == made[path].size
        else _export(layout, spec, path, names, stopped)
        for path, names in _wanted(layout, spec, stage.name)
    )


def _wanted(layout: Layout, spec: Spec, stage: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
    order = [one.name for one in spec.stages]
    for output in spec.outputs:
        names = tuple(name for name in order if name in (output.stages or order))
        if output.format not in MANY_TABLES:
            if stage in names:
                yield layout.dataset(stage, output.format), (stage,)
        elif names and stage == names[-1]:
            yield layout.dataset(spec.name if len(names) > 1 else stage, output.format), names


def _export(
    layout: Layout, spec: Spec, path: Path, names: tuple[str, ...], stopped: Callable[[], bool]
) -> OutputEntry:
    with disk_errors(path):
        make_private(path.parent)
    datasets = [_Wanted(spec, name, layout, stopped) for name in names]
    return export(datasets, path, overwrite=True)


class _Wanted(Dataset):
    """Rows that are read for as long as nobody wishes to stop."""

    def __init__(self, spec: Spec, stage: str, layout: Layout, stopped: Callable[[], bool]) -> None:
        super().__init__(spec, stage, layout.root)
        self._stopped = stopped

    def batches(self) -> Iterator[Batch]:
        for batch in super().batches():
            if self._stopped():
                error = TikTokError("It was stopped while an output was made.")
                error.reason = INTERRUPTED
                raise error
            yield batch
