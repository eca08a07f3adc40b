"""Reads the rows of a part as far as it is sound, and says what is not. Never raises for damage."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tiktok_async.convert import loads
from tiktok_async.errors import DecodeError
from tiktok_async.report.axis import counted, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tiktok_async.jobs.manifest import ShardEntry

_LINE_MOST: Final = 8 << 20
"""Bytes of the longest line that is taken for a row: a page of answers is smaller."""


class PartRows:
    """The rows of one part, to be gone through once.

    What stands after the bytes that the manifest counts is no part of the dataset: a run that goes
    on cuts it off, and writes it anew.

    Args:
        path: The part.
        shard: What the manifest says of it.
    """

    def __init__(self, path: Path, shard: ShardEntry) -> None:
        self.problems: list[str] = []
        """What is wrong with the part, once it was read."""
        self._path = path
        self._shard = shard
        self._unread: int = 0
        self._rows: int = 0
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        if not self._shard.size:
            return
        try:
            with os.fdopen(_regular(self._path), "rb") as file:
                yield from self._sound(file)
                self._check(file)
        except OSError as error:
            self.problems.append(f"cannot be read ({os.strerror(error.errno or 0)})")

    def _sound(self, file: BinaryIO) -> Iterator[Mapping[str, Any]]:
        left, whole = self._shard.size, True
        while left > 0 and (line := file.readline(min(left, _LINE_MOST))):
            left -= len(line)
            self._digest.update(line)
            began, whole = whole, line.endswith(b"\n")
            row = _row(line) if began and whole else None
            if row is not None:
                self._rows += 1
                yield row
            elif whole or left <= 0:
                self._unread += 1

    def _check(self, file: BinaryIO) -> None:
        size, due = os.fstat(file.fileno()).st_size, self._shard
        if size < due.size:
            self._say(f"is cut: {number(size)} of {counted(due.size, 'byte')} are there")
        if size > due.size and due.status == "complete":
            more = counted(size - due.size, "byte")
            self._say(f"is too long: {more} at its end are not counted")
        if self._unread:
            self._say(f"has {counted(self._unread, 'line')} that cannot be read as a row")
        if size >= due.size and due.sha256 is not None and self._digest.hexdigest() != due.sha256:
            self._say("is not what was collected: its SHA-256 differs")
        if not self.problems and self._rows != due.rows:
            self._say(f"has {counted(self._rows, 'row')} where {number(due.rows)} were counted")

    def _say(self, problem: str) -> None:
        self.problems.append(problem)


def _regular(path: Path) -> int:
    """Open a file, and nothing that could block, such as a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    opened = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return opened


def _row(line: bytes) -> Mapping[str, Any] | None:
    try:
        row = loads(line)
    except DecodeError:
        return None
    return row if isinstance(row, dict) else None
