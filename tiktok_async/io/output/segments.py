"""Which rows of a file belong to which part of the plan. Pure.

Parts are fetched side by side and written in the order of the plan. But when a run stops, what is
here of the later parts is kept too, and the rest of the earlier ones comes behind it. So a file
remembers its stretches, and is put in order once it is whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable


@attrs.frozen
class Segment:
    """A stretch of rows of one part."""

    part: int
    """Number of the part in the plan."""
    rows: int
    size: int
    """Bytes, in a text format."""


@attrs.frozen
class Range:
    """Where a stretch stands in the file."""

    row: int
    rows: int
    byte: int
    size: int


class Segments:
    """The stretches of a file, in the order of the file.

    Args:
        known: The stretches so far.
    """

    def __init__(self, known: Iterable[Segment] = ()) -> None:
        self._known = list(known)
        self.rows: int = sum(one.rows for one in self._known)

    def add(self, part: int, rows: int, size: int) -> None:
        """Count rows that were written at the end."""
        if not rows:
            return
        self.rows += rows
        if self._known and self._known[-1].part == part:
            last = self._known.pop()
            rows, size = last.rows + rows, last.size + size
        self._known.append(Segment(part, rows, size))

    @property
    def all(self) -> tuple[Segment, ...]:
        """The stretches."""
        return tuple(self._known)

    @property
    def in_order(self) -> bool:
        """Whether the file is in the order of the plan."""
        parts = [one.part for one in self._known]
        return parts == sorted(parts)

    def ordered(self) -> tuple[Segment, ...]:
        """Return the stretches in the order of the plan."""
        return tuple(sorted(self._known, key=lambda one: one.part))

    def ranges(self) -> list[Range]:
        """Return where the stretches stand now, in the order of the plan."""
        placed, row, byte = [], 0, 0
        for one in self._known:
            placed.append((one.part, Range(row, one.rows, byte, one.size)))
            row, byte = row + one.rows, byte + one.size
        return [found for _, found in sorted(placed, key=lambda pair: pair[0])]
