"""`jobs resume | update | recheck`: what goes on with a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tiktok_async.cli.jobs.options import Directory, Running
from tiktok_async.cli.options import Talk

if TYPE_CHECKING:
    from tiktok_async.jobs.recheck import Recheck


async def resume(
    directory: Directory,
    /,
    *,
    running: Running = Running(),  # noqa: B008  # frozen
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Go on with a job where it stands; one that is complete makes no call."""
    from anyio import to_thread

    from tiktok_async.cli.jobs.running import go_on
    from tiktok_async.jobs.job import Job

    return await go_on(await to_thread.run_sync(Job.open, directory), running, talk)


async def update(
    directory: Directory,
    /,
    *,
    lag_days: Annotated[
        int, Parameter(help="Days that are asked for again: videos appear up to 48 hours late.")
    ] = 3,
    new_items_only: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Leave alone items that were asked about; each costs a call at least.",
        ),
    ] = False,
    running: Running = Running(),  # noqa: B008  # frozen
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Fetch what is new since a job was complete; rows that are there do not come again.

    Days since then, and the last ones again for videos that came late; items that are new, and what
    is new in the lists of the others. Where the latest come first, it stops at what is known. An
    update that was stopped is gone on with, by `jobs resume` as well.
    """
    from functools import partial

    from anyio import to_thread

    from tiktok_async.cli.jobs.running import go_on
    from tiktok_async.jobs.job import Job

    job = await to_thread.run_sync(Job.open, directory)
    work = partial(job.update, lag_days=lag_days, new_items_only=new_items_only)
    return await go_on(job, running, talk, work=work)


async def recheck(
    directory: Directory,
    stage: Annotated[
        str, Parameter(metavar="STAGE", help="A stage of videos, comments, users or posts.")
    ],
    /,
    *,
    running: Running = Running(),  # noqa: B008  # frozen
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Ask which rows of a stage are gone since, as the terms of research want it; note them.

    Videos and comments of the Research API take three calls for ten thousand; users, and posts of
    TikAPI, one each. The rows stay: the marks are in the job's folder recheck, and `jobs export
    --without-gone` leaves out what they name. One that was interrupted is gone on with.
    """
    from anyio import to_thread

    from tiktok_async.cli.jobs.access import opened
    from tiktok_async.cli.outcome import tell
    from tiktok_async.cli.stopping import stoppable
    from tiktok_async.cli.terminal import counted
    from tiktok_async.jobs.job import Job

    job = await to_thread.run_sync(Job.open, directory)

    async def look() -> Recheck:
        async with opened(running, job.spec, talk) as shared:
            return await job.recheck(stage, clients=shared.clients, runtime=shared.runtime)

    found = await stoppable(look())
    line = f"{found.gone:,} of {counted(found.checked, 'id')} gone; noted in {found.path}"
    facts = {"stage": found.stage, "checked": found.checked, "gone": found.gone, "by": found.way}
    tell(talk, [line], {**facts, "marks": str(found.path)})
    return 0
