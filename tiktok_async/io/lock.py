"""A lock between processes, for as long as a file is held open; that of a dead process is free.

The lock's own file stays where it is: removing it would let two hold what they take for the same.
Who holds it for long writes the number of its process there, for whoever waits in vain.
It serves tasks of one process too. On a network file system it may serve one machine only.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import TYPE_CHECKING, Final

from tiktok_async.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

WAIT_SECONDS: Final = 180.0
"""More than one refresh takes with all its time limits."""
_POLL_SECONDS: Final = 0.02
_FIRST_BYTE: Final = 1
"""Of a process' number: the byte before it is the one that Windows locks, reading included."""

if sys.platform == "win32":
    import msvcrt

    def _try(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _try(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        msg = f"The lock {path} cannot be opened: {error.strerror or error}."
        raise ConfigError(msg) from error


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock in a thread, for some milliseconds of work on a file.

    Raises:
        ConfigError: if the lock's file cannot be opened.
    """
    file = _open(path)
    try:
        _take(file)
        yield
    finally:
        os.close(file)


@contextlib.contextmanager
def at_once(path: Path) -> Iterator[bool]:
    """Hold the lock for as long as it takes, if nobody else does; gives whether it is held.

    Raises:
        ConfigError: if the lock's file cannot be opened.
    """
    file = _open(path)
    try:
        yield _try(file)
    finally:
        os.close(file)


@contextlib.asynccontextmanager
async def held(
    path: Path, wait: float = WAIT_SECONDS, *, work: str = "its work"
) -> AsyncIterator[None]:
    """Hold the lock in a task, for as long as an exchange takes; waiting can be cancelled.

    Args:
        path: The lock's own file.
        wait: Seconds after which to give up.
        work: What it is held for, to be told to whoever waits in vain.

    Raises:
        ConfigError: if another holds it all that time, which says who; or if its file cannot be
            opened.
    """
    file = _open(path)
    try:
        if not await _taken(file, wait):
            raise _busy(path, wait, work)
        _sign(file)
        yield
    finally:
        os.close(file)


async def _taken(file: int, wait: float) -> bool:
    """Wait for the lock; return whether it was free in time."""
    try:
        async with asyncio.timeout(wait):
            while not _try(file):  # noqa: ASYNC110  # no process tells another that it is done
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        return False
    return True


def _sign(file: int) -> None:
    with contextlib.suppress(OSError):  # on a full disk the lock is as good without it
        os.ftruncate(file, 0)
        os.lseek(file, _FIRST_BYTE, os.SEEK_SET)
        os.write(file, str(os.getpid()).encode())
        os.lseek(file, 0, os.SEEK_SET)


def _signed(path: Path) -> int | None:
    """Return the process that wrote its number last; None where it cannot be read."""
    try:
        number = path.read_bytes()[_FIRST_BYTE:]
    except OSError:
        return None
    return int(number) if number.isdigit() and len(number) < 20 else None


def _busy(path: Path, wait: float, work: str) -> ConfigError:
    process = _signed(path)
    if process == os.getpid():
        who, advice = "Another task of this program", "Let that task end, or cancel it"
    else:
        who = "Another process" if process is None else f"Process {process}"
        named = "it, such as with fuser," if process is None else "it"
        advice = f"Let it end; if it hangs, find and end {named} and the lock is free"
    return ConfigError(
        f"{who} has held {path} for {wait:g} seconds, for {work}.",
        hint=f"{advice}. Then try again: nothing was sent, and nothing is lost.",
        retryable=True,
    )
