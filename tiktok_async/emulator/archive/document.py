"""What an export has to tell, before it is written in either form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from tiktok_async.emulator.archive.sections import LIKES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.emulator.archive.life import Life
    from tiktok_async.emulator.archive.rows import Era
    from tiktok_async.emulator.archive.sections import Section


@attrs.frozen
class Document:
    """The sections of a user's export, and in which era's words."""

    life: Life
    sections: Sequence[Section]
    era: Era
    hybrid: bool
    """Whether likes and favourites are as in era C."""
    count: int
    """Rows of the largest sections."""

    def era_of(self, section: Section) -> Era:
        """Return in which era's words a section is."""
        return "C" if self.hybrid and section in LIKES else self.era


@attrs.frozen
class Part:
    """A file of an export."""

    name: str
    head: bytes = attrs.field(repr=False)
    tail: bytes = attrs.field(default=b"", repr=False)
    grows: bool = False
    """Whether further watched videos may stand between head and tail."""
