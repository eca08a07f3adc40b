"""Where in a TOML text each key and value stands; tomllib does not tell.

A small scanner over a text that tomllib has taken: it steps over strings, comments, arrays and
inline tables, and notes the line of each key and of each element of an array.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Path: TypeAlias = tuple[str | int, ...]

_QUOTES: Final = ('"""', "'''", '"', "'")
_BLANK: Final = " \t\r\n"
_VALUE_END: Final = re.compile(r"[,\]}#\n]")


class Lines:
    """The lines of a TOML text.

    Args:
        text: TOML without an error.
    """

    def __init__(self, text: str) -> None:
        self._at: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}
        self._text = text.replace("\r\n", "\n")
        self._place = 0
        self._counted, self._line = 0, 1
        self._document()

    def of(self, path: Sequence[str | int]) -> int:
        """Return the line, from 1, of a key or an element; of its table where it is not there."""
        known = tuple(path)
        while known and known not in self._at:
            known = known[:-1]
        return self._at.get(known, 1)

    def _document(self) -> None:
        table: Path = ()
        while self._skip():
            if self._text.startswith("[", self._place):
                table = self._header()
            else:
                self._pair(table)

    def _note(self, path: Path, place: int) -> None:
        self._line += self._text.count("\n", self._counted, place)
        self._counted = place
        self._at.setdefault(path, self._line)

    def _skip(self, also: str = "") -> bool:
        """Pass blanks and comments; tell whether anything is left."""
        while self._place < len(self._text):
            char = self._text[self._place]
            if char == "#":
                end = self._text.find("\n", self._place)
                self._place = len(self._text) if end < 0 else end
            elif char in _BLANK or char in also:
                self._place += 1
            else:
                return True
        return False

    def _header(self) -> Path:
        """Take ``[a.b]`` or ``[[a.b]]``; return the table that the lines below fill."""
        begin = self._place
        double = self._text.startswith("[[", begin)
        self._place += 2 if double else 1
        keys = self._keys()
        self._place += 2 if double else 1
        path: Path = ()
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            self._note(path, begin)
            if double and number == len(keys):
                self._tables[path] = self._tables.get(path, -1) + 1
            if path in self._tables:
                path = (*path, self._tables[path])
                self._note(path, begin)
        return path

    def _keys(self) -> list[str]:
        """Take a dotted key; stop behind it and its blanks."""
        keys = [self._key()]
        while self._blanks() == ".":
            self._place += 1
            self._blanks()
            keys.append(self._key())
        return keys

    def _blanks(self) -> str:
        """Pass blanks of this line; return the character behind them."""
        while self._text[self._place] in " \t":
            self._place += 1
        return self._text[self._place]

    def _key(self) -> str:
        self._blanks()
        begin = self._place
        if self._text[begin] in "\"'":
            self._string()
            key: str = next(iter(tomllib.loads(f"{self._text[begin : self._place]} = 0")))
            return key
        while self._text[self._place] not in " \t.=]":
            self._place += 1
        return self._text[begin : self._place]

    def _pair(self, table: Path) -> None:
        begin, path = self._place, table
        for key in self._keys():
            path = (*path, key)
            self._note(path, begin)
        self._place += 1  # =
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip()
        first = self._text[self._place]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._place += 1
            while self._skip(also=",") and self._text[self._place] != "}":
                self._pair(path)
            self._place += 1
        elif first in "\"'":
            self._string()
        else:
            end = _VALUE_END.search(self._text, self._place)
            self._place = len(self._text) if end is None else end.start()

    def _array(self, path: Path) -> None:
        self._place += 1
        number = 0
        while self._skip(also=",") and self._text[self._place] != "]":
            self._note((*path, number), self._place)
            self._value((*path, number))
            number += 1
        self._place += 1

    def _string(self) -> None:
        quote = next(one for one in _QUOTES if self._text.startswith(one, self._place))
        self._place += len(quote)
        while not self._text.startswith(quote, self._place):
            self._place += 2 if self._text[self._place] == "\\" and quote[0] == '"' else 1
        self._place += len(quote)
        if len(quote) == 3:  # one or two quotes more belong to the text
            while self._text.startswith(quote[0], self._place):
                self._place += 1
