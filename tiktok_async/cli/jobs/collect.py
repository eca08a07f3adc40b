"""`collect init | run | kinds`: from a spec to a dataset that is whole, or says what it lacks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tiktok_async.cli.jobs.asked import Asked
from tiktok_async.cli.jobs.options import RUN, Running
from tiktok_async.cli.options import KEPT, Talk
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from tiktok_async.jobs.spec import Spec


async def run(
    spec: Annotated[
        Path | None,
        Parameter(
            metavar="SPEC",
            show_default=False,
            help="The spec, a TOML file; left out where --collect says what to collect.",
        ),
    ] = None,
    directory: Annotated[
        Path | None,
        Parameter(
            metavar="DIR",
            show_default=False,
            help="Where everything goes; without it, a folder with the name in the spec.",
        ),
    ] = None,
    /,
    *,
    dry_run: Annotated[
        bool,
        Parameter(
            group=RUN,
            negative="",
            show_default=False,
            help="Make no call; show the shards and what they would cost.",
        ),
    ] = False,
    asked: Asked = Asked(),  # noqa: B008  # frozen
    running: Running = Running(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Run a job, or go on with it: the same command again goes on where the last one ended.

    The exit code is 0 if everything is there, 6 if days are lacking that the provider failed on, or
    if it stopped and can be gone on with; 4 if the quota is spent, and 5 if the network is down.
    """
    from anyio import to_thread

    from tiktok_async.cli.jobs.dry import show_plan
    from tiktok_async.cli.jobs.running import go_on, wished
    from tiktok_async.jobs.job import Job

    made, place = await to_thread.run_sync(_job_of, spec, directory, asked)
    wish = wished(made, running)
    if dry_run:
        return await show_plan(Job(wish, place), running, talk)
    job = await to_thread.run_sync(Job.create, made, place)
    return await go_on(job, running, talk)


def _job_of(spec: Path | None, directory: Path | None, asked: Asked) -> tuple[Spec, Path]:
    """Return the spec, and where its job is. Blocks.

    Raises:
        InputError: if the spec is wrong, or both a spec and options say what to collect.
    """
    if asked.collect is not None:
        if directory is not None:
            msg = f"--collect takes the place of a spec: leave out {spec}."
            raise InputError(msg)
        made = asked.spec(None if spec is None else spec.absolute().name)
        return made, spec or Path(made.name)
    if spec is None:
        msg = (
            "Name a spec, or write --collect KIND; to begin with a spec: tiktok-async collect init"
        )
        raise InputError(msg)
    if asked.options:
        msg = f"{', '.join(asked.options)}: the spec says what to collect; write it there."
        raise InputError(msg)
    from tiktok_async.jobs.toml import load_spec

    made = load_spec(spec)
    return made, directory or Path(made.name)


def init(
    file: Annotated[Path, Parameter(metavar="FILE", help="The spec to write.")] = Path(
        "collect.toml"
    ),
    /,
    *,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """Write a spec with comments, which runs as it is with --emulator; nothing is overwritten."""
    from tiktok_async.cli.jobs.facts import command
    from tiktok_async.cli.outcome import tell
    from tiktok_async.errors import TargetExistsError
    from tiktok_async.jobs.template import template
    from tiktok_async.jobs.toml_stage import NAME

    name = file.stem if NAME.fullmatch(file.stem) else "collection"
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(template(name, str(file)))
    except FileExistsError:
        msg = f"{file} is there already."
        raise TargetExistsError(msg, kind="exists", hint=KEPT) from None
    except OSError as error:
        msg = f"{file} cannot be written: {error.strerror}."
        raise InputError(msg) from error
    dry, real = (["collect", "run", file, option] for option in ("--dry-run", "--emulator"))
    lines = [
        f"written: {file}",
        f"  what it costs:          {command(dry)}",
        f"  try it without account: {command(real)}",
    ]
    tell(talk, lines, {"spec": str(file)})
    return 0


def kinds(
    word: Annotated[
        str | None,
        Parameter(metavar="WORD", show_default=False, help="List those with this word in them."),
    ] = None,
    /,
    *,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """List what can be collected: the name for a spec, what it is asked about, and what it is."""
    import inspect

    from tiktok_async.cli.outcome import write, write_json
    from tiktok_async.jobs.kinds import kinds as every

    lines = {
        kind.name: inspect.getdoc(kind.endpoint).partition("\n")[0]  # type: ignore[union-attr]  # each has one
        for kind in every()
    }
    found = [
        kind
        for kind in every()
        if word is None or word.lower() in f"{kind.name} {lines[kind.name]}".lower()
    ]
    if talk.json:
        write_json(
            {
                "kinds": [
                    {"name": one.name, "about": one.key, "line": lines[one.name]} for one in found
                ]
            }
        )
        return 0
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        about = one.key or ("days" if one.spans else "-")
        write(f"{one.name:<{width}}  {about:<15}  {lines[one.name]}")
    return 0
