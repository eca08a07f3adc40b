"""What was served and paid for."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any, Final

import attrs

_ARRIVALS: Final = 20_000


def _empty() -> deque[tuple[float, str]]:
    return deque(maxlen=_ARRIVALS)


@attrs.define
class Stats:
    """Counts since the start or the last reset."""

    served: int = 0
    """Calls that got an answer, or a fault in its place."""
    rows: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    by_status: Counter[str] = attrs.field(factory=Counter)
    """A reset connection counts as "0"."""
    by_endpoint: Counter[str] = attrs.field(factory=Counter)
    faults: Counter[str] = attrs.field(factory=Counter)
    paid: dict[tuple[str, str, str], list[int]] = attrs.field(factory=dict)
    """Requests and records by credential, family and endpoint."""
    arrivals: deque[tuple[float, str]] = attrs.field(factory=_empty)

    def arrive(self, endpoint: str, now: float) -> None:
        """Count a call that came in."""
        self.arrivals.append((now, endpoint))
        self.by_endpoint[endpoint] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def leave(self, status: int) -> None:
        """Count the end of a call."""
        self.in_flight -= 1
        self.served += 1
        self.by_status[str(status)] += 1

    def pay(self, client_key: str, family: str, endpoint: str, rows: int) -> None:
        """Count what a call costs."""
        spent = self.paid.setdefault((client_key, family, endpoint), [0, 0])
        spent[0] += 1
        spent[1] += rows
        self.rows += rows

    def shown(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "served": self.served,
            "rows": self.rows,
            "most_in_flight": self.most_in_flight,
            "by_status": dict(self.by_status),
            "by_endpoint": dict(self.by_endpoint),
            "faults": dict(self.faults),
            "paid": self._paid(),
            "arrivals": [list(arrival) for arrival in self.arrivals],
        }

    def _paid(self) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for (client_key, family, endpoint), (requests, records) in self.paid.items():
            of_key = shown.setdefault(client_key, {})
            total = of_key.setdefault(family, {"requests": 0, "records": 0, "endpoints": {}})
            total["requests"] += requests
            total["records"] += records
            total["endpoints"][endpoint] = {"requests": requests, "records": records}
        return shown
