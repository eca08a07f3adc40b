"""The archive of an export as typed data.

::

    with Archive.open("export.zip") as archive:
        for video in archive.watch_history:
            print(video.date, video.video_id)
        archive.write(archive.likes, "likes.parquet")

It reads the zip as it was downloaded, the JSON file in it, or the folder or a file of the text
form, of every year since 2020. Sections are found by their names wherever they stand; what nobody
knows is in `archive.unknown`, and rows that are not what their section holds are counted in
`section.skipped`. Rows are read while the loop runs: memory does not grow with the archive.

TikTok documents neither names nor dates. `tiktok_async.portability.archive.sections` has the names
that are known, and `Row` what a date is.

======================= ===========================================================================
`ArchiveError.kind`     Meaning
======================= ===========================================================================
no_export               There is no file of an export, or it is something else.
damaged                 It is cut, or its bytes are not what they were (a `DamagedArchiveError`).
refused                 Too many levels, too large a value, or a number that is none.
changed                 The file was changed or moved since it was opened.
======================= ===========================================================================

A zip is checked first, so that opening one may raise what
`tiktok_async.portability.guard.check_archive` raises.
"""

from tiktok_async.portability.archive.reader import Archive
from tiktok_async.portability.archive.section import Section, SectionInfo
from tiktok_async.portability.archive.unknown import Unknown

__all__ = ["Archive", "Section", "SectionInfo", "Unknown"]
