"""Rows as a table of an SQLite database, with a column for each field."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tiktok_async.convert import dumps
from tiktok_async.io.output.columns import EXTRA
from tiktok_async.jobs.sinks.cells import cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tiktok_async.io.output.columns import Column
    from tiktok_async.jobs.sinks.protocol import Batch, Table

POSITION: Final = "position"
"""The first column: numbers of the rows, from 1, in the order of the dataset."""
_TYPES: Final = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
_REFUSALS: Final = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_PERM: errno.EACCES,
}
_MASK: Final = 0xFF
"""Of an extended code, the part that names its family."""


class SQLiteSink:
    """Writes a database; each table becomes one of it.

    Args:
        path: A new file.
    """

    def __init__(self, path: Path) -> None:
        with _refusing():
            self._connection = sqlite3.connect(path, isolation_level=None)
            # Nobody reads this file before it is whole: a crash leaves nothing to roll back.
            for setting in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
                self._connection.execute(f"PRAGMA {setting}")
            self._connection.execute("BEGIN")
        self._table: Table | None = None
        self._insert = ""
        self._rows = 0

    def begin(self, table: Table) -> None:
        """Make a table; the one before gets its index."""
        with _refusing():
            self._index()
            self._connection.execute(_create(table))
        names = [POSITION, *(column.name for column in table.columns), EXTRA]
        marks = ",".join("?" * len(names))
        self._insert = f"INSERT INTO {quoted(table.name)} VALUES ({marks})"  # noqa: S608  # quoted
        self._table, self._rows = table, 0

    def write(self, batch: Batch) -> None:
        """Write rows."""
        if self._table is None:
            return
        cells = cells_of(batch.rows, self._table.columns)
        positions = range(self._rows + 1, self._rows + len(batch) + 1)
        with _refusing():
            self._connection.executemany(self._insert, zip(positions, *cells, strict=True))
        self._rows += len(batch)

    def finish(self) -> None:
        """Make the last index and close the database."""
        with _refusing():
            self._index()
            self._connection.execute("COMMIT")
            self._connection.close()

    def abandon(self) -> None:
        """Close the database as it is."""
        self._connection.close()

    def _index(self) -> None:
        if self._table is not None and any(one.name == "id" for one in self._table.columns):
            name = quoted(f"{self._table.name}_id")
            self._connection.execute(f"CREATE INDEX {name} ON {quoted(self._table.name)} (id)")


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def comment(metadata: Mapping[str, str]) -> str:
    """Return facts as JSON that can stand in a comment of SQL."""
    return dumps(dict(metadata)).decode().replace("*/", "*\\/")


def _create(table: Table) -> str:
    columns = [f"{quoted(POSITION)} INTEGER PRIMARY KEY", *map(_column, table.columns)]
    body = ",\n  ".join([*columns, f"{quoted(EXTRA)} TEXT"])
    return f"CREATE TABLE {quoted(table.name)} ( /* {comment(table.metadata)} */\n  {body}\n)"


def _column(column: Column) -> str:
    kind = "TEXT" if column.many else _TYPES.get(column.kind, "TEXT")
    return f"{quoted(column.name)} {kind}"


@contextmanager
def _refusing() -> Iterator[None]:
    """Raise what SQLite says of the disk as the system's own error."""
    try:
        yield
    except sqlite3.OperationalError as error:
        number = _REFUSALS.get(error.sqlite_errorcode & _MASK, errno.EIO)
        raise OSError(number, str(error)) from error
