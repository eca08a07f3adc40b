"""Exit codes, and which error ends with which."""

from __future__ import annotations

import enum
from typing import Final

from tiktok_async.errors import (
    AuthError,
    CheckpointMismatchError,
    ConfigError,
    CredentialsMissingError,
    InputError,
    QuotaExhaustedError,
    ReauthorizationRequiredError,
    ScopeError,
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


# The first row that fits counts.
_EXITS: Final[tuple[tuple[type[Exception], Exit], ...]] = (
    (CredentialsMissingError, Exit.CREDENTIALS),
    (AuthError, Exit.CREDENTIALS),
    (ScopeError, Exit.CREDENTIALS),
    (ReauthorizationRequiredError, Exit.CREDENTIALS),
    (InputError, Exit.USAGE),
    (ConfigError, Exit.USAGE),
    (CheckpointMismatchError, Exit.USAGE),
    (QuotaExhaustedError, Exit.QUOTA),
    (TransportError, Exit.NETWORK),
)


def exit_of(error: BaseException) -> Exit:
    """Return the exit code of an error that left nothing to go on with."""
    return next((code for kind, code in _EXITS if isinstance(error, kind)), Exit.ERROR)
