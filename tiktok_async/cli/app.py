"""The tree of commands; each is imported when it is asked for."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Final

from cyclopts import App
from cyclopts.exceptions import CycloptsError

from tiktok_async.cli.exits import Exit, StoppedError, Terminated, exit_of
from tiktok_async.cli.terminal import COMMAND, PROGRAM, program_version, say, say_error

if TYPE_CHECKING:
    from collections.abc import Sequence

_RESEARCH: Final = {
    "videos": "Search public videos posted in a span of days of any length.",
    "user": "Look up public profiles.",
    "comments": "List the comments of videos.",
    "replies": "List the replies of comments.",
    "liked": "List the videos that a user liked.",
    "pinned": "List the videos that a user pinned to the profile.",
    "reposted": "List the videos that a user reposted.",
    "followers": "List the followers of a user.",
    "following": "List whom a user follows.",
    "playlist": "Look up playlists and the ids of their videos.",
    "shop": "Search TikTok shops of the EU by name.",
    "products": "List the products of TikTok shops.",
    "reviews": "List the reviews of products.",
}
_HOMES: Final = {"videos": "videos", "user": "users"}

_PORTABILITY: Final = {
    "request": ("exports", "Ask TikTok for an export of the user's data."),
    "status": ("exports", "Show how far an export is."),
    "wait": ("exports", "Wait until an export is ready."),
    "cancel": ("exports", "Cancel an export that is not ready yet."),
    "download": ("fetching", "Download the archive of an export that is ready, and verify it."),
    "export": ("fetching", "Do it all: ask for an export, wait, download and verify."),
    "verify": ("archives", "Check that an archive is whole and harmless."),
    "extract": ("archives", "Unpack an archive safely."),
    "read": ("reading", "List what an archive holds, or write the rows of a section."),
    "report": ("reading", "Write a page about an archive, to be looked at in a browser."),
}
_AUTH: Final = {
    "login": "Log a user in through the browser, and keep the tokens.",
    "status": "Show who is logged in, and until when.",
    "refresh": "Renew a user's tokens now.",
    "logout": "Revoke a user's tokens and forget them.",
}
_TIKAPI: Final = "TikAPI, a paid service on top of TikTok: all of its endpoints."

_COLLECT: Final = {
    "init": ("collect", "Write a spec with comments, to begin with."),
    "run": ("collect", "Run a job, or go on with it: by a spec, or by options."),
    "kinds": ("collect", "List what can be collected."),
}
_JOBS: Final = {
    "list": ("standing", "List the jobs in a folder, and how each stands."),
    "show": ("reading", "Show how a job stands: its stages, holes, and files."),
    "resume": ("commands", "Go on with a job where it stands."),
    "verify": ("reading", "Check that a job's rows and files are as they were collected."),
    "export": ("reading", "Write a job's rows to a file of another format."),
    "report": ("reading", "Write a page about a job's dataset, to be looked at in a browser."),
    "update": ("commands", "Fetch what is new since a job was complete."),
    "rebuild": ("rebuilding", "Make the rows again of the answers that a job kept."),
    "recheck": ("commands", "Ask which rows of a stage are gone since, and note them."),
}
_CALLED: Final = {"list": "list_jobs"}
"""Functions that cannot have the name of their command."""

_OTHERS: Final = {
    "emulator": "Run the emulator: all three APIs on this machine, without an account.",
    "demo": "Show the main job on each API with an emulator, and check every row and byte.",
    "doctor": "Check versions, credentials, quota and clock.",
}


def run(tokens: Sequence[str]) -> int:
    """Run a command line and return its exit code.

    Args:
        tokens: The words after the program's name.
    """
    COMMAND.set(tuple(tokens))
    verbose = "--verbose" in tokens
    try:
        code = build()(tokens, exit_on_error=False, result_action="return_value")
    except CycloptsError:  # cyclopts has said it
        say(f"Try: {_help_line(tokens)}")
        return Exit.USAGE
    except KeyboardInterrupt as interrupt:
        return Exit.TERMINATED if isinstance(interrupt, Terminated) else Exit.INTERRUPTED
    except StoppedError as stopped:
        say(stopped.exit.word)
        return stopped.exit
    except BrokenPipeError:
        # The reader has what it wanted. Python would complain when it flushes at its own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.ERROR
    except Exception as error:  # noqa: BLE001  # one message for any failure; --verbose has it all
        say_error(error, verbose=verbose)
        return exit_of(error)
    return int(code or 0)


def build() -> App:
    """Return the tree of commands."""
    app = App(
        name=PROGRAM,
        help="Collect data from TikTok's APIs. Without an account, begin with: tiktok-async demo",
        version=program_version,
        help_format="plaintext",
        suppress_keyboard_interrupt=False,
    )
    research = App(name="research", help="The TikTok Research API.", help_format="plaintext")
    for name, line in _RESEARCH.items():
        home = _HOMES.get(name, "listings")
        research.command(f"tiktok_async.cli.{home}:{name}", name=name, help=line)
    app.command(research)
    portability = App(
        name="portability", help="The TikTok Data Portability API.", help_format="plaintext"
    )
    for name, (home, line) in _PORTABILITY.items():
        portability.command(f"tiktok_async.cli.{home}:{name}", name=name, help=line)
    auth = App(name="auth", help="Users who log in to your app.", help_format="plaintext")
    for name, line in _AUTH.items():
        auth.command(f"tiktok_async.cli.auth:{name}", name=name, help=line)
    app.command(portability)
    app.command(auth)
    collect = App(name="collect", help="Collection jobs, from a spec.", help_format="plaintext")
    jobs = App(name="jobs", help="Jobs that were begun.", help_format="plaintext")
    for group, held in ((collect, _COLLECT), (jobs, _JOBS)):
        for name, (home, line) in held.items():
            called = _CALLED.get(name, name)
            group.command(f"tiktok_async.cli.jobs.{home}:{called}", name=name, help=line)
        app.command(group)
    app.command("tiktok_async.cli.tikapi.groups:tikapi", name="tikapi", help=_TIKAPI)
    for name, line in _OTHERS.items():
        app.command(f"tiktok_async.cli.{name}:{name}", name=name, help=line)
    return app


def _help_line(tokens: Sequence[str]) -> str:
    known, _, _ = build().parse_commands(tokens)
    return shlex.join([PROGRAM, *known, "--help"])
