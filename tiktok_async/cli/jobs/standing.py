"""How the job in a directory stands, and `jobs list`."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from cyclopts import Parameter

from tiktok_async.cli.options import Talk
from tiktok_async.errors import InputError, TikTokError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.manifest import Manifest


@attrs.frozen
class Standing:
    """One job."""

    directory: Path
    manifest: Manifest
    word: str
    """planned, running, stopped, crashed or complete."""

    def advice(self) -> list[str]:
        """Return what to do next."""
        from tiktok_async.cli.jobs.facts import command

        if self.word == "running":
            return ["  a process runs it"]
        if self.word == "complete":
            return []
        return [f"  go on with: {command(['jobs', 'resume', self.directory])}"]


def standing_of(directory: Path) -> Standing:
    """Return how a job stands. Blocks.

    Raises:
        InputError: if there is none.
        CheckpointMismatchError: if its files cannot be understood.
    """
    from tiktok_async.jobs.job import Job

    job = Job.open(directory)
    manifest = job.manifest()
    if manifest is None:
        msg = f"{directory} holds a job that has not begun: tiktok-async jobs resume {directory}"
        raise InputError(msg)
    word: str = manifest.status
    if _held(job.layout):
        word = "running"
    elif word == "running":
        word = "crashed"
    return Standing(directory, manifest, word)


def _held(layout: Layout) -> bool:
    """Tell whether a process runs the job."""
    from tiktok_async.io.lock import at_once

    if not layout.lock.exists():
        return False
    with contextlib.suppress(TikTokError, OSError), at_once(layout.lock) as free:
        return not free
    return False


async def list_jobs(
    folder: Annotated[
        Path, Parameter(metavar="FOLDER", help="Where to look: it and the folders in it.")
    ] = Path(),
    /,
    *,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """List the jobs in a folder, and how each stands."""
    from anyio import to_thread

    from tiktok_async.cli.outcome import write, write_json

    rows = await to_thread.run_sync(lambda: list(_found(folder)))
    if talk.json:
        write_json({"jobs": rows})
        return 0
    names = ("directory", "state", "stages", "shards", "rows", "calls", "last change")
    table = [names, *(tuple(str(row[name]) for name in names) for row in rows)]
    widths = [max(len(line[n]) for line in table) for n in range(len(names))]
    if rows:
        write(*("  ".join(map(str.ljust, line, widths)).rstrip() for line in table))
    elif not talk.quiet:
        write(f"There is no job in {folder}.")
    return 0


def _found(folder: Path) -> Iterator[dict[str, Any]]:
    if not folder.is_dir():
        msg = f"{folder} is no folder."
        raise InputError(msg)
    for directory in (folder, *sorted(one for one in folder.iterdir() if one.is_dir())):
        if (directory / "job.toml").exists():
            yield _row(directory)


def _row(directory: Path) -> dict[str, Any]:
    try:
        standing = standing_of(directory)
    except InputError:
        return {"directory": str(directory), "state": "planned", **_facts(None)}
    except (TikTokError, OSError):
        return {"directory": str(directory), "state": "damaged", **_facts(None)}
    return {"directory": str(directory), "state": standing.word, **_facts(standing.manifest)}


def _facts(manifest: Manifest | None) -> dict[str, Any]:
    if manifest is None:
        return dict.fromkeys(("stages", "shards", "rows", "calls", "last change"), "-")
    shards = [one for stage in manifest.stages for one in stage.shards]
    return {
        "stages": f"{sum(one.status == 'complete' for one in manifest.stages)}"
        f"/{len(manifest.stages)}",
        "shards": f"{sum(one.status == 'complete' for one in shards)}/{len(shards)}",
        "rows": manifest.rows,
        "calls": manifest.calls,
        "last change": manifest.updated_at,
    }
