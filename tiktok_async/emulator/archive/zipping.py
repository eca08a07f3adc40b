"""A zip as a tape: any number of members of any size, its length known before its first byte."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.emulator.archive.tape import Run, Tape, tape

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_32: Final = 0xFFFFFFFF
_MOST_16: Final = 0xFFFF
_STORED: Final = 0
_DEFLATED: Final = 8
_UTF8: Final = 1 << 11
_SIZES_BEHIND: Final = 1 << 3
_PLAIN_VERSION: Final = 20
_ZIP64_VERSION: Final = 45
_UNIX: Final = 3 << 8
_MODE: Final = 0o100644 << 16


@attrs.frozen
class Member:
    """A file to put into a zip."""

    name: str
    content: Tape
    deflated: bool = True


@attrs.frozen
class _Entry:
    """A member as the records of a zip describe it."""

    name: bytes
    method: int
    crc: int
    size: int
    packed: Tape
    offset: int
    behind: bool
    """Whether its sizes stand behind it."""
    date: int
    """DOS date in the upper half, time in the lower."""

    @property
    def large(self) -> bool:
        """Whether its sizes take 64 bits."""
        return max(self.size, self.packed.size) >= _MOST_32

    def local(self) -> bytes:
        """Return the record in front of the content."""
        crc, packed, size, extra = self.crc, self.packed.size, self.size, b""
        if self.behind:
            crc = packed = size = 0
        if self.large:
            extra = struct.pack("<HHQQ", 1, 16, size, packed)
            packed = size = _MOST_32
        head = struct.pack(
            "<IHHHIIIIHH", 0x04034B50, self._version(), self._flags(), self.method, self.date,
            crc, packed, size, len(self.name), len(extra),
        )  # fmt: skip
        return head + self.name + extra

    def descriptor(self) -> bytes:
        """Return the record behind the content; nothing where the local one says it all."""
        if not self.behind:
            return b""
        form = "<IIQQ" if self.large else "<IIII"
        return struct.pack(form, 0x08074B50, self.crc, self.packed.size, self.size)

    def central(self) -> bytes:
        """Return the record in the directory."""
        values = [self.size, self.packed.size] if self.large else []
        values += [self.offset] if self.offset >= _MOST_32 else []
        extra = struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""
        version = _ZIP64_VERSION if values else _PLAIN_VERSION
        sizes = (_MOST_32, _MOST_32) if self.large else (self.packed.size, self.size)
        head = struct.pack(
            "<IHHHHIIIIHHHHHII", 0x02014B50, _UNIX | version, version, self._flags(), self.method,
            self.date, self.crc, *sizes, len(self.name), len(extra), 0, 0, 0, _MODE,
            min(self.offset, _MOST_32),
        )  # fmt: skip
        return head + self.name + extra

    def _version(self) -> int:
        return _ZIP64_VERSION if self.large else _PLAIN_VERSION

    def _flags(self) -> int:
        return _UTF8 | (_SIZES_BEHIND if self.behind else 0)


def zipped(members: Iterable[Member], date: tuple[int, int, int], *, descriptors: bool) -> Tape:
    """Return a zip.

    Args:
        members: What is in it.
        date: Year, month and day that the members carry.
        descriptors: Whether sizes and checksums stand behind the members.
    """
    year, month, day = date
    stamp = ((year - 1980) << 9 | month << 5 | day) << 16
    archive, directory = Tape(), []
    for member in members:
        packed = deflated(member.content) if member.deflated else member.content
        method = _DEFLATED if member.deflated else _STORED
        content = member.content
        entry = _Entry(
            member.name.encode(), method, content.crc(), content.size, packed, archive.size,
            descriptors, stamp,
        )  # fmt: skip
        archive += tape(entry.local()) + packed + tape(entry.descriptor())
        directory.append(entry.central())
    return archive + tape(b"".join(directory), _end(len(directory), archive.size, directory))


def gzipped(content: Tape, level: int = 1) -> Tape:
    """Return content as gzip."""
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    tail = struct.pack("<II", content.crc(), content.size & _MOST_32)
    return tape(head) + deflated(content, level) + tape(tail)


def deflated(content: Tape, level: int = 1) -> Tape:
    """Return content as one deflate stream; a repeated block is packed once."""
    runs = []
    for run in content.runs:
        # After a full flush nothing refers to what was before, so the packed block can repeat.
        packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        runs.append(Run(packer.compress(run.block) + packer.flush(zlib.Z_FULL_FLUSH), run.count))
    return Tape((*runs, Run(zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS).flush())))


def _end(count: int, offset: int, directory: list[bytes]) -> bytes:
    """Return the records behind the directory."""
    size = sum(map(len, directory))
    plain = struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, min(count, _MOST_16), min(count, _MOST_16),
        min(size, _MOST_32), min(offset, _MOST_32), 0,
    )  # fmt: skip
    if offset < _MOST_32 and count < _MOST_16:
        return plain
    version = _ZIP64_VERSION
    large = struct.pack(
        "<IQHHIIQQQQ", 0x06064B50, 44, version, version, 0, 0, count, count, size, offset
    )
    return large + struct.pack("<IIQI", 0x07064B50, 0, offset + size, 1) + plain
