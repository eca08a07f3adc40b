"""The rows of a stage, wherever the job stands: read from the parts, in order, as a stream.

A dataset is as the job stood when it was first looked at. `complete` tells whether it is whole;
`holes()` and `missing()` tell what the provider did not give.
"""

from __future__ import annotations

import functools
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.convert import decode_list
from tiktok_async.errors import DecodeError, InputError, MissingExtraError
from tiktok_async.io.output.columns import Column, columns_of
from tiktok_async.jobs.checkpoint import Identity, newest
from tiktok_async.jobs.column import asked_column
from tiktok_async.jobs.documents import read_manifest
from tiktok_async.jobs.kinds import kind_of
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import Gap, Manifest, ShardEntry
from tiktok_async.jobs.marks import marked_column, read_marks
from tiktok_async.jobs.part_lines import parsed, plan_of, unchanged
from tiktok_async.jobs.sinks.canonical import canonical
from tiktok_async.jobs.sinks.protocol import Batch

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from tiktok_async.jobs.column import Column as Place
    from tiktok_async.jobs.marks import Id
    from tiktok_async.jobs.plan import ShardPlan
    from tiktok_async.jobs.spec import Spec, Stage
    from tiktok_async.models import Model

_ALWAYS: Final = frozenset({"id", "create_time"})
"""Fields that are asked for beside those that a stage names."""


class Dataset:
    """The rows of one stage of a job.

    Args:
        spec: What the job is.
        stage: Name of the stage.
        directory: The job's.
        without_gone: Leave out rows that a look after their collection found to be gone; see
            `Job.recheck`.

    Raises:
        InputError: if the job has no such stage.
    """

    def __init__(
        self,
        spec: Spec,
        stage: str,
        directory: str | os.PathLike[str],
        *,
        without_gone: bool = False,
    ) -> None:
        names = [one.name for one in spec.stages]
        if stage not in names:
            msg = f"The job {spec.name} has no stage {stage}: write one of {', '.join(names)}."
            raise InputError(msg)
        self.layout: Layout = Layout(Path(directory))
        self.spec: Spec = spec
        self.stage: Stage = spec.stage(stage)
        self._kind = kind_of(self.stage.collect)
        self._without_gone = without_gone

    @classmethod
    def open(
        cls, directory: str | os.PathLike[str], stage: str, *, without_gone: bool = False
    ) -> Dataset:
        """Return the rows of a stage of the job in a directory. Blocks.

        Raises:
            InputError: if there is no job, or it has no such stage.
        """
        from tiktok_async.jobs.toml import load_spec

        spec = load_spec(Layout(Path(directory)).spec, here=False)
        return cls(spec, stage, directory, without_gone=without_gone)

    @property
    def name(self) -> str:
        """Of the stage."""
        return self.stage.name

    @property
    def model(self) -> type[Model]:
        """What a row is, as a value with types."""
        model: type[Model] = self._kind.model
        return model

    @functools.cached_property
    def manifest(self) -> Manifest | None:
        """The job's manifest; None before its first run."""
        return read_manifest(self.layout)

    @functools.cached_property
    def shards(self) -> tuple[ShardEntry, ...]:
        """How each shard stands, in the order of the rows."""
        return shards_of_stage(self.layout, self.spec, self.name, self.manifest)

    @property
    def planned(self) -> bool:
        """Whether its shards are known: a stage that reads another waits for that one."""
        return self.layout.plan(self.name).exists()

    @property
    def complete(self) -> bool:
        """Whether all that was asked for was asked; see `holes` for what did not come."""
        return self.planned and all(one.status == "complete" for one in self.shards)

    @functools.cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its tables, without `extra`: those of the model, then the item."""
        fields = dict(self.stage.params).get("fields")
        wanted = _ALWAYS.union(_names(fields)) if fields else None
        columns = columns_of(self.model, wanted)
        return columns if self._kind.key is None else (*columns, Column(self._asked, "id"))

    def holes(self) -> tuple[Gap, ...]:
        """Return the days that the provider failed on."""
        return tuple(gap for one in self.shards for gap in one.holes)

    def missing(self) -> tuple[Gap, ...]:
        """Return the items that cannot be had, such as private accounts."""
        return tuple(gap for one in self.shards for gap in one.missing)

    @functools.cached_property
    def gone(self) -> frozenset[Id]:
        """The ids of rows that `Job.recheck` found to be gone.

        Raises:
            InputError: if the file of them is damaged.
        """
        return frozenset(read_marks(self.layout.recheck(self.name)))

    def rows(self, *, without_gone: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the rows as they came, in order; blocks.

        Args:
            without_gone: Leave out those of `gone`.

        Raises:
            CheckpointMismatchError: if a part is damaged.
            DecodeError: if a row is no JSON.
        """
        without = without_gone or self._without_gone
        for batch in self._batches(without_gone=without):
            yield from self._parsed(batch.lines)

    def models(self) -> Iterator[Any]:
        """Yield the rows as values of `model`, in order; blocks.

        Raises:
            CheckpointMismatchError: if a part is damaged.
            DecodeError: if a row does not fit.
        """
        for batch in self.batches():
            yield from decode_list(self.model, self._parsed(batch.lines), f"$.{self.name}")

    def batches(self) -> Iterator[Batch]:
        """Yield the rows in portions of about a megabyte, in order; blocks.

        Raises:
            CheckpointMismatchError: if a part is damaged.
        """
        yield from self._batches(without_gone=self._without_gone)

    def _batches(self, *, without_gone: bool) -> Iterator[Batch]:
        place = marked_column(self._kind) if without_gone and self.gone else None
        for one in self.shards:
            for lines in unchanged(self.layout.part(self.name, one.id), one.size, one.sha256):
                kept = lines if place is None else self._present(lines, place)
                if kept:
                    yield Batch(kept, self._canonical)

    def _present(self, lines: list[bytes], place: Place) -> list[bytes]:
        ids = (next(place.values(row), None) for row in self._parsed(lines))
        return [line for line, one in zip(lines, ids, strict=True) if one not in self.gone]

    def to_arrow(self) -> pa.Table:
        """Return the rows as a table of Arrow; ids are text, so that they are exact.

        Raises:
            MissingExtraError: if pyarrow is not there.
        """
        return self._reader().read_all()

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a frame of pandas; integers with gaps stay integers.

        Raises:
            MissingExtraError: if pandas or pyarrow is not there.
        """
        try:
            import pandas as pd
        except ImportError as missing:
            raise MissingExtraError("A frame of pandas", "pandas") from missing
        kinds = {"int64": pd.Int64Dtype(), "bool": pd.BooleanDtype()}
        return self.to_arrow().to_pandas(types_mapper=lambda kind: kinds.get(str(kind)))

    def to_polars(self) -> pl.DataFrame:
        """Return the rows as a frame of Polars.

        Raises:
            MissingExtraError: if polars or pyarrow is not there.
        """
        try:
            import polars as pl
        except ImportError as missing:
            raise MissingExtraError("A frame of Polars", "polars") from missing
        return pl.DataFrame(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the rows to whatever reads Arrow streams, such as Polars or DuckDB; blocks."""
        return self._reader().__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        if self._without_gone and self.gone:
            return sum(map(len, self.batches()))
        return sum(one.rows for one in self.shards)

    def __bool__(self) -> bool:
        return True  # also where it holds no row

    def __repr__(self) -> str:
        state = "complete" if self.complete else "partial"
        return f"<Dataset {self.spec.name}/{self.name}: {len(self)} rows, {state}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first rows."""
        from tiktok_async.jobs.notebook import dataset_html

        return dataset_html(self)

    @property
    def _asked(self) -> str:
        return asked_column(self._kind)

    def _reader(self) -> pa.RecordBatchReader:
        try:
            import pyarrow as pa

            from tiktok_async.io.output.arrow import batch_of, schema_of
        except ImportError as missing:
            raise MissingExtraError("A table of Arrow", "parquet") from missing
        schema = schema_of(self.columns, self.facts())
        made = (batch_of(batch.rows, self.columns, schema) for batch in self.batches())
        return pa.RecordBatchReader.from_batches(schema, made)

    def facts(self) -> dict[str, str]:
        """Return what a file of the rows should say of itself."""
        gone = {"without_gone": str(len(self.gone))} if self._without_gone else {}
        return {
            "tiktok_async": _library(),
            "job": self.spec.name,
            "stage": self.name,
            "collect": self.stage.collect,
            "spec_sha256": self.spec.fingerprint,
            "complete": str(self.complete).lower(),
            "holes": str(len(self.holes())),
            "missing": str(len(self.missing())),
            **gone,
        }

    def _canonical(self, lines: list[bytes]) -> list[dict[str, Any]]:
        return canonical(self._parsed(lines), self.model)

    def _parsed(self, lines: list[bytes]) -> list[dict[str, Any]]:
        rows = parsed(lines)
        if any(type(row) is not dict for row in rows):
            msg = f"A row of {self.name} is no object."
            raise DecodeError(msg, hint="See what is damaged: tiktok-async jobs verify.")
        return rows


def shards_of_stage(
    layout: Layout, spec: Spec, stage: str, manifest: Manifest | None
) -> tuple[ShardEntry, ...]:
    """Return how the shards of a stage stand, by their checkpoints; none before it is planned.

    A directory without checkpoints, such as a copy for a paper, is taken by its manifest.

    Raises:
        CheckpointMismatchError: if the plan or a checkpoint belongs to something else.
        OSError: if a file cannot be read.
    """
    known = {
        entry.id: entry
        for one in (() if manifest is None else manifest.stages)
        if one.name == stage
        for entry in one.shards
    }
    return tuple(
        _entry(layout, spec, stage, one, known.get(one.id)) for one in plan_of(layout, stage)
    )


def _entry(
    layout: Layout, spec: Spec, stage: str, shard: ShardPlan, known: ShardEntry | None
) -> ShardEntry:
    found = newest(layout, Identity(spec.fingerprint, stage, shard.id))
    if found is not None:
        return found[1].entry(shard.id, shard.label, shard.units)
    if known is not None:
        return known
    return ShardEntry(id=shard.id, label=shard.label, items=shard.units)


def _names(fields: Any) -> Collection[str]:
    return fields.split(",") if isinstance(fields, str) else fields


def _library() -> str:
    try:
        return version("tiktok-async")
    except PackageNotFoundError:
        return "not installed"
