"""What an archive holds: the list of its sections, the rows of one, and the page about it."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.cli.exits import Exit
from tiktok_async.cli.outcome import tell, write, write_json
from tiktok_async.cli.portion import Portion
from tiktok_async.cli.terminal import PROGRAM, counted, say
from tiktok_async.convert import dumps
from tiktok_async.errors import shown
from tiktok_async.portability.archive import Archive
from tiktok_async.portability.archive.columns import columns_of, plain_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tiktok_async.cli.options import Talk
    from tiktok_async.portability.archive import Section, SectionInfo, Unknown

_NO_ROWS: Final = {"empty": "empty", "absent": "not there"}


def list_sections(file: Path, talk: Talk) -> Exit:
    """List every section with its rows, and what nobody knows; return the exit code."""
    with Archive.open(file) as archive:
        found, unknown = archive.inventory(), archive.unknown
        facts = {"form": archive.form, "era": archive.era, "language": archive.language}
    if talk.json:
        write_json(
            {**facts, "sections": list(map(_section_facts, found)), "unknown": _told(unknown)}
        )
        return Exit.COMPLETE
    write(*_table(found), *(f"unknown: {shown(' > '.join(one.path))}" for one in unknown))
    if not talk.quiet:
        era = "" if archive.form == "text" else f", layout {archive.era}"
        say(f"{archive.form}{era}")
        if some := next((one.name for one in found if one.rows), None):
            again = shlex.join([PROGRAM, "portability", "read", str(file), some])
            say(f"the rows of a section: {again}")
    return Exit.COMPLETE


def write_section(
    file: Path, name: str, output: Path | None, talk: Talk, *, limit: int | None, overwrite: bool
) -> Exit:
    """Write the rows of a section to a file or standard output; return the exit code."""
    with Archive.open(file) as archive:
        section = archive.section(name)
        rows = section if limit is None else Portion(section, limit)
        count = _print(rows) if output is None else archive.write(rows, output, overwrite=overwrite)
        state = section.state
        # A count of what was left out needs the whole section; a limit did not read it.
        skipped = section.skipped if limit is None else None
    place = "" if output is None else f" in {output}"
    lines = [f"{name}: {counted(count, 'row')}{place}" if count else f"{name}: {_NO_ROWS[state]}"]
    if skipped:
        lines.append(f"  left out: {counted(skipped, 'row')} of another kind than the section's")
    facts = {"section": name, "state": state, "rows": count, "skipped": skipped, "exit_code": 0}
    facts["output"] = "-" if output is None else str(output)
    tell(talk, lines, facts, rows_out=output is None)
    return Exit.COMPLETE


def write_report(file: Path, output: Path, talk: Talk, *, overwrite: bool) -> Exit:
    """Write the page about an archive; return the exit code."""
    from tiktok_async.report import write_export_report

    with Archive.open(file) as archive:
        write_export_report(archive, output, overwrite=overwrite)
    if talk.json:
        write_json({"output": str(output), "exit_code": 0})
    else:
        write(str(output))
    return Exit.COMPLETE


def _print(section: Section[Any]) -> int:
    """Write rows as JSON Lines to standard output, a batch at a time; return how many."""
    columns, count = columns_of(section.row), 0
    for rows in section.batches():
        lines = (dumps(plain_row(row, columns)) + b"\n" for row in rows)
        sys.stdout.buffer.write(b"".join(lines))
        sys.stdout.buffer.flush()
        count += len(rows)
    return count


def _table(found: Iterable[SectionInfo]) -> Iterator[str]:
    for one in found:
        note = _NO_ROWS.get(one.state, "")
        if one.skipped:
            note = f"and {one.skipped:,} left out"
        yield f"{one.name:<25} {one.rows:>11,}  {note}".rstrip()


def _section_facts(info: SectionInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "title": info.title,
        "state": info.state,
        "rows": info.rows,
        "skipped": info.skipped,
    }


def _told(unknown: Iterable[Unknown]) -> list[dict[str, Any]]:
    return [{"path": list(one.path), "kind": one.kind, "size": one.size} for one in unknown]
