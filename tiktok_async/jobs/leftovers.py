"""Drafts that a killed process left behind: what they were to become was not. Blocks."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_async.jobs.layout import Layout

_ENDING: Final = r"\.[0-9a-f]{8}\.part.*"
"""Of a name of `io.durable.working_name`; a database puts more files beside it."""
_DRAFT: Final = re.compile(rf"\..+{_ENDING}")


def is_draft(path: Path) -> bool:
    """Tell whether a file is the beginning of another, which takes its name when it is whole."""
    return _DRAFT.fullmatch(path.name) is not None


def sweep(layout: Layout) -> None:
    """Remove drafts of plans and manifests; the job is to be locked, so that nobody writes them."""
    for folder in (layout.root, layout.plan("x").parent, layout.recheck("x").parent):
        for path in folder.glob(".*.part"):
            if is_draft(path) and not path.name.startswith(f".{layout.spec.name}."):
                with suppress(OSError):
                    path.unlink()


def drafts_of(target: Path) -> list[Path]:
    """Return the drafts of one file, and what stands beside them."""
    draft = re.compile(rf"\.{re.escape(target.name)}{_ENDING}")
    return [one for one in target.parent.iterdir() if draft.fullmatch(one.name)]
