"""Run every benchmark in a process of its own, tables to the terminal, JSON to the results."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = (
    *("calls", "pages", "queued", "decode", "imports"),
    *("download", "verify", "archive", "crawl", "batch"),
    *("sinks", "jobs", "checkpoints"),
)
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Run them one after the other, so that none disturbs another."""
    RESULTS.mkdir(exist_ok=True)
    for name in SCRIPTS:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", "--json", RESULTS / f"{name}.json"]
        subprocess.run([*command, *sys.argv[1:]], check=True)  # noqa: S603  # our own scripts


if __name__ == "__main__":
    main()
