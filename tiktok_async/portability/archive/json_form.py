"""An export as JSON: one file with every section."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.portability.archive.bare import spelled_out
from tiktok_async.portability.archive.index import Place, index
from tiktok_async.portability.archive.scan import Scanner
from tiktok_async.portability.archive.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktok_async.portability.archive.declared import Declared
    from tiktok_async.portability.archive.index import Index
    from tiktok_async.portability.archive.section import State
    from tiktok_async.portability.archive.source import Member, Source

_CHUNK: Final = 2**18


class JSONForm:
    """The sections of a JSON file.

    Args:
        source: Where the file is.
        member: Which of its files it is.
    """

    language: str | None = None

    def __init__(self, source: Source, member: Member) -> None:
        self._source = source
        self._member = member

    @functools.cached_property
    def index(self) -> Index:
        """What stands where; the first asking reads the whole file."""
        with self._source.open(self._member) as file:
            return index(Scanner(file))

    @property
    def era(self) -> str:
        """`A`, `B`, `C`, `mixed` or `unknown`."""
        return self.index.era

    def state(self, declared: Declared[Any]) -> State:
        """Tell whether the section is there."""
        places = self.index.places.get(declared.name)
        if places is None:
            return "absent"
        return "empty" if all(place.empty for place in places) else "present"

    def raw(self, declared: Declared[Any]) -> Iterator[tuple[str | None, list[Any]]]:
        """Yield raw rows in batches, each with the key that its rows stand under, if any."""
        for place in self._distinct(declared.name):
            with self._source.open(self._member, place.offset) as file:
                yield from _raw(Scanner(file, place.offset), declared)

    def unknown(self) -> Iterator[Unknown]:
        """Yield what stands in the file and belongs to no section."""
        for place in self.index.unknown:
            yield Unknown(place.path, place.kind, place.size, functools.partial(self._value, place))

    def _value(self, place: Place) -> Any:
        with self._source.open(self._member, place.offset) as file:
            return Scanner(file, place.offset).value()

    def _distinct(self, name: str) -> list[Place]:
        """Return the places of a section that hold something, and of equal copies the first.

        The exports of 2026 give one section under two parents.
        """
        places = [place for place in self.index.places.get(name, ()) if not place.empty]
        if len(places) < 2:
            return places
        digests = [self._digest(place) for place in places]
        return [place for nth, place in enumerate(places) if digests.index(digests[nth]) == nth]

    def _digest(self, place: Place) -> bytes:
        found = hashlib.sha256()
        left = place.size
        with self._source.open(self._member, place.offset) as file:
            while left and (data := file.read(min(left, _CHUNK))):
                found.update(data)
                left -= len(data)
        return found.digest()


def _raw(scanner: Scanner, declared: Declared[Any]) -> Iterator[tuple[str | None, list[Any]]]:
    bare, keyed = declared.row.bare, declared.row.keyed
    mark = scanner.peek()
    if mark == "{" and keyed:
        for key in scanner.names():
            for batch in _batches(scanner):
                yield key, batch
    else:
        for batch in _batches(scanner):
            yield None, spelled_out(batch, bare) if bare else batch


def _batches(scanner: Scanner) -> Iterator[list[Any]]:
    """Yield the rows that come next; an object or a value is a list of one."""
    if scanner.peek() == "[":
        yield from scanner.elements()
    else:
        yield [scanner.value()]
