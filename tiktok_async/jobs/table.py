"""A table of a spec that knows where it stands, so that each complaint names file, line and key."""

from __future__ import annotations

import typing
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import attrs

from tiktok_async.errors import InputError, MissingExtraError, shown
from tiktok_async.jobs.nearest import nearest
from tiktok_async.research.windows import parse_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tiktok_async.jobs.lines import Lines

T = TypeVar("T")

_WORDS: Final = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    dict: "a table",
    list: "a list",
}


@attrs.frozen
class Place:
    """Where a value stands."""

    file: str
    lines: Lines
    path: tuple[str | int, ...] = ()

    def fail(self, message: str) -> NoReturn:
        """Raise InputError with file, line and key in front of the message."""
        keys = [one for one in self.path if isinstance(one, str)]
        name = f"{'.'.join(keys)}: " if keys else ""
        raise InputError(f"{self.file}, line {self.lines.of(self.path)}: {name}{message}")

    def lack(self, key: str, example: str) -> NoReturn:
        """Raise InputError about a key that is not there.

        Args:
            key: The key.
            example: What to write, as TOML.
        """
        self.fail(f"{key} is missing: write {example}")

    def trying(self, work: Callable[[], T]) -> T:
        """Return what the work returns; say what it complains about with this place."""
        try:
            return work()
        except (InputError, MissingExtraError) as error:
            self.fail(str(error))

    def __truediv__(self, key: str | int) -> Place:
        return attrs.evolve(self, path=(*self.path, key))


@attrs.frozen
class Table:
    """The values of a table, to be taken by key."""

    place: Place
    values: Mapping[str, Any]

    def only(self, *known: str) -> None:
        """Refuse keys that are not known."""
        for key in self.values:
            if key not in known:
                (self.place / key).fail(f"there is no such key: {nearest(key, known)}.")

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self.values

    def needed(self, key: str, example: str) -> Any:
        """Return the value of a key that must be there.

        Args:
            key: The key.
            example: What to write, as TOML.
        """
        if key not in self.values:
            self.place.lack(key, example)
        return self.values[key]

    def text(self, key: str) -> str:
        """Return a text that is there and not empty."""
        value = self._of(key, str)
        if not value.strip():
            (self.place / key).fail("this is empty: write a text, or leave the key out.")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        return self._of(key, bool) if self.has(key) else default

    def whole(self, key: str, low: int, high: int, default: T) -> int | T:
        """Return a whole number of a range, both ends included."""
        if not self.has(key):
            return default
        value = self._of(key, int)
        if not low <= value <= high:
            (self.place / key).fail(f"{value} is out of range: write {low:,} to {high:,}.")
        return value

    def choice(self, key: str, words: Any, default: T) -> Any | T:
        """Return one of the words of a Literal."""
        if not self.has(key):
            return default
        value, known = self._of(key, str), typing.get_args(words)
        if value not in known:
            (self.place / key).fail(f'"{shown(value)}" is not known: {nearest(value, known)}.')
        return value

    def day(self, key: str) -> date:
        """Return a day, written as TOML's date or as text."""
        value, place = self.values[key], self.place / key
        if isinstance(value, str):
            return place.trying(lambda: parse_day(value))
        if isinstance(value, datetime) or not isinstance(value, date):
            place.fail(f"{shown(repr(value))} is no day: write one such as 2023-01-31 (UTC).")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; whole numbers become their digits."""
        found = []
        for number, value in enumerate(self._of(key, list)):
            if isinstance(value, bool) or not isinstance(value, str | int):
                place = self.place / key / number
                place.fail(f"{shown(repr(value))} is no text: write it in quotes.")
            found.append(str(value))
        return tuple(found)

    def table(self, key: str) -> Table:
        """Return the table of a key; an empty one where it is not there."""
        return Table(self.place / key, self._of(key, dict) if self.has(key) else {})

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the tables of a list of them."""
        for number, values in enumerate(self._of(key, list) if self.has(key) else ()):
            place = self.place / key / number
            if not isinstance(values, dict):
                place.fail(f"this is no table: write [[{key}]] on a line, and its keys below.")
            yield Table(place, values)

    def _of(self, key: str, kind: type[T]) -> T:
        value = self.values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            hint = f": write [[{key}]]" if kind is list and isinstance(value, dict) else "."
            (self.place / key).fail(f"{shown(repr(value))} is not {_WORDS[kind]}{hint}")
        return value


def twice(words: Iterable[str]) -> str | None:
    """Return the first word that comes a second time, whatever its case."""
    seen: set[str] = set()
    for word in words:
        if word.lower() in seen:
            return word
        seen.add(word.lower())
    return None
