"""Whether one shard is as it was collected: checkpoint, part, each of its rows, and answers."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, DecodeError, MissingExtraError
from tiktok_async.jobs.checkpoint import SLOTS, Identity, decode
from tiktok_async.jobs.column import asked_column
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.part_lines import parsed
from tiktok_async.jobs.rounds import known_rows
from tiktok_async.sansio.endpoint import PagedEndpoint

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from pathlib import Path

    from tiktok_async.jobs.checkpoint import Mark
    from tiktok_async.jobs.layout import Layout
    from tiktok_async.jobs.plan import Item, ShardPlan
    from tiktok_async.jobs.spec import Spec, Stage
    from tiktok_async.models import Model

_PORTION: Final = 2**20
_HARMLESS: Final = "Nothing is lost: the other generation counts."


class Find(Protocol):
    """Takes a finding."""

    def __call__(self, what: str, path: Path, message: str, advice: str) -> None:
        """Take what is wrong, in which file, in words, and what to do."""


class ShardCheck:
    """One look at a shard.

    Args:
        layout: The job's directory.
        spec: The job.
        stage: The stage.
        plan: The shard.
        find: Takes what is wrong.
    """

    def __init__(
        self, layout: Layout, spec: Spec, stage: Stage, plan: ShardPlan, find: Find
    ) -> None:
        self._layout = layout
        self._identity = Identity(spec.fingerprint, stage.name, plan.id)
        self._path = layout.part(stage.name, plan.id)
        self._raw = layout.raw(stage.name, plan.id)
        self._rows = RowCheck(stage, plan, _known(layout, stage, plan))
        self._find = find
        self.rows: int = 0
        """Rows that were looked at."""
        self.size: int = 0
        """Bytes of them."""

    def all(self) -> Mark | None:
        """Look at everything; return how it stands, None where nobody knows."""
        mark = self._checkpoint()
        size = self._path.stat().st_size if self._path.is_file() else None
        if mark is None:
            if size:
                message = f"It has {size} bytes, and no checkpoint says how many count."
                self._find("checkpoint", self._path, message, self._again)
            return None
        if size is None:
            if mark.size or mark.status == "complete":
                self._find("part", self._path, "It is missing.", self._again)
            return mark
        self._part(mark, size)
        self._answers(mark)
        return mark

    @property
    def _again(self) -> str:
        """How to collect the shard again."""
        stage, shard = self._identity.stage, self._identity.shard
        files = f"parts/{stage}/{shard}.jsonl and checkpoint/{stage}/{shard}.*.json"
        kept = "Make it again of its answers with `jobs rebuild`, or restore"
        first = kept if self._raw.exists() else "Restore"
        return f"{first} it from a copy, or delete {files} and run the job again."

    def _checkpoint(self) -> Mark | None:
        found: list[tuple[int, Mark]] = []
        torn: list[Path] = []
        for slot in SLOTS:
            path = self._layout.checkpoint(self._identity.stage, self._identity.shard, slot)
            try:
                generation = decode(path.read_bytes(), self._identity) if path.is_file() else None
            except CheckpointMismatchError as error:
                self._find("checkpoint", path, error.message, self._again)
                continue
            if generation is None:
                torn.append(path)
            else:
                found.append(generation)
        mark = max(found, key=lambda one: one[0])[1] if found else None
        # A shard under way may have one that a crash tore, or none yet.
        if mark is not None and mark.status == "complete":
            for path in torn:
                self._find("checkpoint", path, "It is damaged or missing.", _HARMLESS)
        return mark

    def _part(self, mark: Mark, size: int) -> None:
        if size < mark.size:
            message = f"It was cut: it has {size} bytes, and {mark.size} were collected."
            self._find("part", self._path, message, self._again)
        elif size > mark.size and mark.status == "complete":
            message = f"It has {size} bytes, and {mark.size} were collected."
            self._find("part", self._path, message, self._again)
        digest = self._read(min(size, mark.size))
        if mark.sha256 != digest and (mark.sha256 is not None or mark.status == "complete"):
            message = "It was changed: its digest is not that of what was collected."
            self._find("part", self._path, message, self._again)
        if self.rows != mark.rows:
            message = f"It has {self.rows} rows, and {mark.rows} were collected."
            self._find("part", self._path, message, self._again)
        for message in self._rows.complaints():
            self._find("row", self._path, message, self._again)

    def _read(self, size: int) -> str:
        digest, left = hashlib.sha256(), size
        with self._path.open("rb") as part:
            while left > 0:
                lines = part.readlines(min(_PORTION, left))
                lines = _within(lines, left)
                if not lines:
                    break
                content = b"".join(lines)
                digest.update(content)
                left -= len(content)
                self.size += len(content)
                self._rows.take(lines, self.rows)
                self.rows += len(lines)
        return digest.hexdigest()

    def _answers(self, mark: Mark) -> None:
        if not mark.raw_size:
            return
        advice = f"Restore it from a copy; the rows are not touched by it, see {self._path.name}."
        try:
            from tiktok_async.jobs.raw import read_raw

            for _ in read_raw(self._raw, mark.raw_size):
                pass
        except (CheckpointMismatchError, MissingExtraError) as error:
            self._find("raw", self._raw, error.message, advice)


def _within(lines: list[bytes], size: int) -> list[bytes]:
    """Return the lines that begin within so many bytes; the last of them cut there."""
    total = sum(map(len, lines))
    while lines and total - len(lines[-1]) >= size:
        total -= len(lines.pop())
    if total > size:
        lines[-1] = lines[-1][: len(lines[-1]) - (total - size)]
    return lines


class RowCheck:
    """Whether rows are what a shard asked for, each once.

    Args:
        stage: The stage.
        plan: The shard.
        known: What tells apart the rows that came before an update, by item.
    """

    def __init__(
        self, stage: Stage, plan: ShardPlan, known: Mapping[Item, Sequence[Hashable]]
    ) -> None:
        kind = kind_of(stage.collect)
        endpoint: Any = kind.endpoint
        self._model: type[Model] = kind.model
        self._key = endpoint.rule.key if issubclass(kind.endpoint, PagedEndpoint) else None
        self._asked = None if kind.key is None else asked_column(kind)
        self._items = frozenset(plan.items)
        self._span = _seconds(plan)
        self._seen: set[Hashable] = {(item, key) for item, keys in known.items() for key in keys}
        self._wrong: dict[str, list[int]] = {}

    def take(self, lines: list[bytes], before: int) -> None:
        """Look at rows.

        Args:
            lines: One each.
            before: How many rows stand in front of them.
        """
        for number, (line, found) in enumerate(zip(lines, self._read(lines), strict=True), 1):
            complaint = "can not be read as a row" if found is None else self._complaint(*found)
            if complaint is None and not line.endswith(b"\n"):
                complaint = "has no end"
            if complaint is not None:
                self._wrong.setdefault(complaint, []).append(before + number)

    def _read(self, lines: list[bytes]) -> Sequence[tuple[Any, Any] | None]:
        """Return each row and its model; None for what is no row."""
        try:
            rows = parsed(lines)
            return list(zip(rows, convert.decode_list(self._model, rows), strict=True))
        except DecodeError:
            return [self._read_one(line) for line in lines]

    def _read_one(self, line: bytes) -> tuple[Any, Any] | None:
        try:
            row = convert.loads(line)
            return row, convert.decode(self._model, row)
        except DecodeError:
            return None

    def complaints(self) -> list[str]:
        """Return what is wrong, with the lines."""
        return [f"{_lines(numbers)} {what}." for what, numbers in self._wrong.items()]

    def _complaint(self, row: Any, model: Any) -> str | None:
        asked = None if self._asked is None else row.get(self._asked)
        if self._asked is not None and asked not in self._items:
            return "is about nothing that was asked for"
        created = getattr(model, "create_time", None)
        if self._span is not None and created is not None and created not in self._span:
            return "is of another day than was asked for"
        return self._repeated(model, asked)

    def _repeated(self, model: Any, asked: Any) -> str | None:
        key = None if self._key is None else self._key(model)
        if key is None:
            return None
        if (asked, key) in self._seen:
            return "was there before"
        self._seen.add((asked, key))
        return None


def _known(layout: Layout, stage: Stage, plan: ShardPlan) -> Mapping[Item, Sequence[Hashable]]:
    if not plan.known:
        return {}
    try:
        return known_rows(layout, stage, plan)
    except (DecodeError, OSError):
        return {}  # the part that is damaged has a finding of its own


def _seconds(plan: ShardPlan) -> range | None:
    """Return the Unix seconds of a shard of days."""
    if plan.first is None or plan.last is None:
        return None
    ends = (plan.first, plan.last + timedelta(days=1))
    first, stop = (int(datetime.combine(day, time(), UTC).timestamp()) for day in ends)
    return range(first, stop)


def _lines(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:3]))
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return f"{'Lines' if len(numbers) > 1 else 'Line'} {shown}{more}"
