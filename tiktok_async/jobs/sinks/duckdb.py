"""Rows as a table of a DuckDB database, handed over as Arrow batches."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.errors import MissingExtraError
from tiktok_async.jobs.sinks.sqlite import POSITION, comment, quoted

try:
    import duckdb
    import pyarrow as pa
except ImportError as _missing:
    _what = "Writing DuckDB"
    raise MissingExtraError(_what, "duckdb") from _missing

from tiktok_async.io.output.arrow import batch_of, schema_of
from tiktok_async.io.output.columns import breadth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tiktok_async.jobs.sinks.protocol import Batch, Table

_BATCH_ROWS: Final = 2_000
_SETTINGS: Final = {
    "threads": "1",  # as fast for rows that come one batch after the other, and holds less
    "preserve_insertion_order": "true",
}
_LEAST_MEGABYTES: Final = 48
"""Memory that DuckDB may take; a table of more columns than that gets one for each."""

_OF_THE_SYSTEM: Final = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)


class DuckDBSink:
    """Writes a database; each table becomes one of it.

    Args:
        path: A new file.
    """

    def __init__(self, path: Path) -> None:
        with _refusing():
            spill = path.with_name(f"{path.name}.spill")
            settings: dict[str, Any] = {**_SETTINGS, "temp_directory": str(spill)}
            self._connection = duckdb.connect(str(path), config=settings)
            # It would go to standard output, among the data.
            self._connection.execute("SET enable_progress_bar = false")
            self._connection.begin()
        self._table: Table | None = None
        self._schema: Any = None
        self._held: list[Any] = []
        self._rows = 0

    def begin(self, table: Table) -> None:
        """Make a table; the one before gets what is held."""
        self._flush()
        self._table, self._rows = table, 0
        self._schema = schema_of(table.columns, {})
        name, facts = quoted(table.name), comment(table.metadata).replace("'", "''")
        first = pa.schema([pa.field(POSITION, pa.int64()), *self._schema])
        memory = max(_LEAST_MEGABYTES, breadth(table.columns))
        with _refusing():
            self._connection.execute(f"SET memory_limit = '{memory}MB'")
            self._register(first.empty_table())
            self._connection.execute(f"CREATE TABLE {name} AS FROM held")
            self._connection.execute(f"COMMENT ON TABLE {name} IS '{facts}'")

    def write(self, batch: Batch) -> None:
        """Write rows."""
        if self._table is None:
            return
        self._held.append(batch_of(batch.rows, self._table.columns, self._schema))
        if sum(one.num_rows for one in self._held) >= _BATCH_ROWS:
            self._flush()

    def finish(self) -> None:
        """Write what is held and close the database."""
        self._flush()
        with _refusing():
            self._connection.commit()
            self._connection.execute("CHECKPOINT")
            self._connection.close()

    def abandon(self) -> None:
        """Close the database as it is."""
        self._connection.close()

    def _flush(self) -> None:
        if self._table is None or not self._held:
            return
        table = pa.Table.from_batches(self._held, self._schema)
        positions = pa.array(range(self._rows + 1, self._rows + table.num_rows + 1), pa.int64())
        with _refusing():
            self._register(table.add_column(0, POSITION, positions))
            name = quoted(self._table.name)
            self._connection.execute(f"INSERT INTO {name} FROM held")
            self._connection.unregister("held")
            # One transaction for all rows would keep them in memory; nobody reads the file yet.
            self._connection.commit()
            self._connection.begin()
        self._held, self._rows = [], self._rows + table.num_rows

    def _register(self, table: Any) -> None:
        self._connection.register("held", table)


@contextmanager
def _refusing() -> Iterator[None]:
    """Raise what DuckDB says of the disk as the system's own error."""
    try:
        yield
    except _OF_THE_SYSTEM as error:
        raise OSError(_number(error), str(error)) from error


def _number(error: Exception) -> int:
    if isinstance(error, duckdb.OutOfMemoryException):
        return errno.ENOMEM
    said = str(error)
    return errno.ENOSPC if "space left" in said or "too large" in said else errno.EIO
