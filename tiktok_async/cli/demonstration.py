"""What `demo` does: each API's main job on an emulator, a killed one, and a check of each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tiktok_async.cli import demo_export, demo_job, demo_research, demo_tikapi
from tiktok_async.cli.exits import Exit
from tiktok_async.cli.folders import make_folder
from tiktok_async.cli.options import Talk
from tiktok_async.cli.outcome import write
from tiktok_async.cli.terminal import PROGRAM, say

if TYPE_CHECKING:
    from pathlib import Path

_VIDEOS: Final = 120_000
_EXPORT_BYTES: Final = 256 * 2**20
_EXPORT_ROWS: Final = 5_000
_PARTS: Final = {
    "1. Research: 90 days of videos": demo_research.show_research,
    "2. Data Portability: a user's export, from the login to a report": demo_export.show_export,
    "3. TikAPI: a crawl of a thousand calls, and videos saved": demo_tikapi.show_tikapi,
    "4. A job of three stages, killed half-way, that loses nothing": demo_job.show_job,
}
_INSTALL_FIRST: Final = (
    ('  pip install ".[cli,parquet]"    (puts the command on your path)',)
    if "NOX_CURRENT_SESSION" in os.environ
    else ()
)
"""Under nox the command lives in the session's own environment, where nobody looks for it."""

_NEXT_QUERY: Final = (
    f"{PROGRAM} research videos --emulator --where \"keyword = 'hello world'\" "
    "--start 2022-01-01 --end 2022-12-31 --dry-run"
)


async def demonstrate(output_dir: Path, seed: int, *, quiet: bool) -> Exit:
    """Show every part; return the exit code.

    Args:
        output_dir: Where the files go; made if it is not there.
        seed: What the world grows from.
        quiet: Say the results only.
    """
    from tiktok_async.emulator import Emulator

    make_folder(output_dir)
    faults = [*demo_research.faults(), *demo_export.faults(), *demo_tikapi.faults()]
    async with Emulator(
        seed=seed,
        videos=_VIDEOS,
        consent="approve",
        export_bytes=_EXPORT_BYTES,
        export_fill="padding",
        export_rows=_EXPORT_ROWS,
        faults=faults,
    ) as emulator:
        if not quiet:
            say(f"The emulator runs on {emulator.base_url}, with {len(faults)} faults to come.")
        for title, show in _PARTS.items():
            if not quiet:
                say(f"\n{title}")
            code = await show(emulator, output_dir, Talk(quiet=quiet))
            if code:
                return code
    write(f"\n{demo_job.report_line(output_dir)}", *_next_steps(output_dir))
    return Exit.COMPLETE


def _next_steps(folder: Path) -> list[str]:
    return [
        "\nWhat to try next:",
        *_INSTALL_FIRST,
        f"  {_NEXT_QUERY}",
        f"  {PROGRAM} research user joe1234567 --emulator",
        f"  {PROGRAM} portability read {folder / demo_export.ARCHIVE} searches --limit 5",
        f"  {PROGRAM} auth login --emulator",
        f"  {PROGRAM} jobs show {folder / demo_job.DIRECTORY}",
        f"  {PROGRAM} tikapi public check --username joe1234567 --emulator",
        f"  {PROGRAM} emulator --port 8080",
        f"  {PROGRAM} doctor",
    ]
