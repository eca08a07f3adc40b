"""A job that is killed again and again gives the bytes of one that is not.

`KILLS=200 STEPS=all pytest tests/jobs/test_issue5_kills.py -s` is the whole of it; otherwise a few.
"""

from __future__ import annotations

import collections
import os
import random
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from tests.jobs.collected import OPEN, clients_of, of_videos, paid, parts, video_stage
from tests.jobs.mortal import KILLED, doing, lived, tell
from tiktok_async.emulator import Emulator
from tiktok_async.jobs.job import Job
from tiktok_async.jobs.spec import Output, RunOptions, Spec

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(sys.platform != "linux", reason="needs forks and /proc"),
]

KILLS: Final = int(os.environ.get("KILLS", "12"))
EVERY_STEP: Final = os.environ.get("STEPS") == "all"
AT_ONCE: Final = 3
"""Shards in flight, so pages that a kill may cost."""
SHARDS: Final = 9
FORMATS: Final = ("jsonl.zst", "csv", "parquet")
WORLD: Final = {"videos": 6_000, "short_pages": False, **OPEN}
NINE: Final = Spec(
    name="nine",
    stages=(
        video_stage(12, 4, max_count=5),
        of_videos("authors", "research.user", "username", items_per_shard=4),
        of_videos("comments", "research.comments", "id", items_per_shard=16, limit=20),
    ),
    outputs=tuple(Output(format=one) for one in FORMATS),
    run=RunOptions(concurrency=AT_ONCE),
)


@attrs.frozen
class Whole:
    """An unbroken run."""

    parts: dict[str, bytes]
    outputs: dict[str, bytes]
    calls: int
    seconds: float


def outputs(directory: Path) -> dict[str, bytes]:
    """Return the outputs of a job by their name."""
    return {one.name: one.read_bytes() for one in sorted((directory / "dataset").iterdir())}


async def unbroken(emulator: Emulator, directory: Path, spec: Spec) -> Whole:
    """Run a job in a process that nobody kills."""
    Job.create(spec, directory)
    before, began = paid(emulator), time.monotonic()
    assert await lived(doing(directory, emulator)) == 0
    seconds = time.monotonic() - began
    return Whole(parts(directory), outputs(directory), paid(emulator) - before, seconds)


def drafts(directory: Path) -> list[str]:
    """Return what killed processes left behind."""
    return [one.name for one in directory.rglob("*.part*")]


def phase(directory: Path, spec: Spec) -> str:
    """Return what a killed process was about, as far as its files tell."""
    planned = [one for one in spec.stages if (directory / "plan" / f"{one.name}.jsonl").exists()]
    if not planned:
        return "planning"
    stage = planned[-1].name
    slots = (directory / "checkpoint" / stage).glob("*.json")
    complete = {one.name[:5] for one in slots if b'"status":"complete"' in one.read_bytes()}
    shards = (directory / "plan" / f"{stage}.jsonl").read_bytes().count(b"\n")
    if len(complete) < shards:
        begun = complete or (directory / "parts" / stage).exists()
        return f"pages of {stage}" if begun else "planning"
    made = len(list((directory / "dataset").glob(f"{stage}.*")))
    return f"outputs of {stage}" if made < len(spec.outputs) else "planning or manifest"


async def test_job_killed_at_random_instants_gives_the_same_bytes(tmp_path, capsys):
    dice = random.Random(5)  # noqa: S311  # any times
    hit: collections.Counter[str] = collections.Counter()
    kills = jobs = most = extra = 0
    async with Emulator(latency=0.002, **WORLD) as emulator:
        await unbroken(emulator, tmp_path / "warm", NINE)
        whole = await unbroken(emulator, tmp_path / "whole", NINE)
        assert len(whole.parts) == SHARDS
        assert len(whole.outputs) == len(FORMATS) * len(NINE.stages)
        while kills < KILLS:
            directory = tmp_path / f"job{jobs}"
            jobs, own, before = jobs + 1, 0, paid(emulator)
            Job.create(NINE, directory)
            while await lived(doing(directory, emulator), dice.random() * whole.seconds) == KILLED:
                hit[phase(directory, NINE)] += 1
                own += 1
            assert parts(directory) == whole.parts
            assert outputs(directory) == whole.outputs
            assert not drafts(directory)
            assert not (found := Job.open(directory).verify().findings), found
            over = paid(emulator) - before - whole.calls
            assert 0 <= over <= own * AT_ONCE
            kills, extra, most = kills + own, extra + over, max(most, own)
    tell(
        capsys,
        f"{kills} kills of {jobs} jobs, up to {most} of one; {whole.calls} calls unbroken, "
        f"{extra} more in all; {whole.seconds:.2f} s unbroken; {dict(hit.most_common())}",
    )
    assert kills >= KILLS


@pytest.mark.parametrize("death", ["process", "power"])
async def test_job_that_dies_at_a_step_to_the_disk_gives_the_same_bytes(tmp_path, death, capsys):
    spec = attrs.evolve(
        NINE,
        stages=(video_stage(2, 1, max_count=8), *NINE.stages[1:2]),
        outputs=(Output(format="csv"),),
        run=RunOptions(concurrency=1),
    )
    async with Emulator(**WORLD) as emulator:
        count = tmp_path / "steps"
        Job.create(spec, tmp_path / "counted")
        assert await lived(doing(tmp_path / "counted", emulator, steps=count)) == 0
        steps = int(count.read_text())
        whole = await unbroken(emulator, tmp_path / "whole", spec)
        assert parts(tmp_path / "counted") == whole.parts
        chosen = range(1, steps + 1) if EVERY_STEP else sorted(_some(steps, death))
        extra = 0
        for step in chosen:
            directory = tmp_path / f"{step}"
            before = paid(emulator)
            Job.create(spec, directory)
            first = doing(directory, emulator, dies_at=step, death=death)
            assert await lived(first) == KILLED, step
            assert await lived(doing(directory, emulator)) == 0, step
            assert parts(directory) == whole.parts, step
            assert outputs(directory) == whole.outputs, step
            assert not drafts(directory), step
            over = paid(emulator) - before - whole.calls
            assert 0 <= over <= 1, step
            extra += over
    tell(capsys, f"{death}: died at {len(chosen)} of {steps} steps, {extra} calls more in all")


def _some(steps: int, death: str) -> Any:
    dice = random.Random(death)  # noqa: S311  # any steps
    return dice.sample(range(1, steps + 1), 6)


def test_job_that_died_while_it_was_made_is_made_again(tmp_path):
    (tmp_path / ".job.toml.0123abcd.part").write_bytes(b"name = ")
    assert Job.create(NINE, tmp_path).spec.name == "nine"


@pytest.mark.parametrize(
    ("place", "left", "kept"),
    [
        pytest.param("", ".manifest.json.0123abcd.part", False, id="manifest"),
        pytest.param("plan", ".videos.jsonl.0123abcd.part", False, id="plan"),
        pytest.param("plan", ".notes.part", True, id="of-somebody-else"),
        pytest.param("dataset", ".videos.csv.0123abcd.part", False, id="output"),
        pytest.param("dataset", ".videos.csv.0123abcd.part-journal", False, id="beside-an-output"),
        pytest.param("dataset", ".mine.csv.0123abcd.part", True, id="another-export"),
        pytest.param("dataset", ".videos.csv.old.0123abcd.part", True, id="another-name"),
    ],
)
async def test_what_a_killed_process_left_goes_with_the_next_run(tmp_path, place, left, kept):
    spec = attrs.evolve(NINE, stages=(video_stage(1, 1),), outputs=(Output(format="csv"),))
    async with Emulator(**WORLD) as emulator:
        job = Job.create(spec, tmp_path)
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / left).write_bytes(b"half")
        assert (await job.run(clients=clients_of(emulator))).whole
    assert (tmp_path / place / left).exists() is kept
    assert len((tmp_path / "dataset" / "videos.csv").read_bytes().splitlines()) > 1
