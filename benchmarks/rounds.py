"""Rounds in which contenders take turns: how far they lie apart, and what the core may not see."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from unittest import mock

from tiktok_async import convert

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

EXTRAS: Final = ("msgspec", "aiohttp")
"""Packages of the extra `fast`; the core is without."""


def spread(rounds: Collection[float]) -> float | None:
    """Return the least round as a part of the greatest: 1 = all alike; None = there was but one."""
    return min(rounds) / max(rounds) if len(rounds) > 1 else None


@contextmanager
def core_only(*, hidden: bool = True) -> Iterator[None]:
    """Decode as where msgspec is not installed: `convert` is what looks for it."""
    if not hidden:
        yield
        return
    with mock.patch.object(convert, "msgspec", None):
        yield
