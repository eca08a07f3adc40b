"""One section of an archive, read when it is asked for."""

from __future__ import annotations

import functools
from contextlib import closing
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypeVar

import attrs

from tiktok_async.portability.archive.build import Builder
from tiktok_async.portability.archive.rows import Row

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any

    from tiktok_async.portability.archive.declared import Declared

R_co = TypeVar("R_co", bound=Row, covariant=True)

State: TypeAlias = Literal["present", "empty", "absent"]


@attrs.frozen
class SectionInfo:
    """What an archive has of a section."""

    name: str
    """Of the attribute, such as `favorites.videos`."""
    title: str
    state: State
    """`empty` = the archive names the section and has nothing in it."""
    rows: int
    skipped: int
    """Rows that are not what the section holds."""


class Contents(Protocol):
    """Where a section's raw rows come from."""

    def state(self, declared: Declared[Any]) -> State:
        """Tell whether the section is there."""

    def raw(self, declared: Declared[Any]) -> Iterator[tuple[str | None, list[Any]]]:
        """Yield raw rows in batches, each with the key that its rows stand under, if any."""


class Section(Generic[R_co]):
    """The rows of one section, as often as they are asked for.

    They are read from the file while the loop runs; none is kept. `for row in section` raises
    `ArchiveError` where the file cannot be read on.

    Args:
        declared: What is known of the section.
        contents: Where its rows come from.
    """

    def __init__(self, declared: Declared[R_co], contents: Contents) -> None:
        self._declared = declared
        self._contents = contents
        self._counts: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """Of the attribute, such as `favorites.videos`."""
        return self._declared.name

    @property
    def title(self) -> str:
        """Name for people."""
        return self._declared.title

    @property
    def row(self) -> type[R_co]:
        """The class of the rows."""
        return self._declared.row

    @property
    def state(self) -> State:
        """Whether the archive has the section."""
        return self._contents.state(self._declared)

    @property
    def present(self) -> bool:
        """Whether the archive has something in the section."""
        return self.state == "present"

    @property
    def empty(self) -> bool:
        """Whether the archive names the section and has nothing in it."""
        return self.state == "empty"

    @property
    def skipped(self) -> int:
        """How many rows are not what the section holds; they are left out."""
        return self._counted()[1]

    def count(self) -> int:
        """Return the number of rows; the first time it reads them all."""
        return self._counted()[0]

    def first(self) -> R_co | None:
        """Return the first row; None if there is none."""
        with closing(self.batches()) as batches:
            return next(batches, [None])[0]

    def info(self) -> SectionInfo:
        """Return what the archive has of it, counts included."""
        rows, skipped = self._counted()
        return SectionInfo(self.name, self.title, self.state, rows, skipped)

    def batches(self) -> Generator[list[R_co]]:
        """Yield the rows in lists of up to some thousands; none is empty."""
        rows = skipped = 0
        for key, raws in self._contents.raw(self._declared):
            made = self._builder.all(raws, key)
            rows += len(made)
            skipped += len(raws) - len(made)
            if made:
                yield made
        self._counts = rows, skipped

    def __iter__(self) -> Iterator[R_co]:
        for rows in self.batches():
            yield from rows

    @functools.cached_property
    def _builder(self) -> Builder[R_co]:
        return Builder(self._declared.row)

    def __bool__(self) -> bool:
        return self.present

    def __repr__(self) -> str:
        return f"<Section {self.name}: {self.state}>"

    def _counted(self) -> tuple[int, int]:
        if self._counts is None:
            for _ in self.batches():
                pass
        assert self._counts is not None  # noqa: S101  # a whole pass sets it
        return self._counts
