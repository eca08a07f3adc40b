"""Exit codes, and which error ends with which."""

from __future__ import annotations

import enum
from typing import Final

from tiktok_async.errors import (
    AuthError,
    CheckpointMismatchError,
    ConfigError,
    CredentialsMissingError,
    DownloadError,
    ExportTimeoutError,
    InputError,
    LoginError,
    QuotaExhaustedError,
    ReauthorizationRequiredError,
    ScopeError,
    TargetExistsError,
    TransportError,
)


class Exit(enum.IntEnum):
    """How a command ended."""

    COMPLETE = 0
    ERROR = 1
    USAGE = 2
    CREDENTIALS = 3
    QUOTA = 4
    """The daily quota is spent; resumable."""
    NETWORK = 5
    PARTIAL = 6
    """Stopped with a partial, resumable result."""
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def word(self) -> str:
        """The code in one word."""
        return self.name.lower()


class StoppedError(Exception):
    """The user stopped the work before its end.

    Args:
        exit: How the command ends.
    """

    def __init__(self, exit: Exit) -> None:  # noqa: A002  # the word of `Interrupts`
        super().__init__(exit)
        self.exit: Exit = exit


class Terminated(KeyboardInterrupt):  # as its parent
    """SIGTERM, where it ends the work as Ctrl-C does."""


# The first row that fits counts.
_EXITS: Final[tuple[tuple[type[Exception], Exit], ...]] = (
    (CredentialsMissingError, Exit.CREDENTIALS),
    (AuthError, Exit.CREDENTIALS),
    (ScopeError, Exit.CREDENTIALS),
    (ReauthorizationRequiredError, Exit.CREDENTIALS),
    (LoginError, Exit.CREDENTIALS),
    (InputError, Exit.USAGE),
    (ConfigError, Exit.USAGE),
    (CheckpointMismatchError, Exit.USAGE),
    (TargetExistsError, Exit.USAGE),
    (QuotaExhaustedError, Exit.QUOTA),
    (TransportError, Exit.NETWORK),
    (ExportTimeoutError, Exit.PARTIAL),
)
_LOST_ON_THE_WAY: Final = frozenset({"cut", "changed", "stalled"})
"""Kinds of a failed download for which the network is to blame."""


def exit_of(error: BaseException) -> Exit:
    """Return the exit code of an error that left nothing to go on with."""
    if isinstance(error, DownloadError) and error.kind in _LOST_ON_THE_WAY:
        return Exit.NETWORK
    return next((code for kind, code in _EXITS if isinstance(error, kind)), Exit.ERROR)
