"""What lies in the folder of results: the run, the claims with their figures, what is absent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from benchmarks import scenes, scenes_of_files
from benchmarks.claims import Claim, Scene, claim_of, compared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Reader: TypeAlias = "Callable[[Any], Iterator[Scene]]"

FOLDER: Final = Path(__file__).parent / "results"
RUN: Final = "run.json"
SCRIPTS: Final[dict[str, tuple[str, Reader]]] = {
    "calls": ("Calls per second", scenes.calls),
    "pages": ("Pages of 100 videos to models", scenes.pages),
    "queued": ("Queued calls", scenes.queued),
    "decode": ("Decoding", scenes.decode),
    "imports": ("Imports", scenes.imports),
    "download": ("Downloads", scenes_of_files.download),
    "verify": ("Check of an archive", scenes_of_files.verify),
    "archive": ("Rows of an archive", scenes_of_files.archive),
    "crawl": ("A crawl of TikAPI", scenes.crawl),
    "batch": ("A batch of videos", scenes_of_files.batch),
    "sinks": ("Formats", scenes_of_files.sinks),
    "jobs": ("Jobs", scenes.jobs),
    "checkpoints": ("Checkpoints", scenes.checkpoints),
}
"""Script → its title, and what reads its results; in the order in which they run."""
_SLACK: Final = timedelta(seconds=5)


@attrs.frozen
class Run:
    """When and where everything was measured."""

    began: datetime
    ended: datetime
    python: str
    cores: int
    quick: bool
    load: tuple[float, float]
    """Mean of the last minute, at the start and at the end."""

    def sentence(self) -> str:
        """Return all of it in words."""
        kind = "A quick run" if self.quick else "A full run"
        return (
            f"{kind} of `nox -s bench` on {self.began:%Y-%m-%d}, on a machine with {self.cores}"
            f" cores and Python {self.python}, load {self.load[0]:.1f} at the start and"
            f" {self.load[1]:.1f} at the end."
        )


@attrs.frozen
class Results:
    """All that the folder has."""

    run: Run | None
    claims: tuple[Claim, ...]
    missing: dict[str, str]
    """Script → why it is left out."""
    apart: tuple[str, ...]
    """Scripts whose results were not taken in the run."""

    def sentences(self) -> list[str]:
        """Return what is to be known of the whole."""
        said = ["Scripts run one by one: machine and load are not known."]
        if self.run is not None:
            said = [self.run.sentence()]
            if self.apart:
                said.append(f"Taken apart from that run: {', '.join(self.apart)}.")
        if self.missing:
            left = ", ".join(f"{name} ({why})" for name, why in self.missing.items())
            said.append(f"Left out: {left}.")
        return said


def read(folder: Path = FOLDER) -> Results:
    """Return what a folder has."""
    run = _run(folder / RUN)
    claims: list[Claim] = []
    missing: dict[str, str] = {}
    for name, (title, scenes_of) in SCRIPTS.items():
        try:
            found = json.loads((folder / f"{name}.json").read_text("utf-8"))
            said = compared(name), claim_of(name)
            claims.append(Claim(name, title, *said, tuple(scenes_of(found))))
        except FileNotFoundError:
            missing[name] = "no result file"
        except (LookupError, TypeError, ValueError, AttributeError):
            missing[name] = "result file of another release"
    apart = [one.name for one in claims if run and _is_apart(folder / f"{one.name}.json", run)]
    return Results(run, tuple(claims), missing, tuple(apart))


def _run(path: Path) -> Run | None:
    try:
        found = json.loads(path.read_text("utf-8"))
        began, ended = (datetime.fromisoformat(found[key]) for key in ("began", "ended"))
        load = (float(found["load"][0]), float(found["load"][1]))
        return Run(began, ended, found["python"], found["cores"], found["quick"], load)
    except (OSError, LookupError, TypeError, ValueError):
        return None


def _is_apart(path: Path, run: Run) -> bool:
    made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return not run.began - _SLACK <= made <= run.ended + _SLACK
