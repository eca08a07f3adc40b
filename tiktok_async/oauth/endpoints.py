"""The OAuth endpoints: a token for the app, the three calls of a user's token, and their answers.

Source: TikTok, User Access Token Management and Client Access Token Management, pages of
2026-11-02 and 2026-11-05; contract section 2.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import attrs

from tiktok_async.errors import DecodeError
from tiktok_async.oauth.dialect import flat
from tiktok_async.sansio.endpoint import Api, Endpoint, Operation, Route, param
from tiktok_async.secrets import Secret, secret

OAUTH: Final = Api(
    name="oauth",
    base_url="https://open.tiktokapis.com",
    dialect=flat,
    base_url_variable="TIKTOK_BASE_URL",
)
_TOKEN: Final = Route("POST", "/v2/oauth/token/", encoding="form")


@attrs.frozen(kw_only=True)
class Token:
    """An app's token, as the token endpoint answers it."""

    access_token: Secret
    expires_in: float | None
    """Seconds left when the answer was made; None = use it until a 401."""
    token_type: str


@attrs.frozen(kw_only=True)
class Grant(Token):
    """A user's tokens, as the token endpoint answers them."""

    open_id: str | None
    """The user, as this app knows them."""
    scope: str | None
    """What was granted, separated by commas."""
    refresh_token: Secret | None
    """Replaces the one that was sent, which stops working."""
    refresh_expires_in: float | None
    """Seconds left when the answer was made."""


@attrs.frozen(kw_only=True)
class _AppCall:
    """What every OAuth call says of the app."""

    client_key: str = attrs.field(metadata=param("The app's client key."))
    client_secret: Secret = attrs.field(
        converter=secret, repr=False, metadata=param("The app's client secret.")
    )


@attrs.frozen(kw_only=True)
class ClientToken(_AppCall, Endpoint[Token]):
    """Mint a client access token."""

    id = "oauth.token.client_credentials"
    api = OAUTH
    route: ClassVar[Route] = _TOKEN
    operation = Operation.TOKEN
    replay_safe = True
    source = "TikTok, Client Access Token Management, 2026-11-05"

    grant_type: str = attrs.field(
        default="client_credentials", metadata=param("Always client_credentials.")
    )


@attrs.frozen(kw_only=True)
class ExchangeCode(_AppCall, Endpoint[Grant]):
    """Exchange the code of a user's consent for tokens; a code is good once."""

    id = "oauth.token.authorization_code"
    api = OAUTH
    route: ClassVar[Route] = _TOKEN
    operation = Operation.TOKEN
    source = "TikTok, User Access Token Management, 2026-11-05"

    code: Secret = attrs.field(
        converter=secret, repr=False, metadata=param("The code of the redirect, decoded.")
    )
    redirect_uri: str = attrs.field(metadata=param("The one of the authorize request, exactly."))
    code_verifier: Secret | None = attrs.field(
        default=None, repr=False, metadata=param("The PKCE verifier; desktop and mobile only.")
    )
    grant_type: str = attrs.field(
        default="authorization_code", metadata=param("Always authorization_code.")
    )


@attrs.frozen(kw_only=True)
class RefreshToken(_AppCall, Endpoint[Grant]):
    """Exchange a refresh token for a new pair; the token that is sent stops working."""

    id = "oauth.token.refresh_token"
    api = OAUTH
    route: ClassVar[Route] = _TOKEN
    operation = Operation.TOKEN
    source = "TikTok, Refresh a User Access Token, 2026-11-02"

    refresh_token: Secret = attrs.field(
        converter=secret, repr=False, metadata=param("The latest refresh token.")
    )
    grant_type: str = attrs.field(default="refresh_token", metadata=param("Always refresh_token."))


@attrs.frozen(kw_only=True)
class RevokeToken(_AppCall, Endpoint[None]):
    """Disconnect the app from a user's account."""

    id = "oauth.revoke"
    api = OAUTH
    route: ClassVar[Route] = Route("POST", "/v2/oauth/revoke/", encoding="form")
    operation = Operation.ACT
    source = "TikTok, Revoke a User Access Token, 2026-11-02"

    token: Secret = attrs.field(
        converter=secret, repr=False, metadata=param("The user's access token.")
    )


def token_of(data: Any) -> Token:
    """Return the app's token in a good answer.

    Raises:
        DecodeError: if there is none.
    """
    return Token(**_common(data))


def grant_of(data: Any) -> Grant:
    """Return the user's tokens in a good answer; what it does not say is None.

    Raises:
        DecodeError: if there is no access token.
    """
    common = _common(data)
    refresh_token = _text(data, "refresh_token")
    return Grant(
        **common,
        open_id=_text(data, "open_id"),
        scope=_text(data, "scope"),
        refresh_token=Secret(refresh_token) if refresh_token else None,
        refresh_expires_in=_seconds(data, "refresh_expires_in"),
    )


def _common(data: Any) -> dict[str, Any]:
    value = _text(data, "access_token") if isinstance(data, dict) else None
    if not value:
        msg = "The token answer has no access_token."
        raise DecodeError(msg)
    return {
        "access_token": Secret(value),
        "expires_in": _seconds(data, "expires_in"),
        "token_type": str(data.get("token_type") or "Bearer"),
    }


def _text(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) else None


def _seconds(data: dict[str, Any], name: str) -> float | None:
    """Return a lifetime; one that is missing or makes no sense holds until the server refuses."""
    value = data.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        return None
    return float(value)
