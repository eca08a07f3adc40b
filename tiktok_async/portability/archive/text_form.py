"""An export as text: a file for each section.

The files are known by their English names, and a few by those of other languages. Where the keys
of a known file are in another language, a date and a link are found by what they are, if there is
one of each. Any other file is reported and left alone: one with a date and a link may be the watch
history, the likes or the favorites.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tiktok_async.portability.archive.bare import spelled_out
from tiktok_async.portability.archive.build import Builder
from tiktok_async.portability.archive.names import normal
from tiktok_async.portability.archive.rows import Row, Settings
from tiktok_async.portability.archive.sections import BY_KEY, DECLARED
from tiktok_async.portability.archive.text import Record, lines, records, value_of
from tiktok_async.portability.archive.values import MISFIT, read_date

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from tiktok_async.portability.archive.declared import Declared
    from tiktok_async.portability.archive.section import State
    from tiktok_async.portability.archive.source import Member, Source
    from tiktok_async.portability.archive.unknown import Unknown

Batch: TypeAlias = tuple[str | None, list[Any]]

_BATCH: Final = 500
"""Rows."""
_KNOWN: Final = {
    **{name: "en" for declared in DECLARED for name in declared.files},
    **{name: code for declared in DECLARED for name, code in declared.abroad.items()},
}
"""The language of a file, by the normal form of its name."""


def is_known(member: Member) -> bool:
    """Tell whether a file is a section's."""
    return member.ending == ".txt" and normal(member.base) in _KNOWN


class TextForm:
    """The sections of text files.

    Args:
        source: Where the files are.
        members: Those that are sections.
    """

    era = "unknown"

    def __init__(self, source: Source, members: Iterable[Member]) -> None:
        self._source = source
        self._members = tuple(members)

    @property
    def language(self) -> str | None:
        """The language of the files' names; some are the same in every language."""
        codes = {_KNOWN[normal(member.base)] for member in self._members}
        return next(iter(codes - {"en"} or codes), None)

    def state(self, declared: Declared[Any]) -> State:
        """Tell whether the section is there."""
        if not self._of(declared):
            return "absent"
        with closing(self.raw(declared)) as batches:
            return "empty" if next(batches, None) is None else "present"

    def raw(self, declared: Declared[Any]) -> Generator[Batch]:
        """Yield raw rows in batches, each with the key that its rows stand under, if any."""
        for member in self._of(declared):
            if declared.row.bare:
                yield from self._bare(member, declared.row.bare)
            elif declared.single:
                yield from self._single(member, declared)
            else:
                yield from self._listed(member, declared)

    def unknown(self) -> tuple[Unknown, ...]:
        """Return nothing: what is in these files belongs to their sections."""
        return ()

    def _of(self, declared: Declared[Any]) -> list[Member]:
        names = declared.files | declared.abroad.keys()
        return [member for member in self._members if normal(member.base) in names]

    def _records(self, member: Member, declared: Declared[Any]) -> Iterator[Record]:
        with self._source.open(member) as file:
            for record in records(file, _heads(declared)):
                if record.pairs and _whose(record, declared) is declared:
                    yield record

    def _bare(self, member: Member, field: str) -> Iterator[Batch]:
        with self._source.open(member) as file:
            for line in lines(file):
                # A line that lists nothing is a title, or says that there is nothing.
                if value_of(line) != line.strip() or "|" in line or line.startswith("["):
                    yield None, spelled_out([value_of(line)], field)

    def _single(self, member: Member, declared: Declared[Any]) -> Iterator[Batch]:
        whole: dict[str, Any] = {}
        for record in self._records(member, declared):
            nested = record.heading and declared.row is Settings
            target = whole.setdefault(record.heading, {}) if nested else whole
            target.update(record.pairs)
        if whole:
            yield None, [whole]

    def _listed(self, member: Member, declared: Declared[Any]) -> Iterator[Batch]:
        translated = _Translation(declared.row)
        batch: list[Any] = []
        key: str | None = None
        for record in self._records(member, declared):
            if batch and (record.heading != key or len(batch) == _BATCH):
                yield key, batch
                batch = []
            key = record.heading
            batch.append(translated(record.pairs))
        if batch:
            yield key, batch


class _Translation:
    """Gives pairs whose keys are in another language the keys of a row, by what the values are.

    Args:
        row: The class of the row.
    """

    def __init__(self, row: type[Row]) -> None:
        self._knows = Builder(row).knows

    def __call__(self, pairs: dict[str, str]) -> dict[str, str]:
        if any(map(self._knows, pairs)) or not (self._knows("date") and self._knows("link")):
            return pairs
        dates = [key for key, value in pairs.items() if read_date(value) is not MISFIT]
        links = [key for key, value in pairs.items() if value.startswith("https://")]
        if len(dates) != 1 or len(links) != 1:
            return pairs
        names = {dates[0]: "Date", links[0]: "Link"}
        return {names.get(key, key): value for key, value in pairs.items()}


def _heads(declared: Declared[Any]) -> Callable[[str], bool]:
    """Return what tells a heading of a section's file from a line of text."""
    if declared.row is Settings:
        return lambda _: True
    if declared.row.keyed:
        heads: Callable[[str], bool] = declared.row.heads
        return heads
    return lambda line: normal(line) in BY_KEY


def _whose(record: Record, declared: Declared[Any]) -> Declared[Any]:
    """Return the section of a record in a file that sections share: by its heading, or its keys."""
    sharing = [one for one in DECLARED if one.files & declared.files]
    named = BY_KEY.get(normal(record.heading))
    if named in sharing:
        return named
    keys = set(map(normal, record.pairs))
    fitting = [one for one in sharing if keys.intersection(map(normal, one.row.essential))]
    return (fitting or sharing)[0]
