"""`jobs rebuild`: the rows made again of the answers that a job kept."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # cyclopts reads the annotations
from typing import Annotated

from cyclopts import Parameter

from tiktok_async.cli.jobs.options import Directory  # noqa: TC001  # cyclopts reads the annotations
from tiktok_async.cli.options import OUTPUT, Talk


async def rebuild(
    directory: Directory,
    /,
    *,
    into: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            metavar="DIR",
            help="Another folder for the rows; left out, damaged and missing ones are replaced.",
        ),
    ] = None,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """Make the rows of a job again of the answers that it kept (raw = true); makes no call."""
    from anyio import to_thread

    from tiktok_async.cli.outcome import tell
    from tiktok_async.cli.terminal import counted
    from tiktok_async.jobs.rebuild import rebuild as make

    made = await to_thread.run_sync(make, directory, into)
    rows = sum(one.rows for one in made)
    same = sum(one.same for one in made)
    written = len(made) - same
    facts = {
        "directory": str(directory if into is None else into),
        "rows": rows,
        "parts": len(made),
        "written": written,
        "same": same,
    }
    line = f"{counted(rows, 'row')} in {counted(len(made), 'part')}: {written} made again"
    tell(talk, [f"{line}, {same} as they were"], facts)
    return 0
