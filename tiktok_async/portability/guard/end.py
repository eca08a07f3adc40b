"""The end record of an archive: where its central directory is, and how many entries it has.

Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16 and 4.4.1.4.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.errors import DamagedArchiveError, UnsafeArchiveError

if TYPE_CHECKING:
    from tiktok_async.portability.guard.source import Source

_SIGNATURE: Final = b"PK\x05\x06"
# Signature, disk, disk of the directory, entries here, entries, bytes and offset of the directory,
# bytes of the comment.
_RECORD: Final = struct.Struct("<4s4H2LH")
_WIDE_SIGNATURE: Final = b"PK\x06\x06"
# Signature, bytes that follow, made by, needed, and then as above, without the comment.
_WIDE_RECORD: Final = struct.Struct("<4sQ2H2L4Q")
_WIDE_REST: Final = _WIDE_RECORD.size - 12
_LOCATOR_SIGNATURE: Final = b"PK\x06\x07"
# Signature, disk and offset of the wide record, number of disks.
_LOCATOR: Final = struct.Struct("<4sLQL")
_LONGEST_COMMENT: Final = 0xFFFF
# A narrow field with all bits set sends the reader to the wide record.
_SEE_WIDE: Final = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


@attrs.frozen
class End:
    """What the end of the archive says of its central directory."""

    entries: int
    start: int
    """Position of the directory's first byte."""
    stop: int
    """Position behind its last byte."""


def find_end(source: Source) -> End:
    """Return where the central directory is.

    Raises:
        DamagedArchiveError: if no end record ends where the file ends, or it contradicts itself or
            the file.
        UnsafeArchiveError: if two end records do.
    """
    at = _position(source)
    _, *narrow, _ = _RECORD.unpack(source.read(at, _RECORD.size))
    wide = _wide_record(source, at)
    fields, stop = (narrow, at) if wide is None else (_agreed(narrow, wide[0]), wide[1])
    disk, directory_disk, entries_here, entries, size, start = fields
    if disk or directory_disk or entries_here != entries or start + size != stop:
        raise _contradiction()
    return End(entries, start, stop)


def _position(source: Source) -> int:
    """Return where the one record starts whose comment ends with the file."""
    count = min(source.size, _RECORD.size + _LONGEST_COMMENT)
    tail = source.read(source.size - count, count)
    found = []
    at = tail.rfind(_SIGNATURE)
    while at >= 0:
        comment = int.from_bytes(tail[at + 20 : at + 22], "little")
        if at + _RECORD.size + comment == count:
            found.append(source.size - count + at)
        at = tail.rfind(_SIGNATURE, 0, at + len(_SIGNATURE) - 1)
    if not found:
        msg = "The archive has no end record at its end: it is cut, or other bytes follow it."
        raise DamagedArchiveError(msg, kind="cut")
    if len(found) > 1:
        msg = "The archive has more than one end record, so that two readers could see two of it."
        raise UnsafeArchiveError(msg, kind="ambiguous")
    return found[0]


def _wide_record(source: Source, narrow_at: int) -> tuple[list[int], int] | None:
    """Return the fields of the zip64 record and where it starts; None = there is none."""
    locator_at = narrow_at - _LOCATOR.size
    if locator_at < 0:
        return None
    signature, disk, at, disks = _LOCATOR.unpack(source.read(locator_at, _LOCATOR.size))
    if signature != _LOCATOR_SIGNATURE:
        return None
    if disk or disks > 1 or at + _WIDE_RECORD.size != locator_at:
        raise _contradiction()
    signature, rest, _, _, *fields = _WIDE_RECORD.unpack(source.read(at, _WIDE_RECORD.size))
    if signature != _WIDE_SIGNATURE or rest != _WIDE_REST:
        raise _contradiction()
    return fields, at


def _agreed(narrow: list[int], wide: list[int]) -> list[int]:
    """Return the wide fields, if each narrow one says the same or sends there."""
    for small, large, see_wide in zip(narrow, wide, _SEE_WIDE, strict=True):
        if small not in (large, see_wide):
            raise _contradiction()
    return wide


def _contradiction() -> DamagedArchiveError:
    msg = "The end record of the archive contradicts itself or the file."
    return DamagedArchiveError(msg, kind="directory")
