"""The content of one member, bounded by the size it claims and checked against its CRC."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from tiktok_async.errors import DamagedArchiveError
from tiktok_async.portability.guard.directory import DEFLATED
from tiktok_async.portability.guard.local import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktok_async.portability.guard.directory import Member
    from tiktok_async.portability.guard.pulse import Pulse
    from tiktok_async.portability.guard.source import Source

_PIECE_BYTES: Final = 1024 * 1024


def contents(source: Source, member: Member, pulse: Pulse) -> Iterator[bytes | memoryview]:
    """Yield the content in pieces of at most 1 MiB; each is good until the next.

    Never more bytes than the member claims are yielded, whatever the stream holds: the limits that
    its claim was measured against hold for the real bytes as well.

    Raises:
        DamagedArchiveError: if the stream is broken, or size or CRC is not what the member claims;
            pieces may have been yielded before.
        ArchiveError: if the caller cancels.
    """
    place = place_of(source, member)
    packed = _listening(source.chunks(place.start, member.packed), pulse)
    unpack = _inflated if member.method == DEFLATED else _stored
    left, crc = member.size, 0
    for piece in unpack(packed, member):
        left -= len(piece)
        if left < 0:
            break
        crc = zlib.crc32(piece, crc)
        yield piece
    if left:
        msg = f"Member {member.position} has more or fewer bytes than it says."
        raise DamagedArchiveError(msg, kind="size", member=member.position)
    if crc != member.crc:
        msg = f"The bytes of member {member.position} are not those that were packed."
        raise DamagedArchiveError(msg, kind="crc", member=member.position)


def _listening(chunks: Iterator[memoryview], pulse: Pulse) -> Iterator[memoryview]:
    for chunk in chunks:
        pulse.listen()
        yield chunk
        pulse.advance(len(chunk))


def _stored(packed: Iterator[memoryview], _member: Member) -> Iterator[memoryview]:
    return packed


def _inflated(packed: Iterator[memoryview], member: Member) -> Iterator[bytes]:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for chunk in packed:
            if engine.eof:
                raise _broken(member)
            rest: bytes | memoryview = chunk
            while rest:
                yield engine.decompress(rest, _PIECE_BYTES)
                rest = engine.unconsumed_tail
        # A piece that was full may have left output behind, with no input to go with it.
        while piece := engine.decompress(b"", _PIECE_BYTES):
            yield piece
    except zlib.error:
        raise _broken(member) from None
    if not engine.eof or engine.unused_data:
        raise _broken(member)


def _broken(member: Member) -> DamagedArchiveError:
    msg = f"The deflate stream of member {member.position} is broken, or ends too early or late."
    return DamagedArchiveError(msg, kind="deflate", member=member.position)
