"""What a sink is, and what it is given."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping  # noqa: TC003  # attrs resolves the annotations
from typing import Any, Protocol

import attrs

from tiktok_async.io.output.columns import Column  # noqa: TC001


@attrs.frozen
class Table:
    """The rows of one stage, as a sink sees them."""

    name: str
    columns: tuple[Column, ...]
    """Those before `extra`."""
    metadata: Mapping[str, str] = attrs.field(factory=dict)
    """Facts to keep in a format that has a place for them."""


class Batch:
    """Some rows, as they came and as columns need them.

    Args:
        lines: JSON of each row, with the line's end.
        read: Makes rows of lines: each field under its first name, with a value of its type.
    """

    def __init__(
        self, lines: list[bytes], read: Callable[[list[bytes]], list[dict[str, Any]]]
    ) -> None:
        self.lines = lines
        self._read = read

    @functools.cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows for columns; made when a sink first asks."""
        return self._read(self.lines)

    def __len__(self) -> int:
        return len(self.lines)


class Sink(Protocol):
    """Writes one file, which is new."""

    def begin(self, table: Table) -> None:
        """Begin a table; a format of one table is told of one only."""

    def write(self, batch: Batch) -> None:
        """Write rows of the table that was begun last.

        Raises:
            OSError: if the disk refuses.
        """

    def finish(self) -> None:
        """Write what is held, and close the file.

        Raises:
            OSError: if the disk refuses.
        """

    def abandon(self) -> None:
        """Close the file as it is; may be called again, and after `finish`."""
