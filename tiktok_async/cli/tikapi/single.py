"""One call, whose answer is one object on standard output."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async import convert
from tiktok_async.cli.exits import Exit, StoppedError
from tiktok_async.cli.outcome import tell, write_json
from tiktok_async.cli.progress import listener
from tiktok_async.cli.stopping import stoppable
from tiktok_async.cli.terminal import say
from tiktok_async.cli.tikapi.groups import words_of
from tiktok_async.client import Runtime
from tiktok_async.sansio.endpoint import Operation

if TYPE_CHECKING:
    from tiktok_async.cli.options import Talk
    from tiktok_async.cli.tikapi.options import TikAPIAccess
    from tiktok_async.sansio.endpoint import Endpoint


async def ask(request: Endpoint[Any], access: TikAPIAccess, talk: Talk) -> Exit:
    """Send a request and write what it brings; return the exit code.

    Raises:
        StoppedError: if the user had enough.
        TikTokError: as the endpoint says.
    """
    began = time.monotonic()
    async with access.opened(Runtime(on_event=(listener(talk),))) as client:
        found = await _answered(request, client.send(request))
        calls = client.statistics().attempts
    write_json(convert.to_dict(found))
    facts = {
        "complete": True,
        "endpoint": request.id,
        "calls": calls,
        "seconds": round(time.monotonic() - began, 3),
        "exit_code": 0,
    }
    done = [f"done: {_said(request)}"] if request.operation is Operation.ACT else []
    tell(talk, done, facts, rows_out=True)
    return Exit.COMPLETE


async def _answered(request: Endpoint[Any], sending: Any) -> Any:
    try:
        return await stoppable(sending)
    except StoppedError:
        if request.operation is Operation.ACT:
            say("Whether it was done, nobody knows: look before you do it again.")
        raise


def _said(request: Any) -> str:
    """Return what was asked for, such as `user posts like, media_id 7109178205151464746`."""
    values = [
        f"{one.name} {getattr(request, one.name)}"
        for one in attrs.fields(type(request))
        if one.repr and getattr(request, one.name) is not None
    ]
    return ", ".join([" ".join(words_of(request.id)), *values])
