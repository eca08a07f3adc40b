"""Rows as JSON Lines: one object a line, as the wire has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.convert import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class JSONLines:
    """Turns rows into bytes."""

    def head(self) -> bytes:
        """Return what stands before the first row."""
        return b""

    def lines(self, rows: Iterable[Mapping[str, Any]]) -> bytes:
        """Return the lines of `rows`."""
        return b"".join(dumps(row) + b"\n" for row in rows)
