"""What an answer of TikAPI means: the HTTP status, the body's `status`, and TikTok's own code.

Rules: a body is good if the status is 2xx, its `status` is not "error", and neither `statusCode`
nor `status_code` is other than 0. A 403 is what TikTok's code says it is. An empty 2xx is nothing.
Source: contract, TikAPI, Errors and Base, formats.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.construct import is_model
from tiktok_async.convert import loads, loads_page
from tiktok_async.errors import (
    APIError,
    AuthError,
    DecodeError,
    NotFoundError,
    QuotaExhaustedError,
    shown,
)
from tiktok_async.rows import PageForm
from tiktok_async.sansio.endpoint import Operation
from tiktok_async.sansio.envelope import by_status
from tiktok_async.sansio.retry import Kind, Verdict
from tiktok_async.tikapi.codes import CODES, EXPIRED, Code, Group
from tiktok_async.tikapi.paging import CursorList, SinglePage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.sansio.endpoint import Endpoint
    from tiktok_async.sansio.wire import Answer

_STATUSES: Final[Mapping[int, Group]] = {
    400: Group(Kind.REFUSED, APIError, "Correct the named parameters; a retry does not help."),
    401: Group(
        Kind.REFUSED,
        AuthError,
        "Check the API key (api_key= or TIKAPI_API_KEY): one that was refreshed is dead.",
    ),
    428: EXPIRED,
    429: Group(
        Kind.QUOTA,
        QuotaExhaustedError,
        "The plan's requests are counted over 24 hours from the first one, its bandwidth until "
        "it renews; `await client.key.info()` tells what is left.",
    ),
}
"""Statuses that mean one thing, whatever the body's code."""
_PLAIN_RULES: Final = (CursorList, SinglePage)
"""Rules that take a row as it is."""
_SHOWN_FIELDS: Final = 10
_TROUBLE: Final = "Try again later; every retry that makes sense was made."


def tikapi(request: Endpoint[Any], answer: Answer, *, lined: bool = False) -> Verdict:
    """Return what became of one attempt, by status and body.

    Args:
        request: What was sent.
        answer: What came.
        lined: Whether the rows of a page keep the text that they came in.
    """
    good = answer.status < 300
    if good and not answer.body.strip():
        return _nothing(request, answer)
    endpoint: Any = type(request)
    form = _form(endpoint) if good else None
    try:
        body = loads(answer.body) if form is None else loads_page(answer.body, form, lined=lined)
    except DecodeError as error:
        if not good:
            return _refused(request, answer, None)
        error.request = request
        return Verdict(Kind.MALFORMED, error=error, status=answer.status)
    if not isinstance(body, dict):
        fault = DecodeError("The answer is JSON, but no object.", body=body, request=request)
        return Verdict(Kind.WRONG_SHAPE, error=fault, status=answer.status)
    if good and code_of(body) is None and body.get("status") != "error":
        return _found(request, answer, body)
    return _refused(request, answer, body if form is None else loads(answer.body))


tikapi_lined: Final = functools.partial(tikapi, lined=True)
"""The same, with rows that keep the text they came in."""


@functools.lru_cache(maxsize=256)
def _form(endpoint: Any) -> PageForm | None:
    """Return the form of an endpoint's pages; None where its rule makes more of a row."""
    rule: Any = getattr(endpoint, "rule", None)
    plain = type(rule) in _PLAIN_RULES and rule.items and not getattr(endpoint, "place", ())
    if not plain or not is_model(endpoint.result):
        return None
    return PageForm(model=endpoint.result, rows=rule.items, key=rule.key)


def code_of(body: Mapping[str, Any]) -> str | None:
    """Return TikTok's code in a body, as text; None where all is well."""
    codes = (body.get("statusCode"), body.get("status_code"))
    return next((str(code) for code in codes if code not in (None, 0, "0", "")), None)


def log_id_of(body: Mapping[str, Any]) -> str | None:
    """Return TikTok's id of the call, wherever the body keeps it."""
    extra = body.get("extra")
    found = body.get("log_id") or (extra.get("logid") if isinstance(extra, dict) else None)
    return found if isinstance(found, str) else None


def _nothing(request: Endpoint[Any], answer: Answer) -> Verdict:
    """Return the verdict of an empty 2xx: a list without rows, an act that is done."""
    if hasattr(request, "rule") or request.operation is Operation.ACT:
        return Verdict(Kind.OK, {}, status=answer.status)
    error = NotFoundError(
        f"HTTP {answer.status}: the answer is empty.", status=answer.status, request=request
    )
    return Verdict(Kind.REFUSED, error=error, status=answer.status)


def _found(request: Endpoint[Any], answer: Answer, body: dict[str, Any]) -> Verdict:
    """Return a good body, or the part of it that the endpoint says its result is."""
    place: tuple[str, ...] = getattr(request, "place", ())
    log_id = log_id_of(body)
    found: Any = body
    for name in place:
        found = found.get(name) if isinstance(found, dict) else None
    if place and isinstance(found, dict):
        beside = (name for name in getattr(request, "beside", ()) if name in body)
        found = {**{name: body[name] for name in beside}, **found}
    elif found is None and request.operation is Operation.ACT:
        found = {}  # it is done, whatever the answer tells of it
    elif found is None:
        error = DecodeError(f"$.{'.'.join(place)} is missing.", body=body, request=request)
        return Verdict(Kind.WRONG_SHAPE, error=error, status=answer.status, log_id=log_id)
    return Verdict(Kind.OK, found, status=answer.status, log_id=log_id)


def _refused(request: Endpoint[Any], answer: Answer, found: dict[str, Any] | None) -> Verdict:
    """Return the verdict of an error; `found` is None where the body is no JSON."""
    body, text = found or {}, shown(answer.body[:200].decode(errors="replace"))
    code, log_id = code_of(body), log_id_of(body)
    told = _words(body, code) if found is not None else f"no JSON: {text}"
    group = _group(request, answer.status, code)
    error = group.error(
        f"HTTP {answer.status}{f' {shown(code)}' if code else ''}: {told}.",
        status=answer.status,
        code=code,
        body=text if found is None else found,
        log_id=log_id,
        request=request,
        hint=group.hint or None,
    )
    error.reason = group.reason
    return Verdict(group.kind, error=error, status=answer.status, log_id=log_id)


def _group(request: Endpoint[Any], status: int, code: str | None) -> Group:
    if status in _STATUSES:
        return _STATUSES[status]
    known = _known(code)
    if known is not None:
        return known.group
    kind, cls = (Kind.REFUSED, APIError) if status < 300 else by_status(status)
    return Group(kind, cls, _TROUBLE if status >= 500 else reservations(request))


def _known(code: str | None) -> Code | None:
    digits = code is not None and code.isascii() and code.isdigit() and len(code) < 20
    return CODES.get(int(code)) if code is not None and digits else None


def reservations(request: Endpoint[Any]) -> str:
    """Return what may be behind a refusal without a known code, by the endpoint's declaration."""
    scopes = getattr(request, "scopes", ())
    whys = [
        (getattr(request, "premium", False), "the call belongs to premium plans"),
        (getattr(request, "trusted_only", False), "the call is for trusted customers only"),
        (scopes, f"the user may not have granted {' and '.join(scopes)}"),
    ]
    given = "; ".join(why for holds, why in whys if holds)
    return f"{given[:1].upper()}{given[1:]}." if given else ""


def _words(body: Mapping[str, Any], code: str | None) -> str:
    """Return the provider's words, or ours for its code, and the fields of a 400."""
    known = _known(code)
    words = body.get("message") or body.get("status_msg") or (known.text if known else "")
    fields = body.get("fields")
    named = list(fields.items())[:_SHOWN_FIELDS] if isinstance(fields, dict) else []
    details = "".join(f"; {shown(name)}: {shown(text).rstrip('.')}" for name, text in named)
    return f"{shown(words).rstrip('.') or 'no message'}{details}"
