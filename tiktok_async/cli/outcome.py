"""What a command came to, for a person or for a program."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.cli.terminal import COMMAND, PROGRAM, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktok_async.cli.options import Talk

_SAID_ONCE: Final = "--anew"
"""A wish that is granted with the first run."""


def tell(
    talk: Talk, lines: Iterable[str], facts: Mapping[str, Any], *, rows_out: bool = False
) -> None:
    """Say `lines` on standard error, or write `facts` as one JSON object with --json.

    Args:
        talk: How much to say.
        lines: For a person.
        facts: For a program.
        rows_out: Whether standard output belongs to rows, so that the object goes elsewhere.
    """
    if talk.json and rows_out:
        say(json.dumps(facts))
    elif talk.json:
        write_json(facts)
    elif not talk.quiet:
        for line in lines:
            say(line)


def write_json(facts: Mapping[str, Any]) -> None:
    """Write one JSON object as a line of standard output."""
    write(json.dumps(facts))


def write(*lines: str) -> None:
    """Write lines to standard output."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def command_again() -> str | None:
    """Return the command line that runs, to be run again; None = it would not go on with anything.

    What an emulator of the command's own knew is gone with it; and a request that was sent anew is
    not to be sent once more.
    """
    words = COMMAND.get()
    if "--emulator" in words:
        return None
    return shlex.join([PROGRAM, *(word for word in words if word != _SAID_ONCE)])
