"""The chapter on what the archive has, and what it has not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.markup import foreign, tag
from tiktok_async.report.axis import number
from tiktok_async.report.parts import NOTHING, Chapter, chapter, figure, paragraph, sentences, table

if TYPE_CHECKING:
    from tiktok_async.markup import Html
    from tiktok_async.portability.archive.section import SectionInfo
    from tiktok_async.report.figures import Holdings

_UNKNOWN_SHOWN: Final = 50
_ERAS: Final = {
    "A": "Its sections are named as in exports of about 2020 to 2024.",
    "B": "Its sections are named as in exports of about 2025.",
    "C": "Its sections are named as in exports of 2026.",
    "mixed": "Its sections are named as in exports of more than one time.",
}
_LANGUAGES: Final = {"en": "English", "nl": "Dutch"}


def holdings(found: Holdings) -> Chapter:
    """Return the chapter on the sections of the archive."""
    present = [info for info in found.sections if info.state == "present"]
    empty = [info for info in found.sections if info.state == "empty"]
    absent = [info for info in found.sections if info.state == "absent"]
    known = (
        f"Known sections: {number(len(present))} with content, {number(len(empty))} empty,"
        f" {number(len(absent))} missing."
    )
    return chapter(
        "archive",
        "What is in the archive",
        paragraph(sentences(_form(found), known)),
        _present(present),
        _names("Empty", "Named in the archive, with nothing in them.", empty),
        _names(
            "Missing",
            "Not asked for, not given, or unknown to exports of its time.",
            absent,
        ),
        _unknown(found.unknown),
    )


def _form(found: Holdings) -> str:
    language = _LANGUAGES.get(found.language or "", "")
    kind = "JSON" if found.form == "json" else f"text{f' ({language})' if language else ''}"
    return sentences(f"The archive is in {kind} form.", _ERAS.get(found.era, ""))


def _present(sections: list[SectionInfo]) -> Html:
    if not sections:
        return NOTHING
    skipped = any(info.skipped for info in sections)
    caption = "Skipped rows are not what their section holds; they are left out." if skipped else ""
    rows = [(info.title, number(info.rows), number(info.skipped)) for info in sections]
    return figure("Sections", caption, table(("Section", "Rows", "Skipped"), rows))


def _names(title: str, caption: str, sections: list[SectionInfo]) -> Html:
    if not sections:
        return NOTHING
    names = ", ".join(info.title for info in sections)
    return figure(title, caption, tag("p", f"{names}."))


def _unknown(unknown: tuple[tuple[str, int], ...]) -> Html:
    if not unknown:
        return NOTHING
    hidden = len(unknown) - _UNKNOWN_SHOWN
    caption = "In the archive, and not in this report: nobody has described them yet."
    more = f"{number(hidden)} more not shown." if hidden > 0 else ""
    rows = [(foreign(path), number(size)) for path, size in unknown[:_UNKNOWN_SHOWN]]
    return figure("Unknown sections", sentences(caption, more), table(("Section", "Bytes"), rows))
