"""What a file is by its first bytes, and whether one of boxes is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from pathlib import Path

FIRST_BYTES: Final = 16
"""As many as `format_of` looks at."""
VIDEOS: Final = frozenset({"mp4", "webm"})

# Offset, bytes, name; the first that fits counts.
_SIGNATURES: Final = (
    (4, b"ftypheic", "heic"),
    (4, b"ftypheix", "heic"),
    (4, b"ftypmif1", "heic"),
    (4, b"ftypavif", "avif"),
    (4, b"ftypM4A ", "m4a"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "webm"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF8", "gif"),
    (8, b"WEBP", "webp"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf2", "mp3"),
    (0, b"\xff\xf1", "aac"),
)
_BOXES: Final = frozenset(
    (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx", b"styp")
)
_MOST_BOXES: Final = 10_000
"""A file in more pieces than that is not looked through: it may be made to take for ever."""


def format_of(first: bytes) -> str | None:
    """Return the format of a file by its first bytes; None where it is no medium that is known."""
    for offset, mark, name in _SIGNATURES:
        if first[offset : offset + len(mark)] == mark:
            return name
    return None


def is_cut(path: Path) -> bool:
    """Tell whether the end of an mp4 file is missing, by the sizes that its boxes give.

    A box of an unknown kind ends the look: nothing is known of it.
    Source: ISO/IEC 14496-12, section 4.2.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        for _ in range(_MOST_BOXES):
            file.seek(at)
            length = _box(file)
            if length is None:
                return False
            at += length
            if at >= size:
                return at > size
    return False


def _box(file: BinaryIO) -> int | None:
    """Return the length of the box that begins here; None where nothing can be told.

    So it is of an unknown kind, and of the length 0, which means up to the end of the file.
    """
    head = file.read(16)
    length, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if kind not in _BOXES:
        return None
    least = 8
    if length == 1:
        length, least = int.from_bytes(head[8:16], "big"), 16
    return length if length >= least else None
