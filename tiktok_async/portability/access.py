"""As whom the Data Portability API is used: a token, or a user who logged in before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktok_async.config import setting
from tiktok_async.errors import CredentialsMissingError, InputError
from tiktok_async.oauth import AccessToken, UserToken, default_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.config import Options
    from tiktok_async.io.scope import Credential
    from tiktok_async.oauth import TokenStore
    from tiktok_async.secrets import Secret

_HINT = (
    "Log the user in with `tiktok-async auth login` and set TIKTOK_CLIENT_KEY and "
    "TIKTOK_CLIENT_SECRET, or pass token=; to try it without an account, use the emulator."
)


def credential_of(  # noqa: PLR0917  # every place a credential may come from
    token: str | Secret | None,
    key: str | None,
    secret: str | Secret | None,
    user: str | None,
    store: TokenStore | None,
    settings: Mapping[str, Any],
    base_url: str,
    options: Options,
) -> Credential:
    """Choose a credential: what the caller gave, else a stored user, else a token of the settings.

    Raises:
        CredentialsMissingError: if there is none.
        InputError: if both are given.
    """
    by_user = any(part is not None for part in (key, secret, user, store))
    if token is not None and by_user:
        msg = "token= is one user by itself: leave out client_key, client_secret, user and store."
        raise InputError(msg)
    if not by_user and (found := token or _user_token(settings)):
        return AccessToken(found)
    key = setting(key, "TIKTOK_CLIENT_KEY", settings)
    secret = secret or setting(None, "TIKTOK_CLIENT_SECRET", settings)
    if not key or not secret:
        raise CredentialsMissingError("No credential: no user access token is given.", hint=_HINT)
    return UserToken(
        store or default_store(), key, secret, user=user, base_url=base_url, options=options
    )


def _user_token(settings: Mapping[str, Any]) -> str | None:
    """Return the token of the settings, unless it is one of an app, such as Research takes."""
    found = setting(None, "TIKTOK_ACCESS_TOKEN", settings)
    return None if found is not None and found.startswith("clt.") else found
