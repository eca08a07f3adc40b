"""Finds where the sections stand in the JSON of an export, in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.errors import ArchiveError
from tiktok_async.portability.archive.names import normal
from tiktok_async.portability.archive.sections import BY_KEY, INNER_PARENTS, ROOTS
from tiktok_async.portability.archive.values import is_empty

if TYPE_CHECKING:
    from tiktok_async.portability.archive.declared import Declared
    from tiktok_async.portability.archive.scan import Scanner

_PLACES_MAX: Final = 10_000
"""An export has under a hundred sections."""
_METADATA: Final = frozenset(("app", "isfastlane"))
"""Keys beside a list that say nothing about the user."""
_ALL_ROOTS: Final = frozenset().union(*ROOTS.values())
_KINDS: Final = {
    "{": "object",
    "[": "list",
    '"': "text",
    "t": "boolean",
    "f": "boolean",
    "n": "null",
}


@attrs.frozen
class Place:
    """Where a value stands."""

    path: tuple[str, ...] = attrs.field(repr=False)
    """The keys that lead to it."""
    offset: int
    """In bytes from the beginning of the text."""
    size: int
    """Bytes."""
    kind: str
    """object, list, text, number, boolean or null."""
    empty: bool


@attrs.define
class Index:
    """What stands where."""

    places: dict[str, list[Place]] = attrs.Factory(dict)
    """By the name of the section; a section may stand under two parents."""
    unknown: list[Place] = attrs.Factory(list)
    roots: set[str] = attrs.Factory(set)
    """Normal forms of the keys at the root."""

    @property
    def era(self) -> str:
        """`A`, `B` or `C`; `mixed` if the roots are those of no one, `unknown` if of several."""
        known = self.roots & _ALL_ROOTS
        fitting = [era for era, roots in ROOTS.items() if known <= roots]
        if not fitting:
            return "mixed"
        return fitting[0] if len(fitting) == 1 else "unknown"


def index(scanner: Scanner) -> Index:
    """Return where the sections of a whole JSON text stand.

    Raises:
        ArchiveError: if it is no export, or cannot be read to its end.
    """
    return _Walk(scanner).through()


class _Walk:
    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._index = Index()
        self._passed = 0

    def through(self) -> Index:
        if self._scanner.peek() != "{":
            raise ArchiveError("The JSON is no export: it is no object.", kind="no_export")
        for key in self._scanner.names():
            self._index.roots.add(normal(key))
            self._look(key)
        self._scanner.end()
        return self._index

    def _look(self, *path: str) -> None:
        """Take the value that comes next for what its key says."""
        name = normal(path[-1])
        if _is_parent(name, len(path)):
            self._parent(path)
        elif name in BY_KEY:
            self._section(BY_KEY[name], path)
        else:
            self._index.unknown.append(self._pass(path))

    def _parent(self, path: tuple[str, ...]) -> None:
        if self._scanner.peek() == "{":
            for key in self._scanner.names():
                self._look(*path, key)
        else:
            self._leave([self._pass(path)])

    def _section(self, declared: Declared[Any], path: tuple[str, ...]) -> None:
        if self._scanner.peek() != "{":
            self._add(declared, [self._pass(path)])
            return
        start = self._scanner.offset
        inside = [self._pass((*path, key)) for key in self._scanner.names()]
        known = [place for place in inside if normal(place.path[-1]) in declared.lists]
        others = [place for place in inside if place not in known and not _is_metadata(place)]
        if known:
            self._add(declared, known)
            self._leave(others)
        elif (
            others
            and all(place.kind in ("object", "list") for place in others)
            and not (declared.single or declared.row.keyed)
        ):
            self._add(declared, others)
        else:
            size = self._scanner.offset - start
            self._add(declared, [Place(path, start, size, "object", not others)])

    def _pass(self, path: tuple[str, ...]) -> Place:
        """Pass the value that comes next; return where it stands."""
        self._passed += 1
        if self._passed > _PLACES_MAX:
            raise ArchiveError("The JSON is no export: it has too many keys.", kind="no_export")
        kind = _KINDS.get(self._scanner.peek(), "number")
        start = self._scanner.offset
        if kind in ("object", "list"):
            empty = not self._scanner.skip()
        else:
            empty = is_empty(self._scanner.value())
        return Place(path, start, self._scanner.offset - start, kind, empty)

    def _add(self, declared: Declared[Any], places: list[Place]) -> None:
        self._index.places.setdefault(declared.name, []).extend(places)

    def _leave(self, places: list[Place]) -> None:
        self._index.unknown.extend(place for place in places if not place.empty)


def _is_parent(name: str, depth: int) -> bool:
    """Tell whether a key holds sections: a root does, unless it is a section without a parent."""
    if depth == 1:
        return name in _ALL_ROOTS or name not in BY_KEY
    return name in INNER_PARENTS and depth == 2  # roots, then these


def _is_metadata(place: Place) -> bool:
    return place.empty or normal(place.path[-1]) in _METADATA
