"""What the files of a dataset hold: the shards of a plan, and the rows of a part as lines."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.convert import loads
from tiktok_async.errors import CheckpointMismatchError, DecodeError
from tiktok_async.jobs.plan import ShardPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tiktok_async.jobs.layout import Layout

PORTION: Final = 2**20
"""Bytes of a portion, about; its last line is always whole."""
_DAMAGED: Final = "See what else is damaged: tiktok-async jobs verify."


def plan_of(layout: Layout, stage: str) -> tuple[ShardPlan, ...]:
    """Return the shards of a stage in order; none before it is planned.

    Raises:
        CheckpointMismatchError: if the plan is damaged.
    """
    try:
        with layout.plan(stage).open("rb") as lines:
            return tuple(sorted((ShardPlan.read(line) for line in lines), key=lambda one: one.id))
    except FileNotFoundError:
        return ()


def unchanged(path: Path, size: int, sha256: str | None) -> Iterator[list[bytes]]:
    """Yield the lines of a part as `portions` does, and look whether they were changed.

    Args:
        path: The part.
        size: Bytes of it that count.
        sha256: Their digest; None = nobody knows.

    Raises:
        CheckpointMismatchError: as `portions`; or behind the last line, if the digest is another.
        OSError: if it cannot be read.
    """
    digest = hashlib.sha256()
    for lines in portions(path, size):
        if sha256 is not None:
            digest.update(b"".join(lines))
        yield lines
    if sha256 not in {None, digest.hexdigest()}:
        said = f"{path} was changed: its digest is not that of what was collected."
        raise CheckpointMismatchError(said, hint=_DAMAGED)


def portions(path: Path, size: int, start: int = 0) -> Iterator[list[bytes]]:
    """Yield the lines of a part, with their ends.

    Args:
        path: The part.
        size: Bytes of it that count.
        start: Bytes of them to pass over: whole lines.

    Raises:
        CheckpointMismatchError: if there are fewer, or they end within a line.
        OSError: if it cannot be read.
    """
    left = size - start
    if left <= 0:
        return
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise CheckpointMismatchError(f"{path} is missing.", hint=_DAMAGED) from None
    with file:
        file.seek(start)
        while left > 0:
            lines = file.readlines(min(PORTION, left))
            found = sum(map(len, lines))
            while found > left:  # a line or two more than was asked for
                found -= len(lines.pop())
            if not lines or not lines[-1].endswith(b"\n"):
                said = f"{path} does not end where its checkpoint says, at byte {size}."
                raise CheckpointMismatchError(said, hint=_DAMAGED)
            left -= found
            yield lines


def parsed(lines: Sequence[bytes]) -> list[Any]:
    """Return the values of lines of JSON.

    Raises:
        DecodeError: if one is none; the message has its number, from 1.
    """
    try:
        values: list[Any] = loads(b"[" + b",".join(lines) + b"]")
    except DecodeError:
        return [_one(number, line) for number, line in enumerate(lines, 1)]
    return values if len(values) == len(lines) else [_one(n, one) for n, one in enumerate(lines, 1)]


def _one(number: int, line: bytes) -> Any:
    try:
        return loads(line)
    except DecodeError as error:
        raise DecodeError(f"Line {number}: {error.message}", hint=_DAMAGED) from None
