"""The items that a stage asks about: each once, in order, as a stream.

Ids are exact: an integer becomes its digits, and a fraction is refused, because it is an id that
another program has damaged. What holds nothing is skipped and counted. Items that the user wrote
are tried on the endpoint before any call; those from rows are not, since nobody could correct them.
"""

from __future__ import annotations

import hashlib
import shlex
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, DecodeError, InputError, shown
from tiktok_async.jobs.column import column_of
from tiktok_async.jobs.documents import read_manifest
from tiktok_async.jobs.item_files import file_values, unit_of
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.nearest import nearest
from tiktok_async.jobs.spec import FromFile, FromJob, FromStage, Listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tiktok_async.jobs.column import Column
    from tiktok_async.jobs.kinds import Kind
    from tiktok_async.jobs.manifest import StageEntry
    from tiktok_async.jobs.spec import Spec, Stage

Place: TypeAlias = tuple[object, str, int]
"""Of a value: a file, what is counted in it, and the number."""
_DIGEST: Final = 14
"""Bytes that stand for an item: two different ones are taken for one once in 10^20 jobs."""


@attrs.define
class Tally:
    """What a source held besides the items."""

    taken: int = 0
    """Items."""
    blank: int = 0
    """Lines and rows that hold nothing there."""
    repeated: int = 0
    """Items that had come before."""


class _Seen:
    """Which items came: about 20 MiB for a million."""

    def __init__(self) -> None:
        self._buckets: dict[bytes, bytearray] = defaultdict(bytearray)

    def add(self, item: str) -> bool:
        """Take an item in; tell whether it is new."""
        text = item.encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(text, digest_size=_DIGEST).digest()
        bucket = self._buckets[digest[:2]]
        if digest[2:] in bucket:
            return False
        bucket += digest[2:]
        return True


def items_of(spec: Spec, stage: Stage, layout: Layout, tally: Tally | None = None) -> Iterator[str]:
    """Yield the items of a stage, each once, in the order of their source.

    Args:
        spec: The job.
        stage: One of its stages, with a source; an earlier one that it reads is complete.
        layout: The job's directory.
        tally: Counts what comes and what is passed over.

    Raises:
        InputError: if a source cannot be read, holds what is no item, or what the endpoint refuses;
            the message has the file and the line.
        MissingExtraError: if a file needs a package that is not installed.
    """
    tally = Tally() if tally is None else tally
    kind, seen = kind_of(stage.collect), _Seen()
    written = isinstance(stage.source, Listed | FromFile)
    for place, value in _values(spec, stage, layout):
        text = _text(place, value)
        if not text:
            tally.blank += 1
        elif not seen.add(text):
            tally.repeated += 1
        else:
            if written:
                _try(kind, place, text)
            tally.taken += 1
            yield text
    if written and not tally.taken:
        raise _empty(stage.source)


def check_file(source: FromFile) -> None:
    """Look at a file's beginning: whether it can be read, has the column, and holds anything.

    Raises:
        InputError: if not.
        MissingExtraError: if it needs a package that is not installed.
    """
    if not any(_text(place, value) for place, value in _file_values(source)):
        raise _empty(source)


def check_job(source: FromJob) -> None:
    """Look at another job: whether its stage is there, has the column, and is whole.

    Raises:
        InputError: if not.
    """
    column_of(_kind_in(source), source.column)


def _empty(source: Any) -> InputError:
    name = source.path if isinstance(source, FromFile) else "items"
    return InputError(f"{name} holds no items: write at least one.")


def _try(kind: Kind, place: Place, text: str) -> None:
    try:
        kind.check(text)
    except InputError as error:
        raise InputError(f"{_shown(place)}: {error}") from None


def _shown(place: Place) -> str:
    file, unit, number = place
    return f"{file}, {unit} {number}"


def _text(place: Place, value: Any) -> str:
    """Return an item as text; nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        why = "is a fraction; ids are exact only as text or whole numbers: write the file anew so"
    else:
        why = "is neither text nor a whole number: name a column that holds ids or names"
    raise InputError(f"{_shown(place)}: {shown(repr(value))} {why}")


def _values(spec: Spec, stage: Stage, layout: Layout) -> Iterator[tuple[Place, Any]]:
    match stage.source:
        case Listed(items=items):
            yield from ((("items", "number", n), item) for n, item in enumerate(items, 1))
        case FromFile():
            yield from _file_values(stage.source)
        case FromStage(stage=name, column=column):
            kind = kind_of(spec.stage(name).collect)
            yield from _stage_values(layout, name, column_of(kind, column))
        case FromJob(directory=directory, stage=name, column=column):
            kind = _kind_in(stage.source)
            yield from _stage_values(Layout(directory), name, column_of(kind, column))


def _file_values(source: FromFile) -> Iterator[tuple[Place, Any]]:
    unit = unit_of(source.path)
    return (((source.path, unit, number), value) for number, value in file_values(source))


def _stage_values(layout: Layout, stage: str, column: Column) -> Iterator[tuple[Place, Any]]:
    for path in sorted(layout.part(stage, "_").parent.glob("*.jsonl")):
        with path.open("rb") as part:
            for number, line in enumerate(part, 1):
                for value in column.values(_row(path, number, line)):
                    yield (path, "line", number), value


def _row(path: Path, number: int, line: bytes) -> Any:
    try:
        row = convert.loads(line)
    except DecodeError:
        row = None
    if not isinstance(row, dict):
        msg = f"{path}, line {number}: this is no row; see: tiktok-async jobs verify"
        raise InputError(msg)
    return row


def _kind_in(source: FromJob) -> Kind:
    """Return what the stage of another job collected, once it is sure that it is whole."""
    stages = {one.name: one for one in _stages(source.directory)}
    if source.stage not in stages:
        meant = nearest(source.stage, stages)
        msg = f"The job {source.directory} has no stage {shown(source.stage)}: {meant}"
        raise InputError(msg)
    found = stages[source.stage]
    if found.status != "complete":
        command = shlex.join(["tiktok-async", "jobs", "resume", str(source.directory)])
        msg = f"The stage {source.stage} of {source.directory} is not complete: first run {command}"
        raise InputError(msg)
    return kind_of(found.collect)


def _stages(directory: Path) -> tuple[StageEntry, ...]:
    try:
        manifest = read_manifest(Layout(directory))
    except CheckpointMismatchError as error:
        raise InputError(str(error)) from None
    except OSError as error:
        msg = f"{directory} cannot be read: {error.strerror or error}."
        raise InputError(msg) from None
    if manifest is None:
        msg = f"{directory} is no job: there is no manifest.json in it."
        raise InputError(msg)
    return manifest.stages
