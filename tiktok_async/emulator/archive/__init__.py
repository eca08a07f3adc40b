"""The archives that exports end in: made while they are sent, at any size the same bytes each time.

An archive is a `Tape`: nothing of it is held but the rows that differ. To fill it up, one block of
further rows, or of noise, is repeated.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.archive import json_form, text_form
from tiktok_async.emulator.archive.document import Document
from tiktok_async.emulator.archive.life import Life, day_of
from tiktok_async.emulator.archive.sections import chosen
from tiktok_async.emulator.archive.tape import Run, Tape, tape
from tiktok_async.emulator.archive.zipping import Member, deflated, zipped
from tiktok_async.emulator.mixing import salt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.emulator.archive.document import Part
    from tiktok_async.emulator.exports import Export
    from tiktok_async.emulator.settings import Settings
    from tiktok_async.emulator.world import World

_KEPT: Final = 8
_FURTHER: Final = 4096
"""Rows of the block that is repeated."""
_NOISE: Final = 1 << 20
_PADDING: Final = "padding.bin"


@attrs.define
class Archives:
    """The archives of all exports; those used last are kept."""

    settings: Settings
    world: World
    _kept: OrderedDict[tuple[object, ...], Tape] = attrs.field(factory=OrderedDict)

    def of(self, export: Export) -> Tape:
        """Return the archive of an export: its user, categories and format decide."""
        key = (export.grant.user, export.categories, export.data_format, export.edition)
        if key not in self._kept:
            self._kept[key] = self._made(export)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _made(self, export: Export) -> Tape:
        document = self._document(export)
        form: Any = json_form if export.data_format == "json" else text_form
        parts = form.parts(document)
        archive = self._zip(parts)
        missing = (self.settings.export_bytes or 0) - archive.size
        if missing <= 0:
            return archive
        if self.settings.export_fill == "rows" and any(part.grows for part in parts):
            block = form.further(document, _FURTHER)
            return self._zip(parts, _repeated(block, missing, form.cut, deflate=self._deflate))
        noise = random.Random(document.life.bits).randbytes(_NOISE)  # noqa: S311  # incompressible
        filler = _repeated(noise, missing, lambda block, length: block[:length], deflate=False)
        return self._zip(parts, padding=filler)

    @property
    def _deflate(self) -> bool:
        whether = self.settings.export_deflated
        return self.settings.export_bytes is None if whether is None else whether

    def _document(self, export: Export) -> Document:
        settings, user = self.settings, export.grant.user
        life = Life(self.world, user, salt(settings.seed, "export", user, export.edition))
        hybrid = settings.export_era == "hybrid"
        era = "A" if settings.export_era == "hybrid" else settings.export_era
        return Document(life, chosen(export.categories), era, hybrid, settings.export_rows)

    def _zip(
        self, parts: list[Part], rows: Tape | None = None, padding: Tape | None = None
    ) -> Tape:
        members = [
            Member(
                part.name,
                tape(part.head) + (rows or Tape() if part.grows else Tape()) + tape(part.tail),
                self._deflate,
            )
            for part in parts
        ]
        if padding is not None:
            members.append(Member(_PADDING, padding, deflated=False))
        timeline = self.world.timeline
        date = day_of(timeline.begin + timeline.span - 1)
        return zipped(members, date, descriptors=self.settings.export_descriptors)


def _repeated(
    block: bytes, size: int, cut: Callable[[bytes, int], bytes], *, deflate: bool
) -> Tape:
    """Return a block so often that it takes about so many bytes, and a part of it for the rest."""
    taken = deflated(tape(block)).size if deflate else len(block)
    count, rest = divmod(size, taken)
    return Tape((Run(block, count), Run(cut(block, rest * len(block) // taken))))
