"""The time of an import, against importing httpx.

Claim: `import tiktok_async` costs at most 1.3 times what importing httpx costs; families are loaded
when they are first asked for.

    python -m benchmarks.imports [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Final

import attrs

from benchmarks.rounds import spread

STATEMENTS = {
    "httpx": "import httpx",
    "tiktok_async": "import tiktok_async",
    "ResearchClient": "from tiktok_async import ResearchClient",
}

BAR: Final = 1.3
"""Of httpx's time, for the bare import."""


@attrs.frozen
class Result:
    """Median of the rounds."""

    contender: str
    statement: str
    seconds: float
    ratio: float
    """Of the times, against httpx."""
    spread: float | None
    """The shortest time against the longest."""
    bar: float | None


def seconds_of(statement: str) -> float:
    """Return the seconds of one import in a fresh interpreter."""
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603  # our own text
    return float(done.stdout)


def main() -> None:
    """Measure in turns; print medians."""
    parser = argparse.ArgumentParser(description="Import time against httpx.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(5 if given.quick else 15):
        for name, statement in STATEMENTS.items():
            times[name].append(seconds_of(statement))
    plain = statistics.median(times["httpx"])
    results = [
        Result(
            name,
            STATEMENTS[name],
            median := statistics.median(found),
            median / plain,
            spread(found),
            BAR if name == "tiktok_async" else None,
        )
        for name, found in times.items()
    ]
    for one in results:
        bar = "" if one.bar is None else f" (to reach: at most {one.bar}x)"
        print(f"{one.contender:>15} {one.seconds * 1000:6.0f} ms {one.ratio:5.2f}x httpx{bar}")
    if given.json is not None:
        given.json.write_text(json.dumps([attrs.asdict(one) for one in results], indent=2) + "\n")


if __name__ == "__main__":
    main()
