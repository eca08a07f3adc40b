"""What a client did so far, in numbers."""

from __future__ import annotations

import attrs


@attrs.frozen
class Statistics:
    """A snapshot of what a client did."""

    calls: int
    attempts: int
    retries: int
    errors: int
    rate_limited: int
    tokens_renewed: int
    rows: int
    in_flight: int
    waiting: int
    connections: int


@attrs.define
class Counters:
    """Counts since the client was made; numbers only, so that days of work add nothing."""

    calls: int = 0
    attempts: int = 0
    retries: int = 0
    errors: int = 0
    rate_limited: int = 0
    tokens_renewed: int = 0
    rows: int = 0
