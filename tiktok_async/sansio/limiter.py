"""When the next request may start: GCRA with a small burst, closed by a 429, reopened by a probe.

Rules: no waiting here; `now` is monotonic seconds and always an argument. A request is granted or
told how long to wait; a grant that was never sent can be returned. After a 429 the limiter is
closed until a time; then one probe goes out alone, and the rate starts at half and recovers by a
tenth of the full rate with each clean minute.
"""

from __future__ import annotations

import attrs

_RECOVERY_SECONDS = 60.0
_NEGLIGIBLE = 1e-9
"""Seconds that rounding makes of nothing."""


@attrs.frozen
class Rate:
    """At most `limit` requests in `per` seconds, `burst` of them at once."""

    limit: float
    per: float = 1.0
    burst: int = 2

    def scaled(self, factor: float) -> Rate:
        """Return the rate times `factor`, for head-room."""
        return attrs.evolve(self, limit=self.limit * factor)


@attrs.define(eq=False)
class Limiter:
    """The state of one rate bucket."""

    rate: Rate | None = None
    """`None` = no limit but what a 429 imposes."""
    _due: float = float("-inf")
    _closed_until: float = float("-inf")
    _refuses_until: float = float("-inf")
    _taken: float = 0.0
    """What the last grant cost, in seconds."""
    _probing: bool = False
    _probe_out: bool = False
    _share: float = 1.0
    _clean_since: float = 0.0

    @property
    def _step(self) -> float:
        if self.rate is None:
            return 0.0
        return self.rate.per / (self.rate.limit * self._share)

    @property
    def pace(self) -> Rate | None:
        """The rate at present: lower than `rate` for a while after a 429."""
        return None if self.rate is None else self.rate.scaled(self._share)

    def wait(self, now: float) -> float | None:
        """Return the seconds until a request may start; 0.0 = now, `None` = after the probe."""
        if now < self._closed_until:
            return self._closed_until - now
        if self._probing and self._probe_out:
            return None
        if self.rate is None:
            return 0.0
        # The head-room is that of the full rate: a slower step must not widen it.
        slack = (self.rate.burst - 1) * self.rate.per / self.rate.limit
        wait = self._due - slack - now
        return wait if wait > _NEGLIGIBLE else 0.0

    def take(self, now: float) -> None:
        """Count a request that starts at `now`."""
        self._taken = self._step
        self._due = max(self._due, now) + self._taken
        self._probe_out = self._probing

    def give_back(self) -> None:
        """Return a grant whose request was never sent."""
        self._due -= self._taken
        self._probe_out = False

    def abandoned(self) -> None:
        """Count a request whose answer nobody will see; a probe goes out anew."""
        self._probe_out = False

    def close(self, now: float, until: float) -> None:
        """Obey a 429: nothing starts before `until`, then one probe, then half the rate."""
        if now >= self._closed_until:
            self._share = max(0.1, self._share / 2)
        self._closed_until = max(self._closed_until, until)
        self._probing, self._probe_out = True, False
        self._clean_since = until

    def refuse(self, now: float, until: float) -> None:
        """Close for longer than anybody waits: until then a call is refused, not queued."""
        self.close(now, until)
        self._refuses_until = max(self._refuses_until, until)

    def refusal(self, now: float) -> float | None:
        """Return the seconds for which calls are refused; None = they are not."""
        left = self._refuses_until - now
        return left if left > 0 else None

    def answered(self, now: float, *, limited: bool) -> None:
        """Count an answer; one that is no 429 ends the probe and lets the rate recover."""
        self._probe_out = False
        if limited or now < self._closed_until:
            return
        self._probing = False
        if self._share < 1.0 and now - self._clean_since >= _RECOVERY_SECONDS:
            self._share = min(1.0, self._share + 0.1)
            self._clean_since = now
