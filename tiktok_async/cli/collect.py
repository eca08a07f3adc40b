"""One collecting command from its order to a file that is whole, or partial with a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs
from anyio import to_thread

from tiktok_async.cli.bar import shown
from tiktok_async.cli.estimate import estimate
from tiktok_async.cli.exits import Exit, exit_of
from tiktok_async.cli.interrupts import Interrupts
from tiktok_async.cli.progress import listener
from tiktok_async.cli.run import LIMIT, Ending, Run
from tiktok_async.cli.summary import Report, present
from tiktok_async.cli.terminal import program_version, say
from tiktok_async.client import Runtime
from tiktok_async.errors import QuotaExhaustedError
from tiktok_async.io.output import OutputFile, StandardOutput

Target: TypeAlias = StandardOutput | OutputFile

if TYPE_CHECKING:
    from tiktok_async.cli.access import Account
    from tiktok_async.cli.options import Output, Talk
    from tiktok_async.cli.order import Order


async def collect(
    order: Order, access: Account, output: Output, talk: Talk, runtime: Runtime | None = None
) -> int:
    """Collect an order and return the exit code.

    Args:
        order: What to ask for.
        access: Where, and as whom.
        output: Where the rows go.
        talk: How much to say.
        runtime: What the client is handed in place of the usual; for tests.

    Raises:
        TikTokError: if nothing was collected because of it.
    """
    target = _target(output)
    if output.dry_run:
        return await estimate(order, access, talk)
    runtime = runtime or Runtime(on_event=(listener(talk),))
    interrupts = Interrupts()
    with interrupts.listening():
        async with access.opened(runtime) as client:
            run = Run(order, client, interrupts, runtime.clock)
            report = await gather(run, target, output, talk, wait=access.waits)
    if report.ending.error is not None and not report.kept and not report.measure.rows:
        raise report.ending.error
    present(report, talk)
    return report.code


async def gather(
    run: Run, target: Target, output: Output, talk: Talk, *, wait: bool = False
) -> Report:
    """Fetch into a target, with progress; return what came of it.

    Args:
        run: What to fetch.
        target: Where the rows go.
        output: What made the target.
        talk: How much to say.
        wait: Whether to go on after the reset of a quota.
    """
    _begin(run, target, resume=output.resume)
    with shown(talk, run.step):
        ending, kept = await _to_the_end(run, target, output, talk, wait=wait)
    return Report(
        order=run.order,
        path=output.path,
        measure=await run.final_measure(),
        ending=ending,
        missing=tuple(run.missing),
        kept=kept,
        code=_exit(ending, run, kept=kept),
    )


def _target(output: Output) -> Target:
    if output.path is None:
        return StandardOutput()
    return OutputFile(output.path, resume=output.resume, overwrite=output.overwrite)


def _begin(run: Run, target: Target, *, resume: bool = False) -> None:
    """Open the target, once it is sure that the run goes on where the file ends."""
    if isinstance(target, StandardOutput):
        run.begin(target, None)
        return
    if resume and target.saved is None:
        say(f"There is nothing of {target.path} to resume: it starts anew.")
    run.begin(target, target.saved)
    target.open(run.order.columns, {"tiktok_async": program_version()})


async def _to_the_end(
    run: Run, target: Target, output: Output, talk: Talk, *, wait: bool
) -> tuple[Ending, bool]:
    """Fetch, over the resets of a quota if so wished; tell also whether a state is kept."""
    while True:
        try:
            ending = await run.fetch()
        except BaseException:  # a hard stop: there is no time to put the file in order
            target.abandon()
            raise
        kept = await to_thread.run_sync(_settle, run, target, ending)
        error = ending.error
        if not wait or not isinstance(error, QuotaExhaustedError):
            return ending, kept
        if not talk.quiet:
            say(f"The quota is spent; going on after {run.reset_of(error):%Y-%m-%d %H:%M} UTC.")
        stopped = await run.until_reset(error)
        if stopped is not None:
            return Ending(stopped.word, ending.state), kept
        # What was had is safe under its name by now: the wait may be a day.
        target = _target(attrs.evolve(output, resume=True, overwrite=False) if kept else output)
        run.go_on_from(ending.state)
        _begin(run, target)


def _settle(run: Run, target: Target, ending: Ending) -> bool:
    """Put the file in order; return whether a state to go on from stands beside it."""
    try:
        if ending.reason == LIMIT or (ending.is_final and (ending.error is None or target.rows)):
            target.complete()
            return False
        if run.pages or run.missing:
            target.keep(ending.state, str(ending.reason), run.missing)
        else:
            target.discard()
    except OSError:
        if isinstance(target, OutputFile):
            say(f"The rows so far are in {target.working}")
        raise
    return isinstance(target, OutputFile) and target.resumable


def _exit(ending: Ending, run: Run, *, kept: bool) -> Exit:
    if ending.reason in (None, LIMIT):
        return Exit.ERROR if run.missing else Exit.COMPLETE
    if ending.error is None:
        return run.interrupts.exit or Exit.ERROR
    if isinstance(ending.error, QuotaExhaustedError):
        return Exit.QUOTA
    return Exit.PARTIAL if kept else exit_of(ending.error)
