"""The report of an export: as pieces of text, and as a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiktok_async.io.clock import SystemClock
from tiktok_async.io.download.disk import check_target
from tiktok_async.io.durable import write_durably
from tiktok_async.portability.guard.source import on_disk
from tiktok_async.report.page import page
from tiktok_async.report.reading import figures_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from tiktok_async.portability.archive import Archive

_ZONES_AHEAD: Final = timedelta(days=1)
"""Somewhere it is tomorrow already, and an archive does not tell its zone."""


def export_report(archive: Archive, *, now: datetime | None = None) -> Iterator[str]:
    """Yield the report of an export as pieces of one HTML page.

    Args:
        archive: Each section is read once; what is kept of it does not grow with it.
        now: The time that the page says it was written at; rows with a later date count as having
            none. By default the machine's clock. The same archive and time make the same page.

    Raises:
        ArchiveError: if the archive cannot be read on; nothing was yielded then.
    """
    written = now or datetime.fromtimestamp(SystemClock().time(), UTC)
    figures = figures_of(archive, (written + _ZONES_AHEAD).date())
    yield from page(figures, written.date())


def write_export_report(
    archive: Archive,
    path: str | os.PathLike[str],
    *,
    now: datetime | None = None,
    overwrite: bool = False,
) -> None:
    """Write the report of an export to a file that only its owner can read.

    The file has its name only when it is whole.

    Args:
        archive: As for `export_report`.
        path: The file, such as report.html.
        now: As for `export_report`.
        overwrite: Replace what is there.

    Raises:
        InputError: if its directory is not there, or it is a directory itself.
        TargetExistsError: if it is there already.
        DiskError: if it cannot be written.
        ArchiveError: if the archive cannot be read on.
    """
    target = Path(path)
    check_target(target, overwrite=overwrite)
    content = "".join(export_report(archive, now=now)).encode()
    with on_disk(target):
        write_durably(target, content)
