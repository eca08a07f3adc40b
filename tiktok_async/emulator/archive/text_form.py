"""The text form of an export: a file a section, blocks of `Key: value` lines in it.

Source: contract section 5.1. The words of an empty file are not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.archive import rows
from tiktok_async.emulator.archive.document import Part
from tiktok_async.emulator.archive.sections import WATCH_HISTORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.emulator.archive.document import Document
    from tiktok_async.emulator.archive.rows import Era
    from tiktok_async.emulator.archive.sections import Section

_EMPTY: Final = "There is no data in this section.\n"
_BETWEEN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def parts(document: Document) -> list[Part]:
    """Return the files; sections that share a name share a file."""
    texts: dict[str, str] = {}
    growing = ""
    for section in document.sections:
        era = document.era_of(section)
        places = section.places(era)
        if places:
            name = _path(section, era, places[0][0])
            value = section.build(document.life, era, document.count)
            texts[name] = texts.get(name, "") + _written(value)
            growing = name if section is WATCH_HISTORY else growing
    return [
        Part(name, (text or _EMPTY).encode(), grows=bool(text) and name == growing)
        for name, text in texts.items()
    ]


def further(document: Document, count: int) -> bytes:
    """Return further watched videos, as they follow those that are there."""
    moments = document.life.moments("further", count)
    return _written([rows.watched(moment, document.era) for moment in moments]).encode()


def cut(block: bytes, length: int) -> bytes:
    """Return as many whole records as fit."""
    end = block.rfind(b"\n\n", 0, length)
    return block[: end + 2] if end >= 0 else b""


def _path(section: Section, era: Era, root: str) -> str:
    """Return the name of a file: in folders in era A, by itself later."""
    name = f"{section.file_name(era)}.txt"
    return f"Tiktok/{root}/{name}" if era == "A" else name


def _written(value: Any) -> str:
    if not value:
        return ""
    if isinstance(value, list):
        return "".join(map(_record, value))
    if isinstance(value, str):
        return f"Interests: {value}\n\n"
    if all(isinstance(part, list) for part in value.values()):
        return "".join(f"{name}\n{_written(part)}" for name, part in value.items())
    return _record(value)


def _record(row: Mapping[str, Any]) -> str:
    """Return one block; maps in it, as among the settings, follow under a line with their name."""
    plain = {key: value for key, value in row.items() if not isinstance(value, dict)}
    lines = [f"{_spoken(key)}: {_leaf(value)}\n" for key, value in plain.items()]
    under = [f"{key}\n{_record(row[key])}" for key in row if key not in plain]
    return "".join([*lines, "\n", *under])


def _spoken(key: str) -> str:
    words = _BETWEEN_WORDS.sub(" ", key)
    return words[:1].upper() + words[1:]


def _leaf(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_leaf, value))}]"
    if isinstance(value, dict):
        return "; ".join(f"{_spoken(key)} {_leaf(part)}" for key, part in value.items())
    return "N/A" if value is None or value == "" else str(value)
