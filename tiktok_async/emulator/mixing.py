"""Arithmetic that turns numbers into other numbers, the same on every machine.

The world keeps nothing: whatever it shows is computed from an index by these functions. They are
integer arithmetic only (splitmix64, affine permutations), so neither the process, the platform nor
the Python version changes a byte.
"""

from __future__ import annotations

import hashlib
import math
from typing import Final

import attrs

MASK: Final = (1 << 64) - 1


def mix(value: int) -> int:
    """Return 64 well mixed bits of an integer (splitmix64, Steele, Lea and Flood 2014)."""
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def salt(seed: int, *names: object) -> int:
    """Return the 64 bits that stand for a seed and a purpose."""
    text = ":".join(map(str, (seed, *names)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def token_text(seed: int, *names: object) -> str:
    """Return 40 hex digits that stand for a seed and a purpose."""
    text = ":".join(map(str, (seed, *names)))
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


@attrs.frozen
class Permutation:
    """A bijection of `range(size)` onto itself, computable both ways."""

    size: int
    step: int
    """Factor of `forward`, without a common divisor with `size`."""
    shift: int
    inverse: int

    @classmethod
    def seeded(cls, size: int, bits: int) -> Permutation:
        """Build the permutation that 64 bits stand for.

        Neighbours in its image lie about 0.618 of the size apart, so a run of images is spread
        evenly over the whole range.

        Args:
            size: How many numbers are permuted; at least 1.
            bits: Any 64 bits.
        """
        inverse = max(1, size * 618 // 1000 + bits % max(1, size // 100))
        while math.gcd(inverse, size) != 1:
            inverse += 1
        inverse %= size
        return cls(size, pow(inverse, -1, size), (bits >> 20) % size, inverse)

    def forward(self, index: int) -> int:
        """Return where an index goes."""
        return (index * self.step + self.shift) % self.size

    def backward(self, image: int) -> int:
        """Return the index that goes to an image."""
        return (image - self.shift) * self.inverse % self.size
