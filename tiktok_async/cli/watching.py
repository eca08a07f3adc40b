"""An export on its way: wait, download, or both, with a bar and a way to go on when stopped."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from tiktok_async.cli.access import opened_for_user
from tiktok_async.cli.amounts import duration, seconds, size
from tiktok_async.cli.bar import shown
from tiktok_async.cli.exits import Exit, StoppedError
from tiktok_async.cli.exports import id_of
from tiktok_async.cli.outcome import command_again, tell
from tiktok_async.cli.progress import listener
from tiktok_async.cli.stopping import stoppable
from tiktok_async.cli.terminal import PROGRAM, counted
from tiktok_async.cli.watch import Watch
from tiktok_async.client import Runtime
from tiktok_async.errors import ExportTimeoutError
from tiktok_async.portability.life import Saving
from tiktok_async.portability.waiting import Polling

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tiktok_async.cli.options import Talk
    from tiktok_async.cli.user_access import EmulatedAccess
    from tiktok_async.portability.client import PortabilityClient
    from tiktok_async.portability.life import Export

T = TypeVar("T")
_AT_HAND: Final = 0.2
"""Seconds between polls of an emulator, which is in no hurry to be spared."""


@attrs.frozen(kw_only=True)
class Target:
    """Where an archive goes, and how it is checked."""

    output: str
    overwrite: bool
    crc: bool

    @property
    def path(self) -> Path:
        """The file, or the folder."""
        return Path(self.output)

    @property
    def saving(self) -> Saving:
        """What is checked."""
        return Saving(check_crc=self.crc)


@attrs.frozen(kw_only=True)
class Wish:
    """What to export, and how long to wait for it."""

    categories: str
    data_format: str
    request_id: str | None
    anew: bool
    timeout: str


async def wait_for(request_id: str | None, timeout: str, access: EmulatedAccess, talk: Talk) -> int:  # noqa: ASYNC109
    """Wait for an export; return the exit code."""
    polling, watch = _polling(timeout, access), Watch()

    async def work(client: PortabilityClient) -> int:
        number = int(await id_of(request_id, client))
        await client.wait_ready(number, polling=polling)
        return number

    try:
        number = await _watched(watch, access, talk, work)
    except (StoppedError, ExportTimeoutError) as error:
        return _unfinished(error, watch, talk)
    lines = [f"ready after {duration(watch.seconds)}"]
    if not access.emulator:
        lines.append(f"  fetch it with: {PROGRAM} portability download {number} -o export.zip")
    facts = {"complete": True, "request_id": number, "state": "ready"}
    tell(talk, lines, {**facts, "seconds": round(watch.seconds, 3), "exit_code": 0})
    return 0


async def download_it(
    request_id: str | None, target: Target, access: EmulatedAccess, talk: Talk
) -> int:
    """Download the archive of an export; return the exit code."""
    watch = Watch()

    async def work(client: PortabilityClient) -> Export:
        number = await id_of(request_id, client)
        if request_id is None:
            await client.wait_ready(number, polling=_polling("1d", access))
        return await client.download(
            number,
            target.path,
            overwrite=target.overwrite,
            on_progress=watch.receive,
            saving=target.saving,
        )

    try:
        saved = await _watched(watch, access, talk, work)
    except StoppedError as error:
        return _unfinished(error, watch, talk)
    return _saved(saved, target, watch, talk)


async def export_it(wish: Wish, target: Target, access: EmulatedAccess, talk: Talk) -> int:
    """Do the whole life of an export; return the exit code."""
    polling, watch = _polling(wish.timeout, access), Watch()

    async def work(client: PortabilityClient) -> Export:
        return await client.export(
            wish.categories,
            to=target.path,
            data_format=wish.data_format,
            request_id=wish.request_id,
            anew=wish.anew,
            overwrite=target.overwrite,
            polling=polling,
            on_progress=watch.receive,
            saving=target.saving,
        )

    try:
        saved = await _watched(watch, access, talk, work)
    except (StoppedError, ExportTimeoutError) as error:
        return _unfinished(error, watch, talk)
    return _saved(saved, target, watch, talk)


async def _watched(
    watch: Watch,
    access: EmulatedAccess,
    talk: Talk,
    work: Callable[[PortabilityClient], Coroutine[Any, Any, T]],
) -> T:
    runtime = Runtime(on_event=(listener(talk), watch.hear))
    async with opened_for_user(access, runtime) as client:
        with shown(talk, watch.step):
            return await stoppable(work(client))


def _polling(timeout: str, access: EmulatedAccess) -> Polling:
    limit = seconds(timeout, "--timeout")
    if access.emulator:
        return Polling(first=_AT_HAND, longest=_AT_HAND, timeout=limit)
    return Polling(timeout=limit)


def _unfinished(error: StoppedError | ExportTimeoutError, watch: Watch, talk: Talk) -> Exit:
    """Say how to go on with what was stopped before its end; return the exit code."""
    if isinstance(error, StoppedError):
        code, reason, number = error.exit, error.exit.word, watch.request_id
        said = reason
    else:
        code, reason, number = Exit.PARTIAL, "timeout", error.request_id
        said = f"still pending after {duration(watch.seconds)}"
    again = command_again()
    facts = {
        "complete": False,
        "stopped": reason,
        "request_id": number,
        "seconds": round(watch.seconds, 3),
        "exit_code": int(code),
        "resume_command": again,
    }
    tell(talk, [said] if again is None else [said, f"  go on with: {again}"], facts)
    return code


def _saved(saved: Export, target: Target, watch: Watch, talk: Talk) -> Exit:
    path = str(target.path / saved.path.name if target.path.is_dir() else target.path)
    summary = saved.summary
    starts = "" if saved.starts == 1 else f", {saved.starts} starts"
    lines = [
        "complete",
        f"  {size(saved.size)} in {path}, {duration(watch.seconds)}{starts}",
        f"  {counted(summary.members, 'file')} of {size(summary.content_bytes)} inside",
        f"  sha256 {saved.sha256}",
        f"  look into it with: {shlex.join([PROGRAM, 'portability', 'read', path])}",
    ]
    facts = {
        "complete": True,
        "request_id": saved.request_id,
        "output": path,
        "bytes": saved.size,
        "sha256": saved.sha256,
        "starts": saved.starts,
        "files": summary.members,
        "content_bytes": summary.content_bytes,
        "seconds": round(watch.seconds, 3),
        "exit_code": 0,
    }
    tell(talk, lines, facts)
    return Exit.COMPLETE
