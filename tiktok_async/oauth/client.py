"""The client of the OAuth endpoints: log a user in, refresh, revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.client import BaseClient, base_url_of, options_of, runtime_of
from tiktok_async.config import checked_base_url, is_loopback, load_profile, setting
from tiktok_async.errors import (
    APIError,
    ConfigError,
    CredentialsMissingError,
    InputError,
    OutcomeUnknownError,
    ReauthorizationRequiredError,
)
from tiktok_async.oauth.authorize import AUTHORIZE_BASE, AuthorizationRequest, usual_pkce
from tiktok_async.oauth.endpoints import OAUTH, ExchangeCode, RevokeToken, grant_of
from tiktok_async.oauth.files import default_store
from tiktok_async.oauth.login import by_browser, by_hand, open_in_browser
from tiktok_async.oauth.pkce import checked_pkce
from tiktok_async.oauth.redirect import checked_redirect_uri
from tiktok_async.oauth.stored import granted
from tiktok_async.oauth.user import UserToken
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tiktok_async.client import Runtime
    from tiktok_async.config import Options
    from tiktok_async.events import Event
    from tiktok_async.io.scope import Scope
    from tiktok_async.io.session import Session
    from tiktok_async.oauth.authorize import AuthorizationCode
    from tiktok_async.oauth.login import Opener, Paster
    from tiktok_async.oauth.pkce import Pkce
    from tiktok_async.oauth.store import TokenStore
    from tiktok_async.oauth.stored import StoredToken

_NO_APP: Final = (
    "Set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET (developers.tiktok.com, your app), or pass "
    "client_key= and client_secret=; to try it without an account, use the emulator."
)
_LOGIN_SECONDS: Final = 300.0


class OAuthClient(BaseClient):
    """One app's logins: `login`, or `begin` and `finish`; `refresh`, `revoke`, `stored`.

    Without arguments it takes what it needs from the environment (TIKTOK_CLIENT_KEY,
    TIKTOK_CLIENT_SECRET; TIKTOK_BASE_URL, TIKTOK_AUTHORIZE_URL, TIKTOK_PKCE), else from a profile
    of config.toml.

    Args:
        client_key: The app's client key.
        client_secret: The app's client secret.
        store: Where users' tokens are; None = the user's own token file.
        user: Whose token `refresh`, `revoke` and `stored` mean: an `open_id`, or the name given to
            `login`; None = the app's only user.
        base_url: Where the API is; https, or http to a loopback address.
        authorize_url: Where the consent page is; None = https://www.tiktok.com, or where the API
            is, if that is this machine: the emulator serves both.
        profile: Name of a profile of config.toml.
        options: Time limits and retries.
        session: Connections of another client, to be shared; that one closes them.
        on_event: Called with each event as it happens; see `tiktok_async.events`.
        runtime: A clock to share, and more listeners.

    Raises:
        CredentialsMissingError: if the app's key or secret is given nowhere.
        ConfigError: if a setting is wrong.
    """

    def __init__(
        self,
        *,
        client_key: str | None = None,
        client_secret: str | Secret | None = None,
        store: TokenStore | None = None,
        user: str | None = None,
        base_url: str | None = None,
        authorize_url: str | None = None,
        profile: str | None = None,
        options: Options | None = None,
        session: Session | None = None,
        on_event: Callable[[Event], None] | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        settings = load_profile(profile)
        chosen = options_of(OAUTH, options)
        address = base_url_of(OAUTH, base_url, settings)
        self._key, self._secret = _app(client_key, client_secret, settings)
        self._pkce = _pkce(settings)
        self._authorize_url = _authorize_url(authorize_url, address, settings)
        self.store: TokenStore = store or default_store()
        self._user = UserToken(
            self.store, self._key, self._secret, user=user, base_url=address, options=chosen
        )
        shared = runtime_of(runtime, session, on_event)
        super().__init__(OAUTH, address, self._user, chosen, shared)

    def _bind(self, scope: Scope) -> None:
        # The app speaks for itself here: no call carries the user's token in a header.
        super()._bind(attrs.evolve(scope, credential=None))

    def begin(
        self,
        scopes: Iterable[str] | str,
        *,
        redirect_uri: str,
        pkce: Pkce | None = None,
        disable_auto_auth: bool | None = None,
    ) -> AuthorizationRequest:
        """Return a login; send the user to its `url`, and keep it for `finish`.

        Args:
            scopes: What to ask for, such as user.info.basic and portability.all.single.
            redirect_uri: Where the browser comes back; registered for the app.
            pkce: hex, base64url or off; None = the setting TIKTOK_PKCE, else hex where the
                browser comes back to this machine (a desktop app) and off anywhere else (web).
            disable_auto_auth: Web only: True always shows the consent page.

        Raises:
            InputError: if TikTok would refuse an argument.
        """
        back = checked_redirect_uri(redirect_uri)
        return AuthorizationRequest(
            client_key=self._key,
            scopes=scopes,
            redirect_uri=back,
            pkce=pkce or self._pkce or usual_pkce(back),
            disable_auto_auth=disable_auto_auth,
            base_url=self._authorize_url,
            begun_at=self._scope.middleware.clock.time(),
        )

    async def finish(
        self, request: AuthorizationRequest, callback: str, *, name: str | None = None
    ) -> StoredToken:
        """Take what the browser brought, exchange its code, and store the tokens.

        Args:
            request: What `begin` returned.
            callback: The URL with which the browser came back, or its query.
            name: What you call the user.

        Raises:
            LoginError: if there is no consent in it, or it belongs to another login.
            AuthError: if the code, the redirect URI or the app is refused.
            OutcomeUnknownError: if the answer was lost: the login must be started again.
        """
        now = self._scope.middleware.clock.time()
        return await self._exchange(request, request.accept(callback, now=now), name)

    async def login(
        self,
        scopes: Iterable[str] | str,
        *,
        name: str | None = None,
        redirect_uri: str | None = None,
        pkce: Pkce | None = None,
        open_browser: Opener = open_in_browser,
        paste: Paster | None = None,
        timeout: float = _LOGIN_SECONDS,  # noqa: ASYNC109  # the receiver ends it, with a hint
    ) -> StoredToken:
        """Log a user in on this machine, and store the tokens.

        Args:
            scopes: What to ask for; the user may untick some, so look at the result's `scopes`.
            name: What you call the user, to tell several apart.
            redirect_uri: As registered for the app; None = a free port of 127.0.0.1, for an app
                registered with http://127.0.0.1:*/callback/.
            pkce: As for `begin`.
            open_browser: Opens the URL, or shows it; may be async.
            paste: Shows the URL and returns the address, or the code, that the user pasted, in
                place of a browser on this machine; may be async.
            timeout: Seconds to wait for the browser; pasting has the ten minutes of the login.

        Raises:
            LoginError: if no consent came, or too late.
            InputError: if an argument is wrong.
            ConfigError: if the store cannot be used; the user was not asked then.
            AuthError, OutcomeUnknownError: as for `finish`.
        """
        await self.store.tokens()
        clock = self._scope.middleware.clock

        def begin(uri: str) -> AuthorizationRequest:
            return self.begin(scopes, redirect_uri=uri, pkce=pkce)

        if paste is not None:
            request, code = await by_hand(begin, redirect_uri, paste, clock)
        else:
            request, code = await by_browser(begin, redirect_uri, open_browser, timeout, clock)
        return await self._exchange(request, code, name)

    async def stored(self) -> StoredToken:
        """Return what the store has of the user, without any call.

        Raises:
            CredentialsMissingError: if the user is not logged in.
            ConfigError: if the store cannot be read, or does not say which user is meant.
        """
        return await self._user.stored()

    async def refresh(self) -> StoredToken:
        """Renew the user's token now, whatever is left of it, and store the new pair.

        Raises:
            ReauthorizationRequiredError: if only the user can help.
            TikTokError: as for `stored`.
        """
        return await self._user.refresh(self._scope.middleware)

    async def revoke(self) -> StoredToken:
        """Disconnect the app from the user's account, then remove the token from the store.

        If the provider cannot be reached or refuses, the token is kept, and the error says why.
        One that the provider no longer knows is removed. To forget a token and leave the app
        connected, use `store.delete(token)`.

        Returns:
            What was removed.

        Raises:
            TikTokError: if nothing was revoked; the token is kept.
        """
        token = await self.stored()
        fresh = token.fresh_for(self._scope.middleware.clock.time()) > 0
        try:
            if (fresh and await self._revoked(token)) or await self._revoked(await self.refresh()):
                return token
        except ReauthorizationRequiredError:
            pass  # the provider knows nothing of it any more
        await self.store.delete(token)
        return token

    async def _revoked(self, token: StoredToken) -> bool:
        """Revoke the user's present token; False = it is not good, and one from a refresh may be.

        The lock keeps others from renewing meanwhile what is about to be removed.
        """
        async with self.store.exclusive(token):
            latest = await self.stored()
            request = RevokeToken(
                client_key=self._key, client_secret=self._secret, token=latest.access_token
            )
            try:
                # Revoking twice does no harm.
                await self._scope.middleware.call(request, self._scope, replay_safe=True)
            except APIError as error:
                if error.code != "invalid_grant":
                    raise
                return False
            await self.store.delete(latest)
            return True

    async def _exchange(
        self, request: AuthorizationRequest, code: AuthorizationCode, name: str | None
    ) -> StoredToken:
        exchange = ExchangeCode(
            client_key=self._key,
            client_secret=self._secret,
            code=code.code,
            redirect_uri=request.redirect_uri,
            code_verifier=None if request.pkce == "off" else request.verifier,
        )
        try:
            reply = await self._scope.middleware.call(exchange, self._scope)
        except OutcomeUnknownError as error:
            error.hint = "Start the login again: a code is good once."
            raise
        token = granted(
            grant_of(reply.data),
            client_key=self._key,
            name=name,
            scopes=code.scopes,
            now=self._scope.middleware.clock.time(),
        )
        async with self.store.exclusive(token):
            await self.store.save(token)
        return token


def _app(
    key: str | None, given: str | Secret | None, settings: Mapping[str, Any]
) -> tuple[str, Secret]:
    key = setting(key, "TIKTOK_CLIENT_KEY", settings)
    found = given or setting(None, "TIKTOK_CLIENT_SECRET", settings)
    if key and found:
        return key, secret(found)
    missing = [name for name, there in (("key", key), ("secret", found)) if not there]
    msg = f"The app is not known: its client {' and '.join(missing)} must be given."
    raise CredentialsMissingError(msg, hint=_NO_APP)


def _pkce(settings: Mapping[str, Any]) -> Pkce | None:
    found = setting(None, "TIKTOK_PKCE", settings)
    try:
        return checked_pkce(found) if found else None
    except InputError as error:
        raise ConfigError(f"TIKTOK_PKCE: {error.message}") from None


def _authorize_url(given: str | None, base_url: str, settings: Mapping[str, Any]) -> str:
    """Return where the consent page is."""
    usual = base_url if is_loopback(base_url) else AUTHORIZE_BASE
    return checked_base_url(setting(given, "TIKTOK_AUTHORIZE_URL", settings) or usual)
