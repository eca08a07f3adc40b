"""The first rows of a section."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from tiktok_async.portability.archive import Section

if TYPE_CHECKING:
    from collections.abc import Generator

    from tiktok_async.portability.archive.rows import Row


class Portion(Section[Any]):
    """A section that ends after some rows, and reads no further.

    Args:
        whole: The section.
        limit: Rows.
    """

    def __init__(self, whole: Section[Any], limit: int) -> None:
        self._whole = whole
        self._limit = limit

    @property
    def row(self) -> type[Any]:
        """The class of the rows."""
        return self._whole.row

    def batches(self) -> Generator[list[Row]]:
        """Yield the rows in lists; none is empty."""
        left = self._limit
        for rows in self._whole.batches():
            yield list(islice(rows, left))
            left -= len(rows)
            if left <= 0:
                return
