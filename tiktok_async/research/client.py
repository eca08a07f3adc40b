"""The client of the Research API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.client import BaseClient, base_url_of, options_of, runtime_of
from tiktok_async.config import load_profile, setting
from tiktok_async.errors import CredentialsMissingError
from tiktok_async.oauth import AccessToken, ClientCredentials
from tiktok_async.research.endpoints import RESEARCH
from tiktok_async.research.resources import Compliance, Playlists, Shops, Users, Videos

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from tiktok_async.client import Runtime
    from tiktok_async.config import Options
    from tiktok_async.events import Event
    from tiktok_async.io.scope import Credential, Scope
    from tiktok_async.io.session import Session
    from tiktok_async.secrets import Secret


class ResearchClient(BaseClient):
    """The TikTok Research API: `videos`, `users`, `playlists`, `shops`, `compliance`.

    Without arguments it takes what it needs from the environment (TIKTOK_CLIENT_KEY and
    TIKTOK_CLIENT_SECRET, or TIKTOK_ACCESS_TOKEN; TIKTOK_BASE_URL), else from a profile of
    config.toml.

    Args:
        client_key: The app's client key.
        client_secret: The app's client secret.
        token: A ready-made client access token, in place of the two.
        base_url: Where the API is; https, or http to a loopback address.
        profile: Name of a profile of config.toml.
        options: Time limits, retries, limits.
        session: Connections of another client, to be shared; that one closes them.
        on_event: Called with each event as it happens; see `tiktok_async.events`.
        runtime: A ledger or a clock to share, and more listeners.

    Raises:
        CredentialsMissingError: if no credential is given anywhere.
        ConfigError: if a setting is wrong.
    """

    videos: Videos
    users: Users
    playlists: Playlists
    shops: Shops
    compliance: Compliance

    def __init__(
        self,
        *,
        client_key: str | None = None,
        client_secret: str | Secret | None = None,
        token: str | Secret | None = None,
        base_url: str | None = None,
        profile: str | None = None,
        options: Options | None = None,
        session: Session | None = None,
        on_event: Callable[[Event], None] | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        settings = load_profile(profile)
        chosen = options_of(RESEARCH, options)
        address = base_url_of(RESEARCH, base_url, settings)
        credential = _credential(client_key, client_secret, token, settings, address, chosen)
        shared = runtime_of(runtime, session, on_event)
        super().__init__(RESEARCH, address, credential, chosen, shared)

    def _bind(self, scope: Scope) -> None:
        super()._bind(scope)
        self.videos = Videos(scope)
        self.users = Users(scope)
        self.playlists = Playlists(scope)
        self.shops = Shops(scope)
        self.compliance = Compliance(scope)


def _credential(  # noqa: PLR0917  # every place a credential may come from
    key: str | None,
    secret: str | Secret | None,
    token: str | Secret | None,
    settings: Mapping[str, Any],
    base_url: str,
    options: Options,
) -> Credential:
    """Choose a credential: what the caller gave, else client credentials, else a token."""
    by_app = key is not None or secret is not None
    if token is not None and not by_app:
        return AccessToken(token)
    key = setting(key, "TIKTOK_CLIENT_KEY", settings)
    secret = secret or setting(None, "TIKTOK_CLIENT_SECRET", settings)
    if key and secret:
        return ClientCredentials(key, secret, base_url=base_url, options=options)
    token = token or setting(None, "TIKTOK_ACCESS_TOKEN", settings)
    if token and not by_app:
        return AccessToken(token)
    missing = " and ".join(
        name for name, given in (("client_key", key), ("client_secret", secret)) if not given
    )
    verb = "are" if " and " in missing else "is"
    msg = f"No credential: {missing} {verb} missing."
    raise CredentialsMissingError(
        msg,
        hint="Set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET (developers.tiktok.com, your app), "
        "or pass client_key= and client_secret=; to try it without an account, use the emulator.",
    )
