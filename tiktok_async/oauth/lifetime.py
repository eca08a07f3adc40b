"""When a token is renewed, before it ends."""

from __future__ import annotations

from typing import Final

_EARLY_SECONDS: Final = 300.0
_EARLY_SHARE: Final = 0.1


def early(life: float) -> float:
    """Return how many seconds before its end a token is renewed: 5 minutes or a tenth, the less."""
    return min(_EARLY_SECONDS, _EARLY_SHARE * life)


def fresh_for(expires_in: float | None) -> float:
    """Return the seconds for which a token is used; without a known life, until a 401."""
    return float("inf") if expires_in is None else expires_in - early(expires_in)
