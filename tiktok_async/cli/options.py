"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # cyclopts reads the annotations
from typing import TYPE_CHECKING, Annotated, Final, Literal

import attrs
from cyclopts import Group, Parameter

from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from tiktok_async.client import Runtime
    from tiktok_async.research.client import ResearchClient

REQUEST: Final = Group("Request", sort_key=1)
OUTPUT: Final = Group("Output", sort_key=2)
ACCESS: Final = Group("Access", sort_key=3)
TALK: Final = Group("Talk", sort_key=4)
LIMIT: Final = Parameter(
    name="--limit", group=OUTPUT, metavar="ROWS", help="End after this many rows."
)
KEPT: Final = "Write another name."
"""What to do about a file that is there, for commands that overwrite nothing."""
_STDOUT: Final = "-"


def check_limit(limit: int | None) -> None:
    """Refuse a limit that lets nothing through.

    Raises:
        InputError: if it is below 1.
    """
    if limit is not None and limit < 1:
        msg = f"--limit {limit}: write 1 or more."
        raise InputError(msg)


def check_page(path: Path) -> None:
    """Refuse a name that says it is something else than a page.

    Raises:
        InputError: if it has an ending, and another one than a page's.
    """
    if path.suffix.lower() not in {"", ".html", ".htm"}:
        msg = f"{path} is to be a page for a browser: end its name in .html."
        raise InputError(msg)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Output:
    """Where rows go."""

    output: Annotated[
        str,
        Parameter(
            name=["--output", "-o"],
            group=OUTPUT,
            metavar="FILE",
            help="File to write: .jsonl, .csv or .parquet; - is JSON Lines on standard output.",
            allow_leading_hyphen=True,  # for -
        ),
    ] = _STDOUT
    overwrite: Annotated[
        bool,
        Parameter(
            group=OUTPUT, negative="", show_default=False, help="Replace the file if it exists."
        ),
    ] = False
    resume: Annotated[
        bool,
        Parameter(
            group=OUTPUT,
            negative="",
            show_default=False,
            help="Go on with a file that a stopped run left.",
        ),
    ] = False
    dry_run: Annotated[
        bool,
        Parameter(
            group=OUTPUT,
            negative="",
            show_default=False,
            help="Make no call; show what it would cost.",
        ),
    ] = False

    def __attrs_post_init__(self) -> None:
        if self.overwrite and self.resume:
            msg = "--overwrite starts anew and --resume goes on: write one of them."
            raise InputError(msg)
        if self.resume and self.output == _STDOUT:
            msg = "--resume goes on with a file: name it with -o FILE."
            raise InputError(msg)

    @property
    def path(self) -> Path | None:
        """The file; None = standard output."""
        from pathlib import Path

        return None if self.output == _STDOUT else Path(self.output)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Access:
    """Where to ask, and as whom. Secrets come from the environment or a profile only."""

    profile: Annotated[
        str | None,
        Parameter(
            group=ACCESS,
            metavar="NAME",
            help="Profile of config.toml; without it TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET, "
            "or TIKTOK_ACCESS_TOKEN, are read from the environment.",
        ),
    ] = None
    base_url: Annotated[
        str | None,
        Parameter(
            group=ACCESS, metavar="URL", help="https, or http to 127.0.0.1. Also TIKTOK_BASE_URL."
        ),
    ] = None
    emulator: Annotated[
        bool,
        Parameter(
            group=ACCESS,
            negative="",
            show_default=False,
            help="Ask an emulator started for this command; its videos are of 2022 and 2023.",
        ),
    ] = False
    seed: Annotated[int, Parameter(group=ACCESS, help="What the emulator's world grows from.")] = 7
    on_quota: Annotated[
        Literal["stop", "wait"],
        Parameter(
            group=ACCESS,
            metavar="WHAT",
            help="When the daily quota is spent: stop, or wait for its reset and go on.",
        ),
    ] = "stop"

    def __attrs_post_init__(self) -> None:
        if self.emulator and (self.base_url or self.profile):
            msg = "--emulator is an address and an account: leave out --base-url and --profile."
            raise InputError(msg)

    @property
    def waits(self) -> bool:
        """Whether to wait for the reset of a quota that is spent."""
        return self.on_quota == "wait"

    def opened(self, runtime: Runtime | None = None) -> AbstractAsyncContextManager[ResearchClient]:
        """Return the client, to be opened."""
        from tiktok_async.cli.access import opened

        return opened(self, runtime)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Talk:
    """How much is said."""

    json: Annotated[
        bool,
        Parameter(
            group=TALK,
            negative="",
            show_default=False,
            help="Summary as one JSON object: on standard output, or on standard error when the "
            "rows go there.",
        ),
    ] = False
    quiet: Annotated[
        bool,
        Parameter(group=TALK, negative="", show_default=False, help="Say nothing but errors."),
    ] = False
    verbose: Annotated[
        bool,
        Parameter(
            group=TALK,
            negative="",
            show_default=False,
            help="Say each retry; tracebacks of errors.",
        ),
    ] = False
