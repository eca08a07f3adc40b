"""How far a pass over a file is; the pass runs in a thread."""

from __future__ import annotations

import time

from tiktok_async.cli.amounts import duration, size
from tiktok_async.cli.bar import Step


class Sifting:
    """Bytes done of bytes in all.

    Args:
        word: What is done to them, such as `checked`.
    """

    def __init__(self, word: str) -> None:
        self._word = word
        self._began = time.monotonic()
        self._done = 0
        self._total: int | None = None

    def receive(self, done: int, total: int | None) -> None:
        """Take note of how far it is; called in the thread."""
        self._done, self._total = done, total

    async def step(self) -> Step:
        """Return how far it is."""
        seconds = max(time.monotonic() - self._began, 0.001)
        rate, total = self._done / seconds, self._total
        amount = size(self._done) if total is None else f"{size(self._done)} of {size(total)}"
        parts = [f"{self._word} {amount}", f"{size(rate)}/s"]
        if total is not None and self._done:
            parts.append(f"about {duration((total - self._done) / rate)} to go")
        return Step(" · ".join(parts), self._done, total)
