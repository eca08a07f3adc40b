"""What a job is: a spec, as values. Reading one from TOML is `toml`'s business.

A spec is stages in order. A stage asks one endpoint about a span of days (the video query), or
about each item of a list: from a file, from a column of an earlier stage, or from another job.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date  # noqa: TC003  # attrs resolves the annotations
from pathlib import Path  # noqa: TC003
from typing import Any, Final, Literal, TypeAlias

import attrs

SPEC_VERSION: Final = 1

OnQuota: TypeAlias = Literal["stop", "wait"]
OnOutage: TypeAlias = Literal["stop", "wait"]
Format: TypeAlias = Literal["jsonl", "jsonl.zst", "csv", "parquet", "sqlite", "duckdb"]


@attrs.frozen
class Listed:
    """Items written in the spec itself."""

    items: tuple[str, ...]


@attrs.frozen
class FromFile:
    """Items in a file: one a line, or a column of CSV, JSONL or Parquet."""

    path: Path
    column: str | None = None
    """None = a text file with one item a line."""


@attrs.frozen
class FromStage:
    """Items in a column of an earlier stage's rows, each once, in the order of those rows."""

    stage: str
    column: str
    """Key of the wire row; a dot goes into an object, as in author.id."""


@attrs.frozen
class FromJob:
    """Items in a column of another job's rows."""

    directory: Path
    stage: str
    column: str


Source: TypeAlias = Listed | FromFile | FromStage | FromJob


@attrs.frozen
class Span:
    """Days in UTC, both inclusive."""

    start: date
    end: date | None
    """None = the day on which the job is planned; updates go on from there."""
    shard_days: int = 30
    """Days a shard, 1-30: what is fetched side by side, and has a part and a checkpoint."""


@attrs.frozen(kw_only=True)
class Stage:
    """One step of a job: an endpoint, and what to ask it about."""

    name: str
    """Names its folder: letters, digits, - and _."""
    collect: str
    """What is collected, such as research.videos; see `jobs.kinds`."""
    params: tuple[tuple[str, Any], ...] = ()
    """Parameters of the endpoint that hold for the whole stage, by name, sorted."""
    where: str | None = None
    """The filter of a video query, as text."""
    span: Span | None = None
    source: Source | None = None
    limit: int | None = None
    """Rows an item, at most; None = all."""
    items_per_shard: int | None = None
    """None = so many that there are about 200 shards, 250 at most."""


@attrs.frozen(kw_only=True)
class Output:
    """A file that is written when a stage is whole."""

    format: Format
    stages: tuple[str, ...] = ()
    """Empty = every stage."""


@attrs.frozen(kw_only=True)
class RunOptions:
    """How a job is run; none of it changes a byte of the parts, and none is part of the hash."""

    concurrency: int | None = None
    """Shards in flight; None = chosen from the limits."""
    on_quota: OnQuota = "stop"
    on_outage: OnOutage = "stop"
    sync_pages: int = 1
    """A checkpoint every so many pages; a crash costs at most so many again."""
    raw: bool = False
    """Whether every answer is kept, compressed."""
    profile: str | None = None


@attrs.frozen(kw_only=True)
class Spec:
    """A job."""

    name: str
    stages: tuple[Stage, ...]
    outputs: tuple[Output, ...] = ()
    run: RunOptions = attrs.field(factory=RunOptions)

    def stage(self, name: str) -> Stage:
        """Return the stage of that name."""
        return next(one for one in self.stages if one.name == name)

    @property
    def fingerprint(self) -> str:
        """What tells jobs apart: a SHA-256 of all that decides the bytes of the parts."""
        text = json.dumps(
            [SPEC_VERSION, [attrs.asdict(stage) for stage in self.stages]],
            sort_keys=True,
            default=str,
        )
        return hashlib.sha256(text.encode()).hexdigest()
