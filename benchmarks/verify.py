"""Seconds to check an archive to its last byte, against `unzip -t`, and the memory it takes.

Claim: the check of structure, sizes and every CRC is no slower than `unzip -t`, in flat memory.

The archives look like exports: one JSON document as it is mostly had, or the text form in some
dozens of files. A third one, of very many small files, shows the price of a member: nothing is
claimed for it. Rounds of both ways alternate, each in a process of its own, and the median of each
is taken, so that a busy machine slows both alike. Memory is the peak beyond that of the imports,
as Linux counts it. Needs `unzip`.

    python -m benchmarks.verify [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from time import perf_counter

import attrs

from benchmarks.rounds import spread
from tiktok_async.portability.guard import check_archive

MB = 1_000_000
BLOCK_BYTES = 4 * MB


@attrs.frozen
class Scene:
    """An archive: so many files with so much content in all."""

    name: str
    files: int
    megabytes: int
    bar: float | None
    """The ratio to reach; None = nothing is claimed."""


SCENES = (
    Scene("one JSON", 1, 500, 1.0),
    Scene("60 texts", 60, 500, 1.0),
    Scene("small files", 20_000, 20, None),
)


@attrs.frozen
class Result:
    """Medians of the rounds."""

    scene: str
    content_mb: float
    archive_mb: float
    unzip_seconds: float
    check_seconds: float
    ratio: float
    """How many times as fast as `unzip -t` the check is."""
    mb_per_second: float
    """Content that is checked."""
    peak_mib: float
    """Memory beyond that of the imports."""
    unzip_spread: float | None
    check_spread: float | None
    """The shortest round against the longest."""
    bar: float | None


def rows(count: int) -> bytes:
    """Return watch history with ids and dates of its own, until there are `count` bytes."""
    draw = random.Random(7)  # noqa: S311  # content, not a secret
    lines: list[str] = []
    size = 0
    while size < count:
        date = f"{draw.randint(2018, 2026)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        time = f"{draw.randint(0, 23):02}:{draw.randint(0, 59):02}:{draw.randint(0, 59):02}"
        link = f"https://www.tiktokv.com/share/video/{draw.randint(10**18, 7 * 10**18)}/"
        lines.append(json.dumps({"Date": f"{date} {time}", "Link": link}) + ",\n")
        size += len(lines[-1])
    return "".join(lines).encode()[:count]


def write_archive(path: Path, scene: Scene) -> None:
    """Write the archive; content that repeats after 4 MB is as new to deflate's 32 KiB window."""
    block = rows(BLOCK_BYTES)
    each = scene.megabytes * MB // scene.files
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(scene.files):
            with archive.open(f"TikTok/data {number}.json", "w") as member:
                for start in range(0, each, BLOCK_BYTES):
                    member.write(block[: min(BLOCK_BYTES, each - start)])


def peak_bytes() -> int:
    """Return the most memory that this process ever had."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


def check_once(path: Path) -> None:
    """Check an archive and print seconds and bytes of memory; runs in a process of its own."""
    before = peak_bytes()
    start = perf_counter()
    check_archive(path)
    print(json.dumps([perf_counter() - start, peak_bytes() - before]))


def by_check(path: Path) -> tuple[float, int]:
    """Return what `check_once` finds in a new process."""
    command = [sys.executable, "-m", "benchmarks.verify", "--once", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # our own script
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def by_unzip(unzip: str, path: Path) -> float:
    """Return how many seconds `unzip -t` takes, its start included: some thousandths."""
    start = perf_counter()
    subprocess.run([unzip, "-tqq", path], check=True)  # noqa: S603  # our own archive
    return perf_counter() - start


def measure(unzip: str, path: Path, scene: Scene, rounds: int) -> Result:
    """Return the medians of rounds of both, in turns."""
    write_archive(path, scene)
    theirs: list[float] = []
    ours: list[tuple[float, int]] = []
    for _ in range(rounds):
        theirs.append(by_unzip(unzip, path))
        ours.append(by_check(path))
    unzip_seconds = statistics.median(theirs)
    seconds = statistics.median(found for found, _ in ours)
    return Result(
        scene.name,
        content_mb=scene.megabytes,
        archive_mb=path.stat().st_size / MB,
        unzip_seconds=unzip_seconds,
        check_seconds=seconds,
        ratio=unzip_seconds / seconds,
        mb_per_second=scene.megabytes / seconds,
        peak_mib=max(memory for _, memory in ours) / 2**20,
        unzip_spread=spread(theirs),
        check_spread=spread([found for found, _ in ours]),
        bar=scene.bar,
    )


def compare(unzip: str, rounds: int, part: int) -> list[Result]:
    """Measure every scene at one `part`-th of its size, and print it."""
    print(f"{'archive':>12} {'content':>8} {'packed':>8} {'unzip -t':>9} {'check':>8}", end="")
    print(f" {'MB/s':>6} {'memory':>10} {'ratio':>6} {'to reach':>8}")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for scene in SCENES:
            smaller = attrs.evolve(
                scene, megabytes=scene.megabytes // part, files=max(1, scene.files // part)
            )
            found = measure(unzip, Path(folder) / "export.zip", smaller, rounds)
            results.append(found)
            bar = "-" if found.bar is None else f"{found.bar:.1f}x"
            print(
                f"{found.scene:>12} {found.content_mb:>5.0f} MB {found.archive_mb:>5.1f} MB"
                f" {found.unzip_seconds:>7.2f} s {found.check_seconds:>6.2f} s"
                f" {found.mb_per_second:>6.0f} {found.peak_mib:>6.1f} MiB"
                f" {found.ratio:>5.1f}x {bar:>8}",
                flush=True,
            )
    return results


def main() -> None:
    """Compare the two."""
    parser = argparse.ArgumentParser(description="Checking an archive, against unzip -t.")
    parser.add_argument("--quick", action="store_true", help="small archives, fewer rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once is not None:
        check_once(given.once)
        return
    unzip = shutil.which("unzip")
    if unzip is None:
        parser.exit(2, "This needs unzip; install it, and start again.\n")
    results = compare(unzip, *((3, 10) if given.quick else (7, 1)))
    if given.json is not None:
        figures = [attrs.asdict(found) for found in results]
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
