"""Sizes and offsets that do not fit 32 bits: the zip64 field among a header's extra fields.

Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.5.1 and 4.5.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SEE_WIDE: Final = 0xFFFFFFFF
_WIDE_FIELD: Final = 1


def widened(narrow: Sequence[int], extra: bytes) -> list[int] | None:
    """Return the numbers, each that has all bits set replaced by the next one of the zip64 field.

    Args:
        narrow: Numbers of the header, in the order of the zip64 field: size, packed size, offset.
        extra: The header's extra fields.

    Returns:
        As many numbers; None if the zip64 field is absent or too short.
    """
    field = _wide_field(extra)
    at = 0
    numbers = []
    for number in narrow:
        if number == SEE_WIDE:
            wide = field[at : at + 8]
            if len(wide) < 8:
                return None
            numbers.append(int.from_bytes(wide, "little"))
            at += 8
        else:
            numbers.append(number)
    return numbers


def _wide_field(extra: bytes) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        kind = int.from_bytes(extra[at : at + 2], "little")
        end = at + 4 + int.from_bytes(extra[at + 2 : at + 4], "little")
        if kind == _WIDE_FIELD:
            return extra[at + 4 : end]
        at = end
    return b""
