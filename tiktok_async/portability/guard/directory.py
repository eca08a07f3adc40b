"""The central directory, entry by entry; only a block of it is in memory at a time.

Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 and 4.4; the upper half of the external
attributes is a Unix mode in archives of Info-ZIP and all that follow it.
"""

from __future__ import annotations

import stat
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from tiktok_async.errors import DamagedArchiveError, UnsafeArchiveError
from tiktok_async.portability.guard.extra import SEE_WIDE, widened
from tiktok_async.portability.guard.names import decoded, fault_of, harmful_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktok_async.portability.guard.end import End
    from tiktok_async.portability.guard.limits import ArchiveLimits
    from tiktok_async.portability.guard.source import Source

# Signature, flags, method, CRC, packed size, size, bytes of name, extra fields and comment, disk,
# external attributes, offset of the local header; versions, time and internal attributes between.
_ENTRY: Final = struct.Struct("<4s4x2H4x3L4H2x2L")
_SIGNATURE: Final = b"PK\x01\x02"
_LONGEST_ENTRY: Final = _ENTRY.size + 3 * 0xFFFF
_BLOCK_BYTES: Final = 1024 * 1024
_EXTRA_BYTES: Final = 1024  # allowed on average; real writers use less than 100 and no comments

STORED: Final = 0
DEFLATED: Final = 8
DESCRIPTOR_FLAG: Final = 1 << 3
UTF8_FLAG: Final = 1 << 11
ENCRYPTED_FLAGS: Final = 1 << 0 | 1 << 6 | 1 << 13  # encrypted, strongly, headers masked
_HARMLESS_TYPES: Final = (0, stat.S_IFREG, stat.S_IFDIR)
_REPARSE_POINT: Final = 0x400  # a link, in the attributes of Windows


class Member(NamedTuple):
    """One entry of the directory, its name and kind found harmless.

    A tuple, since up to 200 000 are made, and an attrs class takes several times as long.
    """

    position: int
    """Place in the directory, from 0."""
    name: str
    """A folder's ends in `/`."""
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    """Bytes in the archive."""
    size: int
    """Bytes of content."""
    offset: int
    """Position of the local header."""

    @property
    def folder(self) -> bool:
        """Whether this is a folder and no file."""
        return self.name.endswith("/")


def members(source: Source, end: End, limits: ArchiveLimits) -> Iterator[Member]:
    """Yield the members in the order of the directory.

    Raises:
        DamagedArchiveError: if the directory does not consist of just its entries.
        UnsafeArchiveError: at the first member that is harmful by itself.
    """
    _refuse_excess(end, limits)
    block, at, ahead = b"", 0, end.start
    for position in range(end.entries):
        if len(block) - at < _LONGEST_ENTRY and ahead < end.stop:
            fresh = source.read(ahead, min(_BLOCK_BYTES, end.stop - ahead))
            block, at, ahead = block[at:] + fresh, 0, ahead + len(fresh)
        member, at = _member(block, at, position, limits)
        if member.offset + member.packed > end.start:
            raise _broken(position)
        yield member
    if at < len(block) or ahead < end.stop:
        raise _broken()


def _refuse_excess(end: End, limits: ArchiveLimits) -> None:
    if end.entries > limits.members:
        msg = f"The archive has more than {limits.members} members."
        raise UnsafeArchiveError(msg, kind="members")
    if end.stop - end.start > end.entries * (_ENTRY.size + limits.path_bytes + _EXTRA_BYTES):
        msg = "The central directory is far larger than its entries need."
        raise UnsafeArchiveError(msg, kind="directory")


def _member(block: bytes, at: int, position: int, limits: ArchiveLimits) -> tuple[Member, int]:
    """Return the member whose entry starts at `at`, and where the next one starts."""
    if len(block) - at < _ENTRY.size:
        raise _broken(position)
    (
        signature, flags, method, crc, packed, size,
        name_bytes, extra_bytes, comment_bytes, disk, attributes, offset,
    ) = _ENTRY.unpack_from(block, at)  # fmt: skip
    name_at = at + _ENTRY.size
    extra_at = name_at + name_bytes
    comment_at = extra_at + extra_bytes
    after = comment_at + comment_bytes
    if signature != _SIGNATURE or disk or after > len(block):
        raise _broken(position)
    _refuse_kind(position, flags, method, attributes)
    if SEE_WIDE in (size, packed, offset):
        numbers = widened((size, packed, offset), block[extra_at:comment_at])
        if numbers is None:
            raise _broken(position)
        size, packed, offset = numbers
    raw_name = block[name_at:extra_at]
    name = _harmless_name(raw_name, position, flags, limits)
    return Member(position, name, raw_name, flags, method, crc, packed, size, offset), after


def _refuse_kind(position: int, flags: int, method: int, attributes: int) -> None:
    if flags & ENCRYPTED_FLAGS:
        msg = f"Member {position} is encrypted."
        raise UnsafeArchiveError(msg, kind="encrypted", member=position)
    if method not in {STORED, DEFLATED}:
        msg = f"Member {position} is packed by another method than stored and deflate."
        raise UnsafeArchiveError(msg, kind="method", member=position)
    if stat.S_IFMT(attributes >> 16) not in _HARMLESS_TYPES or attributes & _REPARSE_POINT:
        msg = f"Member {position} is a link, a device or the like."
        raise UnsafeArchiveError(msg, kind="special", member=position)


def _harmless_name(raw: bytes, position: int, flags: int, limits: ArchiveLimits) -> str:
    name = decoded(raw, claims_utf8=bool(flags & UTF8_FLAG))
    if name is None:
        raise harmful_name("encoding", position)
    fault = fault_of(name, limits)
    if fault is not None:
        raise harmful_name(fault, position)
    return name


def _broken(position: int | None = None) -> DamagedArchiveError:
    msg = "The central directory of the archive is broken."
    return DamagedArchiveError(msg, kind="directory", member=position)
