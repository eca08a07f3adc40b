"""Where a dataset goes: one file of rows in each of the formats.

============ =========================== ===========================================================
Ending       Ids and other integers      Rows
============ =========================== ===========================================================
.jsonl       JSON integers, exact        as they came, byte for byte
.jsonl.zst   JSON integers, exact        the same, compressed
.csv         digits, exact               a column each; lists and objects are JSON text
.parquet     ids as text, others int64   a column each; lists and structs by the model's types
.sqlite      ids as text, others INTEGER a table for each stage; lists and objects are JSON text
.duckdb      ids as text, others BIGINT  a table for each stage; lists and structs as in Parquet
============ =========================== ===========================================================

The formats with columns have those of the model, then the item a row was asked for where there is
one, such as `of_username`, and last `extra`: JSON text with the keys that have no column and the
values that do not fit theirs, such as an integer beyond 64 bits that is no id. A field has one
column, under whichever of its names it came. SQLite and DuckDB have a column `position` in front,
which counts the rows from 1 in the order of the dataset; SQLite has an index on `id` besides.

Each file is written under a hidden name beside its own and takes its name when it is whole and on
the disk; whatever ends the writing before leaves nothing. The same rows make the same bytes of
JSON Lines, CSV and Parquet.
"""

from tiktok_async.jobs.sinks.formats import ENDINGS, format_of, make_sink
from tiktok_async.jobs.sinks.placing import placed
from tiktok_async.jobs.sinks.protocol import Batch, Sink, Table

__all__ = ["ENDINGS", "Batch", "Sink", "Table", "format_of", "make_sink", "placed"]
