"""Who may call: credentials, tokens, the daily quota and the pace."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.emulator.answers import RefusedError
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.mixing import token_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.emulator.facts import Operation
    from tiktok_async.emulator.grants import Grant

_DAY: Final = 86_400
_MINUTE: Final = 60.0
_NO_LIMIT: Final = (math.inf, math.inf)
# Wording of the documented error struct (official/doc_error_v2_struct.json).
_BAD_TOKEN: Final = "Access token is invalid, please refresh token and retry"  # noqa: S105  # a message


@attrs.frozen
class Credential:
    """A client key and its secret."""

    key: str
    secret: str = attrs.field(repr=False)

    @classmethod
    def derived(cls, seed: int, number: int) -> Credential:
        """Return one of the demo credentials of a world."""
        key = "aw" + token_text(seed, "key", number)[:16]
        return cls(key, token_text(seed, "secret", number)[:32])


@attrs.frozen
class Token:
    """An access token: whose, for what, until when."""

    client_key: str
    scopes: frozenset[str]
    expires: float
    """Unix seconds."""
    grant: Grant | None = None
    """What a user allowed; a client token has none."""


@attrs.define
class Tokens:
    """The access tokens that were given out."""

    seed: int
    _issued: int = 0
    _live: dict[str, Token] = attrs.field(factory=dict, repr=False)

    def issue(self, client_key: str, scopes: frozenset[str], expires: float) -> str:
        """Give out a new token; the earlier ones stay good."""
        self._issued += 1
        token = self.ready_made(self._issued)
        self._live[token] = Token(client_key, scopes, expires)
        return token

    def add(self, text: str, token: Token) -> None:
        """Make a text good as a token."""
        self._live[text] = token

    def get(self, text: str) -> Token | None:
        """Return what is known of a token, expired or not."""
        return self._live.get(text)

    def ready_made(self, number: int) -> str:
        """Return the token that is given out as a certain one, from 1."""
        return "clt." + token_text(self.seed, "token", number)

    def check(self, token: str, operation: Operation, now: float) -> Token:
        """Return what is known of a token.

        Raises:
            RefusedError: if it is unknown or expired, of the wrong kind, or has no scope of those
                that the operation takes.
        """
        known = self._live.get(token)
        if known is None or now >= known.expires:
            self._live.pop(token, None)
            raise RefusedError("access_token_invalid", _BAD_TOKEN)
        if known.scopes.isdisjoint(operation.scopes) or (operation.of_user and not known.grant):
            wanted = " or ".join(operation.scopes)
            raise RefusedError(
                "scope_not_authorized", f"The token does not have the scope {wanted}"
            )
        return known

    def kill(self, token: str) -> None:
        """Make a token worthless for good."""
        self._live.pop(token, None)

    def end(self, open_id: str) -> None:
        """Make all tokens of a user worthless for one app."""
        for text, known in list(self._live.items()):
            if known.grant is not None and known.grant.open_id == open_id:
                del self._live[text]

    def clear(self) -> None:
        """Forget all tokens."""
        self._issued = 0
        self._live.clear()


def bearer(header: str) -> str:
    """Return the token of an Authorization header; the scheme in any case.

    Raises:
        RefusedError: if there is none.
    """
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise RefusedError("access_token_invalid", _BAD_TOKEN)
    return token.strip()


@attrs.define
class Quota:
    """What was spent of the daily quota, per credential and family; the day is UTC.

    Args:
        limits: Requests and records per day, by family; a family that is not named has none.
    """

    limits: Mapping[str, tuple[float, float]]
    _spent: dict[tuple[str, str], list[int]] = attrs.field(factory=dict)
    """Day, requests, records."""

    def check(self, client_key: str, family: str, now: float) -> None:
        """Tell whether one more call is allowed.

        Raises:
            RefusedError: if requests or records of the day are used up.
        """
        requests, records = self.limits.get(family, _NO_LIMIT)
        _, used, rows = self._today(client_key, family, now)
        if used >= requests or rows >= records:
            raise quota_refusal()

    def spend(self, client_key: str, family: str, rows: int, now: float) -> None:
        """Count a call and its records."""
        today = self._today(client_key, family, now)
        today[1] += 1
        today[2] += rows

    def today(self, now: float) -> dict[str, dict[str, dict[str, int]]]:
        """Return requests and records of the day, per credential and family."""
        shown: dict[str, dict[str, dict[str, int]]] = {}
        for client_key, family in list(self._spent):
            _, requests, records = self._today(client_key, family, now)
            counts = {"requests": requests, "records": records}
            shown.setdefault(client_key, {})[family] = counts
        return shown

    def clear(self) -> None:
        """Begin the day anew."""
        self._spent.clear()

    def _today(self, client_key: str, family: str, now: float) -> list[int]:
        day = int(now // _DAY)
        spent = self._spent.setdefault((client_key, family), [day, 0, 0])
        if spent[0] != day:
            spent[:] = [day, 0, 0]
        return spent


def quota_refusal() -> RefusedError:
    """Return the refusal of a call over the daily quota."""
    # The message is known from client code only: daily quota limit exceeded, try later.
    return RefusedError(
        "daily_quota_limit_exceeded", "The API daily quota limit was exceeded, please try later"
    )


@attrs.define
class Pace:
    """How fast a credential may call: an even rate with a second's worth of burst.

    Args:
        rate: Calls per second, or None for no limit.
    """

    rate: float | None
    _free_at: dict[str, float] = attrs.field(factory=dict)

    def check(self, client_key: str, now: float) -> None:
        """Count a call.

        Raises:
            RefusedError: if it comes too soon; it is then not counted.
        """
        if self.rate is None:
            return
        free_at = max(self._free_at.get(client_key, -math.inf), now)
        if free_at > now + max(1.0 - 1.0 / self.rate, 0.0) + 1e-9:
            raise pace_refusal()
        self._free_at[client_key] = free_at + 1.0 / self.rate

    def clear(self) -> None:
        """Forget the past."""
        self._free_at.clear()


@attrs.define
class Minutes:
    """How many calls a credential made in the last sixty seconds, per endpoint.

    Args:
        limit: The most of them.
    """

    limit: float
    _times: dict[tuple[str, str], deque[float]] = attrs.field(factory=dict)

    def check(self, client_key: str, endpoint: str, now: float) -> None:
        """Count a call.

        Raises:
            RefusedError: if it is one too many; it is then not counted.
        """
        times = self._times.setdefault((client_key, endpoint), deque())
        while times and times[0] <= now - _MINUTE:
            times.popleft()
        if len(times) >= self.limit:
            raise pace_refusal()
        times.append(now)

    def clear(self) -> None:
        """Forget the past."""
        self._times.clear()


def pace_refusal(retry_after: float | None = None) -> RefusedError:
    """Return the refusal of a call that comes too soon.

    Args:
        retry_after: Seconds for a Retry-After header; nothing shows that TikTok sends one.
    """
    headers = None if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return RefusedError("rate_limit_exceeded", "Too many requests, please slow down", headers)


def daily_limits(
    given: Mapping[str, tuple[float | None, float | None]],
) -> dict[str, tuple[float, float]]:
    """Return requests and records per day by family, the contract's where None is given."""
    facts = official()
    return {
        family: (
            facts.quota(family, "requests_per_day") if requests is None else requests,
            facts.quota(family, "records_per_day") if records is None else records,
        )
        for family, (requests, records) in given.items()
    }
