"""The one thread that touches a download's files: in order, each thing to its end.

A cancelled caller cannot stop a thread. Since all that concerns one download goes through one
thread, what is asked last, to close and tidy up, comes after whatever is still being written.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import anyio

from tiktok_async.errors import DiskError, InputError, TargetExistsError
from tiktok_async.io.refusals import kind_of
from tiktok_async.io.tasks import finished

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

P = ParamSpec("P")
T = TypeVar("T")

_CLOSING_SECONDS: Final = 5.0


class Disk:
    """Does blocking work for one download.

    Args:
        target: The file in question.
    """

    def __init__(self, target: Path) -> None:
        self.thread: ThreadPoolExecutor = ThreadPoolExecutor(1, "tiktok-async-download")
        self.received: int = 0
        """Bytes that came, for what an error tells."""
        self.total: int | None = None
        """Bytes that were promised."""
        self._target = target
        self._ending = threading.Event()

    def is_ending(self) -> bool:
        """Tell whether the caller has left, so that what takes long should stop."""
        return self._ending.is_set()

    async def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work` returns, done in the thread.

        Raises:
            DiskError: The disk refused.
        """
        todo = functools.partial(work, *args, **kwargs)
        try:
            return await asyncio.get_running_loop().run_in_executor(self.thread, todo)
        except OSError as error:
            raise self.error(error) from error

    async def end(self, work: Callable[[], None]) -> None:
        """Do a last thing, whatever becomes of the caller; wait for it a few seconds."""
        self._ending.set()
        last = asyncio.wrap_future(self.thread.submit(work))
        self.thread.shutdown(wait=False)
        # The shield holds off a cancel scope, `finished` a cancellation of the task itself.
        with anyio.move_on_after(_CLOSING_SECONDS, shield=True):
            await finished(asyncio.wait({last}))

    def error(self, cause: OSError) -> DiskError:
        """Return what an error of the disk means."""
        kind = kind_of(cause)
        needed = ""
        if kind == "full" and self.total is not None:
            needed = f" {self.total} bytes are needed in all, {self.received} came."
        return DiskError(
            f"{self._target} cannot be written: {cause.strerror or cause}.{needed}",
            kind=kind,
            path=str(self._target),
            received=self.received,
            total=self.total,
        )


def look(work: asyncio.Future[Any]) -> None:
    """Take note of how some work ended, which nobody does after a cancellation."""
    if not work.cancelled():
        work.exception()


def check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse a target that cannot be written, before any call is spent; blocks for an instant.

    Args:
        target: The file to be.
        overwrite: Whether a file that is there may be replaced.

    Raises:
        InputError: its directory is not there, or it is a directory itself.
        TargetExistsError: it is there already.
        DiskError: its directory is closed to us.
    """
    if target.is_dir():
        raise InputError(f"{target} is a directory: write the name of a file in it.")
    if not target.parent.is_dir():
        raise InputError(f"There is no directory {target.parent}: make it first.")
    if not overwrite and os.path.lexists(target):
        raise TargetExistsError(f"{target} is there already.", kind="exists", path=str(target))
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise Disk(target).error(_closed(target.parent))


def _closed(folder: Path) -> OSError:
    """Return the error that writing to `folder` would be."""
    read_only = hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY
    number = errno.EROFS if read_only else errno.EACCES
    return OSError(number, os.strerror(number))


def check_room(folder: Path, needed: int) -> None:
    """Refuse what cannot fit.

    Raises:
        OSError: fewer than `needed` bytes are free.
    """
    usage = shutil.disk_usage(folder)
    # Some network file systems know no sizes and say 0.
    if usage.total and usage.free < needed:
        raise OSError(errno.ENOSPC, f"{needed} bytes more are needed, {usage.free} are free")
