"""`portability verify | extract`: an archive on this machine; no account and no network."""

from __future__ import annotations

from pathlib import Path  # cyclopts reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Parameter

from tiktok_async.cli.options import KEPT, OUTPUT, Talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.portability.guard import ArchiveSummary

_Archive: TypeAlias = Annotated[Path, Parameter(metavar="FILE", help="The archive, a .zip.")]


async def verify(
    file: _Archive,
    /,
    *,
    no_crc: Annotated[
        bool,
        Parameter(
            name="--no-crc",
            negative="",
            show_default=False,
            help="Check the structure only, and read no file of the archive.",
        ),
    ] = False,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """Check that an archive is whole and harmless: its structure, and the CRC of every file in it.

    The exit code is 0 if it is, and 1 with the reason if it is not.
    """
    from tiktok_async.cli.bar import shown
    from tiktok_async.cli.exits import Exit
    from tiktok_async.cli.outcome import tell, write_json
    from tiktok_async.cli.sifting import Sifting
    from tiktok_async.cli.stopping import in_thread
    from tiktok_async.errors import ArchiveError
    from tiktok_async.portability.guard import check_archive

    sifting = Sifting("checked")

    def check(stopped: Callable[[], bool]) -> ArchiveSummary:
        return check_archive(file, crc=not no_crc, cancelled=stopped, on_progress=sifting.receive)

    try:
        with shown(talk, sifting.step):
            found = await in_thread(check)
    except ArchiveError as error:
        if not talk.json:
            raise
        facts = {"verified": False, "kind": error.kind, "member": error.member}
        write_json({**facts, "error": str(error), "exit_code": int(Exit.ERROR)})
        return Exit.ERROR
    tell(talk, _lines(found, crc=not no_crc), _facts(found, crc=not no_crc))
    return Exit.COMPLETE


async def extract(
    file: _Archive,
    /,
    *,
    output: Annotated[
        Path,
        Parameter(
            name=["--output", "-o"],
            group=OUTPUT,
            metavar="FOLDER",
            help="The folder to make; it must not be there yet.",
        ),
    ],
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Unpack an archive into a new folder: all of it or nothing, and nothing outside.

    One that could do harm, such as with paths that lead elsewhere, is refused with the reason.
    """
    from tiktok_async.cli.amounts import size
    from tiktok_async.cli.bar import shown
    from tiktok_async.cli.exits import Exit
    from tiktok_async.cli.outcome import tell
    from tiktok_async.cli.sifting import Sifting
    from tiktok_async.cli.stopping import in_thread
    from tiktok_async.cli.terminal import counted
    from tiktok_async.errors import TargetExistsError
    from tiktok_async.portability.guard import extract_archive

    sifting = Sifting("unpacked")

    def unpack(stopped: Callable[[], bool]) -> ArchiveSummary:
        try:
            return extract_archive(file, output, cancelled=stopped, on_progress=sifting.receive)
        except TargetExistsError as error:
            error.hint = KEPT
            raise

    with shown(talk, sifting.step):
        found = await in_thread(unpack)
    files = counted(found.members, "file")
    lines = [f"unpacked: {files}, {size(found.content_bytes)} in {output}"]
    facts = {"output": str(output), "files": found.members, "content_bytes": found.content_bytes}
    tell(talk, lines, {**facts, "exit_code": 0})
    return Exit.COMPLETE


def _lines(found: ArchiveSummary, *, crc: bool) -> list[str]:
    from tiktok_async.cli.amounts import size
    from tiktok_async.cli.terminal import counted

    checked = "structure and every CRC" if crc else "structure only"
    files, packed = counted(found.members, "file"), size(found.archive_bytes)
    return [
        f"whole and harmless ({checked})",
        f"  {files}, {size(found.content_bytes)} in {packed}",
    ]


def _facts(found: ArchiveSummary, *, crc: bool) -> dict[str, Any]:
    return {
        "verified": True,
        "crc_checked": crc,
        "bytes": found.archive_bytes,
        "files": found.members,
        "content_bytes": found.content_bytes,
        "exit_code": 0,
    }
