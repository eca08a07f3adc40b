"""`tikapi save`: the videos of posts to disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tiktok_async.cli.options import OUTPUT, REQUEST, Talk
from tiktok_async.cli.tikapi.options import TikAPIAccess


async def save(
    post: Annotated[
        list[str],
        Parameter(
            allow_leading_hyphen=True,  # for -
            help="A post's id or link, or a .jsonl file of posts as the lists write them; "
            "- is such a file on standard input.",
        ),
    ],
    /,
    *,
    output: Annotated[
        Path,
        Parameter(
            name=["--output", "-o"],
            group=OUTPUT,
            metavar="FOLDER",
            help="Where the videos go, each as <id>.mp4; made if it is not there.",
        ),
    ] = Path("videos"),
    overwrite: Annotated[
        bool,
        Parameter(
            group=OUTPUT,
            negative="",
            show_default=False,
            help="Replace videos that are there; without it they are skipped.",
        ),
    ] = False,
    concurrency: Annotated[int, Parameter(group=REQUEST, help="Downloads at once, 1-64.")] = 8,
    renew: Annotated[
        bool,
        Parameter(
            group=REQUEST,
            negative="",
            show_default=False,
            help="Look a post up again, a call each, where its links are good no longer.",
        ),
    ] = False,
    access: TikAPIAccess = TikAPIAccess(),  # noqa: B008  # frozen
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Save the videos of posts: one by its id or link, or all of a file of posts.

    An id or a link costs a call; a post of a file has its links, which live for hours only. One
    that fails stops no other: the exit code is then 6, and the same command tries it again.
    """
    from tiktok_async.cli.tikapi.saving import Wish, save_all

    wish = Wish(folder=output, overwrite=overwrite, concurrency=concurrency, renew=renew)
    return await save_all(post, wish, access, talk)
