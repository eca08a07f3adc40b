"""The middleware as TikAPI needs it: the client's defaults before a call, more words after one.

A call that belongs to a user never leaves without an account key, however it was made. A spent
quota is raised with what the key's own page says of it, and a user's lost authorisation with the
address that renews it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import attrs

from tiktok_async.errors import (
    CredentialsMissingError,
    QuotaExhaustedError,
    ReauthorizationRequiredError,
    TikTokError,
    shown,
)
from tiktok_async.io.middleware import Middleware
from tiktok_async.sansio.retry import RetryPolicy
from tiktok_async.tikapi.codes import AUTHORIZE_URL
from tiktok_async.tikapi.endpoints import GetKey

if TYPE_CHECKING:
    from tiktok_async.io.scope import Reply, Scope
    from tiktok_async.sansio.endpoint import Endpoint
    from tiktok_async.tikapi.credential import TikAPIKey

_LOOK_EVERY: Final = 60.0
"""Seconds for which one look at the key's page is good: whether it is counted, no source tells."""
_LOOK_DEADLINE: Final = 10.0
"""Seconds that an error waits for it."""
_HINT: Final = (
    "Set TIKAPI_ACCOUNT_KEY, or pass account_key=: a user gives one by authorising your app "
    "at TikAPI."
)
_TOLD: Final = ("credits", "bandwidth", "plan_id", "has_expired", "subscription_active")


@attrs.frozen(kw_only=True)
class Defaults:
    """What a client says for calls that do not say it themselves."""

    country: str | None = None
    session_id: int | None = None
    client_id: str | None = None
    """Of the customer's app at TikAPI, for the address where a user authorises it."""
    account: TikAPIKey | None = None
    """As whom a user's call is made that names no user."""

    def fill(self, request: Any) -> Any:
        """Return a request with the parameters that it has and leaves open."""
        if self.country is None and self.session_id is None:
            return request
        given = {"country": self.country, "session_id": self.session_id}
        missing = {
            name: value
            for name, value in given.items()
            if value is not None and getattr(request, name, value) is None
        }
        return attrs.evolve(request, **missing) if missing else request

    def scope_of(self, request: Any, scope: Scope) -> Scope:
        """Return the scope of a request: with a user's key, if it needs one and has none.

        Raises:
            CredentialsMissingError: if there is none; no call was spent.
        """
        if not getattr(request, "scopes", ()) or getattr(scope.credential, "is_user", False):
            return scope
        return attrs.evolve(scope, credential=self.user())

    def user(self) -> TikAPIKey:
        """Return the keys of the client's own user.

        Raises:
            CredentialsMissingError: if it has none.
        """
        if self.account is None:
            raise CredentialsMissingError("No credential: account_key is missing.", hint=_HINT)
        return self.account


class Calls(Middleware):
    """The way of every call to TikAPI."""

    defaults: Defaults = Defaults()
    _look: asyncio.Task[str] | None = None
    _looked_at: float = float("-inf")

    @classmethod
    def instead_of(cls, plain: Middleware, defaults: Defaults) -> Calls:
        """Return a middleware in the place of one that nobody has used yet."""
        calls = cls(
            plain.session,
            plain.gate,
            plain.clock,
            plain.tasks,
            on_event=plain._listeners,  # noqa: SLF001  # what it was made of
        )
        calls.defaults = defaults
        return calls

    async def call(
        self,
        request: Endpoint[Any],
        scope: Scope,
        *,
        search_attempts: int | None = None,
        replay_safe: bool = False,
    ) -> Reply:
        """Send `request` until it is answered or the retry table says stop.

        Args:
            request: The request value.
            scope: Where and as whom.
            search_attempts: Attempts allowed when the server refuses its search id.
            replay_safe: The caller's promise that sending this one ACT call twice does no harm.

        Raises:
            CredentialsMissingError: if it belongs to a user and there is no account key.
            TikTokError: the error of the last attempt; `attempts` tells of all.
        """
        scope = self.defaults.scope_of(request, scope)
        filled = self.defaults.fill(request)
        try:
            return await super().call(
                filled, scope, search_attempts=search_attempts, replay_safe=replay_safe
            )
        except QuotaExhaustedError as error:
            if not isinstance(request, GetKey):
                error.hint = f"{error.hint}{await self._key_says(scope)}"
            raise
        except ReauthorizationRequiredError as error:
            error.hint = self._authorise(request) or error.hint
            raise

    def _authorise(self, request: Any) -> str | None:
        if self.defaults.client_id is None:
            return None
        asked = {
            "client_id": self.defaults.client_id,
            "scope": " ".join(getattr(request, "scopes", ())),
        }
        return (
            f"Send the user through {AUTHORIZE_URL}?{urlencode(asked)}&redirect_uri=... again; "
            "the redirect brings a new account key."
        )

    async def _key_says(self, scope: Scope) -> str:
        """Return what the key's page says, from one look that all callers share."""
        now = self.clock.monotonic()
        if self._look is None or now - self._looked_at > _LOOK_EVERY:
            self._looked_at = now
            self._look = self.tasks.start(self._look_at_key(scope))
        await asyncio.wait({self._look})
        return "" if self._look.cancelled() else self._look.result()

    async def _look_at_key(self, scope: Scope) -> str:
        """Return what the key's page says; nothing where it does not say it in time.

        The limit holds for all of the look, whatever it waits for: the error that it adds to is
        held up by it.
        """
        asking = self.tasks.start(self._ask_key(scope))
        limit = self.tasks.start(self.clock.sleep(_LOOK_DEADLINE))
        try:
            await asyncio.wait({asking, limit}, return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else ""
        finally:
            asking.cancel()
            limit.cancel()

    async def _ask_key(self, scope: Scope) -> str:
        timeouts = attrs.evolve(scope.options.timeouts, deadline=_LOOK_DEADLINE)
        options = attrs.evolve(scope.options, timeouts=timeouts, retry=RetryPolicy(attempts=1))
        try:
            reply = await self.call(GetKey(), attrs.evolve(scope, options=options))
        except TikTokError:
            return ""  # the error that is raised tells enough
        told = ", ".join(f"{name} {reply.data[name]}" for name in _TOLD if name in reply.data)
        return f" It says now: {shown(told)}." if told else ""
