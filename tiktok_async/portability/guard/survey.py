"""One walk over the structure of an archive, before any content of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from tiktok_async.errors import DamagedArchiveError, UnsafeArchiveError
from tiktok_async.portability.guard.directory import STORED, members
from tiktok_async.portability.guard.end import End, find_end
from tiktok_async.portability.guard.extents import Extents
from tiktok_async.portability.guard.local import place_of
from tiktok_async.portability.guard.paths import Paths

if TYPE_CHECKING:
    from tiktok_async.portability.guard.directory import Member
    from tiktok_async.portability.guard.limits import ArchiveLimits
    from tiktok_async.portability.guard.pulse import Pulse
    from tiktok_async.portability.guard.source import Source


@attrs.define
class Survey:
    """The sums over an archive whose structure is sound."""

    end: End
    packed: int = 0
    """Bytes of all members in the archive."""
    size: int = 0
    """Bytes of all content, as the directory says; reading refuses to go beyond it."""

    def add(self, member: Member, limits: ArchiveLimits) -> None:
        """Count a member in.

        Raises:
            UnsafeArchiveError: if it, or all so far, go beyond the limits.
            DamagedArchiveError: if its two sizes cannot both be true.
        """
        self.packed += member.packed
        self.size += member.size
        _refuse_impossible(member)
        if member.size > limits.member_bytes:
            raise _beyond("member_bytes", f"more than {limits.member_bytes} bytes", member)
        if self.size > limits.total_bytes:
            raise _beyond("total_bytes", f"more than {limits.total_bytes} bytes in all", member)
        if limits.ratio_exceeded(member.size, member.packed) or limits.ratio_exceeded(
            self.size, self.packed
        ):
            raise _beyond("ratio", f"more than {limits.ratio} bytes for a packed one", member)


def survey(source: Source, limits: ArchiveLimits, pulse: Pulse) -> Survey:
    """Check all that can be checked without reading content.

    Raises:
        DamagedArchiveError: if a part is broken, contradicts another, or belongs to nothing.
        UnsafeArchiveError: if a member is harmful, or members share bytes.
        ArchiveError: if the caller cancels.
    """
    found = Survey(find_end(source))
    paths = Paths()
    extents = Extents()
    for member in members(source, found.end, limits):
        pulse.listen()
        found.add(member, limits)
        paths.add(member.name, member.position)
        if len(paths) > limits.members:
            msg = f"The archive has more than {limits.members} members and folders."
            raise UnsafeArchiveError(msg, kind="members", member=member.position)
        extents.add(member.offset, place_of(source, member))
    extents.refuse_untiled(found.end.start)
    return found


def _refuse_impossible(member: Member) -> None:
    if (member.method == STORED and member.size != member.packed) or (
        member.folder and member.size
    ):
        msg = f"The sizes of member {member.position} cannot be true."
        raise DamagedArchiveError(msg, kind="size", member=member.position)


def _beyond(kind: str, what: str, member: Member) -> UnsafeArchiveError:
    msg = f"With member {member.position} the archive holds {what}."
    return UnsafeArchiveError(msg, kind=kind, member=member.position)
