"""The local header in front of a member's bytes, and the data descriptor that may follow them.

Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 and 4.3.9.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from tiktok_async.errors import DamagedArchiveError
from tiktok_async.portability.guard.directory import (
    DESCRIPTOR_FLAG,
    ENCRYPTED_FLAGS,
    UTF8_FLAG,
)
from tiktok_async.portability.guard.extra import SEE_WIDE, widened

if TYPE_CHECKING:
    from tiktok_async.portability.guard.directory import Member
    from tiktok_async.portability.guard.source import Source

# Signature, flags, method, CRC, packed size, size, bytes of name and of extra fields; version and
# time between.
_HEADER: Final = struct.Struct("<4s2x2H4x3L2H")
_SIGNATURE: Final = b"PK\x03\x04"
# Flags that change what a reader sees; the others tell how well it was packed.
_FLAGS: Final = DESCRIPTOR_FLAG | UTF8_FLAG | ENCRYPTED_FLAGS
# The signature is optional; then CRC, packed size, size, which may have 64 bits unannounced.
_DESCRIPTOR_SIGNATURE: Final = b"PK\x07\x08"
_DESCRIPTORS: Final = (struct.Struct("<LLL"), struct.Struct("<LQQ"))
_LONGEST_DESCRIPTOR: Final = 24
_NO_DESCRIPTOR: Final = (0,)


class Place(NamedTuple):
    """Where in the archive a member's bytes are; a tuple for speed, as `Member` is."""

    start: int
    stop: int
    tails: tuple[int, ...]
    """How long the data descriptor behind them can be; only the neighbour shows which it is."""


def place_of(source: Source, member: Member) -> Place:
    """Return where the member's packed bytes are.

    Raises:
        DamagedArchiveError: if the local header contradicts the directory.
    """
    head = source.read(member.offset, _HEADER.size + len(member.raw_name))
    signature, flags, method, crc, packed, size, name_bytes, extra_bytes = _HEADER.unpack_from(head)
    extra_at = member.offset + _HEADER.size + name_bytes
    agreed = (
        signature == _SIGNATURE
        and (flags ^ member.flags) & _FLAGS == 0
        and method == member.method
        and head[_HEADER.size :] == member.raw_name
        and name_bytes == len(member.raw_name)
    )
    if agreed and not flags & DESCRIPTOR_FLAG:
        if SEE_WIDE in (size, packed):
            size, packed = widened((size, packed), source.read(extra_at, extra_bytes)) or (0, 0)
        agreed = (crc, packed, size) == (member.crc, member.packed, member.size)
    if not agreed:
        msg = f"The local header of member {member.position} contradicts the central directory."
        raise DamagedArchiveError(msg, kind="header", member=member.position)
    start = extra_at + extra_bytes
    stop = start + member.packed
    return Place(start, stop, _tails(source, member, stop))


def _tails(source: Source, member: Member, at: int) -> tuple[int, ...]:
    if not member.flags & DESCRIPTOR_FLAG:
        return _NO_DESCRIPTOR
    found = source.read_up_to(at, _LONGEST_DESCRIPTOR)
    lead = len(_DESCRIPTOR_SIGNATURE) if found.startswith(_DESCRIPTOR_SIGNATURE) else 0
    true = (member.crc, member.packed, member.size)
    return tuple(
        lead + layout.size
        for layout in _DESCRIPTORS
        if lead + layout.size <= len(found) and layout.unpack_from(found, lead) == true
    )
