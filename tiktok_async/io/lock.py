"""A lock between processes, for as long as a file is held open; that of a dead process is free.

The lock's own file stays where it is: removing it would let two hold what they take for the same.
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


@contextlib.asynccontextmanager
async def held(path: Path, wait: float = WAIT_SECONDS) -> AsyncIterator[None]:
    """Hold the lock in a task, for as long as an exchange takes; waiting can be cancelled.

    Args:
        path: The lock's own file.
        wait: Seconds after which to give up.

    Raises:
        ConfigError: if another holds it all that time, or its file cannot be opened.
    """
    file = _open(path)
    try:
        await _taken(file, path, wait)
        yield
    finally:
        os.close(file)


async def _taken(file: int, path: Path, wait: float) -> None:
    try:
        async with asyncio.timeout(wait):
            while not _try(file):  # noqa: ASYNC110  # no process tells another that it is done
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        msg = f"Another process has held {path} for {wait:g} seconds."
        raise ConfigError(
            msg, hint="See which one it is, such as with fuser, and end it."
        ) from None
