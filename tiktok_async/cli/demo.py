"""`demo`: a collection from the emulator, with faults, checked against the emulator's world."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


async def demo(
    *,
    output_dir: Annotated[
        Path, Parameter(metavar="FOLDER", help="Where the file of videos goes.")
    ] = Path("demo-out"),
    seed: Annotated[int, Parameter(help="What the emulator's world grows from.")] = 7,
    quiet: Annotated[
        bool, Parameter(negative="", show_default=False, help="Say the result only.")
    ] = False,
) -> int:
    """Collect from the emulator, faults included, and check that every row is there once.

    It needs no account and no network.
    """
    from tiktok_async.cli.demonstration import demonstrate

    return await demonstrate(output_dir, seed, quiet=quiet)
