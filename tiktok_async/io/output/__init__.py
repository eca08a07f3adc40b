"""Where rows go: a file by its extension, or standard output.

======== ============================== ==========================================================
Ending   Ids and other integers         Lists, objects, absent values
======== ============================== ==========================================================
.jsonl   JSON integers, exact           JSON as the wire has it; an absent key is not written
.csv     digits, exact                  JSON text; an absent value is an empty cell
.parquet ids as text of their digits,   lists and structs by the model's types; an absent value is
         other integers as int64        null
======== ============================== ==========================================================

Ids are text in Parquet because a column of integers with gaps is read as floating point by common
tools, which damages ids of 19 digits without a word; and because ids may exceed 64 bits.

CSV and Parquet have the columns of the model, in its order, and a last one, `extra`: JSON text with
the keys that have no column and the values that do not fit theirs.

A file under its final name is whole, unless `<name>.state.json` stands beside it: then it holds
the rows that were had, and the state says where to go on.
"""

from tiktok_async.io.output.columns import EXTRA, Column, columns_of
from tiktok_async.io.output.saved import Saved, state_path
from tiktok_async.io.output.target import (
    ENDINGS,
    Output,
    OutputFile,
    StandardOutput,
    format_of,
)

__all__ = [
    "ENDINGS",
    "EXTRA",
    "Column",
    "Output",
    "OutputFile",
    "Saved",
    "StandardOutput",
    "columns_of",
    "format_of",
    "state_path",
]
