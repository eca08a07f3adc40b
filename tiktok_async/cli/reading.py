"""`portability read | report`: what an archive on this machine holds; no account, no network.

Both work on the main thread, where Ctrl-C and SIGTERM end them wherever they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter

from tiktok_async.cli.options import LIMIT, OUTPUT, Talk, check_limit, check_page
from tiktok_async.errors import InputError

_STDOUT = "-"
_Archive: TypeAlias = Annotated[
    Path,
    Parameter(
        metavar="FILE",
        help="The archive: a .zip as it was downloaded, here or in the app, its JSON file, or a "
        "folder of its text files.",
    ),
]
_Overwrite: TypeAlias = Annotated[
    bool,
    Parameter(group=OUTPUT, negative="", show_default=False, help="Replace the file if it exists."),
]


def read(
    file: _Archive,
    section: Annotated[
        str | None,
        Parameter(
            show_default=False,
            help="The section, such as watch_history or favorites.videos. Without it all that the "
            "archive has are listed.",
        ),
    ] = None,
    /,
    *,
    output: Annotated[
        str,
        Parameter(
            name=["--output", "-o"],
            group=OUTPUT,
            metavar="FILE",
            help="File to write: .jsonl, .csv or .parquet; - is JSON Lines on standard output.",
            allow_leading_hyphen=True,  # for -
        ),
    ] = _STDOUT,
    overwrite: _Overwrite = False,
    limit: Annotated[int | None, LIMIT] = None,
    talk: Talk = Talk(),  # noqa: B008  # frozen
) -> int:
    """List what an archive holds, or write the rows of a section.

    It reads the archive of this API and that of the app's own "Download your data", of every year
    since 2020. Dates have a zone only where the archive says so.
    """
    from tiktok_async.cli.contents import list_sections, write_section
    from tiktok_async.cli.stopping import terminable

    check_limit(limit)
    if section is None and (output != _STDOUT or limit is not None):
        msg = "-o and --limit are about the rows of a section: write its name behind the file."
        raise InputError(msg)
    with terminable():
        if section is None:
            return list_sections(file, talk)
        place = None if output == _STDOUT else Path(output)
        return write_section(file, section, place, talk, limit=limit, overwrite=overwrite)


def report(
    file: _Archive,
    /,
    *,
    output: Annotated[
        Path,
        Parameter(
            name=["--output", "-o"], group=OUTPUT, metavar="FILE", help="The page to write, .html."
        ),
    ] = Path("report.html"),
    overwrite: _Overwrite = False,
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Write a page about an archive, to be looked at in a browser.

    Its path goes to standard output. The page is one file, needs no network and runs no script:
    nothing leaves this machine.
    """
    from tiktok_async.cli.contents import write_report
    from tiktok_async.cli.stopping import terminable

    check_page(output)
    with terminable():
        return write_report(file, output, talk, overwrite=overwrite)
