"""Credentials that need no user: a ready-made token, and the app's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from tiktok_async.events import TokenRenewed
from tiktok_async.io.scope import Scope
from tiktok_async.oauth.endpoints import OAUTH, ClientToken, token_of
from tiktok_async.oauth.lifetime import fresh_for
from tiktok_async.oauth.renewal import joined
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    import asyncio

    from tiktok_async.config import Options
    from tiktok_async.io.middleware import Middleware

NO_PICKLE: Final = "A credential is never pickled: each process takes it from its own environment."


def bearer(token: Secret) -> tuple[tuple[str, str], ...]:
    """Return the Authorization header of a token."""
    return (("authorization", f"Bearer {token.reveal()}"),)


class AccessToken:
    """A ready-made token; it cannot be renewed, so a 401 is final.

    Args:
        token: The token, `clt.` or `act.`.
        name: A name that is no secret.
    """

    def __init__(self, token: str | Secret, *, name: str = "token") -> None:
        self.name = name
        self._token = secret(token)

    @property
    def fingerprint(self) -> str:
        """What tells credentials apart and gives nothing away."""
        return self._token.fingerprint()

    def headers(self, now: float) -> tuple[tuple[str, str], ...]:  # noqa: ARG002
        """Return the headers to send."""
        return bearer(self._token)

    async def renew(
        self,
        middleware: Middleware,  # noqa: ARG002
        refused: tuple[tuple[str, str], ...],  # noqa: ARG002
    ) -> bool:
        """Return False: there is nothing to renew it with."""
        return False

    def __reduce__(self) -> NoReturn:
        raise TypeError(NO_PICKLE)

    def __repr__(self) -> str:
        return f"AccessToken({self.name!r})"


class ClientCredentials:
    """The app's own credential: mints client access tokens and keeps one until near its end.

    One mint is in flight at a time, however many callers wait; it is finished even if the caller
    that asked for it is cancelled. A token is renewed 5 minutes or a tenth of its life before its
    end, whichever is less.

    Args:
        client_key: The app's client key.
        client_secret: The app's client secret.
        base_url: Where the token endpoint is.
        options: Time limits and retries of the token call.
    """

    def __init__(
        self, client_key: str, client_secret: str | Secret, *, base_url: str, options: Options
    ) -> None:
        self.name: str = f"client:{client_key}"
        self._request = ClientToken(client_key=client_key, client_secret=secret(client_secret))
        self._base_url = base_url
        self._options = options
        self._access: Secret | None = None
        self._stale_at = float("-inf")
        self._renewal: asyncio.Task[None] | None = None

    @property
    def fingerprint(self) -> str:
        """What tells credentials apart and gives nothing away: the app, not its present token."""
        return Secret(self._request.client_key).fingerprint()

    def headers(self, now: float) -> tuple[tuple[str, str], ...] | None:
        """Return the headers to send at monotonic time `now`, or None: mint a token first."""
        return bearer(self._access) if self._access and now < self._stale_at else None

    async def renew(self, middleware: Middleware, refused: tuple[tuple[str, str], ...]) -> bool:
        """Mint a token, unless another caller already did after `refused` was handed out.

        Raises:
            AuthError: if the client key or secret is wrong.
        """
        if self.headers(middleware.clock.monotonic()) not in {None, refused}:
            return True
        if self._renewal is None or self._renewal.done():
            self._renewal = middleware.tasks.start(self._mint(middleware))
        await joined(self._renewal)
        return True

    async def _mint(self, middleware: Middleware) -> None:
        scope = Scope(middleware, OAUTH, self._base_url, None, self._options)
        reply = await middleware.call(self._request, scope)
        token = token_of(reply.data)
        middleware.counters.tokens_renewed += 1
        middleware.emit(TokenRenewed(self._request.id, token.expires_in))
        self._access = token.access_token
        self._stale_at = middleware.clock.monotonic() + fresh_for(token.expires_in)

    def __reduce__(self) -> NoReturn:
        raise TypeError(NO_PICKLE)

    def __repr__(self) -> str:
        return f"ClientCredentials({self.name!r})"
