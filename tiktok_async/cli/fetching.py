"""`portability download | export`: from an export to a verified archive on disk."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from cyclopts import Parameter

from tiktok_async.cli.exports import (
    Categories,
    DataFormat,
    RequestId,
    Timeout,
    check_id,
)
from tiktok_async.cli.options import OUTPUT, REQUEST, Talk
from tiktok_async.cli.user_access import EmulatedAccess
from tiktok_async.errors import InputError

_Output: TypeAlias = Annotated[
    str,
    Parameter(
        name=["--output", "-o"],
        group=OUTPUT,
        metavar="FILE",
        help="The file, or a folder, where it becomes tiktok-export-<id>.zip.",
    ),
]
_Overwrite: TypeAlias = Annotated[
    bool,
    Parameter(group=OUTPUT, negative="", show_default=False, help="Replace the file if it exists."),
]
_NoCrc: TypeAlias = Annotated[
    bool,
    Parameter(
        name="--no-crc",
        group=OUTPUT,
        negative="",
        show_default=False,
        help="Check the structure only, and read no file of the archive.",
    ),
]


async def download(
    request_id: RequestId = None,
    /,
    *,
    output: _Output = ".",
    overwrite: _Overwrite = False,
    no_crc: _NoCrc = False,
    access: EmulatedAccess = EmulatedAccess(),  # noqa: B008  # frozen
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Download the archive of an export that is ready, and verify it.

    At the name of the file stands a verified archive or nothing, whatever happens.
    """
    from tiktok_async.cli.watching import Target, download_it

    check_id(request_id, access)
    target = Target(output=output, overwrite=overwrite, crc=not no_crc)
    return await download_it(request_id, target, access, talk)


async def export(
    categories: Categories = None,
    /,
    *,
    data_format: DataFormat = "json",
    request_id: Annotated[
        str | None,
        Parameter(group=REQUEST, metavar="ID", help="Go on with this request; ask for nothing."),
    ] = None,
    anew: Annotated[
        bool,
        Parameter(
            group=REQUEST,
            negative="",
            show_default=False,
            help="Ask for a new one, even if one is on its way.",
        ),
    ] = False,
    timeout: Timeout = "1d",  # noqa: ASYNC109  # as the user writes it
    output: _Output = ".",
    overwrite: _Overwrite = False,
    no_crc: _NoCrc = False,
    access: EmulatedAccess = EmulatedAccess(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Do it all: ask for an export, wait until it is ready, download and verify it.

    A request that is on its way for this user and selection is taken up again: run the same
    command after a stop or a crash, and nothing is asked for twice.
    """
    from tiktok_async.cli.watching import Target, Wish, export_it

    if request_id is not None:
        if anew:
            msg = "--anew asks for a new export and --request-id goes on with one: write one."
            raise InputError(msg)
        check_id(request_id, access)
    wish = Wish(
        categories=",".join(categories or ["all_data"]),
        data_format=data_format,
        request_id=request_id,
        anew=anew,
        timeout=timeout,
    )
    target = Target(output=output, overwrite=overwrite, crc=not no_crc)
    return await export_it(wish, target, access, talk)
