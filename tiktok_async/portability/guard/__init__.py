"""The zip guard: whether an archive is whole, and whether it may be unpacked.

::

    summary = check_archive("export.zip")             # raises, or it is whole and harmless
    extract_archive("export.zip", to="export")        # everything, or nothing

Both are plain blocking functions, meant to be called in a thread. Memory does not grow with the
content; it grows with the number of members, and stays under 100 MiB at the 200 000 that are
allowed. The archive's structure is checked first, so that what is harmful is refused at once,
before its content is read.

An archive is accepted only if every byte of it is accounted for: members without a gap or an
overlap from the first byte on, then the central directory, then the end record up to the last byte.
Each member's local header must say what the directory says, and each must inflate to its size with
its CRC. Two readers of such an archive cannot see different things in it.

Refusals name the position of a member and never its name or content, which are personal data:

=========================== ========================================================================
`DamagedArchiveError.kind`  Meaning
=========================== ========================================================================
cut                         No end record at the end: the file is cut, or bytes follow the archive.
directory                   The end record or the central directory contradicts itself or the file.
header                      A local header contradicts the central directory.
descriptor                  A data descriptor contradicts the central directory.
gap                         Bytes that belong to nothing, before or between members.
deflate                     A deflate stream is broken, or ends too early or too late.
size                        A member has more or fewer bytes than it says.
crc                         A member's bytes are not those that were packed.
=========================== ========================================================================

=========================== ========================================================================
`UnsafeArchiveError.kind`   Meaning
=========================== ========================================================================
ambiguous                   Two end records: two readers could see two archives.
overlap                     Members share bytes.
members, directory,         Beyond `ArchiveLimits`: members and folders, bytes of the directory,
member_bytes, total_bytes,  bytes of a member or of all, ratio of content to packed bytes.
ratio
empty, absolute, drive,     The name is empty; absolute or a share; has a colon; a backslash; `.`,
backslash, dots, control,   `..` or an empty step; a control or bidi character; is longer or deeper
long, deep, reserved,       than `ArchiveLimits`; no name on Windows; not the UTF-8 that it claims
encoding                    to be.
duplicate, clash            Two names are one where case or Unicode form do not count; a file stands
                            where another member needs a folder.
special                     A symbolic link, a device or the like.
encrypted, method           Encrypted, or packed by another method than stored and deflate.
=========================== ========================================================================

A check that the caller cancels ends in an `ArchiveError` of kind `cancelled`.
"""

from tiktok_async.portability.guard.check import ArchiveSummary, check_archive
from tiktok_async.portability.guard.extract import extract_archive
from tiktok_async.portability.guard.limits import DEFAULT_LIMITS, ArchiveLimits

__all__ = [
    "DEFAULT_LIMITS",
    "ArchiveLimits",
    "ArchiveSummary",
    "check_archive",
    "extract_archive",
]
