"""Where everything of a job is in its directory. Pure: names, no I/O.

::

    job.toml            the spec, as it was read when the job was planned
    manifest.json       what the dataset is, and whether it is whole
    plan/<stage>.jsonl                               its shards, one a line, once it is planned
    checkpoint/<stage>/<shard>.a.json and .b.json    where each shard stands, two generations
    parts/<stage>/<shard>.jsonl                      rows of each shard, as JSON Lines
    recheck/<stage>.jsonl                            ids that are no longer available
    recheck/<stage>.progress.json                    how far an interrupted look for them came
    raw/<stage>/<shard>.jsonl.zst                    every answer, if the spec wants it
    dataset/<stage>.<ending>                         the outputs that the spec names
    report.html         what `jobs report` writes
    lock                held while a process runs the job
"""

from __future__ import annotations

from pathlib import Path

import attrs


@attrs.frozen
class Layout:
    """The paths of one job."""

    root: Path = attrs.field(converter=Path)

    @property
    def spec(self) -> Path:
        """The spec."""
        return self.root / "job.toml"

    @property
    def manifest(self) -> Path:
        """The manifest."""
        return self.root / "manifest.json"

    @property
    def lock(self) -> Path:
        """The lock's own file."""
        return self.root / "lock"

    @property
    def report(self) -> Path:
        """The page about the dataset."""
        return self.root / "report.html"

    def plan(self, stage: str) -> Path:
        """Return where the shards of a stage are listed."""
        return self.root / "plan" / f"{stage}.jsonl"

    def rounds(self, stage: str) -> Path:
        """Return where it stands up to which update the plan of a stage goes."""
        return self.root / "plan" / f"{stage}.rounds"

    def recheck(self, stage: str) -> Path:
        """Return where the marks of rows that are gone are, as JSON Lines."""
        return self.root / "recheck" / f"{stage}.jsonl"

    def recheck_progress(self, stage: str) -> Path:
        """Return where it stands how far a look for such rows has come."""
        return self.root / "recheck" / f"{stage}.progress.json"

    def part(self, stage: str, shard: str) -> Path:
        """Return where the rows of a shard are."""
        return self.root / "parts" / stage / f"{shard}.jsonl"

    def raw(self, stage: str, shard: str) -> Path:
        """Return where the answers of a shard are."""
        return self.root / "raw" / stage / f"{shard}.jsonl.zst"

    def checkpoint(self, stage: str, shard: str, slot: str) -> Path:
        """Return where a generation of a shard's checkpoint is: slot "a" or "b"."""
        return self.root / "checkpoint" / stage / f"{shard}.{slot}.json"

    def dataset(self, stage: str, ending: str) -> Path:
        """Return where an output of a stage is; `ending` is as in jsonl.zst, without its dot."""
        return self.root / "dataset" / f"{stage}.{ending}"
