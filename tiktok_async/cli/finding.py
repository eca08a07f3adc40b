"""What `doctor` finds, one line each: names only, never the value of a secret."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async.cli.exits import Exit, exit_of
from tiktok_async.cli.terminal import explained

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@attrs.frozen
class Finding:
    """One line of the report."""

    what: str
    found: str
    exit: Exit = Exit.COMPLETE
    """How the command ends if this is the worst."""


def failure(what: str, error: Exception) -> Finding:
    """Return what an error says about a thing."""
    return Finding(what, explained(error), exit_of(error))


def places(variables: Iterable[str], settings: Mapping[str, Any]) -> str:
    """Return which settings are given and where, by name; empty = none."""
    names = tuple(variables)
    found = [f"{name} (environment)" for name in names if os.environ.get(name)]
    found += [f"{name.lower()} (profile)" for name in names if settings.get(name.lower())]
    return ", ".join(found)


def show(findings: Sequence[Finding], *, as_json: bool) -> Exit:
    """Write the findings; return how the command ends."""
    worst = max((one.exit for one in findings), default=Exit.COMPLETE)
    if as_json:
        shown = {one.what: one.found for one in findings}
        sys.stdout.write(f"{json.dumps({**shown, 'exit_code': int(worst)})}\n")
        return worst
    width = max(len(one.what) for one in findings)
    for one in findings:
        mark = "!" if one.exit else " "
        sys.stdout.write(f"{mark} {one.what:<{width}}  {one.found}\n")
    return worst
