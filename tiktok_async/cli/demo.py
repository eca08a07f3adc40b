"""`demo`: what each API is for, from an emulator, and a job; all checked against the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


async def demo(
    *,
    output_dir: Annotated[
        Path, Parameter(metavar="FOLDER", help="Where all that it fetches goes.")
    ] = Path("demo-out"),
    seed: Annotated[int, Parameter(help="What the emulator's world grows from.")] = 7,
    quiet: Annotated[
        bool, Parameter(negative="", show_default=False, help="Say the results only.")
    ] = False,
) -> int:
    """Show the main job on each of the three APIs with an emulator, and check every row and byte.

    Things go wrong on the way, and are healed; at the end a job of three stages is killed half-way
    and goes on. It needs no account and no network, and about a minute; it writes 280 MiB.
    """
    from tiktok_async.cli.demonstration import demonstrate

    return await demonstrate(output_dir, seed, quiet=quiet)
