"""The formats, by the ending of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async.jobs.sinks.protocol import Sink
    from tiktok_async.jobs.spec import Format

ENDINGS: Final[dict[str, Format]] = {
    ".jsonl": "jsonl",
    ".jsonl.zst": "jsonl.zst",
    ".csv": "csv",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".duckdb": "duckdb",
}
MANY_TABLES: Final[frozenset[Format]] = frozenset({"sqlite", "duckdb"})
"""Formats of which one file holds several stages."""


def format_of(path: Path) -> Format:
    """Return the format that the name of a file says.

    Raises:
        InputError: if it says none.
    """
    name = path.name.lower()
    for ending, found in ENDINGS.items():
        if name.endswith(ending):
            return found
    endings = ", ".join(ENDINGS)
    raise InputError(f"{path.name} does not say its format: end its name in one of {endings}.")


def make_sink(path: Path, wanted: Format) -> Sink:
    """Return the sink of a format.

    Args:
        path: A new file.
        wanted: The format.

    Raises:
        MissingExtraError: if the format needs a package that is not there.
        OSError: if the disk refuses.
    """
    if wanted == "sqlite":
        from tiktok_async.jobs.sinks.sqlite import SQLiteSink

        return SQLiteSink(path)
    if wanted == "duckdb":
        from tiktok_async.jobs.sinks.duckdb import DuckDBSink

        return DuckDBSink(path)
    from tiktok_async.jobs.sinks import files

    return {
        "jsonl": files.LinesSink,
        "jsonl.zst": files.ZstdSink,
        "csv": files.CSVSink,
        "parquet": files.ParquetSink,
    }[wanted](path)
