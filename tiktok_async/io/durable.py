"""Writing a small file so that a crash leaves the old one or the new one, and never half of one."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Put `content` at `path`, readable by the owner only; durable when it returns.

    Raises:
        OSError: if the disk refuses; the old file is whole then.
    """
    draft = working_name(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path)


def working_name(path: Path) -> Path:
    """Return a hidden name in the same folder that nobody else has."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def sync_folder(path: Path) -> None:
    """Make a rename durable; Windows has no way to, and no need."""
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def make_private(folder: Path) -> None:
    """Make a folder and those it stands in, closed to others; what is there stays as it is.

    Durable when it returns. `Path.mkdir` would open the ones in between to whomever the umask lets
    in.
    """
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder)
