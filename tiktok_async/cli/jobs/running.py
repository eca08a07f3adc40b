"""A job's run from the command line: interrupts, the table, and what it came to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async.cli.amounts import duration
from tiktok_async.cli.exits import Exit, exit_of
from tiktok_async.cli.interrupts import Interrupts
from tiktok_async.cli.jobs.access import opened
from tiktok_async.cli.jobs.facts import (
    command,
    exit_of_job,
    file_lines,
    headline,
    job_facts,
    job_lines,
)
from tiktok_async.cli.jobs.options import Running
from tiktok_async.cli.jobs.table import Board, watched
from tiktok_async.cli.outcome import tell
from tiktok_async.cli.terminal import counted, explained, say, say_error
from tiktok_async.errors import TikTokError
from tiktok_async.jobs.engines.protocol import StopFlag

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from tiktok_async.cli.options import Talk
    from tiktok_async.jobs.job import Job
    from tiktok_async.jobs.manifest import Manifest
    from tiktok_async.jobs.progress import Progress
    from tiktok_async.jobs.spec import Spec

    Work = Callable[..., Awaitable[Manifest]]


@attrs.frozen(kw_only=True)
class Ended:
    """How a run ended."""

    directory: Path
    manifest: Manifest | None
    """None = it did not begin."""
    progress: Progress | None
    seconds: float
    code: Exit
    again: str
    """The command that goes on."""
    error: TikTokError | None = None


async def go_on(job: Job, running: Running, talk: Talk, *, work: Work | None = None) -> int:
    """Run a job to its end or to what stops it; say what it came to, and return the exit code.

    Args:
        job: The job.
        running: How, where and as whom.
        talk: How much to say.
        work: What is done with it; None = it is run.
    """
    began, board, stop = time.monotonic(), Board(), StopFlag()
    job.spec = wished(job.spec, running)
    interrupts, error = Interrupts(), None

    async def wish() -> None:
        if not talk.quiet:
            say("Ending after the pages in hand.")
        stop.set()

    with interrupts.listening():
        try:
            async with opened(running, job.spec, talk) as shared:
                with watched(board, talk), interrupts.calling(wish):
                    manifest: Manifest | None = await (work or job.run)(
                        clients=shared.clients,
                        engine=shared.engine,
                        runtime=shared.runtime,
                        stop=stop,
                        on_progress=board.take,
                    )
        except TikTokError as met:
            error, manifest = met, _manifest(job)
    ended = Ended(
        directory=job.layout.root,
        manifest=manifest,
        progress=board.progress,
        seconds=time.monotonic() - began,
        code=_code(manifest, error, interrupts),
        again=command(["jobs", "resume", job.layout.root, *_again(running)]),
        error=error,
    )
    _present(ended, talk)
    return ended.code


def wished(spec: Spec, running: Running) -> Spec:
    """Return a spec that is run as the options say."""
    options = spec.run
    if running.wait:
        options = attrs.evolve(options, on_quota="wait", on_outage="wait")
    if running.concurrency is not None:
        options = attrs.evolve(options, concurrency=running.concurrency)
    return attrs.evolve(spec, run=options)


def _manifest(job: Job) -> Manifest | None:
    try:
        return job.manifest()
    except (TikTokError, OSError):
        return None


def _code(manifest: Manifest | None, error: TikTokError | None, interrupts: Interrupts) -> Exit:
    if error is not None:
        return exit_of(error)
    if manifest is None:
        return Exit.ERROR
    if manifest.stopped == "interrupted" and interrupts.exit is not None:
        return interrupts.exit
    return exit_of_job(manifest)


def _again(running: Running) -> Iterator[str]:
    """Yield the options that another run needs as well."""
    for one in attrs.fields(Running):
        value = getattr(running, one.name)
        if value != one.default:
            yield f"--{one.name}"
            if value is not True:
                yield str(value)


def _present(ended: Ended, talk: Talk) -> None:
    error = ended.error
    if error is not None and not talk.json and (ended.progress is None or talk.quiet):
        say_error(error, verbose=talk.verbose)
        return
    if talk.quiet and not talk.json and ended.code in {Exit.QUOTA, Exit.NETWORK, Exit.PARTIAL}:
        say(_lines(ended)[0])
    tell(talk, _lines(ended), _facts(ended))


def _lines(ended: Ended) -> list[str]:
    manifest, progress = ended.manifest, ended.progress
    if ended.error is not None:
        lines = [f"stopped: {explained(ended.error)}"]
    else:
        lines = [] if manifest is None else [headline(manifest)]
    if manifest is None:
        return lines
    lines += job_lines(manifest)
    if progress is not None:
        rows, calls = counted(progress.rows, "row"), counted(progress.calls, "call")
        again = f" ({progress.retries:,} repeated)" if progress.retries else ""
        quota = progress.quota
        left = None if quota is None else quota.requests_left
        today = "" if left is None else f", {left:,} calls left today"
        lines.append(f"  this run: {rows}, {calls}{again}, {duration(ended.seconds)}{today}")
    lines += file_lines(manifest, ended.directory)
    if manifest.status == "complete" and ended.error is None:
        return [*lines, f"  look at it: {command(['jobs', 'report', ended.directory])}"]
    return [*lines, f"  go on with: {ended.again}"]


def _facts(ended: Ended) -> dict[str, Any]:
    done = ended.manifest is not None and ended.manifest.status == "complete"
    job = {} if ended.manifest is None else job_facts(ended.manifest, ended.directory)
    return {
        "directory": str(ended.directory),
        **job,
        "error": None if ended.error is None else explained(ended.error),
        "rows_of_this_run": 0 if ended.progress is None else ended.progress.rows,
        "calls_of_this_run": 0 if ended.progress is None else ended.progress.calls,
        "seconds": round(ended.seconds, 3),
        "exit_code": int(ended.code),
        "resume_command": None if done else ended.again,
    }
