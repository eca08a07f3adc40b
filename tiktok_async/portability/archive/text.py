"""The text files of an export: blocks of `Key: value` lines, with blank lines between them.

A value may hold colons, so the first one counts; and lines and paragraphs, so that a line below a
pair, or a block without pairs, goes on with the value before it. A line above the pairs of a block
is a heading, and holds until the next one. Before the first pair of a file a block is its title,
or says that there is nothing, in whatever language.
"""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Final

import attrs

from tiktok_async.errors import ArchiveError, DamagedArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LINE_MAX: Final = 2**20
"""Characters; a message has a few thousand at most."""
_BLOCK_MAX: Final = 2**24
_KEY_MAX: Final = 100
"""Characters of a key."""


@attrs.frozen
class Record:
    """One block."""

    heading: str
    """What stands above it, without the colon; empty = nothing."""
    pairs: dict[str, str]


def records(file: IO[bytes], heads: Callable[[str], bool]) -> Iterator[Record]:
    """Yield the blocks; those that are a heading alone have no pairs.

    Args:
        file: Where the text comes from, in UTF-8.
        heads: Tells whether a line is a heading, though it looks like a key without a value, or
            stands in a block by itself.

    Raises:
        ArchiveError: if it is no such text.
    """
    heading = ""
    last: Record | None = None
    for block in _blocks(file):
        begin = _begin(block, heads)
        if begin == len(block) and not heads(block[0]):
            _go_on(last, block)
            continue
        if begin:
            heading = "\n".join(block[:begin]).strip().rstrip(":")
        if last is not None:
            yield last
        last = Record(heading, _pairs(block[begin:]))
    if last is not None:
        yield last


def lines(file: IO[bytes]) -> Iterator[str]:
    """Yield the lines of a text in UTF-8.

    Raises:
        ArchiveError: if it is none.
    """
    with io.TextIOWrapper(file, encoding="utf-8-sig") as text:
        while line := _line(text):
            if len(line) >= _LINE_MAX:
                raise ArchiveError(
                    "A text file of the export has a line without end.", kind="refused"
                )
            yield line.rstrip("\n")


def value_of(line: str) -> str:
    """Return the value of a pair; of any other line, the line."""
    pair = _pair(line)
    return line.strip() if pair is None else pair[1]


def _begin(block: list[str], heads: Callable[[str], bool]) -> int:
    """Return how many lines of a block stand above its first pair."""
    for number, line in enumerate(block):
        pair = _pair(line)
        if pair is not None and (pair[1] or number or not heads(line)):
            return number
    return len(block)


def _go_on(last: Record | None, block: list[str]) -> None:
    """Add a paragraph to the last value."""
    if last is not None and last.pairs:
        key = next(reversed(last.pairs))
        last.pairs[key] = "\n".join((last.pairs[key], "", *block))


def _pairs(block: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    key = ""
    for line in block:
        pair = _pair(line)
        if pair is not None and pair[0] not in pairs:
            key = pair[0]
            pairs[key] = pair[1]
        else:
            pairs[key] += f"\n{line}"
    return pairs


def _pair(line: str) -> tuple[str, str] | None:
    key, colon, value = line.partition(":")
    key, value = key.strip(), value.lstrip(":")  # one key of the exports ends in two colons
    if not colon or not 0 < len(key) <= _KEY_MAX or value[:1] not in ("", " "):
        return None
    return key, value.strip()


def _blocks(file: IO[bytes]) -> Iterator[list[str]]:
    block: list[str] = []
    size = 0
    for line in lines(file):
        size += len(line)
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block, size = [], 0
        if size > _BLOCK_MAX:
            raise ArchiveError("A text file of the export has a block without end.", kind="refused")
    if block:
        yield block


def _line(text: io.TextIOWrapper) -> str:
    try:
        return text.readline(_LINE_MAX)
    except UnicodeDecodeError:
        pass  # the error holds the text: none leaves here
    raise DamagedArchiveError("A text file of the export is no UTF-8.", kind="damaged")
