"""What happens inside, as frozen values for `on_event`: logs, progress bars and metrics listen.

A listener is called in the event loop and must return at once; an exception of its own is logged,
not raised. No event holds a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from datetime import datetime


@attrs.frozen
class Event:
    """The root of all events."""

    endpoint: str
    """Id of the endpoint, as in the contract."""


@attrs.frozen
class RequestStarted(Event):
    """A request leaves: credential, rate, slot and quota were granted."""

    attempt: int


@attrs.frozen
class RequestEnded(Event):
    """An answer was read and classified, or the attempt failed."""

    attempt: int
    kind: str
    """Row of the retry table; `ok` for an answer."""
    status: int | None
    seconds: float
    log_id: str | None


@attrs.frozen
class Retrying(Event):
    """An attempt failed and is made again after `wait` seconds."""

    attempt: int
    wait: float
    error: str


@attrs.frozen
class RateLimited(Event):
    """The provider asked to slow down; the bucket is closed for `wait` seconds."""

    wait: float


@attrs.frozen
class QuotaSpent(Event):
    """The daily quota is used up."""

    quota: str
    reset_at: datetime | None


@attrs.frozen
class TokenRenewed(Event):
    """A fresh token was obtained."""

    expires_in: float | None


@attrs.frozen
class PageReceived(Event):
    """A page was decoded."""

    rows: int
    """New rows in it."""
    more: bool
    request: Any = attrs.field(repr=False)


@attrs.frozen
class ExportRequested(Event):
    """An export was asked for, or one that is on its way was taken up."""

    request_id: int
    fresh: bool
    """Whether it was asked for now."""


@attrs.frozen
class ExportPolled(Event):
    """An export is not ready yet."""

    request_id: int
    status: str | None
    """The provider's word; None where the poll failed."""
    waited: float
    """Seconds since the wait began."""
    pause: float
    """Seconds until the next poll, unless a webhook comes first."""
