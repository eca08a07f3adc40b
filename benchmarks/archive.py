"""Rows per second out of the JSON of an export in a zip, and the memory that it takes.

Claim: the archive gives plain objects twice as fast as a streaming parser of JSON, and as fast as
the standard library that holds the whole, in memory that does not grow with the export; a small
section behind a large one comes at once. Typed rows cost what dates and classes cost.

The zip is made on the fly: 500 MB of watch history, some four million rows, and a few sections
behind it. Contenders take turns, each time in a process of its own; the figures are the medians of
the rounds, memory is the most of them:

- index: finds every section; the first use of an archive does this once;
- plain: the rows as plain objects, by the archive, without the index;
- typed: the rows as `WatchedVideo`, dates parsed, without the index;
- behind: one section that stands behind the large one, without the index; its rate means nothing;
- ijson: the rows as plain objects, by `ijson.items` over `zipfile`, if it is installed;
- json: the rows as plain objects, by `json.loads` of the whole.

    python -m benchmarks.archive [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import attrs

from benchmarks.rounds import spread
from tiktok_async.portability.archive import Archive
from tiktok_async.portability.archive.json_form import JSONForm
from tiktok_async.portability.archive.source import source_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

NAME = "user_data_tiktok.json"
LIST = "Your Activity.Watch History.VideoList.item"
ROW = (
    '\n{\n"Date": "2026-%02d-%02d %02d:%02d:46",\n'
    '"Link": "https://www.tiktokv.com/share/video/%d/",\n"Title": ""\n}'
)
ROWS, QUICK_ROWS = 4_200_000, 420_000
ROUNDS = 3
BARS = {"ijson": 2.0, "json": 1.0}
"""Times the rate of others that `plain` is to reach."""


@attrs.frozen
class Result:
    """Medians of the rounds."""

    contender: str
    rows: int
    megabytes: float
    """Of the JSON."""
    seconds: float
    cpu: float
    """Seconds."""
    rate: float
    """Rows a second."""
    peak: float
    """MiB, of the whole process."""
    spread: float | None
    """The shortest round against the longest."""
    bars: dict[str, float]
    """Times the rate of others that is to be reached."""


def row(number: int) -> str:
    """Return the text of a row."""
    date = number % 12 + 1, number % 28 + 1, number % 24, number % 60
    return ROW % (*date, 7_300_000_000_000_000_000 + number * 104_729)


def make(path: Path, rows: int) -> int:
    """Write the zip; return the bytes of its JSON."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(NAME, "w", force_zip64=True) as file,
    ):
        file.write(b'{"Your Activity": {"Watch History": {"VideoList": [')
        for start in range(0, rows, 1000):
            text = ",".join(row(number) for number in range(start, min(start + 1000, rows)))
            file.write(f"{',' if start else ''}{text}".encode())
        file.write(b']}, "Searches": {"SearchList": [{"SearchTerm": "gardens"}]}}}')
    with zipfile.ZipFile(path) as archive:
        return archive.getinfo(NAME).file_size


def by_index(path: Path) -> Callable[[], int]:
    """Find every section."""
    archive = Archive.open(path)
    return lambda: len(list(archive.unknown))


def by_plain(path: Path) -> Callable[[], int]:
    """Read plain objects."""
    source = source_of(path)
    form = JSONForm(source, source.members[0])
    assert form.state(Archive.watch_history) == "present"
    return lambda: sum(len(batch) for _, batch in form.raw(Archive.watch_history))


def by_typed(path: Path) -> Callable[[], int]:
    """Read typed rows."""
    archive = indexed(path)
    return lambda: sum(1 for _ in archive.watch_history)


def by_behind(path: Path) -> Callable[[], int]:
    """Read a small section at the end."""
    archive = indexed(path)
    return lambda: sum(1 for _ in archive.searches)


def by_ijson(path: Path) -> Callable[[], int]:
    """Read plain objects with a streaming parser."""
    import ijson  # type: ignore[import-not-found, import-untyped, unused-ignore]  # only here

    def read() -> int:
        with zipfile.ZipFile(path) as archive, archive.open(NAME) as file:
            return sum(1 for _ in ijson.items(file, LIST, buf_size=2**18))

    return read


def by_json(path: Path) -> Callable[[], int]:
    """Read plain objects at once."""

    def read() -> int:
        with zipfile.ZipFile(path) as archive, archive.open(NAME) as file:
            return len(json.loads(file.read())["Your Activity"]["Watch History"]["VideoList"])

    return read


def indexed(path: Path) -> Archive:
    """Return an archive that knows its sections."""
    archive = Archive.open(path)
    assert archive.watch_history.present
    return archive


CONTENDERS = {
    "index": by_index,
    "plain": by_plain,
    "typed": by_typed,
    "behind": by_behind,
    "ijson": by_ijson,
    "json": by_json,
}


def run(contender: str, path: Path, answer: Connection) -> None:
    """Measure one contender; meant for a process of its own."""
    read = CONTENDERS[contender](path)
    begun, cpu = time.perf_counter(), time.process_time()
    rows = read()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.send((rows, seconds, cpu, peak))


Taken: TypeAlias = tuple[float, float, float]
"""Seconds, seconds of CPU, MiB."""


def once(contender: str, path: Path, rows: int) -> Taken:
    """Return what one contender takes in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=run, args=(contender, path, there))
    process.start()
    there.close()
    found, seconds, cpu, peak = here.recv()
    process.join()
    assert found in (0, 1, rows)
    return seconds, cpu, peak


def result_of(contender: str, taken: list[Taken], rows: int, size: int) -> Result:
    """Return the medians of a contender's rounds."""
    seconds = statistics.median(one[0] for one in taken)
    return Result(
        contender,
        rows,
        size / 1e6,
        seconds,
        statistics.median(one[1] for one in taken),
        rows / seconds,
        max(one[2] for one in taken),
        spread([one[0] for one in taken]),
        BARS if contender == "plain" else {},
    )


def measure(path: Path, rows: int, size: int, rounds: int) -> list[Result]:
    """Return the medians of interleaved rounds."""
    names = [name for name in CONTENDERS if name != "ijson" or find_spec("ijson")]
    taken: dict[str, list[Taken]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, found in taken.items():
            found.append(once(name, path, rows))
    return [result_of(name, found, rows, size) for name, found in taken.items()]


def main() -> None:
    """Measure every contender."""
    parser = argparse.ArgumentParser(description="Rows out of the JSON of an export in a zip.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, once")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    rows = QUICK_ROWS if given.quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        size = make(path, rows)
        print(
            f"{rows} rows, {size / 1e6:.0f} MB of JSON, {path.stat().st_size / 1e6:.0f} MB packed"
        )
        print(f"{'':>8} {'seconds':>8} {'CPU s':>6} {'rows/s':>10} {'peak MiB':>9}")
        results = measure(path, rows, size, 1 if given.quick else ROUNDS)
    for one in results:
        rate = "" if one.contender == "behind" else f"{one.rate:.0f}"
        print(f"{one.contender:>8} {one.seconds:>8.2f} {one.cpu:>6.2f} {rate:>10} {one.peak:>9.0f}")
    if given.json is not None:
        given.json.write_text(json.dumps([attrs.asdict(one) for one in results], indent=2) + "\n")


if __name__ == "__main__":
    main()
