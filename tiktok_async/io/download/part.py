"""The partial file: written beside its target under a name of its own, and never mixed.

`.<target>.<16 hex digits>.part` holds the bytes; where the server allows to continue,
`….part.json` says of which version of which file they are. A file begun anew gets a new name.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.convert import dumps
from tiktok_async.errors import DiskError, DownloadError, InputError, TargetExistsError
from tiktok_async.io.durable import sync_folder
from tiktok_async.io.output.lock import FileLock
from tiktok_async.sansio.transfer import Kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_READ_BYTES: Final = 2**20
_PART: Final = re.compile(r"\.(?P<target>.+)\.[0-9a-f]{16}\.part(?:\.json)?", re.DOTALL)
_STALE_SECONDS: Final = 7 * 86_400.0


class Part:
    """The partial file of one target; every method blocks.

    Args:
        target: The file to be.
        request: Which request it answers, as in `Kept`.
    """

    def __init__(self, target: Path, request: str) -> None:
        self.kept: Kept | None = None
        """What makes it continuable; None = it is not."""
        self.sha256: hashlib._Hash = hashlib.sha256()
        """Of the bytes that are here; who adds some updates it."""
        self._target = target
        self.request: str = request
        self._path: Path | None = None
        self._file: io.FileIO | None = None

    @property
    def path(self) -> Path:
        """Where it is."""
        if self._path is None:
            raise DownloadError("No byte of the file is here.", path=str(self._target))
        return self._path

    @property
    def file(self) -> io.FileIO:
        """The open file, at its end."""
        if self._file is None:
            raise DownloadError("No byte of the file is here.", path=str(self._target))
        return self._file

    def find(self, cancelled: Callable[[], bool]) -> int:
        """Take up what an earlier download left, if it may be continued; remove the rest.

        Args:
            cancelled: Looked at while the bytes are read, for their SHA-256.

        Returns:
            Its size in bytes.
        """
        for path in _leftovers(self._target.parent, self._target.name):
            kept = _read(_beside(path)) if self._path is None and _is_own(path) else None
            if kept is not None and kept.request == self.request:
                self.kept, self._path = kept, path
                self._file = io.FileIO(path, "r+", opener=_private)
            elif self._path is None or path != _beside(self._path):
                path.unlink(missing_ok=True)
        return self._read(self._file, cancelled) if self._file else 0

    def _read(self, file: io.FileIO, cancelled: Callable[[], bool]) -> int:
        buffer = memoryview(bytearray(_READ_BYTES))
        while not cancelled() and (size := file.readinto(buffer)):
            self.sha256.update(buffer[:size])
        return file.seek(0, os.SEEK_END)

    def begin(self, kept: Kept | None) -> None:
        """Remove what is here, and begin a new file."""
        self.drop()
        path = self._target.with_name(f".{self._target.name}.{secrets.token_hex(8)}.part")
        self._file = io.FileIO(path, "x", opener=_private)
        self._path, self.sha256 = path, hashlib.sha256()
        if kept is not None:
            _note(_beside(path), dumps(attrs.asdict(kept)))
            self.kept = kept

    def seal(self) -> None:
        """Make the bytes durable and close the file."""
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._close()

    def place(self, *, overwrite: bool) -> None:
        """Give the file its final name, at once and durably.

        Raises:
            TargetExistsError: A file of that name has appeared in the meantime.
        """
        if overwrite:
            self.path.replace(self._target)
        else:
            _move(self.path, self._target)
        self.leave(keep=False)
        sync_folder(self._target)

    def drop(self) -> None:
        """Remove what is here."""
        with suppress(OSError):
            self._close()
        if self._path is not None:
            # In this order: bytes without a note are never continued.
            _beside(self._path).unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)
        self.kept = self._path = None

    def leave(self, *, keep: bool) -> None:
        """Close for good; what is here stays only where it may be continued."""
        with suppress(OSError):
            if keep and self.kept is not None:
                self.seal()
                return
        with suppress(OSError):
            self.drop()

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def sweep(folder: Path, now: float) -> None:
    """Remove parts of downloads that nobody has touched for a week, and nobody owns.

    Args:
        folder: Where to look.
        now: Wall time in Unix seconds.
    """
    with suppress(OSError):
        for path in _leftovers(folder, None):
            with suppress(OSError, InputError, DiskError):
                if now - path.stat().st_mtime > _STALE_SECONDS:
                    _remove_unowned(path)


def _remove_unowned(path: Path) -> None:
    match = _PART.fullmatch(path.name)
    if match is None:
        return
    lock = FileLock(path.with_name(match["target"]))
    try:
        path.unlink(missing_ok=True)
    finally:
        lock.release()


def _leftovers(folder: Path, target: str | None) -> list[Path]:
    """Return the files with a name of ours, of one target or of any; each before its note."""
    start = "." if target is None else f".{target}."
    with os.scandir(folder) as entries:  # thousands of files may be there already
        names = [entry.name for entry in entries if entry.name.startswith(start)]
    found = ((_PART.fullmatch(name), name) for name in sorted(names))
    return [folder / name for match, name in found if match and target in (None, match["target"])]


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _note(path: Path, content: bytes) -> None:
    # No draft and rename: its name is new, and half a note is read as none.
    with io.FileIO(path, "x", opener=_private) as file:
        file.write(content)
        os.fsync(file.fileno())


def _read(path: Path) -> Kept | None:
    """Return what is noted beside a partial file; None where nothing fit to use is."""
    try:
        found = json.loads(path.read_bytes())
        kept = Kept(found["request"], found["validator"], found["total"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    sound = isinstance(kept.validator, str) and isinstance(kept.total, int | None)
    return kept if sound else None


def _is_own(path: Path) -> bool:
    """Tell whether a part is a file of this user's alone: in a shared directory it may be a trap.

    One with a second name was linked to its target when its process died: it is no part any more.
    """
    found = path.lstat()
    own = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    alone = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    return path.suffix != ".json" and own and alone


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _move(path: Path, target: Path) -> None:
    """Rename without replacing anything.

    Raises:
        TargetExistsError: There is a file of that name.
    """
    try:
        os.link(path, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        if os.path.lexists(target):
            raise TargetExistsError(
                f"{target} has appeared in the meantime.", kind="exists", path=str(target)
            ) from None
        # No hard links here: since that look another program may have been quicker.
        path.replace(target)
