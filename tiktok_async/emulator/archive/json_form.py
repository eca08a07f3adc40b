"""The JSON form of an export: one file, in it every section at its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.archive import rows
from tiktok_async.emulator.archive.document import Part
from tiktok_async.emulator.archive.sections import WATCH_HISTORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.emulator.archive.document import Document
    from tiktok_async.emulator.archive.sections import Section

_WRITER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_MARK: Final = "the further rows"


def parts(document: Document) -> list[Part]:
    """Return the one file."""
    whole: dict[str, Any] = {}
    for section in document.sections:
        era = document.era_of(section)
        value = section.build(document.life, era, document.count)
        if section is WATCH_HISTORY and value:
            value = [*value, _MARK]
        for place in section.places(era):
            _put(whole, place, value, section)
    text = _WRITER.encode(whole)
    head, mark, tail = text.partition(f',"{_MARK}"')
    name = "user_data.json" if document.era == "A" else "user_data_tiktok.json"
    return [Part(name, head.encode(), tail.encode(), grows=bool(mark))]


def further(document: Document, count: int) -> bytes:
    """Return further watched videos, as they follow those that are there."""
    moments = document.life.moments("further", count)
    texts = [_WRITER.encode(rows.watched(moment, document.era)) for moment in moments]
    return "".join(f",{text}" for text in texts).encode()


def cut(block: bytes, length: int) -> bytes:
    """Return as many whole rows as fit."""
    return block[: max(0, block.rfind(b",{", 0, length + 1))]


def _put(whole: dict[str, Any], place: Sequence[str], value: Any, section: Section) -> None:
    for key in place[:-1]:
        whole = whole.setdefault(key, {})
    whole.update(section.beside)
    whole[place[-1]] = value
