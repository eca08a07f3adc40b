"""One writer for one file: a second one is refused before it does harm.

The lock is the operating system's, so that of a process that died is free. Where there is no
`fcntl`, as on Windows, nothing is locked.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from tiktok_async.errors import DiskError, InputError
from tiktok_async.io.refusals import kind_of

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]  # not on Windows

if TYPE_CHECKING:
    from pathlib import Path


class FileLock:
    """The right to write a file, held until `release`.

    Args:
        target: The file; the lock stands hidden beside it.

    Raises:
        InputError: if another process holds it.
        DiskError: if nothing can be written beside the file.
    """

    def __init__(self, target: Path) -> None:
        self._path = target.with_name(f".{target.name}.lock")
        self._file: int | None = None
        while self._file is None:
            self._file = self._locked(target)

    def _locked(self, target: Path) -> int | None:
        """Open and lock the file; None = who held it has just removed it, and the name is free."""
        file = self._opened(target)
        if fcntl is None:
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(file), self._path.stat()):
                return file
        except BlockingIOError:
            os.close(file)
            msg = f"Another process is writing {target}: wait for it, or write another name."
            raise InputError(msg) from None
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(file)
            raise
        os.close(file)
        return None

    def _opened(self, target: Path) -> int:
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
        try:
            return os.open(self._path, flags, 0o600)
        except OSError as error:
            msg = f"{target} cannot be written: {error.strerror}."
            raise DiskError(msg, kind=kind_of(error), path=str(target)) from error

    def release(self) -> None:
        """Let others write; may be called again."""
        if self._file is None:
            return
        # While the lock is held nobody else owns this name, so that removing it is safe; on a disk
        # that went bad it stays, and is free all the same.
        with suppress(OSError):
            self._path.unlink()
        os.close(self._file)
        self._file = None
