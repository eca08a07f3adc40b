"""Reads a JSON text of any size from a file, a piece at a time.

Only a window of the text is in memory. Values inside the window are decoded by the JSON library;
what is done here is to find where one value ends. Objects give their keys one by one, lists give
their elements in batches. Errors tell the place in bytes, and never what stands there.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

from tiktok_async.convert import loads
from tiktok_async.errors import ArchiveError, DamagedArchiveError, DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK: Final = 2**18
_VALUE_MAX: Final = 2**24
"""Characters of one value: 16 Mi, thousands of times what a row has."""
_LEVELS_MAX: Final = 16
"""Levels that `skip` goes down step by step; what is below them is decoded whole."""
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"[-+.0-9Ee]*")
_BOM: Final = "\ufeff"


def _refuse(_: str) -> NoReturn:
    raise ValueError


def _finite(digits: str) -> float:
    number = float(digits)
    return _refuse(digits) if math.isinf(number) else number


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


class Scanner:
    """A place in a JSON text that moves forward.

    Every method that moves it raises `DamagedArchiveError` where the text ends too early or is no
    JSON, and `ArchiveError` where it is JSON that nobody should read.

    Args:
        file: Where the text comes from.
        start: Where in the text the file stands, in bytes.
    """

    def __init__(self, file: IO[bytes], start: int = 0) -> None:
        self._file = file
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._base = start
        self._text = ""
        self._at = 0
        self._singly = 0
        """Up to this place in the window, lists are decoded element by element."""
        self._ended = False

    @property
    def offset(self) -> int:
        """The place, in bytes."""
        return self._base + len(self._text[: self._at].encode())

    def peek(self) -> str:
        """Return the first character of what comes next; empty at the end of the text."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def value(self) -> Any:
        """Return the next value."""
        self.peek()
        while True:
            value, end, fault = self._decoded()
            if fault:
                raise self._refused(fault)
            if end:
                self._at = end
                return value
            if len(self._text) - self._at > _VALUE_MAX:
                raise self._refused("a value that is too large, or has no end")
            if not self._fill():
                raise self._broken()

    def names(self) -> Iterator[str]:
        """Yield the keys of the object that comes next.

        The caller takes or skips the value of a key before it asks for the next one.
        """
        self._take("{")
        more = self.peek() != "}"
        while more:
            if self.peek() != '"':
                raise self._broken()
            key: str = self.value()
            self._take(":")
            yield key
            more = self._goes_on("}")
        self._take("}")

    def elements(self) -> Iterator[list[Any]]:
        """Yield the elements of the list that comes next, in batches."""
        self._take("[")
        more = self.peek() != "]"
        while more:
            self.peek()
            yield self._batch() or [self.value()]
            more = self._goes_on("]")
        self._take("]")

    def skip(self, levels: int = _LEVELS_MAX) -> int:
        """Pass the next value; return how many elements or keys it has."""
        mark = self.peek()
        if mark == "[":
            return sum(map(len, self.elements()))
        if mark != "{" or not levels:
            self.value()
            return 0
        count = 0
        for _ in self.names():
            self.skip(levels - 1)
            count += 1
        return count

    def end(self) -> None:
        """Check that nothing comes next."""
        if self.peek():
            raise self._broken()

    def _decoded(self) -> tuple[Any, int, str]:
        """Return the next value and its end, or an end of 0 if the window may not hold it whole.

        The third is what nobody should read. The library's errors hold the text: none leaves here.
        """
        try:
            value, end = _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError:
            return None, 0, ""
        except RecursionError:
            return None, 0, "too many levels"
        except ValueError:
            return None, 0, "a number that is none, or has too many digits"
        if type(value) in (int, float) and self._number_goes_on():
            return None, 0, ""
        return value, end, ""

    def _number_goes_on(self) -> bool:
        """Tell whether the window may end inside of the number that comes next."""
        number = _NUMBER.match(self._text, self._at)
        return number is not None and number.end() == len(self._text) and not self._ended

    def _batch(self) -> list[Any]:
        """Return the next elements, if it is clear which of them the window holds whole.

        What ends with a `}` that stands before any `]` is whole elements, unless that brace is
        inside of one: then it is no list of JSON values, and the decoder says so.
        """
        if self._at < self._singly:
            return []
        close = self._text.find("]", self._at)
        limit = len(self._text) if close < 0 else close
        cut = self._text.rfind("}", self._at, limit) + 1
        try:
            batch: list[Any] = loads(f"[{self._text[self._at : cut]}]".encode())
        except DecodeError:
            batch = []
        if batch:
            self._at = cut
        else:
            self._singly = limit
        return batch

    def _goes_on(self, close: str) -> bool:
        mark = self.peek()
        if mark == ",":
            self._at += 1
        elif mark != close:
            raise self._broken()
        return mark == ","

    def _take(self, mark: str) -> None:
        if self.peek() != mark:
            raise self._broken()
        self._at += 1

    def _fill(self) -> bool:
        """Read on; the window grows with a value that it does not hold yet."""
        if self._ended:
            return False
        rest = self._text[self._at :]
        data = self._file.read(max(_CHUNK, len(rest)))
        text = self._utf8_of(data)
        if text is None:
            raise DamagedArchiveError(
                f"The export is no UTF-8 after byte {self.offset}.", kind="damaged"
            )
        if not self._base and not self._text and text.startswith(_BOM):
            self._base, text = len(_BOM.encode()), text[1:]
        self._base = self.offset
        self._text, self._at, self._ended = rest + text, 0, not data
        self._singly = 0
        return True

    def _utf8_of(self, data: bytes) -> str | None:
        try:
            return self._utf8.decode(data, final=not data)
        except UnicodeDecodeError:
            return None

    def _broken(self) -> DamagedArchiveError:
        return DamagedArchiveError(
            f"The export is cut, or is no JSON, at byte {self.offset}.", kind="damaged"
        )

    def _refused(self, what: str) -> ArchiveError:
        return ArchiveError(f"The export has {what} at byte {self.offset}.", kind="refused")
