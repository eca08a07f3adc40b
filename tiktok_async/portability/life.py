"""The last part of an export's life: from ready to a verified archive on disk."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
from anyio import to_thread

from tiktok_async.errors import APIError
from tiktok_async.io.download import check_target as check_file
from tiktok_async.io.download import download
from tiktok_async.portability.endpoints import CheckExport, DownloadExport
from tiktok_async.portability.guard import ArchiveLimits, check_archive, extract_archive
from tiktok_async.portability.models import ExportState
from tiktok_async.portability.waiting import refuse
from tiktok_async.resource import fetch
from tiktok_async.sansio.envelope import INVALID_PARAMS

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from tiktok_async.io.download import Progress
    from tiktok_async.io.scope import Scope
    from tiktok_async.portability.archive import Archive
    from tiktok_async.portability.guard import ArchiveSummary

_SIGNATURES: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""What a zip begins with; the second is that of one without members."""


@attrs.frozen(kw_only=True)
class Saving:
    """What is checked while an archive is saved."""

    check_crc: bool = True
    """Whether every member is read and its CRC compared; the structure is always checked."""
    max_bytes: int = 50 * 2**30
    """Largest archive that is taken, in bytes."""
    limits: ArchiveLimits = attrs.field(factory=ArchiveLimits)
    """What an archive may hold."""


@attrs.frozen(kw_only=True)
class Export:
    """A verified archive on disk."""

    request_id: int
    path: Path
    size: int
    """Bytes."""
    sha256: str
    """Of the whole file, in hex."""
    starts: int
    """How often the download was started; 1 = nothing went wrong."""
    summary: ArchiveSummary
    """What the check counted."""

    def open(self) -> Archive:
        """Return the archive as typed data; reading it is blocking work."""
        from tiktok_async.portability.archive import Archive

        return Archive.open(self.path)

    async def extract(
        self, to: str | os.PathLike[str], *, limits: ArchiveLimits | None = None
    ) -> ArchiveSummary:
        """Unpack the archive into a new directory, under the rules of `portability.guard`.

        Args:
            to: The directory; it must not be there yet.
            limits: What an archive may hold.

        Returns:
            What was unpacked.

        Raises:
            UnsafeArchiveError, DamagedArchiveError: it is refused, and nothing is left behind.
            TargetExistsError: the directory is there.
            DiskError: the disk is full, read-only, closed to us or broken.
        """
        stop = threading.Event()
        try:
            return await to_thread.run_sync(
                lambda: extract_archive(
                    self.path, Path(to), limits=limits or ArchiveLimits(), cancelled=stop.is_set
                )
            )
        finally:
            stop.set()


def target_of(to: Path, request_id: int) -> Path:
    """Return the file: `to`, or one in it where it is a directory."""
    return to / f"tiktok-export-{request_id}.zip" if to.is_dir() else to


def check_target(to: Path, *, overwrite: bool) -> None:
    """Refuse a target that cannot be written, before any call is spent.

    Raises:
        TargetExistsError: the file is there.
        DiskError, InputError: its directory is not, or is closed to us.
    """
    if to.is_dir():
        check_file(to / "tiktok-export.zip", overwrite=True)
    else:
        check_file(to, overwrite=overwrite)


async def is_alive(request_id: int, scope: Scope) -> bool:
    """Tell whether a request from before can still be waited for or fetched."""
    try:
        status = await fetch(CheckExport(request_id), scope)
    except APIError as error:
        if error.code != INVALID_PARAMS:
            raise
        return False
    return status.state not in {ExportState.EXPIRED, ExportState.CANCELLED}


async def save(
    request_id: int,
    to: Path,
    scope: Scope,
    saving: Saving,
    *,
    overwrite: bool,
    on_progress: Callable[[Progress], None] | None,
) -> Export:
    """Download, verify and place an archive; every start but the first looks at the status first.

    Raises:
        TikTokError: as `PortabilityClient.download` says.
    """

    async def look() -> None:
        status = await fetch(CheckExport(request_id), scope)
        if status.state is not ExportState.READY:
            refuse(request_id, status)

    stop = threading.Event()

    def verify(path: Path) -> ArchiveSummary:
        return check_archive(
            path, limits=saving.limits, crc=saving.check_crc, cancelled=stop.is_set
        )

    try:
        file, summary = await download(
            DownloadExport(request_id),
            scope,
            target_of(to, request_id),
            verify=verify,
            signature=lambda head: head.startswith(_SIGNATURES),
            overwrite=overwrite,
            max_bytes=saving.max_bytes,
            on_progress=on_progress,
            before_start=look,
        )
    finally:
        stop.set()
    return Export(
        request_id=request_id,
        path=file.path,
        size=file.size,
        sha256=file.sha256,
        starts=file.starts,
        summary=summary,
    )
