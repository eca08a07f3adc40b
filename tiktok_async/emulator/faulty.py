"""What each kind of fault does to an answer. `faults` tells what they are for."""

from __future__ import annotations

import functools
import json
import zlib
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.accounts import pace_refusal, quota_refusal
from tiktok_async.emulator.answers import (
    HTML_TYPE,
    Answer,
    RefusedError,
    failure,
    invalid,
    oauth_failure,
)
from tiktok_async.emulator.routes.videos import refused_id
from tiktok_async.emulator.searches import Book

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tiktok_async.emulator.calls import Call
    from tiktok_async.emulator.faults import Fault

    Handler = Callable[[Call], Awaitable[Answer]]

_BLOCK: Final = 1 << 20
_PLACES: Final = frozenset({"cursor", "search_id"})


@attrs.define
class Rehearsal:
    """The rows of the last page of each iteration, for `repeat_page`."""

    _pages: Book[list[Any]] = attrs.field(factory=lambda: Book(256))

    def remember(self, call: Call, answer: Answer) -> None:
        """Keep the rows of a page."""
        rows = _data(answer).get(call.operation.items_key)
        if isinstance(rows, list) and rows:
            self._pages.put(_iteration(call), rows)

    def before(self, call: Call) -> list[Any] | None:
        """Return the rows of the page before, or None where there was none."""
        return self._pages.get(_iteration(call))


def _iteration(call: Call) -> str:
    asked = {name: value for name, value in call.peek().items() if name not in _PLACES}
    return call.operation.path + call.query + json.dumps(asked, sort_keys=True)


def _data(answer: Answer) -> dict[Any, Any]:
    data = answer.body.get("data") if isinstance(answer.body, dict) else None
    return data if isinstance(data, dict) else {}


async def meet(fault: Fault, call: Call, handler: Handler) -> Answer:
    """Return the answer of a call that meets a fault.

    Raises:
        RefusedError: where the fault is one, or spoils pages and the call was wrong in itself.
    """
    if fault.kind in _INSTEAD:
        return _INSTEAD[fault.kind](fault, call)
    try:
        answer = await handler(call)
    except RefusedError as refusal:
        if fault.kind not in _ON_THE_WAY:
            raise
        answer = call.refused(refusal)
    _CHANGED[fault.kind](fault, call, answer)
    return answer


def _server_error(fault: Fault, call: Call) -> Answer:
    # The message is one of those seen live.
    code = fault.details.get("code", "internal_error")
    message = fault.details.get("message", "Something went wrong. Please try again later.")
    return Answer(failure(code, message, call.log_id), status=fault.details.get("status", 500))


def _html(status: int, text: str) -> Answer:
    page = f"<html><head><title>{status} {text}</title></head><body>{text}</body></html>\n"
    return Answer(page.encode(), status=status, media_type=HTML_TYPE)


def _gateway(fault: Fault, _call: Call) -> Answer:
    status = fault.details.get("status", 504)
    names = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}
    return _html(status, names.get(status, "Error"))


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


def _huge(fault: Fault, _call: Call) -> Answer:
    content = _bomb(fault.details.get("size", 256 * _BLOCK))
    return Answer(content, headers={"Content-Encoding": "gzip"})


@functools.lru_cache(maxsize=2)
def _bomb(size: int) -> bytes:
    """Return gzip of a valid answer behind about `size` spaces, made without holding them."""
    spaces, end = b" " * _BLOCK, b'{"data":{},"error":{"code":"ok","message":"","log_id":""}}'
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # After a full flush the packed block stands for itself and can be repeated.
    head = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = packer.compress(end) + packer.flush()
    count = max(1, size // _BLOCK)
    check = 0
    for _ in range(count):
        check = zlib.crc32(spaces, check)
    check = zlib.crc32(end, check)
    length = count * _BLOCK + len(end) & 0xFFFFFFFF
    trailer = check.to_bytes(4, "little") + length.to_bytes(4, "little")
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return header + head + block * (count - 1) + tail + trailer


def _empty_page(_fault: Fault, call: Call, answer: Answer) -> None:
    data = _data(answer)
    data[call.operation.items_key] = []
    answer.rows = 0
    if "has_more" in data:
        data["has_more"] = True


def _repeat_page(_fault: Fault, call: Call, answer: Answer) -> None:
    rows = call.emulation.rehearsal.before(call)
    if rows is not None:
        _data(answer)[call.operation.items_key] = rows
        answer.rows = len(rows)


def _stuck_cursor(_fault: Fault, call: Call, answer: Answer) -> None:
    _data(answer).update(has_more=True, cursor=call.peek().get("cursor") or 0)


def _no_search_id(_fault: Fault, _call: Call, answer: Answer) -> None:
    _data(answer).pop("search_id", None)


def _null_items(_fault: Fault, call: Call, answer: Answer) -> None:
    _data(answer)[call.operation.items_key] = None
    answer.rows = 0


def _good_body(fault: Fault, _call: Call, answer: Answer) -> None:
    answer.status = fault.details.get("status", 500)


def _malformed(_fault: Fault, _call: Call, answer: Answer) -> None:
    content = answer.content()
    answer.body = content[: len(content) // 2]


def _cut(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.manner = "half"


def _reset(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.manner = "reset"


def _slow(fault: Fault, _call: Call, answer: Answer) -> None:
    answer.delay = fault.details.get("seconds", 1.0)


def _stall(fault: Fault, _call: Call, answer: Answer) -> None:
    answer.manner = "half"
    answer.delay = fault.details.get("seconds", 3600.0)


_INSTEAD: Final[Mapping[str, Callable[[Fault, Call], Answer]]] = {
    "server_error": _server_error,
    "gateway_html": _gateway,
    "html_200": lambda _fault, _call: _html(200, "Please wait"),
    "search_id_invalid": _search_id,
    "invalid_cursor_transient": _cursor,
    "rate_limited": _rate,
    "quota_exhausted": _quota,
    "unauthorized": _unauthorized,
    "token_expired": _expired,
    "oauth_error": _oauth_error,
    "wrong_shape": _wrong_shape,
    "huge_body": _huge,
}

_CHANGED: Final[Mapping[str, Callable[[Fault, Call, Answer], None]]] = {
    "empty_page": _empty_page,
    "repeat_page": _repeat_page,
    "stuck_cursor": _stuck_cursor,
    "no_search_id": _no_search_id,
    "null_items": _null_items,
    "server_error_good_body": _good_body,
    "malformed_json": _malformed,
    "cut_body": _cut,
    "reset_connection": _reset,
    "slow": _slow,
    "stall": _stall,
}

_ON_THE_WAY: Final = frozenset({"malformed_json", "cut_body", "reset_connection", "slow", "stall"})
"""What befalls any answer, a refusal too."""
