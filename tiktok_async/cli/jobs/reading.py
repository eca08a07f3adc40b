"""`jobs show | verify | export | report`: what a job came to; none of them makes a call."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # cyclopts reads the annotations
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter

from tiktok_async.cli.jobs.options import Directory  # noqa: TC001  # cyclopts reads the annotations
from tiktok_async.cli.options import OUTPUT, Talk, check_page

if TYPE_CHECKING:
    from tiktok_async.jobs.manifest import Manifest, OutputEntry

_Overwrite: TypeAlias = Annotated[
    bool,
    Parameter(group=OUTPUT, negative="", show_default=False, help="Replace the file if it exists."),
]


async def show(
    directory: Directory,
    /,
    *,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """Show how a job stands: its stages, holes, what cannot be had, and its files.

    With --json it is the manifest as it is on disk, with every shard, hole and missing item.
    """
    from anyio import to_thread

    from tiktok_async.cli.jobs.facts import file_lines, headline, job_lines
    from tiktok_async.cli.jobs.standing import standing_of
    from tiktok_async.cli.outcome import write, write_json
    from tiktok_async.jobs.documents import plain

    standing = await to_thread.run_sync(standing_of, directory)
    manifest = standing.manifest
    if talk.json:
        write_json({"directory": str(directory), "state": standing.word, **plain(manifest)})
        return 0
    write(
        f"{manifest.job}: {headline(manifest) if standing.word != 'crashed' else 'crashed'}",
        *job_lines(manifest),
        *file_lines(manifest, directory),
        *_about(manifest),
        *standing.advice(),
    )
    return 0


def _about(manifest: Manifest) -> list[str]:
    lines = [f"  begun {manifest.created_at}, last change {manifest.updated_at}"]
    if manifest.credential is not None:
        lines.append(f"  as {manifest.credential} of {manifest.base_url}")
    lines += [f"  brought up to date {time}" for time in manifest.updates]
    lines += [f"  {day}: {calls:,} calls" for day, calls in manifest.requests_per_day.items()]
    return lines


async def verify(
    directory: Directory,
    /,
    *,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """Check that a job's rows and files are as they were collected; changes nothing.

    The exit code is 0 if they are, and 1 with what is wrong and what to do if they are not.
    """
    import attrs
    from anyio import to_thread

    from tiktok_async.cli.amounts import size
    from tiktok_async.cli.exits import Exit
    from tiktok_async.cli.outcome import tell
    from tiktok_async.cli.terminal import counted, say
    from tiktok_async.jobs.verify import verify as look

    found = await to_thread.run_sync(look, directory)
    looked = f"{counted(found.rows, 'row')} in {counted(found.shards, 'shard')}, {size(found.size)}"
    facts = {"verified": found.ok, "directory": str(directory), **attrs.asdict(found)}
    if found.ok:
        tell(talk, [f"verified: {looked}"], facts)
        return Exit.COMPLETE
    if talk.quiet and not talk.json:
        say(f"{counted(len(found.findings), 'finding')} in {directory}")
    things = counted(len(found.findings), "thing")
    tell(talk, [f"{things} not as collected ({looked}):", *map(str, found.findings)], facts)
    return Exit.ERROR


async def export(
    directory: Directory,
    stages: Annotated[
        list[str],
        Parameter(metavar="STAGE", help="The stage; several only into .sqlite and .duckdb."),
    ],
    /,
    *,
    output: Annotated[
        Path,
        Parameter(
            name=["--output", "-o"],
            group=OUTPUT,
            metavar="FILE",
            help="File to write: .jsonl, .jsonl.zst, .csv, .parquet, .sqlite or .duckdb.",
        ),
    ],
    overwrite: _Overwrite = False,
    without_gone: Annotated[
        bool,
        Parameter(
            group=OUTPUT,
            negative="",
            show_default=False,
            help="Leave out rows that `jobs recheck` found to be gone.",
        ),
    ] = False,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """Write the rows of stages to a file of another format; makes no call."""
    from anyio import to_thread

    from tiktok_async.cli.outcome import tell
    from tiktok_async.cli.terminal import counted, say
    from tiktok_async.jobs.documents import plain
    from tiktok_async.jobs.export import export as write_file
    from tiktok_async.jobs.job import Job

    job = await to_thread.run_sync(Job.open, directory)
    datasets = [job.dataset(name, without_gone=without_gone) for name in stages]

    def work() -> OutputEntry:
        return write_file(datasets, output, overwrite=overwrite)

    made = await to_thread.run_sync(work)
    whole = all(one.complete for one in datasets)
    if not whole and not talk.quiet:
        say("The job is not complete: these are the rows so far.")
    line = f"written: {output}: {counted(made.rows, 'row')}, sha256 {made.sha256}"
    tell(talk, [line], {**plain(made), "path": str(output), "complete": whole})
    return 0


async def report(
    directory: Directory,
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(
            name=["--output", "-o"],
            group=OUTPUT,
            metavar="FILE",
            show_default=False,
            help="File to write, .html; without it report.html in the job's directory, replaced.",
        ),
    ] = None,
    overwrite: _Overwrite = False,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """Write a page about a job's dataset, to be looked at in a browser; makes no call."""
    from anyio import to_thread

    from tiktok_async.cli.outcome import tell
    from tiktok_async.report.dataset import write_dataset_report

    if output is not None:
        check_page(output)
    # The page in the job's own directory is made of the job, and is of no other use.
    replace = overwrite or output is None

    def work() -> Path:
        return write_dataset_report(directory, output, replace)

    path = await to_thread.run_sync(work)
    tell(talk, [f"written: {path}"], {"report": str(path)})
    return 0
