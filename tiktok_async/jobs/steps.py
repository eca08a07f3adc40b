"""Writing in steps: what has to be on the disk before it goes on is asked for, not done.

Rules: some writing is a generator. It yields the descriptor of each file that must be durable
before its next step, and whoever does it flushes that file, or raises in it what the disk said. So
the writing of many shards can go side by side in one thread, and their flushes follow each other:
a disk that has flushed one file has little left to do for the next.
"""

from __future__ import annotations

import collections
import os
from collections.abc import Generator
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Steps: TypeAlias = Generator[int, None, None]
"""Some writing; yields the descriptor of each file that has to be durable before it goes on."""

sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
"""Makes what was written to a file durable, its length included."""


class Work:
    """Some writing on its way.

    Args:
        steps: What to do.
    """

    def __init__(self, steps: Steps) -> None:
        self._steps: Final = steps
        self._refusal: Exception | None = None
        self.error: BaseException | None = None
        """What ended it before its end."""

    def go_on(self) -> int | None:
        """Go on to the next file that has to be durable; return None at the end. Blocks."""
        refusal, self._refusal = self._refusal, None
        try:
            return next(self._steps) if refusal is None else self._steps.throw(refusal)
        except StopIteration:
            return None
        except BaseException as error:  # noqa: BLE001  # it is raised where the work is waited for
            self.error = error
            return None

    def flush(self, file: int) -> None:
        """Make a file durable that `go_on` returned; what the disk says is for the next step."""
        try:
            sync(file)
        except Exception as error:  # noqa: BLE001  # the step decides what it means
            self._refusal = error


W = TypeVar("W", bound=Work)


def together(works: Iterable[W]) -> Iterator[W]:
    """Do several works side by side, each to its end or its error, and yield each then. Blocks."""
    waiting = [(work, work.go_on()) for work in works]
    while waiting:
        left: list[tuple[W, int | None]] = []
        for work, file in waiting:
            if file is not None:
                work.flush(file)
                left.append((work, work.go_on()))
            if file is None or left[-1][1] is None:
                yield work
        waiting = [one for one in left if one[1] is not None]


def at_once(steps: Steps) -> None:
    """Do some writing by itself. Blocks.

    Raises:
        Exception: what the writing raises.
    """
    work = Work(steps)
    collections.deque(together((work,)), maxlen=0)
    if work.error is not None:
        raise work.error
