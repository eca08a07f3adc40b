"""The archive: finds the export among the files and gives its sections."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from tiktok_async.errors import ArchiveError, InputError
from tiktok_async.portability.archive.json_form import JSONForm
from tiktok_async.portability.archive.names import normal
from tiktok_async.portability.archive.section import Section, SectionInfo
from tiktok_async.portability.archive.sections import BY_NAME, DECLARED, Sections
from tiktok_async.portability.archive.source import source_of
from tiktok_async.portability.archive.text_form import TextForm, is_known
from tiktok_async.portability.archive.unknown import Unknown

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from types import TracebackType

    import pyarrow as pa

    from tiktok_async.portability.archive.declared import Declared
    from tiktok_async.portability.archive.source import Member, Source

_JSON_NAMES: Final = ("userdatatiktok", "userdata", "tiktokdata")
"""Normal forms of the names that the file had, the newest first."""
_FILE_MAX: Final = 2**24
"""Bytes of a file that nobody knows: 16 MiB."""


class Archive(Sections):
    """An export of TikTok, open for reading; `Archive.open` makes one.

    Its attributes are its sections; see `Sections`. Every one can be read as often as needed, and
    each reading goes through the file again. No file stays open between two readings, so that
    `with` may be left out.

    Reading raises `ArchiveError` if the archive is no export or cannot be read on: what was read
    until then is right. Messages name places and never quote what the archive holds.

    Args:
        source: Where its files are.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(self._section_of)
        self._source = source
        self._found: dict[str, Section[Any]] = {}
        chosen = _chosen_json(source.members)
        known = tuple(filter(is_known, source.members))
        self._contents: JSONForm | TextForm
        if chosen is not None:
            self._contents = JSONForm(source, chosen)
            self._used: frozenset[Member] = frozenset((chosen,))
        elif known:
            self._contents = TextForm(source, known)
            self._used = frozenset(known)
        else:
            raise ArchiveError("There is no file of a TikTok export in it.", kind="no_export")

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open an export.

        Args:
            path: Of a zip, of the JSON file in it, or of a folder or file of the text form.

        Raises:
            InputError: if there is nothing.
            ArchiveError: if it is no export.
            DamagedArchiveError: if it is a zip that is cut or broken.
            UnsafeArchiveError: if it is a zip that could do harm.
        """
        return cls(source_of(Path(path)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Do nothing: no file is open."""

    @property
    def form(self) -> Literal["json", "text"]:
        """How the export was asked for."""
        return "json" if isinstance(self._contents, JSONForm) else "text"

    @property
    def era(self) -> str:
        """The layout of the JSON: `A` until about 2024, `B` about 2025, `C` since 2026.

        `mixed` if it has parts of several; `unknown` if too little of it is there to say so, and
        for text.
        """
        return self._contents.era

    @property
    def language(self) -> str | None:
        """Of the text files' names, such as `en`; None for JSON, whose keys are English."""
        return self._contents.language

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """What it holds that belongs to no section, other files included."""
        return (*self._contents.unknown(), *self._other_files())

    def sections(self) -> Iterator[Section[Any]]:
        """Yield every section, those that the archive lacks included."""
        return map(self._section_of, DECLARED)

    def section(self, name: str) -> Section[Any]:
        """Return a section by the name of its attribute, such as `favorites.videos`.

        Raises:
            InputError: if there is none of that name.
        """
        declared = BY_NAME.get(name)
        if declared is None:
            raise InputError(f"There is no section {name!r}; choose one of {', '.join(BY_NAME)}.")
        return self._section_of(declared)

    def inventory(self) -> tuple[SectionInfo, ...]:
        """Return what the archive has of every section; it reads the whole archive."""
        return tuple(section.info() for section in self.sections())

    def to_arrow(self, section: str | Section[Any]) -> pa.Table:
        """Return the rows of a section as a table; see `tables` for its columns.

        Args:
            section: It, or its name.

        Raises:
            MissingExtraError: if pyarrow is not installed.
        """
        from tiktok_async.portability.archive.arrow import to_arrow

        return to_arrow(self._given(section))

    def write(
        self,
        section: str | Section[Any],
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
    ) -> int:
        """Write the rows of a section to a file; return how many there are.

        The file has its name only when it is whole.

        Args:
            section: It, or its name.
            path: The file; its ending is the format: .jsonl, .csv or .parquet.
            overwrite: Replace what is there.

        Raises:
            InputError: if the ending is none of these, or the file is there already.
            MissingExtraError: if the format needs a package that is not there.
        """
        from tiktok_async.portability.archive.written import write

        return write(self._given(section), Path(path), overwrite=overwrite)

    def __repr__(self) -> str:
        return f"<Archive: {self.form}>"

    def _given(self, section: str | Section[Any]) -> Section[Any]:
        return self.section(section) if isinstance(section, str) else section

    def _section_of(self, declared: Declared[Any]) -> Section[Any]:
        if declared.name not in self._found:
            self._found[declared.name] = Section(declared, self._contents)
        return self._found[declared.name]

    def _other_files(self) -> Iterator[Unknown]:
        for member in self._source.members:
            if member not in self._used:
                read = functools.partial(_content, self._source, member)
                yield Unknown((member.name,), "file", member.size, read)


def _chosen_json(members: tuple[Member, ...]) -> Member | None:
    """Return the JSON file of an export: the one with its name, else the only one."""
    found = [one for one in members if one.ending == ".json" and not one.base.startswith(".")]
    for name in _JSON_NAMES:
        for member in found:
            if normal(member.base) == name:
                return member
    return found[0] if len(found) == 1 else None


def _content(source: Source, member: Member) -> bytes:
    with source.open(member) as file:
        data = file.read(_FILE_MAX + 1)
    if len(data) > _FILE_MAX:
        raise ArchiveError("A file of the archive is too large to be read at once.", kind="refused")
    return data
