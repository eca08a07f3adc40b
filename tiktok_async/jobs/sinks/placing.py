"""A file has its name only when it is whole and on the disk; until then nothing shows."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tiktok_async.errors import DiskError, InputError
from tiktok_async.io.durable import sync_folder, working_name
from tiktok_async.io.output.lock import FileLock
from tiktok_async.io.refusals import kind_of
from tiktok_async.jobs.leftovers import drafts_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def placed(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give the name to write under; what stands there at the end of the block takes its own name.

    Args:
        path: The final name.
        overwrite: Replace what is there; until the end of the block it stays.

    Raises:
        InputError: if the place is taken or not there, or another process writes it.
        DiskError: if the disk refuses; nothing is left then.
    """
    check_place(path, overwrite=overwrite)
    working = working_name(path)
    with on_disk(path):
        lock = FileLock(path)
        try:
            check_place(path, overwrite=overwrite)  # another may just have written it
            for left in drafts_of(path):
                _remove(left)
            yield working
            _sync(working)
            working.replace(path)
            sync_folder(path)
        finally:
            _remove(working)
            lock.release()


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """Raise what the system says as a `DiskError` about `path`."""
    try:
        yield
    except OSError as error:
        said = os.strerror(error.errno or errno.EIO)
        kind = kind_of(error)
        raise DiskError(f"{path} cannot be written: {said}.", kind=kind, path=str(path)) from error


def check_place(path: Path, *, overwrite: bool) -> None:
    """Refuse a name that cannot be written.

    Raises:
        InputError: if it is taken, or no name of a file in a folder that is there.
    """
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}: make it first.")
    if path.is_dir():
        raise InputError(f"{path} is a folder: write the name of a file.")
    if path.exists() and not overwrite:
        raise InputError(f"{path} is there already: write another name, or overwrite it.")


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove(working: Path) -> None:
    """Remove what bears the working name, with what a database puts beside it."""
    for left in [*working.parent.glob(f"{working.name}*")]:
        with suppress(OSError):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)
