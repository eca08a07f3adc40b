"""Writes a section to a file that has its name only when it is whole.

Dates are ISO 8601, with an offset only where the archive says so. CSV has the columns of the
table, and lists and objects in it are JSON text.
"""

from __future__ import annotations

import csv
import io
import os
from typing import IO, TYPE_CHECKING, Any

from tiktok_async.convert import dumps
from tiktok_async.errors import InputError
from tiktok_async.io.durable import sync_folder, working_name
from tiktok_async.io.output import format_of
from tiktok_async.io.output.lock import FileLock
from tiktok_async.portability.archive.columns import EXTRA, columns_of, plain, plain_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tiktok_async.portability.archive.rows import Row
    from tiktok_async.portability.archive.section import Section


def write(section: Section[Any], path: Path, *, overwrite: bool) -> int:
    """Write the rows of a section; return how many there are.

    Raises:
        InputError: if the name does not say its format, or the place is taken or not there.
        DiskError: if nothing can be written in its folder.
        MissingExtraError: if the format needs a package that is not there.
    """
    ending = format_of(path)
    _check_place(path, overwrite=overwrite)
    lock = FileLock(path)
    working = working_name(path)
    try:
        with working.open("xb") as file:
            written = _fill(file, ending, section)
            file.flush()
            os.fsync(file.fileno())
        working.replace(path)
    finally:
        working.unlink(missing_ok=True)
        lock.release()
    sync_folder(path)
    return written


def _fill(file: IO[bytes], ending: str, section: Section[Any]) -> int:
    batches = _Counted(section.batches())
    if ending == ".parquet":
        from tiktok_async.portability.archive.arrow import write_parquet

        write_parquet(file, section.row, batches)
    elif ending == ".csv":
        _write_csv(file, section.row, batches)
    else:
        columns = columns_of(section.row)
        for rows in batches:
            file.writelines(dumps(plain_row(row, columns)) + b"\n" for row in rows)
    return batches.rows


class _Counted:
    """Batches of rows that are counted while they pass."""

    def __init__(self, batches: Iterable[list[Row]]) -> None:
        self._batches = batches
        self.rows = 0

    def __iter__(self) -> Iterator[list[Row]]:
        for rows in self._batches:
            self.rows += len(rows)
            yield rows


def _write_csv(file: IO[bytes], row: type[Row], batches: Iterable[list[Row]]) -> None:
    names = [column.name for column in columns_of(row)]
    file.write(_lines([[*names, EXTRA]]))
    for rows in batches:
        file.write(_lines(_cells(one, names) for one in rows))


def _cells(row: Row, names: list[str]) -> list[str]:
    return [*(_cell(getattr(row, name)) for name in names), _cell(dict(row.extra) or None)]


def _cell(value: Any) -> str:
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else dumps(value).decode()


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    # Half of a surrogate pair has no UTF-8; its escape, such as \ud83d, is what JSON shows.
    return text.getvalue().encode("utf-8", "backslashreplace")


def _check_place(path: Path, *, overwrite: bool) -> None:
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}; make it first.")
    if path.is_dir():
        raise InputError(f"{path} is a folder; write the name of a file.")
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists: write another name, or pass overwrite=True.")
