"""The token endpoint: client credentials.

Source: TikTok, Client Access Token Management, page of 2026-11-05; contract section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from tiktok_async.convert import loads
from tiktok_async.errors import APIError, AuthError, DecodeError, ServerError, shown
from tiktok_async.sansio.endpoint import Api, Endpoint, Operation, Route, param
from tiktok_async.sansio.retry import Kind, Verdict
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    from tiktok_async.sansio.wire import Answer

_TRANSIENT: Final = frozenset({"server_error", "temporarily_unavailable"})


def flat(request: Endpoint[Any], answer: Answer) -> Verdict:
    """Return what became of a token call; the body decides, since errors come with a 200.

    Source: contract section 2, Errors: `{"error", "error_description", "log_id"}`, HTTP 200.
    """
    try:
        body = loads(answer.body) if answer.body else {}
    except DecodeError as error:
        if answer.status < 300:
            return Verdict(Kind.MALFORMED, error=error, status=answer.status)
        body = {}
    code = body.get("error") if isinstance(body, dict) else "no_object"
    if code is None and answer.status < 300:
        return Verdict(Kind.OK, body, status=answer.status)
    return _refused(request, answer, code, body)


def _refused(request: Endpoint[Any], answer: Answer, code: Any, body: Any) -> Verdict:
    fault = body if isinstance(body, dict) else {}
    words = shown(fault.get("error_description") or "no description")
    kind, cls = _kind(code, answer.status)
    log_id = str(fault["log_id"]) if fault.get("log_id") else None
    error = cls(
        f"The token call was refused: {shown(code or answer.status)}: {words}",
        status=answer.status,
        code=None if code is None else str(code),
        body=body,
        log_id=log_id,
        request=request,
    )
    if cls is AuthError:
        error.hint = "Check the client key and the client secret."
    return Verdict(kind, error=error, status=answer.status, log_id=log_id)


def _kind(code: Any, status: int) -> tuple[Kind, type[APIError]]:
    if code in _TRANSIENT or (code is None and status >= 500):
        return Kind.SERVER, ServerError
    if code is None and status == 429:
        return Kind.RATE_LIMITED, ServerError
    return Kind.REFUSED, AuthError


OAUTH: Final = Api(
    name="oauth",
    base_url="https://open.tiktokapis.com",
    dialect=flat,
    base_url_variable="TIKTOK_BASE_URL",
)


@attrs.frozen(kw_only=True)
class Token:
    """The answer of the token endpoint."""

    access_token: Secret
    expires_in: float | None
    """Seconds left when the answer was made; None = use it until a 401."""
    token_type: str


@attrs.frozen(kw_only=True)
class ClientToken(Endpoint[Token]):
    """Mint a client access token."""

    id = "oauth.token.client_credentials"
    api = OAUTH
    route: ClassVar[Route] = Route("POST", "/v2/oauth/token/", encoding="form")
    operation = Operation.TOKEN
    replay_safe = True
    source = "TikTok, Client Access Token Management, 2026-11-05"

    client_key: str = attrs.field(metadata=param("The app's client key."))
    client_secret: Secret = attrs.field(
        converter=secret, repr=False, metadata=param("The app's client secret.")
    )
    grant_type: str = attrs.field(
        default="client_credentials", metadata=param("Always client_credentials.")
    )


def token_of(data: Any) -> Token:
    """Return the token in a good answer.

    Raises:
        DecodeError: if there is none.
    """
    value = data.get("access_token") if isinstance(data, dict) else None
    if not isinstance(value, str) or not value:
        msg = "The token answer has no access_token."
        raise DecodeError(msg)
    life = data.get("expires_in")
    known = isinstance(life, int | float) and not isinstance(life, bool) and life > 0
    return Token(
        access_token=Secret(value),
        expires_in=float(life) if known else None,
        token_type=str(data.get("token_type") or "Bearer"),
    )
