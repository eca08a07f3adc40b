"""Rows as CSV, as RFC 4180 has it: UTF-8, a header, quotes where needed."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from tiktok_async.convert import dumps
from tiktok_async.io.output.columns import EXTRA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktok_async.io.output.columns import Column


class CSVLines:
    """Turns rows into bytes.

    Args:
        columns: The columns before `extra`.
    """

    def __init__(self, columns: tuple[Column, ...]) -> None:
        self._names = tuple(column.name for column in columns)

    def head(self) -> bytes:
        """Return the header."""
        return _written([(*self._names, EXTRA)])

    def lines(self, rows: Iterable[Mapping[str, Any]]) -> bytes:
        """Return the lines of `rows`."""
        return _written(map(self._cells, rows))

    def _cells(self, row: Mapping[str, Any]) -> list[str]:
        rest = {key: value for key, value in row.items() if key not in self._names}
        return [*(_cell(row.get(name)) for name in self._names), _cell(rest or None)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else dumps(value).decode()


def _written(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    # Half of a surrogate pair has no UTF-8; its escape, such as \ud83d, is what JSON shows.
    return text.getvalue().encode("utf-8", "backslashreplace")
