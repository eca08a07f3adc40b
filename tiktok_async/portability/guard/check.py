"""Whether an archive is whole: its structure, and every byte of its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from tiktok_async.portability.guard.contents import contents
from tiktok_async.portability.guard.directory import members
from tiktok_async.portability.guard.limits import DEFAULT_LIMITS, ArchiveLimits
from tiktok_async.portability.guard.pulse import Pulse
from tiktok_async.portability.guard.source import Source
from tiktok_async.portability.guard.survey import survey

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from tiktok_async.portability.guard.survey import Survey


@attrs.frozen
class ArchiveSummary:
    """What a sound archive holds, in numbers."""

    members: int
    """Files, and folders with an entry of their own."""
    archive_bytes: int
    """Size of the archive itself."""
    content_bytes: int
    """Size of all files in it, unpacked."""
    crc_checked: bool
    """Whether the content was read and checked, or the structure alone."""


def check_archive(
    path: str | os.PathLike[str],
    *,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    crc: bool = True,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> ArchiveSummary:
    """Check that an archive is whole and harmless; it blocks, so call it in a thread.

    Args:
        path: The archive, a regular file.
        limits: How much it may hold.
        crc: Whether to read all content too; False checks the structure alone.
        cancelled: Asked at every member and chunk; True ends the check.
        on_progress: Called with the packed bytes that are checked, and how many there are.

    Returns:
        What the archive holds.

    Raises:
        InputError: if there is no such file.
        DamagedArchiveError: if it is cut, or its bytes are not what they were.
        UnsafeArchiveError: if it could do harm; before content is read.
        ArchiveError: of kind `cancelled`, if the caller cancelled.
        DiskError: if the file cannot be read.
    """
    pulse = Pulse(cancelled, on_progress)
    with Source(path) as source:
        found = survey(source, limits, pulse)
        if crc:
            pulse.total = found.packed
            for member in members(source, found.end, limits):
                for _piece in contents(source, member, pulse):
                    pass
        return summary_of(source, found, crc_checked=crc)


def summary_of(source: Source, found: Survey, *, crc_checked: bool) -> ArchiveSummary:
    """Return the numbers of an archive whose structure is sound."""
    return ArchiveSummary(found.end.entries, source.size, found.size, crc_checked)
