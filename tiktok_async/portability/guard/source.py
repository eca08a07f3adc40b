"""The archive's file, read by position; whatever the system says about it becomes our error."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tiktok_async.errors import DamagedArchiveError, DiskError, InputError
from tiktok_async.io.refusals import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK_BYTES: Final = 64 * 1024


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """Raise what the system says as a `DiskError` about `path`.

    The system's own error is not kept as the cause: it quotes the file's name, which may be that of
    a member.
    """
    try:
        yield
    except OSError as error:
        raise _disk_error(path, error) from None


def _disk_error(path: Path, error: OSError) -> DiskError:
    number = error.errno or errno.EIO
    kind = kind_of(error)
    return DiskError(f"{path}: {os.strerror(number)}.", kind=kind, path=str(path))


class Source:
    """An archive file, open until the end of a `with` block.

    Args:
        path: A regular file.

    Raises:
        InputError: if there is no such file.
        DiskError: if it cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        if not self._path.is_file():
            msg = f"There is no file {self._path}; write the path of a zip archive."
            raise InputError(msg)
        with on_disk(self._path):
            self._file = self._path.open("rb", buffering=0)
            self.size: int = self._file.seek(0, os.SEEK_END)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, at: int, count: int) -> bytes:
        """Return exactly `count` bytes from position `at`.

        Raises:
            DamagedArchiveError: if the file ends before.
        """
        found = self.read_up_to(at, count)
        if len(found) < count:
            msg = "The archive ends before a part of it that it speaks of."
            raise DamagedArchiveError(msg, kind="cut")
        return found

    def read_up_to(self, at: int, count: int) -> bytes:
        """Return `count` bytes from position `at`, or as many as there are."""
        try:  # and no `on_disk`, which takes longer than the reading
            self._file.seek(at)
            return self._file.read(count)
        except OSError as error:
            raise _disk_error(self._path, error) from None

    def chunks(self, at: int, count: int) -> Iterator[memoryview]:
        """Yield `count` bytes from position `at` in chunks; each is good until the next.

        Raises:
            DamagedArchiveError: if the file ends before.
        """
        buffer = memoryview(bytearray(min(_CHUNK_BYTES, count)))
        while count:
            with on_disk(self._path):
                self._file.seek(at)
                got = self._file.readinto(buffer[:count])
            if not got:
                msg = "The archive has become shorter while it was read."
                raise DamagedArchiveError(msg, kind="cut")
            yield buffer[:got]
            at += got
            count -= got
