"""What is gone of a dataset: marks beside its rows, which stay as they were collected.

A mark is a line of JSON: `id`, `gone`, which is true, and `checked_at`, when it was first seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tiktok_async import convert
from tiktok_async.errors import DecodeError, InputError
from tiktok_async.io.durable import make_private, write_durably
from tiktok_async.jobs.column import Column, asked_column, column_of
from tiktok_async.jobs.parts import disk_errors
from tiktok_async.research.models import Comment, Shop, User, Video

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tiktok_async.jobs.kinds import Kind

Id: TypeAlias = int | str
"""As the row has it."""


def marked_column(kind: Kind) -> Column | None:
    """Return where in a row the id of its mark is; None = it cannot be asked for again."""
    name = _name(kind)
    return None if name is None else column_of(kind, name)


def _name(kind: Kind) -> str | None:
    if kind.family == "research":
        if kind.model in {Video, Comment}:
            return "id"
        return asked_column(kind) if kind.model in {User, Shop} else None
    from tiktok_async.tikapi.models import Post, Profile

    if kind.model is Post and kind.paged:
        return "id"
    return asked_column(kind) if kind.model in {Post, Profile} and kind.key else None


def read_marks(path: Path) -> dict[Id, str]:
    """Return what is gone, and when that was first seen; nothing before the first look. Blocks.

    Raises:
        InputError: if the file holds something else.
        OSError: if it cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return {}
    try:
        return {row["id"]: str(row["checked_at"]) for row in map(convert.loads, lines)}
    except (DecodeError, KeyError, TypeError) as error:
        msg = f"{path} holds something else than marks: delete it and look again, by jobs recheck."
        raise InputError(msg) from error


def write_marks(path: Path, marks: Mapping[Id, str]) -> None:
    """Put the marks in their place, durably. Blocks.

    Raises:
        DiskError: if the disk refuses; those that stood there are whole then.
    """
    lines = ({"id": one, "gone": True, "checked_at": when} for one, when in marks.items())
    with disk_errors(path):
        make_private(path.parent)
        write_durably(path, b"".join(convert.dumps(line) + b"\n" for line in lines))
