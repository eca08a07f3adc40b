"""`tikapi live chat`: what happens in a live room, as it happens."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from tiktok_async.cli.options import LIMIT, REQUEST, Talk, check_limit
from tiktok_async.cli.tikapi.options import TikAPIAccess


async def chat(
    room_id: Annotated[
        str, Parameter(help="The live room's id; a profile has it while its user is live.")
    ],
    /,
    *,
    fastest: Annotated[
        str,
        Parameter(
            group=REQUEST,
            metavar="TIME",
            help="From one look to the next while something happens; each costs a call.",
        ),
    ] = "1s",
    slowest: Annotated[
        str,
        Parameter(
            group=REQUEST, metavar="TIME", help="From one look to the next while nothing does."
        ),
    ] = "10s",
    limit: Annotated[int | None, LIMIT] = None,
    access: TikAPIAccess = TikAPIAccess(),  # noqa: B008  # frozen
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Follow the chat of a live room until it closes (premium).

    Each event is one line of JSON on standard output, as it comes and once. Ctrl-C ends it. Done as
    a user (TIKAPI_ACCOUNT_KEY) who granted live and send_messages.
    """
    from tiktok_async.cli.amounts import seconds
    from tiktok_async.cli.tikapi.following import follow
    from tiktok_async.tikapi.chat import ChatPace

    check_limit(limit)
    pace = ChatPace(fastest=seconds(fastest, "--fastest"), slowest=seconds(slowest, "--slowest"))
    return await follow(room_id, pace, limit, access, talk)
