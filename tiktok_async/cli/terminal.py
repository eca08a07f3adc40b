"""What is said on standard error; standard output belongs to the data."""

from __future__ import annotations

import sys
import traceback
from contextvars import ContextVar
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from tiktok_async.errors import CredentialsMissingError, IncompleteError, TikTokError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM: Final = "tiktok-async"

COMMAND: Final[ContextVar[tuple[str, ...]]] = ContextVar("COMMAND", default=())
"""The words of the command line that runs, for the line that says how to go on."""

_SET_APP: Final = (
    "Set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET (developers.tiktok.com, your app), or put "
    "them in a profile of config.toml"
)
_TRY_IT: Final = "--emulator tries it without an account."
_NO_CREDENTIAL: Final = f"{_SET_APP}. {_TRY_IT} `{PROGRAM} doctor` shows what is found."
_NO_APP: Final = f"{_SET_APP}. {_TRY_IT}"
_NO_LOGIN: Final = f"{_SET_APP}, and log in with `{PROGRAM} auth login`, if nobody is."
_NO_USER: Final = (
    f"{_SET_APP}, and log in with `{PROGRAM} auth login`; a ready-made token goes into "
    f"TIKTOK_ACCESS_TOKEN. {_TRY_IT}"
)
_NO_KEY: Final = (
    "Set TIKAPI_API_KEY (tikapi.io) and, for what is done as a user, TIKAPI_ACCOUNT_KEY, or put "
    "them in a profile of config.toml; --sandbox or --emulator tries the command without an "
    f"account. `{PROGRAM} doctor` shows what is found."
)
_IN_PYTHON: Final = {
    "`await client.key.info()`": f"`{PROGRAM} tikapi key info`",
    "check() tells it": f"`{PROGRAM} tikapi public check --username NAME` tells it",
    "use user(account_key=...)": f"use a command of `{PROGRAM} tikapi user`",
    "(api_key= or TIKAPI_API_KEY)": "(TIKAPI_API_KEY)",
    "with fewer window_days": "with a lower --window-days",
    "or ask to overwrite it.": "or --overwrite to replace it.",
    "or pass overwrite=True.": "or --overwrite to replace it.",
    "or overwrite it.": "or --overwrite to replace it.",
    "It is not followed; MediaRules says which hosts may be asked.": "It is not followed.",
}
"""What hints say to programs, and what it is here."""


def program_version() -> str:
    """Return the version that is installed."""
    try:
        return version(PROGRAM)
    except PackageNotFoundError:
        return "not installed"


def say(text: str) -> None:
    """Write a line for the person at the terminal."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def say_error(error: BaseException, *, verbose: bool) -> None:
    """Say what happened and what to do next; with the traceback if `verbose`."""
    if verbose:
        say("".join(traceback.format_exception(error)).rstrip())
    say(f"error: {explained(error)}")


def explained(error: BaseException) -> str:
    """Return what happened and what to do next, in the words of the command line."""
    if not isinstance(error, TikTokError):
        if isinstance(error, OSError):
            return f"{error}."
        return f"{type(error).__name__}: {error}. This is a fault of ours; --verbose shows where."
    if isinstance(error, CredentialsMissingError):
        return f"{error.message} {_advice(error)}"
    if isinstance(error, IncompleteError):  # its hint speaks of Python; ours follows
        return error.message
    return _here(str(error))


def _advice(error: CredentialsMissingError) -> str:
    if "TIKAPI_" in error.hint:
        return _NO_KEY
    group, *words = COMMAND.get() or ("",)
    if group == "auth":
        return _NO_APP if "login" in words else _NO_LOGIN
    return _NO_USER if group == "portability" else _NO_CREDENTIAL


def _here(text: str) -> str:
    for said, here in _IN_PYTHON.items():
        text = text.replace(said, here)
    return text


def listed(values: Sequence[str], most: int = 5) -> str:
    """Return the first values, and how many there are beside them."""
    more = f" and {len(values) - most:,} more" if len(values) > most else ""
    return ", ".join(values[:most]) + more


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1 call` or `1,234 calls`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
