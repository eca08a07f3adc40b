"""The text of each row of a page, found while the page is parsed, with the standard library alone.

The scanner of `json` parses one value and tells where it ends. So the object around the rows is
taken apart here, and each value in it is the scanner's: to parse a row and to keep its text costs
little more than to parse it. What it takes is what the decoder takes, and it makes the same of it.
"""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # the decoder's own, in C
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from json import JSONDecoder

    from tiktok_async.rows import PageForm

Take: TypeAlias = "Callable[[str, int], tuple[Any, int]]"
"""From the key of a value and where the value begins, to the value and where it ends."""
_SPACE: Final = re.compile(r"[ \t\n\r]*")


class NoRowsError(ValueError):
    """A text is no page of the form: the decoder is to say what it is."""


def with_lines(
    text: str, form: PageForm, decoder: JSONDecoder
) -> tuple[dict[str, Any], dict[str, list[bytes]]]:
    """Return the value of a page, and the texts of its rows by the key that they are under.

    Args:
        text: The page.
        form: Where its rows are.
        decoder: Parses each value.

    Raises:
        NoRowsError: if it is no page of that form.
        ValueError: if a value is no JSON that the decoder takes.
    """
    page = _Page(text, form, decoder.scan_once)  # type: ignore[attr-defined]  # typeshed lacks it
    try:
        return page.read(), page.lines
    except (StopIteration, IndexError) as error:
        raise NoRowsError from error


class _Page:
    """A text that is read once, from its beginning to its end."""

    def __init__(self, text: str, form: PageForm, scan: Callable[..., tuple[Any, int]]) -> None:
        self._text = text
        self._form = form
        self._scan = scan
        self.lines: dict[str, list[bytes]] = {}

    def read(self) -> dict[str, Any]:
        take = self._take if self._form.under is None else self._take_outer
        answer, end = self._object(self._past(0), take)
        if self._past(end) != len(self._text):
            raise NoRowsError
        return answer

    def _take_outer(self, key: str, at: int) -> tuple[Any, int]:
        if key == self._form.under and self._text[at] == "{":
            return self._object(at, self._take)
        return self._scan(self._text, at)

    def _take(self, key: str, at: int) -> tuple[Any, int]:
        if key in self._form.rows and self._text[at] == "[":
            return self._rows(key, at)
        return self._scan(self._text, at)

    def _object(self, at: int, take: Take) -> tuple[dict[str, Any], int]:
        self._expect("{", at)
        found: dict[str, Any] = {}
        at = self._past(at + 1)
        while self._text[at] != "}":
            self._expect('"', at)
            key, at = scanstring(self._text, at + 1, True)  # strict, as by default
            at = self._past(at)
            self._expect(":", at)
            found[key], at = take(key, self._past(at + 1))
            at = self._next(at, "}")
        return found, at + 1

    def _rows(self, key: str, at: int) -> tuple[list[Any], int]:
        text, scan = self._text, self._scan
        rows: list[Any] = []
        lines = self.lines[key] = []
        at = self._past(at + 1)
        while text[at] != "]":
            row, end = scan(text, at)
            rows.append(row)
            lines.append(text[at:end].encode())
            at = self._next(end, "]")
        return rows, at + 1

    def _next(self, at: int, close: str) -> int:
        """Return where the next member begins, or where the end of all is."""
        at = self._past(at)
        if self._text[at] == close:
            return at
        self._expect(",", at)
        at = self._past(at + 1)
        if self._text[at] == close:
            raise NoRowsError
        return at

    def _past(self, at: int) -> int:
        """Return where the white space that may begin at `at` ends."""
        found: Any = _SPACE.match(self._text, at)
        end: int = found.end()
        return end

    def _expect(self, character: str, at: int) -> None:
        if self._text[at] != character:
            raise NoRowsError
