"""What an error means for the unit that met it (some days, or an item), and for the whole run."""

from __future__ import annotations

import enum
from typing import Final

from tiktok_async.errors import (
    APIError,
    AuthError,
    CheckpointMismatchError,
    ConfigError,
    CredentialsMissingError,
    DecodeError,
    DiskError,
    IncompleteError,
    InputError,
    NotFoundError,
    QuotaExhaustedError,
    RateLimitError,
    ReauthorizationRequiredError,
    ScopeError,
    ServerError,
    TikTokError,
    TransportError,
)
from tiktok_async.io.decision import BUDGET_EXHAUSTED
from tiktok_async.io.walker import reason_of
from tiktok_async.jobs.manifest import Gap

LIST_ENDED: Final = "list_limit_reached"
"""The provider gives no more of a list, ever."""


class Outcome(enum.Enum):
    """What becomes of a unit."""

    MISSING = enum.auto()
    """It is not to be had: gone, private, not shared. Its being so is a result."""
    REFUSED = enum.auto()
    """The same, if the provider does not refuse everything."""
    ENDED = enum.auto()
    """The provider gives no more of it; what came is kept."""
    BROKEN = enum.auto()
    """The provider fails on it: ask for less, or do without."""
    STOP = enum.auto()
    """It says nothing about the unit: the shard ends and can be gone on with."""


def outcome_of(error: TikTokError) -> Outcome:  # noqa: PLR0911  # one way out for each outcome
    """Return what an error means for the unit that met it."""
    if error.reason == BUDGET_EXHAUSTED:
        return Outcome.STOP
    if error.reason == LIST_ENDED:
        return Outcome.ENDED
    if isinstance(error, NotFoundError):
        return Outcome.MISSING
    if isinstance(error, ServerError | IncompleteError):
        return Outcome.BROKEN
    if isinstance(error, DecodeError):
        return Outcome.BROKEN if error.retryable else Outcome.STOP
    if isinstance(error, _NOT_OF_UNITS) or not isinstance(error, APIError):
        return Outcome.STOP
    return Outcome.REFUSED


_NOT_OF_UNITS: Final = (
    AuthError,
    ReauthorizationRequiredError,
    QuotaExhaustedError,
    RateLimitError,
)


def gap_of(label: str, error: TikTokError) -> Gap:
    """Return what the manifest says of a unit that cannot be had.

    Args:
        label: Which: days, or an item.
        error: Why.
    """
    log_id = getattr(error, "log_id", None)
    return Gap(label, error.reason or reason_of(error), error.message, log_id)


class Stop(enum.Enum):
    """What ends a run before its end; the value is `Manifest.stopped`."""

    QUOTA = "quota"
    """The daily quota is spent."""
    NETWORK = "network"
    """The provider cannot be reached."""
    PROVIDER = "provider"
    """The provider fails on everything."""
    INTERRUPTED = "interrupted"
    """Somebody wished it."""
    CREDENTIALS = "credentials"
    """The credential is refused, or is not allowed to ask this."""
    DISK = "disk"
    """The disk is full, closed or broken."""
    DAMAGED = "damaged"
    """The job's own files do not fit each other."""
    INPUT = "input"
    """Something that was asked for is refused."""
    ERROR = "error"
    """A shard met what nobody expected; the others went on."""

    @property
    def is_outage(self) -> bool:
        """Whether waiting may help."""
        return self in {Stop.NETWORK, Stop.PROVIDER}

    @property
    def ends_all(self) -> bool:
        """Whether it is of no use to go on with other shards."""
        return self is not Stop.ERROR


def stop_of(error: TikTokError) -> Stop:
    """Return what an error that ended a shard means for the run."""
    if isinstance(error, TransportError) and error.kind == "tls_invalid":
        return Stop.INPUT
    return next((stop for classes, stop in _STOPS if isinstance(error, classes)), Stop.ERROR)


_STOPS: Final[tuple[tuple[tuple[type[TikTokError], ...], Stop], ...]] = (
    ((QuotaExhaustedError,), Stop.QUOTA),
    ((TransportError,), Stop.NETWORK),
    ((ServerError, RateLimitError), Stop.PROVIDER),
    (
        (AuthError, CredentialsMissingError, ScopeError, ReauthorizationRequiredError),
        Stop.CREDENTIALS,
    ),
    ((DiskError,), Stop.DISK),
    ((CheckpointMismatchError,), Stop.DAMAGED),
    ((InputError, ConfigError), Stop.INPUT),
    ((APIError,), Stop.INPUT),
)
