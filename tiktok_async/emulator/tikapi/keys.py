"""Who may call TikAPI: API keys with what they have spent, and account keys."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.mixing import token_text
from tiktok_async.emulator.tikapi.facts import tikapi
from tiktok_async.emulator.tikapi.refusals import (
    bad_fields,
    dead_account,
    no_key,
    not_allowed,
    used_up,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.emulator.tikapi.facts import Operation
    from tiktok_async.emulator.tikapi.settings import TikAPISettings

_DAY: Final = 86_400.0
_LOGS: Final = 20
_RENAMED: Final = {"edit": "edit_profile"}
"""The SDK labels one endpoint otherwise than the page where users allow it."""


def _no_logs() -> deque[dict[str, Any]]:
    return deque(maxlen=_LOGS)


@attrs.define
class Purse:
    """What an API key has spent."""

    opened: float | None = None
    """Begin of the 24 hours."""
    requests: int = 0
    """In the 24 hours."""
    total: int = 0
    bandwidth: int = 0
    """Bytes."""
    logs: deque[dict[str, Any]] = attrs.field(factory=_no_logs)

    def requests_at(self, now: float) -> int:
        """Return how many requests count now: the 24 hours begin with the first of them."""
        if self.opened is None or now >= self.opened + _DAY:
            self.opened, self.requests = None, 0
        return self.requests

    def spend(self, endpoint: str, status: int, size: int, now: float) -> None:
        """Count a call and the bytes of its answer."""
        self.requests_at(now)
        self.opened = now if self.opened is None else self.opened
        self.requests += 1
        self.total += 1
        self.bandwidth += size
        self.logs.append({"endpoint": endpoint, "status": status, "date": int(now)})


@attrs.define
class Account:
    """A user who let the customer act for them."""

    key: str = attrs.field(repr=False)
    user: int
    scopes: frozenset[str]
    made: float
    used: float
    dead: bool = False
    """Whether its session was ended before its time."""

    def is_dead(self, settings: TikAPISettings, now: float) -> bool:
        """Whether the key is worth nothing any more."""
        old = now >= self.made + settings.account_life
        return self.dead or old or now >= self.used + settings.account_idle


@attrs.define
class Keys:
    """All keys of TikAPI.

    Args:
        settings: How long they live and what they may spend.
        seed: What they are derived from.
        customers: How many API keys there are besides TikAPI's demo key.
        users: Who has account keys.
    """

    settings: TikAPISettings
    seed: int
    customers: int
    users: Sequence[int]
    purses: dict[str, Purse] = attrs.field(factory=dict, repr=False)
    accounts: dict[str, Account] = attrs.field(factory=dict, repr=False)
    linked: int = 0
    """How many account keys users gave since the beginning."""

    @property
    def api_keys(self) -> list[str]:
        """The API keys of this emulator."""
        numbers = range(self.customers)
        return [f"tk{token_text(self.seed, 'tikapi', number)}" for number in numbers]

    @property
    def account_keys(self) -> list[str]:
        """The account keys of this emulator, one for each user who has one."""
        return [f"ac{token_text(self.seed, 'tikapi account', user)}" for user in self.users]

    def begin(self, now: float) -> None:
        """Begin anew: nothing spent, all accounts fresh."""
        facts = tikapi()
        self.purses = {key: Purse() for key in (facts.api_key, *self.api_keys)}
        self.linked = 0
        asked = self.settings.account_scopes
        granted = facts.scopes if asked is None else asked
        self.accounts = {facts.account_key: self._account(facts.account_key, 0, facts.scopes, now)}
        for key, user in zip(self.account_keys, self.users, strict=True):
            self.accounts[key] = self._account(key, user, granted, now)

    def link(self, user: int, scopes: Sequence[str], now: float) -> str:
        """Return a new account key of a user; those from before stay good.

        Args:
            user: Who gives it.
            scopes: What they allow.
            now: Unix seconds.
        """
        self.linked += 1
        key = f"al{token_text(self.seed, 'tikapi link', self.linked)}"
        self.accounts[key] = self._account(key, user, scopes, now)
        return key

    def _account(self, key: str, user: int, scopes: Sequence[str], now: float) -> Account:
        return Account(key, user, frozenset(scopes), now, now)

    def customer(self, key: str) -> Purse:
        """Return what an API key has spent.

        Raises:
            DeclinedError: if nobody has it.
        """
        purse = self.purses.get(key)
        if purse is None:
            raise no_key()
        return purse

    def check_purse(self, purse: Purse, now: float) -> None:
        """Tell whether one more call is paid for.

        Raises:
            DeclinedError: if the requests of the 24 hours or the bandwidth are used up.
        """
        requests = purse.requests_at(now)
        if requests >= self.settings.credits_per_day or purse.bandwidth >= self.settings.bandwidth:
            raise used_up()

    def account(self, key: str | None, now: float) -> Account:
        """Return the account of a key; it then counts as used.

        Raises:
            DeclinedError: if there is no key, or it is dead. One that nobody has cannot be told
                from one that was removed; that TikAPI sees it so is unconfirmed.
        """
        if not key:
            raise bad_fields("Missing fields.", {"accountKey": "The Account Key is required"})
        account = self.accounts.get(key)
        if account is None or account.is_dead(self.settings, now):
            raise dead_account()
        account.used = now
        return account

    def check_allowed(self, operation: Operation, account: Account | None) -> None:
        """Tell whether the subscription and the user allow a call.

        Raises:
            DeclinedError: if they do not; the words are not TikAPI's.
        """
        if operation.premium and not self.settings.premium:
            raise not_allowed("This endpoint needs a premium subscription.")
        if operation.trusted_only and not self.settings.trusted:
            raise not_allowed("This endpoint is only available to trusted customers.")
        if account is None or not operation.scopes:
            return
        wanted = {_RENAMED.get(scope, scope) for scope in operation.scopes}
        # The chat names two scopes; that one of them will do is unconfirmed.
        if wanted.isdisjoint(account.scopes):
            raise not_allowed(f"The user did not allow {' or '.join(sorted(wanted))}.")
