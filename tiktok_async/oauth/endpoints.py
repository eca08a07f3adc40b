"""The token endpoint: client credentials.

Source: TikTok, Client Access Token Management, page of 2026-11-05; contract section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from tiktok_async.convert import loads
from tiktok_async.errors import APIError, AuthError, DecodeError, ServerError, shown
from tiktok_async.sansio.endpoint import Api, Endpoint, Operation, Route, param
from tiktok_async.sansio.envelope import by_status
from tiktok_async.sansio.retry import Kind, Verdict
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    from tiktok_async.sansio.wire import Answer

_CODES: Final = frozenset(
    {
        "access_denied",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
    }
)
"""Source: contract section 2, Errors."""
_TRANSIENT: Final = frozenset({"server_error", "temporarily_unavailable"})


def flat(request: Endpoint[Any], answer: Answer) -> Verdict:
    """Return what became of a token call; the body decides, since errors come with a 200.

    No error keeps the body or quotes it: it may hold a token.

    Source: contract section 2, Errors: `{"error", "error_description", "log_id"}`, HTTP 200.
    """
    try:
        found, kind = (loads(answer.body) if answer.body else {}), Kind.WRONG_SHAPE
    except DecodeError:
        found, kind = None, Kind.MALFORMED
    body: dict[str, Any] = found if isinstance(found, dict) else {}
    if answer.status < 300 and body is not found:
        error = DecodeError("The token answer is no JSON object.", request=request)
        return Verdict(kind, error=error, status=answer.status)
    if answer.status < 300 and body.get("error") is None:
        return Verdict(Kind.OK, body, status=answer.status)
    return _refused(request, answer, body)


def _refused(request: Endpoint[Any], answer: Answer, body: dict[str, Any]) -> Verdict:
    """Return the verdict of an error: OAuth's flat form, or the v2 envelope's object."""
    fault = body.get("error")
    told = fault if isinstance(fault, dict) else body
    code = told.get("code") if isinstance(fault, dict) else fault
    name = code if isinstance(code, str) else None
    words = shown(told.get("error_description") or told.get("message") or "no description")
    kind, cls = _kind(name, answer.status)
    log_id = told.get("log_id")
    error = cls(
        f"The token call was refused: {shown(name or f'HTTP {answer.status}')}: {words}",
        status=answer.status,
        code=name,
        log_id=log_id if isinstance(log_id, str) else None,
        request=request,
    )
    if cls is AuthError:
        error.hint = "Check the client key and the client secret."
    return Verdict(kind, error=error, status=answer.status, log_id=error.log_id)


def _kind(code: str | None, status: int) -> tuple[Kind, type[APIError]]:
    if code in _TRANSIENT:
        return Kind.SERVER, ServerError
    if code in _CODES:
        return Kind.REFUSED, AuthError
    return by_status(status) if status >= 300 else (Kind.REFUSED, AuthError)


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
