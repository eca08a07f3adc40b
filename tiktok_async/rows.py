"""The rows of a page: where they are in an answer, and what is known of them once they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_async.models import Model


class Rows(list[Any]):
    """The rows of an answer that are models already.

    Args:
        models: The rows; outlines of them where their text was asked for and their form allows it.
        lines: The text of each as it came, where it was asked for and none holds a line end.
    """

    def __init__(self, models: Sequence[Any], lines: Sequence[bytes] | None = None) -> None:
        super().__init__(models)
        self.lines: Sequence[bytes] | None = lines


@attrs.frozen(kw_only=True)
class PageForm:
    """An answer of rows: an object that has them, or one within it."""

    model: type[Model]
    """The model of a row."""
    rows: tuple[str, ...]
    """Key of the rows, with its known aliases."""
    under: str | None = None
    """Key of the object that has them; None = the answer itself."""
    around: tuple[str, ...] = ()
    """Keys of the answer besides `under`."""
    flags: tuple[str, ...] = ()
    """Keys beside the rows that must hold a boolean."""
    beside: tuple[str, ...] = ()
    """Keys beside the rows that may hold anything."""
    key: Callable[[Any], Any] | None = None
    """What tells rows apart; None = nobody asks."""


def one_line_each(lines: Sequence[bytes]) -> Sequence[bytes] | None:
    """Return the texts of rows, or None where one of them is written over several lines."""
    whole = b"".join(lines)
    return None if b"\n" in whole or b"\r" in whole else lines
