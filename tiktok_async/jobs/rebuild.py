"""The parts made again from the answers that a job kept, without a call. Everything blocks."""

from __future__ import annotations

import hashlib
import os
import time
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, InputError
from tiktok_async.io.durable import make_private, sync_folder, working_name
from tiktok_async.io.lock import at_once
from tiktok_async.jobs.checkpoint import Identity, Mark, newest
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.pages import lines_as_they_came, with_lines
from tiktok_async.jobs.part_lines import plan_of
from tiktok_async.jobs.parts import lines_of
from tiktok_async.jobs.rounds import known_rows
from tiktok_async.jobs.sinks.placing import on_disk
from tiktok_async.jobs.units import units_of
from tiktok_async.sansio.endpoint import PagedEndpoint
from tiktok_async.sansio.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tiktok_async.jobs.plan import Item, ShardPlan
    from tiktok_async.jobs.raw import RawRecord
    from tiktok_async.jobs.spec import Spec, Stage
    from tiktok_async.jobs.units import Unit

_OTHER: Final = "The answers are not those that the part was made of: restore them from a copy."


@attrs.frozen(kw_only=True)
class Rebuilt:
    """One part that was made again."""

    path: Path
    rows: int
    size: int
    sha256: str
    same: bool
    """Whether the part that stood there was the same already."""


def rebuild(directory: str | os.PathLike[str], into: Path | None = None) -> tuple[Rebuilt, ...]:
    """Make the parts of a job again from its answers; none is asked for anew.

    Args:
        directory: The job's.
        into: Another directory for the parts; None = in place of those that are damaged or missing.

    Returns:
        One for each shard that was begun with answers kept, in order.

    Raises:
        InputError: if another process runs the job, or it kept no answers.
        CheckpointMismatchError: if the answers are damaged, or are not those of the parts.
        MissingExtraError: if zstandard is not there.
        DiskError: if the disk refuses.
    """
    from tiktok_async.jobs.toml import load_spec

    layout = Layout(directory)
    spec = load_spec(layout.spec, here=False)
    target = layout if into is None else Layout(into)
    with at_once(layout.lock) as alone:
        if not alone:
            raise InputError(f"Another process runs the job in {layout.root}: wait for it.")
        if not any((layout.root / "raw").rglob("*.zst")):
            raise InputError(f"{layout.root} kept no answers: raw = true under [run] keeps them.")
        return tuple(_all(layout, spec, target))


def _all(layout: Layout, spec: Spec, target: Layout) -> Iterator[Rebuilt]:
    for stage in spec.stages:
        for plan in plan_of(layout, stage.name):
            found = newest(layout, Identity(spec.fingerprint, stage.name, plan.id))
            # One without rows may have had no answer: whatever it asked for is missing.
            if found is not None and (found[1].raw_size or not found[1].size):
                yield _rebuilt(layout, stage, plan, found[1], target)


def _rebuilt(layout: Layout, stage: Stage, plan: ShardPlan, mark: Mark, target: Layout) -> Rebuilt:
    path = target.part(stage.name, plan.id)
    working = working_name(path)
    with on_disk(path):
        make_private(path.parent)
        try:
            with working.open("xb+") as file:
                rows = _written(file, layout, stage, plan, mark, target)
                digest = _digest(file)
                size = file.tell()
                _check(path, mark, size, digest)
                os.fsync(file.fileno())
            same = _is(path, digest, size)
            if not same:
                working.replace(path)
                sync_folder(path)
        finally:
            working.unlink(missing_ok=True)
    return Rebuilt(path=path, rows=rows, size=size, sha256=digest, same=same)


def _check(path: Path, mark: Mark, size: int, digest: str) -> None:
    if size != mark.size or mark.sha256 not in {None, digest}:
        raise CheckpointMismatchError(f"{path} cannot be made again.", hint=_OTHER)


def _is(path: Path, digest: str, size: int) -> bool:
    """Tell whether a part holds the same bytes, as far as they count."""
    if not path.exists() or path.stat().st_size < size:
        return False
    with path.open("rb") as part:
        return _digest(part, size) == digest


def _digest(file: IO[bytes], size: int | None = None) -> str:
    """Return the digest of a file's first bytes; it stands behind them then."""
    file.seek(0)
    digest, left = hashlib.sha256(), os.fstat(file.fileno()).st_size if size is None else size
    while left and (chunk := file.read(min(left, 2**20))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def _earlier(layout: Layout, target: Layout, stage: Stage, plan: ShardPlan) -> Layout:
    """Return where the parts are that an update was compared with: those made again, if all are."""
    again = all(target.part(stage.name, shard).exists() for shard in plan.known)
    return target if again else layout


def _written(  # noqa: PLR0917  # where it is read, and where it goes
    file: IO[bytes], layout: Layout, stage: Stage, plan: ShardPlan, mark: Mark, target: Layout
) -> int:
    """Write the rows of a shard to an empty file; return how many there are."""
    from tiktok_async.jobs.raw import read_raw

    earlier = _earlier(layout, target, stage, plan)
    making = _Making(file, stage, plan, known_rows(earlier, stage, plan))
    for record in read_raw(layout.raw(stage.name, plan.id), mark.raw_size):
        making.take(record)
    return making.rows


class _Making:
    """A part that is being made of records."""

    def __init__(
        self,
        file: IO[bytes],
        stage: Stage,
        plan: ShardPlan,
        known: Mapping[Item, list[Hashable]],
    ) -> None:
        self._file = file
        self._known = known
        self._units = units_of(stage, plan)
        self._limit = stage.limit if stage.span is None else None
        self._updates = bool(plan.known)
        self._looked = 0
        self._place: tuple[int, int] | None = None
        self._unit: Unit | None = None
        self._seen: set[Hashable] = set()
        self._base = self._base_rows = 0
        self.rows: int = 0

    def take(self, record: RawRecord) -> None:
        """Take a record in.

        Raises:
            CheckpointMismatchError: if it is about nothing in the shard.
        """
        if record.status is None:
            self._file.seek(self._base)
            self._file.truncate()
            self.rows, self._place = self._base_rows, None
            return
        if (record.done, record.count) != self._place:
            self._begin(record)
        if self._unit is not None and self._unit.part is not None:
            self._write(self._unit, _data(self._unit, record), record.body)

    def _begin(self, record: RawRecord) -> None:
        self._unit = self._units.next(record.done, record.count, time.time())
        if self._unit is None or self._unit.part is None:
            msg = f"An answer is about {record.unit}, which is not in the shard."
            raise CheckpointMismatchError(msg, hint=_OTHER)
        self._place = record.done, record.count
        self._seen = set(self._known.get(self._unit.item, ()))
        self._looked = 0
        self._base, self._base_rows = self._file.tell(), self.rows

    def _write(self, unit: Unit, data: Any, body: bytes) -> None:
        rows = self._fresh(unit, data, body)
        if self._limit is not None:
            rows = rows[: self._limit - (self.rows - self._base_rows)]
        self._file.write(lines_of(rows, unit.extra))
        self.rows += len(rows)

    def _first(self, rows: Sequence[bytes]) -> Sequence[bytes]:
        """Return the rows that count: the limit of an update holds for those that are known too."""
        if self._limit is None or not self._updates:
            return rows
        room = max(0, self._limit - self._looked)
        self._looked += len(rows)
        return rows[:room]

    def _fresh(self, unit: Unit, data: Any, body: bytes) -> list[bytes]:
        """Return the rows of an answer that are new and belong to the unit."""
        part: Any = unit.part
        request = part.first
        if not isinstance(request, PagedEndpoint):
            return [convert.dumps(data)]
        rows = self._first(lines_as_they_came(request, data, body))
        models = convert.decode_list(request.result, request.rule.rows(data))
        found = []
        for row, model in zip(rows, models[: len(rows)], strict=True):
            key = request.rule.key(model)
            if key is not None and key in self._seen:
                continue
            self._seen.add(key)
            if part.holds is None or part.holds(model):
                found.append(row)
        return found


def _data(unit: Unit, record: RawRecord) -> Any:
    """Return what an answer holds, as the API's dialect has it."""
    part: Any = unit.part
    answer = Answer(record.status or 0, {}, record.body)
    return with_lines(part.first.api).dialect(part.first, answer).data
