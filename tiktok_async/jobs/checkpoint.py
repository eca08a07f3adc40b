"""Where a shard stands: two files written in turn, so that one of them is always whole.

A generation is a JSON document with a SHA-256 of itself, filled up with spaces. Generation n stands
in slot a if n is even, else in slot b, and is written in place: what a crash tears is the older one
of the two, and the newest whole one counts. Nothing is said to have happened before its rows are on
the disk.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, DecodeError
from tiktok_async.io import disks
from tiktok_async.jobs.documents import from_plain, plain
from tiktok_async.jobs.manifest import Gap, ShardEntry

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.steps import Steps

CHECKPOINT_VERSION: Final = 1
SLOTS: Final = ("a", "b")
_DELETED: Final = "Restore the directory from a copy, or begin the job anew in another one."
_NOT_THERE: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
"""What a system says that cannot write and flush in one."""
_BLOCK: Final = 1024
"""Bytes by which a slot grows: a file whose length stays the same is flushed sooner."""


@attrs.frozen(kw_only=True)
class Mark:
    """Where a shard stands."""

    status: Literal["planned", "running", "complete"] = "planned"
    size: int = 0
    """Bytes of the part that count; what stands behind them is cut off."""
    rows: int = 0
    pages: int = 0
    calls: int = 0
    """Requests sent, those that failed included."""
    by_day: Mapping[str, int] = attrs.field(factory=dict)
    """The same by UTC day."""
    done: int = 0
    """Units at their end: days, or items."""
    window: int | None = None
    """Days that are asked for at once, in a shard of days."""
    base: int = 0
    """Bytes of the part where the unit under way begins."""
    base_rows: int = 0
    walk: Mapping[str, Any] | None = None
    """Where the walk of the unit under way stands; None = at its beginning."""
    holes: tuple[Gap, ...] = ()
    missing: tuple[Gap, ...] = ()
    log_id: str | None = None
    sha256: str | None = None
    """Of the bytes that count; None before the first page."""
    raw_size: int = 0
    """Bytes of the raw archive that count."""

    def entry(self, shard: str, label: str, items: int) -> ShardEntry:
        """Return what the manifest says of it."""
        return ShardEntry(
            id=shard,
            label=label,
            status=self.status,
            items=items,
            done=self.done,
            rows=self.rows,
            pages=self.pages,
            calls=self.calls,
            size=self.size,
            sha256=self.sha256 if self.status == "complete" else None,
            holes=self.holes,
            missing=self.missing,
            log_id=self.log_id,
        )


@attrs.frozen
class Identity:
    """What a checkpoint belongs to."""

    spec: str
    """Fingerprint of the spec."""
    stage: str
    shard: str


def encode(mark: Mark, identity: Identity, generation: int) -> bytes:
    """Return a generation as it is written."""
    document = {
        "version": CHECKPOINT_VERSION,
        "generation": generation,
        **attrs.asdict(identity),
        "mark": plain(mark),
    }
    written = convert.dumps(document)
    digest = hashlib.sha256(written).hexdigest()
    return written[:-1] + b',"sha256":"%b"}\n' % digest.encode()


def decode(content: bytes, identity: Identity) -> tuple[int, Mark] | None:
    """Return a generation and its number; None = it is torn.

    Raises:
        CheckpointMismatchError: if it is whole and belongs to something else.
    """
    try:
        document = convert.loads(content)
    except DecodeError:
        return None
    if not isinstance(document, dict) or document.pop("sha256", None) != _digest(document):
        return None
    if document.get("version") != CHECKPOINT_VERSION:
        msg = "The checkpoint was written by another version of tiktok-async."
        raise CheckpointMismatchError(msg, hint="Go on with the version that began the job.")
    if any(document.get(name) != value for name, value in attrs.asdict(identity).items()):
        msg = f"The checkpoint of {identity.stage}/{identity.shard} belongs to another job."
        raise CheckpointMismatchError(msg, hint="Go on with the spec it was made by.")
    try:
        return int(document["generation"]), from_plain(Mark, document["mark"])
    except (KeyError, ValueError):
        return None


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(convert.dumps(document)).hexdigest()


def newest(layout: Layout, identity: Identity) -> tuple[int, Mark] | None:
    """Return the newest whole generation of a shard's checkpoint; None = there is none. Blocks.

    Raises:
        CheckpointMismatchError: if one of them belongs to something else.
        OSError: if a file is there and cannot be read.
    """
    found = [
        generation
        for slot in SLOTS
        if (content := _content(layout.checkpoint(identity.stage, identity.shard, slot)))
        and (generation := decode(content, identity)) is not None
    ]
    return max(found, key=lambda one: one[0], default=None)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


class Slots:
    """The two files of a shard's checkpoint, open for writing. Every method blocks.

    Args:
        layout: The job's directory.
        identity: The shard.
        generation: Number of the newest generation; -1 = there is none.
        locked: Descriptor of the file that is locked for the shard; None = nothing is.
    """

    def __init__(
        self, layout: Layout, identity: Identity, generation: int, locked: int | None
    ) -> None:
        self._identity = identity
        self._generation = generation
        self._paths = [layout.checkpoint(identity.stage, identity.shard, slot) for slot in SLOTS]
        self._written = [b"", b""]
        self._files: list[int] = []
        self._lengths: list[int] = []
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            for path in self._paths:
                self._files.append(os.open(path, flags, 0o600))
                self._lengths.append(os.fstat(self._files[-1]).st_size)
            files = () if locked is None else (locked, *self._files)
            self._own: Final = files if files and disks.are_own(*files) else ()
            """What is locked, and the slots, where they are on disks of this machine."""
        except BaseException:
            self.close()
            raise

    def check(self) -> None:
        """Look whether the shard has a newer owner, whose generation stands where ours would.

        A network file system may grant a lock twice: to a machine that lost touch, and to the one
        that took over. The file is opened anew, since that is when such a system looks at it. A
        disk of this machine grants it once: what is looked at there is whether the files are still
        in their folders, one of the three each time.

        Raises:
            CheckpointMismatchError: if it has; whoever came first goes no further. Or if the file
                was deleted.
            OSError: if the file cannot be read.
        """
        if self._own:
            self._check_there(self._own[self._generation % len(self._own)])
            return
        slot = (self._generation + 1) % 2
        written = self._written[slot]
        if written and _begins(self._paths[slot], len(written) + 1) == written:
            return
        found = decode(self._paths[slot].read_bytes(), self._identity)
        if found is not None and found[0] > self._generation:
            msg = f"Another process goes on with {self._identity.stage}/{self._identity.shard}."
            raise CheckpointMismatchError(msg, hint="This one stops; nothing is lost.")

    def _check_there(self, file: int) -> None:
        if not os.fstat(file).st_nlink:
            name = f"{self._identity.stage}/{self._identity.shard}"
            msg = f"The files of {name} were deleted while they were written."
            raise CheckpointMismatchError(msg, hint=_DELETED)

    def write(self, mark: Mark) -> Steps:
        """Write the next generation over the older one, in steps; it counts when they are done.

        Raises:
            OSError: if the disk refuses; the newest generation before it is whole.
        """
        generation = self._generation + 1
        slot = generation % 2
        file = self._files[slot]
        content = encode(mark, self._identity, generation)
        length = max(self._lengths[slot], -(-len(content) // _BLOCK) * _BLOCK)
        content = content[:-1].ljust(length - 1) + b"\n"
        durable = written_through(file, content) if self._own else 0
        if durable < length:
            os.lseek(file, durable, os.SEEK_SET)
            write_all(file, content[durable:])
            yield file
        self._generation = generation
        self._written[slot], self._lengths[slot] = content, length

    def close(self) -> None:
        """Close the files."""
        while self._files:
            os.close(self._files.pop())


def _begins(path: Path, size: int) -> bytes:
    """Return the beginning of a file."""
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return os.read(file, size)
    finally:
        os.close(file)


def written_through(file: int, content: bytes) -> int:
    """Write at the beginning of a file, and return how many bytes are durable now.

    Of all calls to the system, each of which a thread waits after until it may go on, this saves
    two. What it did not write is to be written, and flushed.

    Raises:
        OSError: if the disk refuses.
    """
    if not hasattr(os, "RWF_DSYNC"):
        return 0
    try:
        return os.pwritev(file, (content,), 0, os.RWF_DSYNC)
    except OSError as error:
        if error.errno in _NOT_THERE:
            return 0
        raise


def write_all(file: int, content: bytes) -> None:
    """Write all of `content` where the file stands.

    Raises:
        OSError: if the disk refuses.
    """
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
