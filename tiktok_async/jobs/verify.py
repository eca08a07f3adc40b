"""Whether a job's directory is what it was when it was collected: nothing lost, nothing changed.

Compares what stands there with what else stands there: the spec with the manifest, the plan with
the spec, each part with its checkpoint and with what was asked for, the manifest with the
checkpoints, the outputs and the answers with their digests. It makes no call and changes nothing.

A part of a shard that is complete has a digest, so that one bit more or less shows. A part that is
still being collected has none; there only what breaks a row or its place is found.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.errors import CheckpointMismatchError, ConfigError, InputError, TikTokError
from tiktok_async.io.lock import at_once
from tiktok_async.jobs.documents import read_manifest
from tiktok_async.jobs.findings import Finding, Verification
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import ShardEntry
from tiktok_async.jobs.marks import read_marks
from tiktok_async.jobs.part_lines import plan_of
from tiktok_async.jobs.plan import shards_of
from tiktok_async.jobs.planning import items_for
from tiktok_async.jobs.spec import FromStage, Listed
from tiktok_async.jobs.verify_shard import ShardCheck

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from tiktok_async.jobs.checkpoint import Mark
    from tiktok_async.jobs.manifest import Manifest, OutputEntry, StageEntry
    from tiktok_async.jobs.plan import ShardPlan
    from tiktok_async.jobs.spec import Spec, Stage

__all__ = ["Finding", "Verification", "verify"]

_ANEW: Final = "Restore it from a copy, or collect the job again in another directory."
_RESUME: Final = "Run the job again: it makes no call where nothing is left, and writes it anew."


def verify(directory: str | os.PathLike[str]) -> Verification:
    """Look whether everything is there and as it was collected. Blocks; changes nothing.

    Raises:
        InputError: if the directory holds no job, or another process runs it.
        OSError: if a file cannot be read.
    """
    layout = Layout(directory)
    if not layout.spec.is_file():
        raise InputError(f"{layout.root} holds no job: there is no {layout.spec.name} in it.")
    with ExitStack() as stack:
        try:
            alone = stack.enter_context(at_once(layout.lock))
        except ConfigError:  # a copy that cannot be written: nobody runs it
            alone = True
        if not alone:
            raise InputError(f"Another process runs the job in {layout.root}: wait for it.")
        return _Check(layout).all()


class _Check:
    """One look at a directory."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._findings: list[Finding] = []
        self._shards = self._rows = self._bytes = 0
        self._by_day: Counter[str] = Counter()

    def all(self) -> Verification:
        """Look at everything."""
        spec = self._spec()
        if spec is not None:
            manifest = self._manifest(spec)
            whole = [self._stage(spec, stage, manifest) for stage in spec.stages]
            if manifest is not None:
                self._totals(manifest, whole=all(whole))
            self._marks(spec)
            self._strays(spec)
        return Verification(
            findings=tuple(self._findings),
            shards=self._shards,
            rows=self._rows,
            size=self._bytes,
        )

    def _find(self, what: str, path: Path, message: str, advice: str) -> None:
        where = path.relative_to(self._layout.root).as_posix()
        self._findings.append(Finding(what, where, message, advice))

    def _spec(self) -> Spec | None:
        from tiktok_async.jobs.toml import load_spec

        try:
            return load_spec(self._layout.spec, here=False)
        except TikTokError as error:
            self._find("spec", self._layout.spec, error.message, _ANEW)
            return None

    def _manifest(self, spec: Spec) -> Manifest | None:
        path = self._layout.manifest
        try:
            manifest = read_manifest(self._layout)
        except CheckpointMismatchError as error:
            self._find("manifest", path, error.message, "Delete it. " + _RESUME)
            return None
        if manifest is None:
            self._find("manifest", path, "It is missing.", _RESUME)
        elif manifest.spec_sha256 != spec.fingerprint:
            self._find("spec", self._layout.spec, "It is not the spec of the manifest.", _ANEW)
        return manifest

    def _stage(self, spec: Spec, stage: Stage, manifest: Manifest | None) -> bool:
        """Look at a stage; return whether it is complete."""
        try:
            plan = plan_of(self._layout, stage.name)
        except CheckpointMismatchError as error:
            self._find("plan", self._layout.plan(stage.name), error.message, _ANEW)
            return False
        self._plan(spec, stage, plan, updated=manifest is None or bool(manifest.updates))
        marks = [self._shard(spec, stage, one) for one in plan]
        known = () if manifest is None else manifest.stages
        entry = next((one for one in known if one.name == stage.name), None)
        planned = self._layout.plan(stage.name).exists()
        complete = planned and all(one is not None and one.status == "complete" for one in marks)
        if manifest is not None and manifest.status in {"complete", "stopped"}:
            self._entry(stage, plan, marks, entry, complete=complete)
        for output in () if entry is None else entry.outputs:
            self._output(output)
        return complete

    def _plan(
        self, spec: Spec, stage: Stage, plan: tuple[ShardPlan, ...], *, updated: bool
    ) -> None:
        path = self._layout.plan(stage.name)
        folder = self._layout.part(stage.name, "x").parent
        if not path.exists():
            if folder.is_dir() and any(folder.iterdir()):
                self._find("plan", path, "It is missing.", _ANEW)
            return
        again = "two shards have the same name" if _twice(one.id for one in plan) else None
        first = tuple(one for one in plan if "-" not in one.id)
        if stage.span is None and again is None and _twice(i for one in first for i in one.items):
            again = "an item is asked for twice"
        # A stage that reads another was planned by the rows of that time.
        if updated and isinstance(stage.source, FromStage):
            return
        if again is None and self._differs(spec, stage, first):
            again = "it is not what the spec asks for"
        if again is not None:
            self._find("plan", path, f"It was changed: {again}.", _ANEW)

    def _differs(self, spec: Spec, stage: Stage, plan: tuple[ShardPlan, ...]) -> bool:
        """Tell whether a plan is another than its spec makes; a file of items may have changed."""
        if stage.span is None and not isinstance(stage.source, Listed | FromStage):
            return False
        try:
            if stage.span is not None:
                ends = (one.last for one in plan if one.last is not None)
                today = max(ends, default=stage.span.start)
                return plan != tuple(shards_of(stage, today=today))
            # An update adds rows to the stage that is read, and items behind those of the plan.
            updated = self._layout.rounds(stage.name).exists()
            count = sum(one.units for one in plan) if updated else None
            items = itertools.islice(items_for(spec, stage, self._layout), count)
            return plan != tuple(shards_of(stage, items))
        except TikTokError:
            return False  # what it is read from is damaged, which is found there

    def _shard(self, spec: Spec, stage: Stage, plan: ShardPlan) -> Mark | None:
        check = ShardCheck(self._layout, spec, stage, plan, self._find)
        mark = check.all()
        self._shards += 1
        self._rows += check.rows
        self._bytes += check.size
        if mark is not None:
            self._by_day.update(mark.by_day)
        return mark

    def _entry(
        self,
        stage: Stage,
        plan: tuple[ShardPlan, ...],
        marks: list[Mark | None],
        entry: StageEntry | None,
        *,
        complete: bool,
    ) -> None:
        """Compare what the manifest says of a stage with its checkpoints."""
        path = self._layout.manifest
        if entry is None:
            if plan:
                self._find("manifest", path, f"It says nothing of {stage.name}.", _RESUME)
            return
        for one, mark in zip(plan, marks, strict=True):
            wanted = _entry_of(one, mark)
            said = next((shard for shard in entry.shards if shard.id == one.id), None)
            differing = _differing(said, wanted)
            if differing:
                where = f"{stage.name}/{one.id}"
                message = f"Of {where} it says another {', '.join(differing)} than the checkpoint."
                self._find("manifest", path, message, _RESUME)
        if len(entry.shards) > len(plan) or (entry.status == "complete") != complete:
            message = f"Of {stage.name} it says {entry.status}, with {len(entry.shards)} shards."
            self._find("manifest", path, message, _RESUME)

    def _output(self, output: OutputEntry) -> None:
        path = self._layout.root / output.path
        advice = f"Delete it and make it again: tiktok-async jobs export, or {_RESUME.lower()}"
        if not path.is_file():
            self._findings.append(Finding("output", output.path, "It is missing.", advice))
            return
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != output.sha256 or path.stat().st_size != output.size:
            message = "It is not what the manifest says: it was changed."
            self._findings.append(Finding("output", output.path, message, advice))

    def _totals(self, manifest: Manifest, *, whole: bool) -> None:
        path = self._layout.manifest
        if manifest.status not in {"complete", "stopped"}:
            return
        if (manifest.status == "complete") != whole and manifest.status == "complete":
            self._find("manifest", path, "It says complete, and stages are not.", _RESUME)
        if Counter(manifest.requests_per_day) != self._by_day and self._sound("checkpoint"):
            message = "It says another number of requests than the checkpoints."
            self._find("manifest", path, message, _RESUME)

    def _sound(self, what: str) -> bool:
        return all(one.what != what for one in self._findings)

    def _marks(self, spec: Spec) -> None:
        """Find marks of what is gone that cannot be read."""
        for stage in spec.stages:
            path = self._layout.recheck(stage.name)
            try:
                read_marks(path)
            except InputError:
                advice = f"Delete it and look again: tiktok-async jobs recheck DIR {stage.name}."
                self._find("recheck", path, "It holds something else than marks.", advice)

    def _strays(self, spec: Spec) -> None:
        """Find parts that belong to nothing."""
        known = {
            self._layout.part(stage.name, one.id)
            for stage in spec.stages
            if self._sound("plan")
            for one in plan_of(self._layout, stage.name)
        }
        if not self._sound("plan"):
            return
        for path in sorted((self._layout.root / "parts").rglob("*.jsonl")):
            if path not in known:
                self._find("part", path, "No plan names it.", "Delete it, if it is not yours.")


def _twice(values: Iterator[object]) -> bool:
    return any(count > 1 for count in Counter(values).values())


def _entry_of(plan: ShardPlan, mark: Mark | None) -> ShardEntry:
    if mark is None:
        return ShardEntry(id=plan.id, label=plan.label, items=plan.units)
    return mark.entry(plan.id, plan.label, plan.units)


def _differing(said: ShardEntry | None, wanted: ShardEntry) -> list[str]:
    """Return the names of what differs; a shard that is not begun need not be there."""
    if said is None:
        return [] if wanted.status == "planned" else ["shard"]
    names = [field.name for field in attrs.fields(ShardEntry)]
    return [name for name in names if getattr(said, name) != getattr(wanted, name)]
