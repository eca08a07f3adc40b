"""Unpacking an archive: everything, or nothing, and never outside the target."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiktok_async.errors import DiskError, InputError, TargetExistsError
from tiktok_async.portability.guard.check import summary_of
from tiktok_async.portability.guard.contents import contents
from tiktok_async.portability.guard.directory import members
from tiktok_async.portability.guard.limits import DEFAULT_LIMITS, ArchiveLimits
from tiktok_async.portability.guard.pulse import Pulse
from tiktok_async.portability.guard.source import Source, on_disk
from tiktok_async.portability.guard.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.portability.guard.check import ArchiveSummary
    from tiktok_async.portability.guard.directory import Member

_WORKING_SUFFIX: Final = ".extracting"
# O_NOFOLLOW is unknown to Windows, O_BINARY to all others.
_NEW_FILE: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


def extract_archive(
    path: str | os.PathLike[str],
    to: str | os.PathLike[str],
    *,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
    overwrite: bool = False,
) -> ArchiveSummary:
    """Unpack an archive into a new folder; it blocks, so call it in a thread.

    The folder appears at once and whole, after every member's size and CRC were found right. Until
    then the files stand in a hidden folder beside it, which is removed if anything goes wrong.
    Files are readable by their owner alone; archives in the archive are written as they are. The
    files are handed to the system, which may write them to the disk later.

    Args:
        path: The archive, a regular file.
        to: The folder to make; the one it stands in must be there.
        limits: How much the archive may hold.
        cancelled: Asked at every member and chunk; True ends the work.
        on_progress: Called with the packed bytes that are unpacked, and how many there are.
        overwrite: Whether a folder `to` is replaced; all that it holds is then deleted, once the
            new one is whole.

    Returns:
        What was unpacked.

    Raises:
        InputError: if there is no such archive, or no place for the target.
        TargetExistsError: if the target is there and is not to be overwritten.
        DamagedArchiveError: if the archive is cut, or its bytes are not what they were.
        UnsafeArchiveError: if it could do harm.
        ArchiveError: of kind `cancelled`, if the caller cancelled.
        DiskError: if the archive cannot be read or its content cannot be written.
    """
    target = Path(to)
    pulse = Pulse(cancelled, on_progress)
    with Source(path) as source:
        _check_place(target, Path(path), overwrite=overwrite)
        found = survey(source, limits, pulse)
        pulse.total = found.packed
        _check_room(target, found.size)
        with on_disk(target):
            working = Path(tempfile.mkdtemp(_WORKING_SUFFIX, ".", target.parent))
        try:
            for member in members(source, found.end, limits):
                _unpack(source, member, working, target, pulse)
            _place(working, target, overwrite=overwrite)
        except BaseException:
            shutil.rmtree(working, ignore_errors=True)
            raise
        return summary_of(source, found, crc_checked=True)


def _check_place(target: Path, archive: Path, *, overwrite: bool) -> None:
    if not target.parent.is_dir():
        msg = f"There is no folder {target.parent}; make it first."
        raise InputError(msg)
    if not os.path.lexists(target):
        return
    if not overwrite:
        raise _exists(target)
    if target.is_symlink() or not target.is_dir():
        msg = f"{target} is no folder, so that it is not overwritten by one; write another name."
        raise InputError(msg)
    home = os.path.expanduser("~")  # noqa: PTH111  # Path.home() raises where there is none
    for kept in (archive, Path(), Path(home)):
        if kept.resolve().is_relative_to(target.resolve()):
            msg = f"{target} is not overwritten: {kept.resolve()} is in it. Write another name."
            raise InputError(msg)


def _check_room(target: Path, needed: int) -> None:
    with on_disk(target):
        free = shutil.disk_usage(target.parent).free
    if free < needed:
        msg = f"{target} needs {needed} bytes, and {free} are free."
        raise DiskError(msg, kind="full", path=str(target), total=needed)


def _unpack(source: Source, member: Member, working: Path, target: Path, pulse: Pulse) -> None:
    """Write one member under the working folder; errors speak of the target."""
    path = working / member.name
    with on_disk(target):
        folder = path if member.folder else path.parent
        _make_folder(folder)
    if member.folder:
        for _piece in contents(source, member, pulse):
            pass  # a folder has no content, and its CRC and stream must say so
        return
    with on_disk(target):
        file = os.open(path, _NEW_FILE, 0o600)
    try:
        for piece in contents(source, member, pulse):
            with on_disk(target):
                _write(file, piece)
    finally:
        with on_disk(target):
            os.close(file)


def _make_folder(folder: Path) -> None:
    """Make a folder and those it stands in; `Path.mkdir` would open the latter to others."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700)


def _write(file: int, piece: bytes | memoryview) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file, rest) :]


def _place(working: Path, target: Path, *, overwrite: bool) -> None:
    """Give the working folder the target's name; what stood there goes only after it."""
    with on_disk(target):
        if not os.path.lexists(target):
            working.rename(target)
            return
        if not overwrite:
            raise _exists(target)
        old = working.with_suffix(".replaced")
        target.rename(old)
        try:
            working.rename(target)
        except BaseException:
            old.rename(target)
            raise
    shutil.rmtree(old, ignore_errors=True)


def _exists(target: Path) -> TargetExistsError:
    return TargetExistsError(f"{target} is there already.", kind="exists", path=str(target))
