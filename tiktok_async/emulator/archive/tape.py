"""Bytes of any length that are never held: blocks, each repeated so many times.

A tape is read from any place on, in pieces that cost no more than a slice. Its CRC-32 is computed
from those of its blocks, without going through the repetitions.
"""

from __future__ import annotations

import hashlib
import zlib
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PIECE: Final = 256 * 1024
_POLYNOMIAL: Final = 0xEDB88320
"""CRC-32 of zip, lowest bit first."""
_ONE: Final = 1 << 31


@attrs.frozen
class Run:
    """A block and how often it comes."""

    block: bytes = attrs.field(repr=False)
    count: int = 1

    @property
    def size(self) -> int:
        """Bytes of all repetitions."""
        return len(self.block) * self.count

    def crc(self) -> int:
        """Return the CRC-32 of all repetitions."""
        total, size = 0, 0
        power, length = zlib.crc32(self.block), len(self.block)
        count = self.count
        while count:
            if count & 1:
                total, size = joined_crc(total, power, length), size + length
            power, length = joined_crc(power, power, length), length * 2
            count >>= 1
        return total


def _filled(runs: Iterable[Run]) -> tuple[Run, ...]:
    return tuple(run for run in runs if run.size)


@attrs.frozen
class Tape:
    """Runs, one behind the other; empty ones are left out."""

    runs: tuple[Run, ...] = attrs.field(default=(), converter=_filled)
    size: int = attrs.field(init=False)
    _ends: tuple[int, ...] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        ends = tuple(accumulate(run.size for run in self.runs))
        object.__setattr__(self, "_ends", ends)
        object.__setattr__(self, "size", ends[-1] if ends else 0)

    def __add__(self, other: Tape) -> Tape:
        return Tape(self.runs + other.runs)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[memoryview]:
        """Yield the bytes from one place to before another, in pieces."""
        stop = self.size if stop is None else min(stop, self.size)
        for run, end in zip(self.runs, self._ends, strict=True):
            first = end - run.size
            if first < stop and start < end:
                yield from _pieces(run, max(start, first) - first, min(stop, end) - first)

    def cut(self, start: int, stop: int | None = None) -> Tape:
        """Return the bytes from one place to before another, as a tape."""
        stop = self.size if stop is None else min(stop, self.size)
        found: list[Run] = []
        for run, end in zip(self.runs, self._ends, strict=True):
            first = end - run.size
            if first < stop and start < end:
                found += _part(run, max(start, first) - first, min(stop, end) - first)
        return Tape(found)

    def crc(self) -> int:
        """Return the CRC-32 of all bytes."""
        total = 0
        for run in self.runs:
            total = joined_crc(total, run.crc(), run.size)
        return total

    def sha256(self) -> str:
        """Return the SHA-256 of all bytes in hexadecimal; it reads them all."""
        found = hashlib.sha256()
        for piece in self.read():
            found.update(piece)
        return found.hexdigest()


def tape(*blocks: bytes) -> Tape:
    """Return a tape of blocks that come once."""
    return Tape(map(Run, blocks))


def _pieces(run: Run, start: int, stop: int) -> Iterator[memoryview]:
    view, length = memoryview(run.block), len(run.block)
    while start < stop:
        offset = start % length
        end = min(offset + _PIECE, length, offset + stop - start)
        yield view[offset:end]
        start += end - offset


def _part(run: Run, start: int, stop: int) -> list[Run]:
    """Return the bytes of a run from one place to before another."""
    length = len(run.block)
    (first, lead), (last, rest) = divmod(start, length), divmod(stop, length)
    if first == last:
        return [Run(run.block[lead:rest])]
    whole = first + (lead > 0)
    lead_in = Run(run.block[lead:], int(lead > 0))
    return [lead_in, Run(run.block, last - whole), Run(run.block[:rest])]


def joined_crc(first: int, second: int, length: int) -> int:
    """Return the CRC-32 of two texts from theirs and the length of the second.

    Source: zlib's crc32_combine: appending n bytes multiplies by x to the power of 8n.
    """
    return _times(_power_of_x(8 * length), first) ^ second


def _power_of_x(exponent: int) -> int:
    result, square = _ONE, _ONE >> 1
    while exponent:
        if exponent & 1:
            result = _times(square, result)
        square = _times(square, square)
        exponent >>= 1
    return result


def _times(a: int, b: int) -> int:
    """Return the product of two polynomials modulo that of the CRC."""
    product = 0
    for bit in range(31, -1, -1):
        if a >> bit & 1:
            product ^= b
        b = b >> 1 ^ _POLYNOMIAL if b & 1 else b >> 1
    return product
