"""A user's credential: read from a store, renewed in time, never used before it is written down.

A refresh token dies when the provider answers its refresh. So one refresh of a user is in flight at
a time, over tasks and processes; its answer is durable before any request uses it; and a client
that is closed in the middle of one waits some seconds for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from tiktok_async.errors import OutcomeUnknownError, ReauthorizationRequiredError
from tiktok_async.events import TokenRenewed
from tiktok_async.io.scope import Scope
from tiktok_async.io.tasks import finished
from tiktok_async.oauth.credentials import NO_PICKLE, bearer
from tiktok_async.oauth.dialect import LOG_IN
from tiktok_async.oauth.endpoints import OAUTH, Grant, RefreshToken, grant_of
from tiktok_async.oauth.renewal import joined
from tiktok_async.oauth.stored import chosen
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    import asyncio

    from tiktok_async.config import Options
    from tiktok_async.io.clock import Clock
    from tiktok_async.io.middleware import Middleware
    from tiktok_async.oauth.store import TokenStore
    from tiktok_async.oauth.stored import StoredToken


class UserToken:
    """The credential of a user who logged in before.

    The token is renewed 5 minutes or a tenth of its life before its end, whichever is less, and
    once after a 401. A token that another process renewed meanwhile is taken from the store.

    Where the answer of a refresh is lost, the old refresh token is sent once more: the provider may
    not have seen it. If it has, that token is dead and the new one unknown, and every call raises
    ReauthorizationRequiredError, without asking again, until the user has logged in anew.

    Args:
        store: Where the token is.
        client_key: The app's client key.
        client_secret: The app's client secret.
        user: The `open_id`, or the name under which the user logged in; None = the app's only one.
        base_url: Where the token endpoint is.
        options: Time limits and retries of the token call.
    """

    def __init__(
        self,
        store: TokenStore,
        client_key: str,
        client_secret: str | Secret,
        *,
        user: str | None = None,
        base_url: str,
        options: Options,
    ) -> None:
        self.name: str = f"user:{client_key}" if user is None else f"user:{client_key}:{user}"
        self._store = store
        self._client_key = client_key
        self._client_secret = secret(client_secret)
        self._user = user
        self._base_url = base_url
        self._options = options
        self._access: Secret | None = None
        self._stale_at = float("-inf")
        self._renewal: asyncio.Task[None] | None = None
        self._unsaved: StoredToken | None = None
        self._dead: Secret | None = None

    @property
    def fingerprint(self) -> str:
        """What tells credentials apart and gives nothing away: the user, not the present token."""
        return Secret(self.name).fingerprint()

    def headers(self, now: float) -> tuple[tuple[str, str], ...] | None:
        """Return the headers to send at monotonic time `now`, or None: renew first."""
        return bearer(self._access) if self._access and now < self._stale_at else None

    async def stored(self) -> StoredToken:
        """Return what the store has of this user.

        Raises:
            CredentialsMissingError: if the user never logged in, or logged out.
            ConfigError: if the store cannot be read, or does not say which user is meant.
        """
        token = chosen(await self._store.tokens(), self._client_key, self._user)
        # From now on it is this user, whoever else logs in meanwhile.
        self._user = token.open_id
        return token

    async def refresh(self, middleware: Middleware) -> StoredToken:
        """Renew the token now, whatever is left of it, and return what is stored then.

        Raises:
            TikTokError: as for `renew`.
        """
        token = await self.stored()
        self._access = None
        await self.renew(middleware, bearer(token.access_token))
        return await self.stored()

    async def renew(self, middleware: Middleware, refused: tuple[tuple[str, str], ...]) -> bool:
        """Get a token from the store, or a new one for one that ends soon or was refused.

        Raises:
            ReauthorizationRequiredError: if only the user can help.
            CredentialsMissingError: if nobody is logged in.
            OutcomeUnknownError: if the answer was lost, twice.
            ConfigError: if the store cannot be read or written; a new pair is kept and written
                by the next call then.
        """
        if self.headers(middleware.clock.monotonic()) not in {None, refused}:
            return True
        if self._renewal is None or self._renewal.done():
            self._renewal = middleware.tasks.start(self._renew(middleware, refused))
        await joined(self._renewal)
        return True

    async def _renew(self, middleware: Middleware, refused: tuple[tuple[str, str], ...]) -> None:
        token = await self.stored()
        if self._unsaved is not None or not _serves(token, refused, middleware.clock):
            async with self._store.exclusive(token):
                token = await self._replaced(middleware, refused)
        self._access = token.access_token
        self._stale_at = middleware.clock.monotonic() + token.fresh_for(middleware.clock.time())

    async def _replaced(
        self, middleware: Middleware, refused: tuple[tuple[str, str], ...]
    ) -> StoredToken:
        """Return a token that serves, inside the lock: another process may have got it."""
        token = await self.stored()
        kept = self._unsaved
        if kept is not None and kept.obtained_at >= token.obtained_at:
            return await self._saved(kept)
        if _serves(token, refused, middleware.clock):
            return token
        return await finished(self._refreshed(middleware, token))

    async def _refreshed(self, middleware: Middleware, token: StoredToken) -> StoredToken:
        grant = await self._granted(middleware, token)
        self._unsaved = token.renewed(grant, middleware.clock.time())
        middleware.counters.tokens_renewed += 1
        middleware.emit(TokenRenewed(RefreshToken.id, grant.expires_in))
        return await self._saved(self._unsaved)

    async def _saved(self, token: StoredToken) -> StoredToken:
        await self._store.save(token)
        self._unsaved = None
        return token

    async def _granted(self, middleware: Middleware, token: StoredToken) -> Grant:
        """Exchange the refresh token; one that was refused before is not sent again."""
        if token.refresh_token is None or token.refresh_token == self._dead:
            msg = "The token has ended, and there is no refresh token that is still good."
            raise ReauthorizationRequiredError(msg, hint=LOG_IN)
        request = RefreshToken(
            client_key=self._client_key,
            client_secret=self._client_secret,
            refresh_token=token.refresh_token,
        )
        scope = Scope(middleware, OAUTH, self._base_url, None, self._options)
        try:
            try:
                reply = await middleware.call(request, scope)
            except OutcomeUnknownError:
                # The provider may not have seen it; if it has, it says so now.
                reply = await middleware.call(request, scope)
        except ReauthorizationRequiredError:
            self._dead = token.refresh_token
            raise
        return grant_of(reply.data)

    def __reduce__(self) -> NoReturn:
        raise TypeError(NO_PICKLE)

    def __repr__(self) -> str:
        return f"UserToken({self.name!r})"


def _serves(token: StoredToken, refused: tuple[tuple[str, str], ...], clock: Clock) -> bool:
    """Tell whether a stored token can be used: not the refused one, and not about to end."""
    return bearer(token.access_token) != refused and token.fresh_for(clock.time()) > 0
