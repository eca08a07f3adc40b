"""`demo`: a collection and an export from an emulator, with faults, checked against the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


async def demo(
    *,
    output_dir: Annotated[
        Path, Parameter(metavar="FOLDER", help="Where the videos, the archive and its report go.")
    ] = Path("demo-out"),
    seed: Annotated[int, Parameter(help="What the emulator's world grows from.")] = 7,
    quiet: Annotated[
        bool, Parameter(negative="", show_default=False, help="Say the results only.")
    ] = False,
) -> int:
    """Collect videos and export a user's data from an emulator, and check every row and byte.

    Things go wrong on the way, and are healed. It needs no account and no network, and about half a
    minute; it writes 256 MiB.
    """
    from tiktok_async.cli.demonstration import demonstrate

    return await demonstrate(output_dir, seed, quiet=quiet)
