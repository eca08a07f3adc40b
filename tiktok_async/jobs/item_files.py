"""Files of items: text with one a line, or a column of CSV, JSON Lines or Parquet.

Files are read as a stream. What cannot be read is said with the file's name and the line.
"""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from tiktok_async import convert
from tiktok_async.errors import DecodeError, InputError, MissingExtraError, shown
from tiktok_async.jobs.column import plain_column, whole_column
from tiktok_async.jobs.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tiktok_async.jobs.spec import FromFile

_BATCH: Final = 8192
"""Rows of Parquet in memory at once."""


def file_values(source: FromFile) -> Iterator[tuple[int, Any]]:
    """Yield the number of the line (of the row, in Parquet) and what stands there, in order.

    Raises:
        InputError: if the file cannot be read, or has no such column.
        MissingExtraError: if its format needs a package that is not installed.
    """
    try:
        yield from _reader(source)(source)
    except FileNotFoundError:
        msg = f"{source.path} is not there; a path is relative to the file that names it."
        raise InputError(msg) from None
    except UnicodeDecodeError as error:
        msg = f"{source.path} is no text in UTF-8: {error.reason} at byte {error.start}."
        raise InputError(msg) from None
    except OSError as error:
        msg = f"{source.path} cannot be read: {error.strerror or error}."
        raise InputError(msg) from None


def unit_of(path: Path) -> str:
    """Return what is counted in a file: lines, or rows."""
    return "row" if path.suffix.lower() == ".parquet" else "line"


def _reader(source: FromFile) -> Callable[[FromFile], Iterator[tuple[int, Any]]]:
    name = source.path.name.lower()
    found = next((read for ending, read in _READERS.items() if name.endswith(ending)), None)
    if found is None and source.column is not None:
        endings = ", ".join(_READERS)
        msg = (
            f"{source.path} is text, without columns: leave column out, or name a file of {endings}"
        )
        raise InputError(msg)
    return found or _text


@contextmanager
def _opened(path: Path, newline: str | None = None) -> Iterator[IO[str]]:
    with path.open("r", encoding="utf-8-sig", newline=newline) as file:
        yield file


def _text(source: FromFile) -> Iterator[tuple[int, Any]]:
    with _opened(source.path) as file:
        yield from enumerate(file, 1)


def _csv(source: FromFile) -> Iterator[tuple[int, Any]]:
    with _opened(source.path, newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            place = _index(source, [name.strip() for name in next(lines, [])])
            for cells in lines:
                if cells:
                    yield lines.line_num, cells[place] if place < len(cells) else None
        except csv.Error as error:
            msg = f"{source.path}, line {lines.line_num}: this is no CSV: {error}."
            raise InputError(msg) from None


def _index(source: FromFile, header: list[str]) -> int:
    if not header:
        msg = f"{source.path} is empty."
        raise InputError(msg)
    if source.column not in header:
        raise _no_column(source, header)
    if header.count(str(source.column)) > 1:
        msg = f"{source.path} has the column {source.column} more than once: rename one of them."
        raise InputError(msg)
    return header.index(str(source.column))


def _no_column(source: FromFile, columns: list[str]) -> InputError:
    columns = [shown(name) for name in columns]
    if source.column is None:
        meant = nearest("", columns)
        return InputError(f"{source.path} has columns, so one must be named: {meant}")
    meant = nearest(source.column, columns)
    return InputError(f"{source.path} has no column {shown(source.column)}: {meant}")


def _jsonl(source: FromFile) -> Iterator[tuple[int, Any]]:
    with source.path.open("rb") as file:
        yield from _json_rows(source, file)


def _jsonl_zst(source: FromFile) -> Iterator[tuple[int, Any]]:
    try:
        import zstandard
    except ImportError:
        raise MissingExtraError("Reading .zst", "zstd") from None
    with (
        source.path.open("rb") as packed,
        zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as stream,
    ):
        try:
            yield from _json_rows(source, io.BufferedReader(stream))
        except zstandard.ZstdError as error:
            msg = f"{source.path} is damaged, or no Zstandard file: {error}."
            raise InputError(msg) from None


def _json_rows(source: FromFile, file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    if source.column is None:
        yield from _scalars(source, file)
        return
    whole, dotted = whole_column(source.column), plain_column(source.column)
    first: Mapping[str, Any] = {}
    found = False
    for number, row in _json_lines(source.path, file):
        if not isinstance(row, dict):
            msg = f"{source.path}, line {number}: this is no object, so it has no {source.column}."
            raise InputError(msg)
        first = first or row
        column = whole if source.column in row else dotted
        for value in column.values(row):
            found = found or value is not None or column is whole
            yield number, value
    if first and not found:
        raise _no_column(source, list(first))


def _scalars(source: FromFile, file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    for number, row in _json_lines(source.path, file):
        if isinstance(row, dict):
            raise _no_column(source, list(row))
        yield number, row


def _json_lines(path: Path, file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = convert.loads(line)
        except DecodeError:
            msg = f"{path}, line {number}: this is no JSON."
            raise InputError(msg) from None
        yield number, row


def _parquet(source: FromFile) -> Iterator[tuple[int, Any]]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise MissingExtraError("Reading Parquet", "parquet") from None
    try:
        with ParquetFile(source.path) as file:
            yield from _parquet_rows(source, file)
    except ArrowException as error:
        msg = f"{source.path} is no Parquet file that can be read: {shown(error)}."
        raise InputError(msg) from None


def _parquet_rows(source: FromFile, file: Any) -> Iterator[tuple[int, Any]]:
    names = file.schema_arrow.names
    column = plain_column(str(source.column))
    head = column.steps[0][0]
    if source.column in names:
        column, head = whole_column(str(source.column)), str(source.column)
    if source.column is None or head not in names:
        raise _no_column(source, names)
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=[head], use_threads=False):
        for number, value in enumerate(batch.column(0).to_pylist(), number + 1):  # noqa: B020  # goes on
            yield from ((number, one) for one in column.values({head: value}))


_READERS: Final[dict[str, Callable[[FromFile], Iterator[tuple[int, Any]]]]] = {
    ".csv": _csv,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".jsonl.zst": _jsonl_zst,
    ".parquet": _parquet,
}
"""How a file is read, by its ending; every other is text."""
