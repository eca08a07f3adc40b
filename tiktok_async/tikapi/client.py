"""The client of TikAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.client import BaseClient, base_url_of, options_of, runtime_of
from tiktok_async.config import checked_base_url, load_profile, setting
from tiktok_async.errors import CredentialsMissingError
from tiktok_async.tikapi.calls import Calls, Defaults
from tiktok_async.tikapi.credential import SANDBOX_ACCOUNT_KEY, SANDBOX_API_KEY, TikAPIKey
from tiktok_async.tikapi.endpoints import TIKAPI, GetProfile
from tiktok_async.tikapi.resources import Key, Public, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.client import Runtime
    from tiktok_async.config import Options
    from tiktok_async.events import Event
    from tiktok_async.io.scope import Scope
    from tiktok_async.io.session import Session
    from tiktok_async.secrets import Secret

SANDBOX_URL: Final = "https://sandbox.tikapi.io"


class TikAPIClient(BaseClient):
    """TikAPI: `public`, `key`, and `user()` for what is done as a user.

    Without arguments it takes what it needs from the environment (TIKAPI_API_KEY,
    TIKAPI_ACCOUNT_KEY, TIKAPI_CLIENT_ID, TIKAPI_BASE_URL), else from a profile of config.toml.

    Args:
        api_key: TikAPI's key of the customer.
        account_key: The key of the user that `user()` acts for, where it is not told another.
        sandbox: TikAPI's own sandbox with its published keys, to try it without an account.
        country: From where TikTok is asked, for public calls that do not say it: us, ca, gb.
        session_id: Number of TikAPI's own session, for public calls that do not say it.
        client_id: Of the customer's app (`c_...`), for the address that renews an authorisation.
        base_url: Where the API is; https, or http to a loopback address.
        profile: Name of a profile of config.toml.
        options: Time limits, retries, limits.
        session: Connections of another client, to be shared; that one closes them.
        on_event: Called with each event as it happens; see `tiktok_async.events`.
        runtime: A clock to share, and more listeners.

    Raises:
        CredentialsMissingError: if no API key is given anywhere.
        ConfigError: if a setting is wrong.
        InputError: if `country` or `session_id` would be refused.
    """

    public: Public
    key: Key

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        account_key: str | Secret | None = None,
        sandbox: bool = False,
        country: str | None = None,
        session_id: int | None = None,
        client_id: str | None = None,
        base_url: str | None = None,
        profile: str | None = None,
        options: Options | None = None,
        session: Session | None = None,
        on_event: Callable[[Event], None] | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        settings = load_profile(profile)
        GetProfile(
            username="check", country=country, session_id=session_id
        )  # refuses what is wrong
        if sandbox:
            address = checked_base_url(base_url or SANDBOX_URL)
            api_key = api_key or SANDBOX_API_KEY
            account_key = account_key or SANDBOX_ACCOUNT_KEY
        else:
            address = base_url_of(TIKAPI, base_url, settings)
            api_key = api_key or setting(None, "TIKAPI_API_KEY", settings)
            account_key = account_key or setting(None, "TIKAPI_ACCOUNT_KEY", settings)
        if not api_key:
            raise CredentialsMissingError("No credential: api_key is missing.", hint=_API_KEY_HINT)
        self._credential = TikAPIKey(api_key)
        self._defaults = Defaults(
            country=country,
            session_id=session_id,
            client_id=setting(client_id, "TIKAPI_CLIENT_ID", settings),
            account=self._credential.acting_for(account_key) if account_key else None,
        )
        shared = runtime_of(runtime, session, on_event)
        super().__init__(TIKAPI, address, self._credential, options_of(TIKAPI, options), shared)

    def _bind(self, scope: Scope) -> None:
        if not isinstance(scope.middleware, Calls):
            calls = Calls.instead_of(scope.middleware, self._defaults)
            scope = attrs.evolve(scope, middleware=calls)
        super()._bind(scope)
        self.public = Public(scope)
        self.key = Key(scope)

    def user(self, account_key: str | Secret | None = None) -> User:
        """Return what can be done as a user.

        Args:
            account_key: The user's; None = the client's own.

        Raises:
            CredentialsMissingError: if there is none; no call was spent.
            ConfigError: if it is no account key.
        """
        named = None if account_key is None else self._credential.acting_for(account_key)
        return User(attrs.evolve(self._scope, credential=named or self._defaults.user()))


_API_KEY_HINT: Final = (
    "Set TIKAPI_API_KEY, or pass api_key=; to try it without an account, "
    "pass sandbox=True or use the emulator."
)
