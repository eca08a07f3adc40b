"""What an answer of the OAuth endpoints means: the body decides, since errors come with a 200.

Source: contract section 2, Errors: `{"error", "error_description", "log_id"}`, HTTP 200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.convert import loads
from tiktok_async.errors import (
    APIError,
    AuthError,
    DecodeError,
    ReauthorizationRequiredError,
    ServerError,
    shown,
)
from tiktok_async.sansio.envelope import by_status
from tiktok_async.sansio.retry import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.sansio.endpoint import Endpoint
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

LOG_IN: Final = "Let the user log in again: tiktok-async auth login."
_CHECK_APP: Final = "Check the client key and the client secret."
_HINTS: Final[Mapping[tuple[str, str], str]] = {
    ("oauth.token.refresh_token", "invalid_grant"): LOG_IN,
    ("oauth.token.authorization_code", "invalid_grant"): (
        "Start the login again: a code is good once, and for some minutes only."
    ),
    ("oauth.token.authorization_code", "invalid_request"): (
        "Check the redirect URI, and PKCE: hex for a desktop app, off for a web app."
    ),
    ("oauth.revoke", "invalid_grant"): "The token is no longer good: nothing is left to revoke.",
}
"""By endpoint and code, where another than the app itself is to blame."""


def flat(request: Endpoint[Any], answer: Answer) -> Verdict:
    """Return what became of an OAuth call; an empty body is an empty object.

    No error keeps the body or quotes it: it may hold a token.
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
    if (request.id, name) == ("oauth.token.refresh_token", "invalid_grant"):
        cls = ReauthorizationRequiredError
    log_id = told.get("log_id")
    error = cls(
        f"The token call was refused: {shown(name or f'HTTP {answer.status}')}: {words}",
        status=answer.status,
        code=name,
        log_id=log_id if isinstance(log_id, str) else None,
        request=request,
    )
    if cls in {AuthError, ReauthorizationRequiredError}:
        error.hint = _HINTS.get((request.id, name or ""), _CHECK_APP)
    return Verdict(kind, error=error, status=answer.status, log_id=error.log_id)


def _kind(code: str | None, status: int) -> tuple[Kind, type[APIError]]:
    if code in _TRANSIENT:
        return Kind.SERVER, ServerError
    if code in _CODES:
        return Kind.REFUSED, AuthError
    return by_status(status) if status >= 300 else (Kind.REFUSED, AuthError)
