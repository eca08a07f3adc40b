"""Run every benchmark in a process of its own; print tables, write JSON and a page of charts."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime

from benchmarks import chart
from benchmarks.reading import FOLDER, RUN, SCRIPTS


def measure(name: str, options: list[str]) -> bool:
    """Run a script in place of what it found before; tell whether it ended well."""
    path = FOLDER / f"{name}.json"
    path.unlink(missing_ok=True)
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", str(path), *options]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603  # our own scripts


def main() -> None:
    """Run them one after the other, so that none disturbs another; then draw what they found."""
    options = sys.argv[1:]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / RUN).unlink(missing_ok=True)
    began, load = datetime.now(UTC), os.getloadavg()
    print(f"load at the start: {load[0]:.2f}")
    failed = [name for name in SCRIPTS if not measure(name, options)]
    after = os.getloadavg()
    print(f"\nload at the end: {after[0]:.2f}")
    run = {
        "began": began.isoformat(),
        "ended": datetime.now(UTC).isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "quick": "--quick" in options,
        "load": [load[0], after[0]],
        "failed": failed,
    }
    (FOLDER / RUN).write_text(json.dumps(run, indent=2) + "\n")
    chart.main()
    if failed:
        sys.exit(f"These did not end well: {', '.join(failed)}")


if __name__ == "__main__":
    main()
