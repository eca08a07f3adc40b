"""One writer for one file: a second one is refused before it does harm.

The lock is the operating system's, so that of a process that died is free. Where there is no
`fcntl`, as on Windows, nothing is locked.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tiktok_async.errors import InputError

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
    """

    def __init__(self, target: Path) -> None:
        self._path = target.with_name(f".{target.name}.lock")
        self._file: int | None = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            self._file = None
            msg = f"Another process is writing {target}: wait for it, or write another name."
            raise InputError(msg) from None

    def release(self) -> None:
        """Let others write; may be called again."""
        if self._file is None:
            return
        # While the lock is held nobody else owns this name, so that removing it is safe.
        self._path.unlink(missing_ok=True)
        os.close(self._file)
        self._file = None
