"""A zip writer that writes what it is told, true or not; it shares no code with the reader."""

from __future__ import annotations

import struct
import zlib

import attrs

DESCRIPTOR = 1 << 3
UTF8 = 1 << 11
ALL_SET = 0xFFFFFFFF


@attrs.frozen
class Part:
    """A member: what it is, and what its headers claim instead where that is given."""

    name: str | bytes = "a.txt"
    data: bytes = b"some data"
    method: int = 8
    flags: int = UTF8
    mode: int = 0
    """Unix mode; the upper half of the external attributes."""
    dos: int = 0
    """The lower half."""
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    packed: bytes | None = None
    """The packed bytes, where they are not the data's."""
    wide: bool = False
    """Sizes and offset in zip64 fields."""
    descriptor: str = ""
    """Layout of a data descriptor, for `struct`: "<LLL" or "<LQQ"."""
    descriptor_signature: bytes = b"PK\x07\x08"
    descriptor_crc: int | None = None
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_crc: int | None = None
    local_size: int | None = None
    disk: int = 0
    extra: bytes = b""
    comment: bytes = b""
    before: bytes = b""
    """Bytes of nobody, in front of the local header."""
    after: bytes = b""
    """Bytes of nobody, behind the packed bytes and the descriptor."""

    def raw_name(self) -> bytes:
        """The name as it is written."""
        return self.name if isinstance(self.name, bytes) else self.name.encode()

    def packed_data(self) -> bytes:
        """The bytes that follow the local header."""
        if self.packed is not None:
            return self.packed
        return deflated(self.data) if self.method == 8 else self.data

    def claims(self) -> tuple[int, int, int]:
        """CRC, packed size and size, as the central directory says."""
        return (
            zlib.crc32(self.data) if self.crc is None else self.crc,
            len(self.packed_data()) if self.packed_size is None else self.packed_size,
            len(self.data) if self.size is None else self.size,
        )

    def all_flags(self) -> int:
        """The flags, with that of a descriptor where there is one."""
        return self.flags | (DESCRIPTOR if self.descriptor else 0)

    def local(self) -> bytes:
        """The local header, the packed bytes and the descriptor."""
        crc, packed, size = claims = self.claims()
        crc = crc if self.local_crc is None else self.local_crc
        size = size if self.local_size is None else self.local_size
        extra = self.extra
        if self.wide:
            extra += struct.pack("<HHQQ", 1, 16, size, packed)
            packed = size = ALL_SET
        if self.descriptor:
            crc = packed = size = 0
        name = self.raw_name() if self.local_name is None else self.local_name
        header = struct.pack(
            "<4s5H3L2H",
            b"PK\x03\x04",
            20,
            self.all_flags() if self.local_flags is None else self.local_flags,
            self.method if self.local_method is None else self.local_method,
            0,
            33,
            crc,
            packed,
            size,
            len(name),
            len(extra),
        )
        tail = b""
        if self.descriptor:
            crc = claims[0] if self.descriptor_crc is None else self.descriptor_crc
            tail = self.descriptor_signature + struct.pack(self.descriptor, crc, *claims[1:])
        return header + name + extra + self.packed_data() + tail

    def entry(self, offset: int) -> bytes:
        """The entry of the central directory."""
        crc, packed, size = self.claims()
        offset = offset if self.offset is None else self.offset
        extra = self.extra
        if self.wide:
            extra += struct.pack("<HHQQQ", 1, 24, size, packed, offset)
            packed = size = offset = ALL_SET
        name = self.raw_name()
        header = struct.pack(
            "<4s6H3L5H2L",
            b"PK\x01\x02",
            (3 << 8) | 20,
            20,
            self.all_flags(),
            self.method,
            0,
            33,
            crc,
            packed,
            size,
            len(name),
            len(extra),
            len(self.comment),
            self.disk,
            0,
            self.mode << 16 | self.dos,
            offset,
        )
        return header + name + extra + self.comment


def deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


def archive(
    *parts: Part,
    comment: bytes = b"",
    before_directory: bytes = b"",
    after_directory: bytes = b"",
    entries: int | None = None,
    wide: bool = False,
) -> bytes:
    """The archive of some members, with its directory and end record."""
    body = directory = b""
    for part in parts:
        body += part.before
        directory += part.entry(len(body))
        body += part.local() + part.after
    body += before_directory
    start, count = len(body), len(parts) if entries is None else entries
    whole = body + directory + after_directory
    return whole + end(count, len(directory), start, comment=comment, wide=wide)


def end(
    entries: int,
    size: int,
    start: int,
    *,
    comment: bytes = b"",
    wide: bool = False,
    disk: int = 0,
    wide_at: int | None = None,
) -> bytes:
    """The end record; a wide one with its locator before it, and a narrow one that sends there."""
    records = b""
    if wide:
        at = start + size if wide_at is None else wide_at
        records += struct.pack(
            "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, start
        )
        records += struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
        entries, size, start = 0xFFFF, ALL_SET, ALL_SET
    fields = (disk, disk, entries, entries, size, start, len(comment))
    return records + struct.pack("<4s4H2LH", b"PK\x05\x06", *fields) + comment
