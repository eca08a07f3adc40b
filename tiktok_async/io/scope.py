"""Where and as whom a request is sent, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs

from tiktok_async.sansio.quota import utc_day

if TYPE_CHECKING:
    from tiktok_async.config import Options
    from tiktok_async.io.gate import Lane
    from tiktok_async.io.middleware import Middleware
    from tiktok_async.sansio.endpoint import Api
    from tiktok_async.sansio.wire import Answer


class Credential(Protocol):
    """What the middleware needs of a credential; `oauth` has the implementations."""

    @property
    def name(self) -> str:
        """A name that is no secret, for checkpoints and messages."""

    @property
    def fingerprint(self) -> str:
        """What tells credentials apart and gives nothing away."""

    def headers(self, now: float) -> tuple[tuple[str, str], ...] | None:
        """Return the headers to send at monotonic time `now`, or None when they must be renewed."""

    async def renew(self, middleware: Middleware, refused: tuple[tuple[str, str], ...]) -> bool:
        """Get fresh headers after `refused` were refused (or missing); False = it cannot."""


@attrs.define
class Meter:
    """Counts what is sent with a scope, failed attempts included."""

    sent: int = 0
    by_day: dict[str, int] = attrs.field(factory=dict)
    """The same by UTC day."""

    def count(self, now: float) -> None:
        """Count one request that is sent at `now`, in Unix seconds."""
        day = utc_day(now)
        self.sent += 1
        self.by_day[day] = self.by_day.get(day, 0) + 1


@attrs.frozen(eq=False)
class Scope:
    """Where and as whom a request is sent."""

    middleware: Middleware
    api: Api
    base_url: str
    credential: Credential | None
    options: Options
    meter: Meter | None = attrs.field(default=None, repr=False)
    """Counts what is sent with this scope; None = nobody asks."""
    lanes: dict[str, Lane] = attrs.field(factory=dict, init=False, repr=False)
    """The lanes met so far, by bucket name."""


@attrs.frozen
class Reply:
    """A good answer: its data, and the answer as it came."""

    data: Any
    answer: Answer
    log_id: str | None
