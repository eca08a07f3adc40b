"""Which disks are this machine's own: a lock is one process's there, and a flush is one call.

A file system of a network may grant a lock twice, and some that are served by a program take a
write that shall be durable for any other. What is not known to be better is treated like these.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")
"""What is mounted, a line each; Linux alone has it. Source: proc_pid_mountinfo(5)."""
_OWN: Final = frozenset({"ext2", "ext3", "ext4", "f2fs", "tmpfs", "xfs"})


def are_own(*files: int, mounts: Path = MOUNTS) -> bool:
    """Tell whether files are known to stand on disks of this machine. Blocks.

    Args:
        files: Their descriptors.
        mounts: What is mounted.
    """
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return False
    return all(_is_own(os.fstat(file).st_dev, lines) for file in files)


def _is_own(device: int, mounts: list[str]) -> bool:
    number = f"{os.major(device)}:{os.minor(device)}"
    kinds = {_kind(line) for line in mounts if line.split(" ", 3)[2:3] == [number]}
    return bool(kinds) and kinds <= _OWN


def _kind(line: str) -> str:
    """Return the file system's type: it stands behind the dash that ends the optional fields."""
    return line.partition(" - ")[2].partition(" ")[0]
