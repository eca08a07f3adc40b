"""The files of an export: members of a zip, or files of a folder, or one file. All only read.

No file stays open between two reads.
"""

from __future__ import annotations

import os
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final, Protocol, TypeAlias

import attrs

from tiktok_async.errors import ArchiveError, DamagedArchiveError, InputError
from tiktok_async.portability.archive.unpacked import Packed
from tiktok_async.portability.guard import check_archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

Stamp: TypeAlias = tuple[int, int] | None

_FILES_MAX: Final = 10_000
"""Files of an extracted export: a folder with more is something else."""


@attrs.frozen
class Member:
    """One file of an export."""

    name: str = attrs.field(repr=False)
    """With the folders that it is in, separated by `/`."""
    size: int
    position: int
    """Among the files, from 0."""

    @property
    def base(self) -> str:
        """The name without folders and ending."""
        return PurePosixPath(self.name).stem

    @property
    def ending(self) -> str:
        """The ending in lower case, such as `.json`."""
        return PurePosixPath(self.name).suffix.lower()


class Source(Protocol):
    """Where the files are."""

    members: tuple[Member, ...]

    def open(self, member: Member, start: int = 0) -> AbstractContextManager[IO[bytes]]:
        """Open a file to be read from a byte on."""


def source_of(path: Path) -> Source:
    """Return the files at a path.

    Raises:
        InputError: if there is nothing.
        ArchiveError: if it cannot be an export.
    """
    if path.is_dir():
        return _Files(tuple(_listed(path)), path)
    if not path.is_file():
        raise InputError(f"There is no file {path}; write the path of an export.")
    with path.open("rb") as file:
        packed = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    if packed or path.suffix.lower() == ".zip":
        return _Zip(path)
    return _Files((path.name,), path.parent)


class _Files:
    def __init__(self, names: tuple[str, ...], folder: Path) -> None:
        self._folder = folder
        self._stamps = [_stamp(folder / name) for name in names]
        self.members = tuple(
            Member(name, stamp[0], position)
            for position, (name, stamp) in enumerate(zip(names, self._stamps, strict=True))
            if stamp
        )

    @contextmanager
    def open(self, member: Member, start: int = 0) -> Iterator[IO[bytes]]:
        path = self._folder / member.name
        _check_stamp(path, self._stamps[member.position])
        with path.open("rb") as file:
            file.seek(start)
            yield file


class _Zip:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = _stamp(path)
        check_archive(path, crc=False)
        with _opened_zip(path) as archive:
            self._infos = archive.infolist()
        self._packed: dict[Member, Packed] = {}
        self.members = tuple(
            Member(info.filename, info.file_size, position)
            for position, info in enumerate(self._infos)
            if not info.is_dir()
        )

    @contextmanager
    def open(self, member: Member, start: int = 0) -> Iterator[IO[bytes]]:
        _check_stamp(self._path, self._stamp)
        if member not in self._packed:
            info = self._infos[member.position]
            self._packed[member] = Packed(self._path, info, member.position)
        with self._packed[member].open(start) as file:
            yield file


def _opened_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        pass  # the error may hold names: none leaves here
    raise DamagedArchiveError("The archive is damaged.", kind="damaged")


def _listed(folder: Path) -> Iterator[str]:
    """Yield the names of the files in a folder, in order; links are not followed."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                count += 1
                if count > _FILES_MAX:
                    raise ArchiveError(
                        f"{folder} is no extracted export: it has too many files.",
                        kind="no_export",
                    )
                yield path.relative_to(folder).as_posix()


def _stamp(path: Path) -> Stamp:
    """Return what changes when a file does; None = there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def _check_stamp(path: Path, before: Stamp) -> None:
    if _stamp(path) != before:
        raise ArchiveError(
            "The export was changed or moved since it was opened.",
            kind="changed",
            hint="Open it again.",
        )
