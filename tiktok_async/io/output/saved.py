"""The state beside a partial file, and writing it so that a crash never leaves half of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.convert import dumps
from tiktok_async.errors import CheckpointMismatchError
from tiktok_async.io.durable import write_durably
from tiktok_async.io.output.segments import Segment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VERSION: Final = 1
_HINT: Final = "Start anew with --overwrite."


@attrs.frozen
class Saved:
    """What stands in a state file."""

    size: int
    """Bytes of the file that count, in a text format; a longer file is cut to it."""
    segments: tuple[Segment, ...]
    """Whose rows the file holds."""
    state: Mapping[str, Any]
    """What `resume_from` takes."""
    reason: str
    """Why the run stopped, in one word."""
    missing: tuple[str, ...] = ()
    """What was asked for and cannot be had."""

    @property
    def rows(self) -> int:
        """Rows of the file that count."""
        return sum(one.rows for one in self.segments)


def state_path(path: Path) -> Path:
    """Return where the state of a partial file is."""
    return path.with_name(f"{path.name}.state.json")


def load(path: Path) -> Saved:
    """Read the state beside a file.

    Raises:
        CheckpointMismatchError: if it is none.
    """
    place = state_path(path)
    try:
        return _parsed(json.loads(place.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{place} cannot be read as a state."
        raise CheckpointMismatchError(msg, hint=_HINT) from error


def save(path: Path, saved: Saved) -> None:
    """Write the state beside a file; durable when it returns."""
    content = dumps({"version": _VERSION, **attrs.asdict(saved)})
    write_durably(state_path(path), content)


def mismatch(path: Path) -> CheckpointMismatchError:
    """Return the error for a file that does not hold what its state says."""
    msg = f"{path} does not hold the rows that its state speaks of."
    return CheckpointMismatchError(msg, hint=_HINT)


def _parsed(found: dict[str, Any]) -> Saved:
    if found.pop("version") != _VERSION:
        msg = "another version of the format"
        raise ValueError(msg)
    segments = tuple(Segment(**one) for one in found.pop("segments"))
    return Saved(**{**found, "segments": segments, "missing": tuple(found["missing"])})
