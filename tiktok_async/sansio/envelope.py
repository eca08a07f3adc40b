"""The envelope of TikTok's own v2 API: `{"data": ..., "error": {"code", "message", "log_id"}}`.

Rules: the body decides, then the status. A code other than `ok` inside a 200 is an error; a 500
with good data and no message is an answer; what is not JSON comes from a gateway.
Source: contract, official APIs, sections 1 and 1.1 (error codes), 3.1 and 3.2 (messages).
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.construct import is_model
from tiktok_async.convert import loads, loads_page
from tiktok_async.errors import (
    APIError,
    AuthError,
    DecodeError,
    NotFoundError,
    QuotaExhaustedError,
    RateLimitError,
    ScopeError,
    ServerError,
    TikTokError,
    shown,
)
from tiktok_async.rows import PageForm
from tiktok_async.sansio.paging import CursorRule, OnePageRule, PageNumberRule
from tiktok_async.sansio.retry import Kind, Verdict

if TYPE_CHECKING:
    from tiktok_async.sansio.endpoint import Endpoint
    from tiktok_async.sansio.wire import Answer

INVALID_PARAMS: Final = "invalid_params"
SEARCH_REFUSED: Final = "search_id_refused"

_CODES: Final[dict[str, tuple[Kind, type[APIError]]]] = {
    "access_token_invalid": (Kind.UNAUTHORIZED, AuthError),
    "scope_not_authorized": (Kind.REFUSED, ScopeError),
    "scope_permission_missed": (Kind.REFUSED, ScopeError),
    INVALID_PARAMS: (Kind.REFUSED, APIError),
    "invalid_param": (Kind.REFUSED, APIError),
    "invalid_request": (Kind.REFUSED, APIError),
    "rate_limit_exceeded": (Kind.RATE_LIMITED, RateLimitError),
    "daily_quota_limit_exceeded": (Kind.QUOTA, QuotaExhaustedError),
    "internal_error": (Kind.SERVER, ServerError),
    "timeout": (Kind.SERVER, ServerError),
}

_STATUSES: Final[dict[int, tuple[Kind, type[APIError]]]] = {
    401: (Kind.UNAUTHORIZED, AuthError),
    403: (Kind.REFUSED, APIError),
    404: (Kind.REFUSED, NotFoundError),
    408: (Kind.REQUEST_TIMEOUT, ServerError),
    425: (Kind.TOO_EARLY, ServerError),
    429: (Kind.RATE_LIMITED, RateLimitError),
    500: (Kind.SERVER, ServerError),
    501: (Kind.REFUSED, ServerError),
    502: (Kind.SERVER, ServerError),
    503: (Kind.UNAVAILABLE, ServerError),
    504: (Kind.SERVER, ServerError),
    505: (Kind.REFUSED, ServerError),
}

_PLAIN_RULES: Final = (CursorRule, PageNumberRule, OnePageRule)
_LOST_SEARCH: Final = re.compile(r"Search Id .{0,40} is invalid or expired")
_LOST_CURSOR: Final = "Invalid count or cursor"
_NOT_FOUND: Final = re.compile(
    r"cannot find the user|cannot return this user's information|is private"
    r"|information cannot be returned"
)


def official(request: Endpoint[Any], answer: Answer, *, lined: bool = False) -> Verdict:
    """Return what became of one attempt, by status and body.

    Args:
        request: What was sent.
        answer: What came.
        lined: Whether the rows of a page keep the text that they came in.
    """
    text = request.route.answer == "text"
    try:
        body = _text(answer) if text else _json(request, answer, lined=lined)
    except DecodeError as error:
        return _not_json(request, answer, error)
    if not isinstance(body, dict):
        return _wrong_shape(request, answer, body)
    fault = _fault(body)
    if fault is None:
        return _wrong_shape(request, answer, body)
    data = body.get("data")
    if _is_good(request, answer.status, fault, data):
        log_id = fault.get("log_id")
        return Verdict(Kind.OK, data, status=answer.status, log_id=log_id)
    return _refused(request, answer, body, fault)


official_lined: Final = functools.partial(official, lined=True)
"""The same, with rows that keep the text they came in."""


def _json(request: Endpoint[Any], answer: Answer, *, lined: bool) -> Any:
    """Read an answer; the rows of a good page may be models already."""
    endpoint: Any = type(request)
    form = _form(endpoint) if answer.status < 300 else None
    if form is None:
        return loads(answer.body)
    page = loads_page(answer.body, form, lined=lined)
    fault = page.get("error") if isinstance(page, dict) else None
    good = isinstance(fault, dict) and fault.get("code") == "ok"
    return page if good else loads(answer.body)


@functools.lru_cache(maxsize=256)
def _form(endpoint: Any) -> PageForm | None:
    """Return the form of an endpoint's pages; None where a rule of its own looks into the rows."""
    rule: Any = getattr(endpoint, "rule", None)
    if type(rule) not in _PLAIN_RULES or not is_model(endpoint.result):
        return None
    flags = ("has_more",) if type(rule) is CursorRule else ()
    beside = {"cursor", "search_id", "has_more"}.difference(flags)
    return PageForm(
        model=endpoint.result,
        around=("error",),
        under="data",
        rows=rule.items,
        flags=flags,
        beside=tuple(sorted(beside)),
        key=rule.key,
    )


def _fault(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the error object, empty where there is none; None where it is something else.

    TikTok Shop's examples have no error at all; OAuth's flat form may come from a gateway.
    """
    found = body.get("error")
    if isinstance(found, dict):
        return found
    if isinstance(found, str):
        message = body.get("error_description")
        return {"code": found, "message": message, "log_id": body.get("log_id")}
    return {} if found is None else None


def _text(answer: Answer) -> Any:
    """Read an answer that is a text file; a JSON object in its place is an envelope.

    Raises:
        DecodeError: if it is neither, such as a gateway's HTML.
    """
    if answer.body.lstrip()[:1] in (b"{", b"<") or answer.status >= 300:
        return loads(answer.body)
    try:
        return {"data": answer.body.decode("utf-8-sig")}
    except UnicodeDecodeError as error:
        msg = f"The text file is not UTF-8 at byte {error.start}."
        raise DecodeError(msg, retryable=True) from None


def _is_good(request: Endpoint[Any], status: int, fault: dict[str, Any], data: Any) -> bool:
    """Tell whether the body is an answer, whatever the status says (playlist and user: a 500)."""
    code = fault.get("code", "ok")
    if status < 300:
        return bool(code == "ok")
    quiet = code == "ok" or not fault.get("message")
    return request.good_500 and status == 500 and bool(data) and quiet


def _not_json(request: Endpoint[Any], answer: Answer, error: DecodeError) -> Verdict:
    status = answer.status
    if status < 300:
        error.request = request
        return Verdict(Kind.MALFORMED, error=error, status=status)
    kind, cls = by_status(status)
    text = shown(answer.body[:200].decode(errors="replace"))
    found = cls(
        f"The provider's gateway answered {status} without JSON: {text}",
        status=status,
        body=text,
        request=request,
    )
    return Verdict(kind, error=found, status=status)


def _wrong_shape(request: Endpoint[Any], answer: Answer, body: Any) -> Verdict:
    error = DecodeError("The answer is JSON, but no object.", body=body, request=request)
    return Verdict(Kind.WRONG_SHAPE, error=error, status=answer.status)


def _refused(
    request: Endpoint[Any], answer: Answer, body: dict[str, Any], fault: dict[str, Any]
) -> Verdict:
    code, message = str(fault.get("code") or ""), str(fault.get("message") or "")
    kind, cls = _CODES.get(code) or by_status(answer.status)
    reason = None
    if kind is Kind.REFUSED and _is_lost(request, message):
        kind, reason = Kind.SEARCH, SEARCH_REFUSED
    elif kind is Kind.REFUSED and _NOT_FOUND.search(message):
        cls = NotFoundError
    log_id = str(fault["log_id"]) if fault.get("log_id") else None
    error: TikTokError = cls(
        _sentence(answer.status, code, message, log_id),
        status=answer.status,
        code=code or None,
        body=body,
        log_id=log_id,
        request=request,
    )
    error.reason = reason
    return Verdict(kind, error=error, status=answer.status, log_id=log_id)


def _is_lost(request: Endpoint[Any], message: str) -> bool:
    """Tell whether the server refuses what it issued; without a cursor, the caller is wrong."""
    echoed = getattr(request, "cursor", True) not in (None, 0)
    return bool(_LOST_SEARCH.search(message)) or (echoed and _LOST_CURSOR in message)


def _sentence(status: int, code: str, message: str, log_id: str | None) -> str:
    words = shown(message).rstrip(".") or "no message"
    trace = f" (log id {shown(log_id)})" if log_id else ""
    return f"HTTP {status} {shown(code) or 'without a code'}: {words}{trace}."


def by_status(status: int) -> tuple[Kind, type[APIError]]:
    """Return what an HTTP status means where the body says nothing."""
    known = _STATUSES.get(status)
    if known is not None:
        return known
    if status >= 500:
        return Kind.SERVER, ServerError
    return Kind.REFUSED, APIError
