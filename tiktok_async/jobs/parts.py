"""The part of a shard, with its checkpoint: rows before state, both durable. Everything blocks.

A part only ever grows behind what its newest checkpoint counts, and is cut back to that when it
is opened. What is to be taken away is first uncounted by a checkpoint, then cut off. So at whatever
moment a process is killed, the rows that count are on the disk, and the rest goes at a start.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, DiskError, InputError
from tiktok_async.io.durable import make_private, sync_folder
from tiktok_async.io.refusals import kind_of
from tiktok_async.jobs.checkpoint import SLOTS, Identity, Mark, Slots, newest, write_all
from tiktok_async.jobs.part_lines import portions
from tiktok_async.jobs.steps import at_once

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]  # not on Windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.raw import RawFile, RawRecord
    from tiktok_async.jobs.steps import Steps

HELD: Final = "held"
"""Why a shard cannot be opened: another process has it open."""
_CHUNK: Final = 2**20
_RESUME: Final = "What came is kept: make room or mend it, then run the job again."
_LOST: Final = "Restore it from a copy, or delete the directory and start anew."


def lines_of(rows: Iterable[bytes], extra: Mapping[str, str]) -> bytes:
    """Return rows as a part has them: a line each, keys in the order that they came in.

    Args:
        rows: The text of each.
        extra: What is added to each.
    """
    if extra:
        members = convert.dumps(dict(extra))[1:]
        keys = [convert.dumps(key) for key in extra]
        rows = [_with_more(row, members, keys, extra) for row in rows]
    whole = b"\n".join(rows)
    return whole and whole + b"\n"


def _with_more(
    row: bytes, members: bytes, keys: Sequence[bytes], extra: Mapping[str, str]
) -> bytes:
    """Return the text of an object with members at its end."""
    begun = row[:-1].rstrip()
    named = b"\\u" in row or any(key in row for key in keys)
    if named or begun == b"{" or not row.endswith(b"}"):
        return convert.dumps({**convert.loads(row), **extra})  # it may have a member of that name
    return begun + b"," + members


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error that says so.

    Raises:
        DiskError: if it does.
    """
    try:
        yield
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}."
        raise DiskError(msg, kind=kind_of(error), path=str(path), hint=_RESUME) from error


class ShardFiles:
    """The files of one shard, held by one process.

    Args:
        layout: The job's directory.
        identity: The shard.
        sync_pages: A checkpoint every so many pages.
        raw: Whether answers are kept too.

    Raises:
        CheckpointMismatchError: if part and checkpoint do not belong together.
        InputError: if another process holds the shard.
        DiskError: if the disk refuses.
    """

    def __init__(
        self, layout: Layout, identity: Identity, sync_pages: int = 1, *, raw: bool = False
    ) -> None:
        self._path = layout.part(identity.stage, identity.shard)
        self._every = max(1, sync_pages)
        self._behind = 0
        self._failed = self._closing = False
        self._lock = threading.Lock()
        self._file = -1
        self._slots: Slots | None = None
        self._raw: RawFile | None = None
        self._hash = self._base_hash = hashlib.sha256()
        with disk_errors(self._path):
            try:
                self.mark: Mark = self._opened(layout, identity)
                """Where the shard stands; once the disk has refused, what its checkpoint says."""
                self._said = self.mark
                if raw and self.mark.status != "complete":
                    self._raw = _raw_file(layout, identity, self.mark.raw_size)
            except BaseException:
                self.close()
                raise

    def _opened(self, layout: Layout, identity: Identity) -> Mark:
        slot = layout.checkpoint(identity.stage, identity.shard, SLOTS[0])
        for folder in (self._path.parent, slot.parent):
            make_private(folder)
        self._file = self._held(identity)
        found = newest(layout, identity)
        size = os.fstat(self._file).st_size
        if found is None:
            self._check_new(layout, identity, size)
        generation, mark = found or (-1, Mark())
        if size < mark.size:
            msg = f"{self._path} has {size} bytes, and {mark.size} were collected."
            raise CheckpointMismatchError(msg, hint=_LOST)
        locked = None if fcntl is None else self._file
        self._slots = Slots(layout, identity, generation, locked)
        if found is None:
            # Before anything counts: a file that a power cut takes away is then an empty one.
            for path in (self._path, slot):
                for made in (path, path.parent, path.parent.parent):
                    sync_folder(made)
        if mark.status != "complete":
            # The claim: an owner who lost the shard and does not know it meets it and stops.
            at_once(self._slots.write(mark))
        self._cut(mark.size)
        if mark.status != "complete":
            self._rehash(mark)
        return mark

    def _held(self, identity: Identity) -> int:
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        file = os.open(self._path, flags, 0o600)
        if fcntl is None:
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            msg = f"Another process collects {identity.stage}/{identity.shard}: wait for it."
            error = InputError(msg)
            error.reason = HELD
            raise error from None
        return file

    def _check_new(self, layout: Layout, identity: Identity, size: int) -> None:
        """Refuse to begin where something was: both generations are damaged.

        A crash at the very beginning leaves the first slot torn, the second empty, and no row.
        """
        paths = [layout.checkpoint(identity.stage, identity.shard, slot) for slot in SLOTS]
        if size or all(path.exists() and path.stat().st_size for path in paths):
            msg = f"Both checkpoints of {identity.stage}/{identity.shard} are damaged or missing."
            raise CheckpointMismatchError(msg, hint=_LOST)

    def _rehash(self, mark: Mark) -> None:
        os.lseek(self._file, 0, os.SEEK_SET)
        self._feed(mark.base)
        self._base_hash = self._hash.copy()
        self._feed(mark.size - mark.base)
        if mark.sha256 not in {None, self._hash.hexdigest()}:
            msg = f"{self._path} was changed: its digest is not that of what was collected."
            raise CheckpointMismatchError(msg, hint=_LOST)

    def _feed(self, size: int) -> None:
        while size:
            chunk = os.read(self._file, min(size, _CHUNK))
            if not chunk:
                msg = f"{self._path} became shorter while it was read."
                raise CheckpointMismatchError(msg, hint=_LOST)
            self._hash.update(chunk)
            size -= len(chunk)

    @property
    def behind(self) -> bool:
        """Whether rows came that no checkpoint counts yet."""
        return self._behind > 0

    def unit_rows(self) -> Iterator[list[bytes]]:
        """Yield the rows of the unit under way, as they stand in the part, in portions."""
        mark = self.mark
        with disk_errors(self._path):
            yield from portions(self._path, mark.size, mark.base)

    @property
    def keeps_answers(self) -> bool:
        """Whether answers are kept too."""
        return self._raw is not None

    def commit(self, rows: bytes, mark: Mark, record: RawRecord | None = None) -> Steps:
        """Append rows, then say so, in steps; durable as often as `sync_pages` says.

        Args:
            rows: Whole lines.
            mark: Where the shard stands behind them.
            record: The answer that they came in, where answers are kept.

        Raises:
            DiskError: if the disk refuses; nothing that counts is harmed.
        """
        with self._working():
            write_all(self._file, rows)
            self._hash.update(rows)
            if mark.base == mark.size:
                self._base_hash = self._hash.copy()
            self.mark = self._kept(mark, record)
            self._behind += 1
            if self._behind >= self._every:
                yield from self._settle()

    def restart(self, mark: Mark, record: RawRecord | None = None) -> Steps:
        """End the unit under way before its end, in steps: take its rows away, or leave them.

        Args:
            mark: Where the shard stands then.
            record: Says that they are taken away, where answers are kept.

        Raises:
            DiskError: if the disk refuses; then they go when the shard is opened again.
        """
        with self._working():
            if mark.size < self.mark.size:
                self._hash = self._base_hash.copy()
            else:
                self._base_hash = self._hash.copy()
            self.mark = self._kept(mark, record)
            yield from self._settle()
            self._cut(mark.size)

    def note(self, mark: Mark, *, complete: bool = False) -> Steps:
        """Write down where the shard stands, in steps; no row has come.

        Args:
            mark: Where.
            complete: Whether it is at its end.

        Raises:
            DiskError: if the disk refuses.
        """
        with self._working():
            kept = self._kept(mark, None)
            self.mark = attrs.evolve(kept, status="complete") if complete else kept
            yield from self._settle()

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Write, where this is still the shard's owner, and nothing failed before.

        A disk that failed once may say later that all is well, when it is not.

        Raises:
            CheckpointMismatchError: if it has a newer one.
            DiskError: if the disk refuses, or did.
        """
        try:
            with self._lock, disk_errors(self._path):
                if self._slots is None or self._failed:
                    raise OSError(errno.EIO, "it failed before; what it holds now is not known")
                self._slots.check()
                self._failed = True
                yield
                self._failed = False
        finally:
            if self._failed:
                self.mark = self._said
            if self._closing:
                self.close()

    def _kept(self, mark: Mark, record: RawRecord | None) -> Mark:
        """Append a record to the answers; return the mark that counts them, and the rows."""
        digest = self._hash.hexdigest()
        if self._raw is None:
            return attrs.evolve(mark, sha256=digest)
        if record is not None:
            self._raw.append(record)
        return attrs.evolve(mark, sha256=digest, raw_size=self._raw.size)

    def _settle(self) -> Steps:
        if self._slots is None:
            raise OSError(errno.EBADF, "the shard is closed")
        yield self._file
        if self._raw is not None:
            yield self._raw.file
        for file in self._slots.write(self.mark):
            self._said = self.mark  # whoever reads the checkpoint finds it, flushed or not
            yield file
        self._said = self.mark
        self._behind = 0

    def _cut(self, size: int) -> None:
        if os.fstat(self._file).st_size > size:
            os.ftruncate(self._file, size)
        os.lseek(self._file, size, os.SEEK_SET)

    def close(self) -> None:
        """Let the shard go; if it is being written, whoever does that lets it go at the end.

        So nobody waits here for a disk; may be called again.
        """
        self._closing = True
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._let_go()
        finally:
            self._lock.release()

    def _let_go(self) -> None:
        if self._slots is not None:
            self._slots.close()
            self._slots = None
        if self._raw is not None:
            self._raw.close()
            self._raw = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _raw_file(layout: Layout, identity: Identity, size: int) -> RawFile:
    """Open the answers of a shard.

    Raises:
        MissingExtraError: if zstandard is not installed.
    """
    from tiktok_async.jobs.raw import RawFile

    path = layout.raw(identity.stage, identity.shard)
    make_private(path.parent)
    file = RawFile(path, size)
    if not size:
        for one in (path, path.parent, path.parent.parent):
            sync_folder(one)
    return file
