"""What each kind of fault does to an answer. `faults` tells what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.emulator.accounts import pace_refusal, quota_refusal
from tiktok_async.emulator.answers import (
    HTML_TYPE,
    Answer,
    RefusedError,
    failure,
    invalid,
    oauth_failure,
)
from tiktok_async.emulator.archive.tape import Run, Tape
from tiktok_async.emulator.archive.zipping import gzipped
from tiktok_async.emulator.faulty_pages import SPOILED_PAGES
from tiktok_async.emulator.faulty_transfers import MISHEARD, ON_THE_WAY, SPOILED_TRANSFERS
from tiktok_async.emulator.routes.videos import refused_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tiktok_async.emulator.calls import Call
    from tiktok_async.emulator.faults import Fault

    Handler = Callable[[Call], Awaitable[Answer]]

_BLOCK: Final = 1 << 20
_END: Final = b'{"data":{},"error":{"code":"ok","message":"","log_id":""}}'


async def meet(fault: Fault, call: Call, handler: Handler) -> Answer:
    """Return the answer of a call that meets a fault.

    Raises:
        RefusedError: where the fault is one, or spoils pages and the call was wrong in itself.
    """
    if fault.kind in _INSTEAD:
        return _INSTEAD[fault.kind](fault, call)
    if fault.kind in MISHEARD:
        MISHEARD[fault.kind](fault, call)
    try:
        answer = await handler(call)
    except RefusedError as refusal:
        if fault.kind not in ON_THE_WAY:
            raise
        answer = call.refused(refusal)
    if fault.kind in _CHANGED:
        _CHANGED[fault.kind](fault, call, answer)
    return answer


def _server_error(fault: Fault, call: Call) -> Answer:
    # The message is one of those seen live.
    code = fault.details.get("code", "internal_error")
    message = fault.details.get("message", "Something went wrong. Please try again later.")
    return Answer(failure(code, message, call.log_id), status=fault.details.get("status", 500))


def _error_200(fault: Fault, call: Call) -> Answer:
    answer = _server_error(fault, call)
    answer.status = 200
    answer.media_type = fault.details.get("media_type", answer.media_type)
    return answer


def html(status: int, text: str) -> Answer:
    """Return a small page, as gateways give it."""
    page = f"<html><head><title>{status} {text}</title></head><body>{text}</body></html>\n"
    return Answer(page.encode(), status=status, media_type=HTML_TYPE)


def gateway(fault: Fault) -> Answer:
    """Return the page of a gateway."""
    status = fault.details.get("status", 504)
    names = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}
    return html(status, names.get(status, "Error"))


def _search_id(_fault: Fault, call: Call) -> Answer:
    raise refused_id(call.peek().get("search_id"))


def _cursor(_fault: Fault, _call: Call) -> Answer:
    raise invalid("Invalid count or cursor")


def _rate(fault: Fault, _call: Call) -> Answer:
    raise pace_refusal(fault.details.get("retry_after"))


def _quota(_fault: Fault, _call: Call) -> Answer:
    raise quota_refusal()


def _unauthorized(_fault: Fault, _call: Call) -> Answer:
    raise RefusedError("access_token_invalid", "Access token is invalid")


def _expired(_fault: Fault, call: Call) -> Answer:
    call.emulation.tokens.kill(call.token)
    raise RefusedError("access_token_invalid", "Access token is expired")


def _oauth_error(fault: Fault, call: Call) -> Answer:
    code = fault.details.get("error", "invalid_client")
    text = fault.details.get("description", "Client key or secret is incorrect.")
    body = oauth_failure(code, text, call.log_id)
    return Answer(body, status=fault.details.get("status", 200))


def _wrong_shape(_fault: Fault, call: Call) -> Answer:
    key = call.operation.items_key or "value"
    data = {key: "none", "cursor": {"at": 1}, "has_more": "perhaps", "search_id": [1]}
    return call.ok(data)


def huge(fault: Fault, end: bytes) -> Answer:
    """Return gzip of a valid answer behind about `size` spaces."""
    count = max(1, fault.details.get("size", 256 * _BLOCK) // _BLOCK)
    content = gzipped(Tape((Run(b" " * _BLOCK, count), Run(end))), level=9)
    return Answer(b"".join(content.read()), headers={"Content-Encoding": "gzip"})


_INSTEAD: Final[Mapping[str, Callable[[Fault, Call], Answer]]] = {
    "server_error": _server_error,
    "error_200": _error_200,
    "gateway_html": lambda fault, _call: gateway(fault),
    "html_200": lambda _fault, _call: html(200, "Please wait"),
    "search_id_invalid": _search_id,
    "invalid_cursor_transient": _cursor,
    "rate_limited": _rate,
    "quota_exhausted": _quota,
    "unauthorized": _unauthorized,
    "token_expired": _expired,
    "oauth_error": _oauth_error,
    "wrong_shape": _wrong_shape,
    "huge_body": lambda fault, _call: huge(fault, _END),
}

_CHANGED: Final = {**SPOILED_PAGES, **SPOILED_TRANSFERS}
