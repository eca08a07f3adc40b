"""What each kind of fault does to a call of TikAPI. `tiktok_async.emulator.faults` lists them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.answers import Answer
from tiktok_async.emulator.faulty import gateway, html, huge
from tiktok_async.emulator.faulty_transfers import MISHEARD, ON_THE_WAY, SPOILED_TRANSFERS
from tiktok_async.emulator.searches import Book
from tiktok_async.emulator.tikapi.facts import tikapi
from tiktok_async.emulator.tikapi.refusals import DeclinedError, dead_account, no_key, used_up

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from tiktok_async.emulator.faults import Fault
    from tiktok_async.emulator.tikapi.calls import Call

    Handler = Callable[[Call], Awaitable[Answer]]

_PLACES: Final = frozenset({"cursor", "nextCursor", "offset", "page", "max_time", "min_time"})
_FLAGS: Final = ("hasMore", "has_more")
_END: Final = b'{"status":"success","message":""}'


async def meet(fault: Fault, call: Call, handler: Handler) -> Answer:
    """Return the answer of a call that meets a fault; kinds that TikAPI cannot have do nothing.

    Raises:
        DeclinedError: where the fault is one, or spoils pages and the call was wrong in itself.
    """
    if fault.kind in _INSTEAD:
        return _INSTEAD[fault.kind](fault, call)
    hear: Callable[[Fault, Any], None] | None = _MISHEARD.get(fault.kind)
    if hear is not None:
        hear(fault, call)
    try:
        answer = await handler(call)
    except DeclinedError as refusal:
        if fault.kind not in ON_THE_WAY:
            raise
        answer = call.declined(refusal)
    spoil: Callable[[Fault, Any, Answer], None] | None = _CHANGED.get(fault.kind)
    if spoil is not None:
        spoil(fault, call, answer)
    return answer


# ---- in place of the answer


def _tiktok_error(fault: Fault, _call: Call) -> Answer:
    code = fault.details.get("code", 10101)
    message = fault.details.get("message", tikapi().says(code))
    status = fault.details.get("status", 403)
    raise DeclinedError(status, message, code)


def _server_error(fault: Fault, _call: Call) -> Answer:
    message = fault.details.get("message", "Something went wrong.")
    return Answer({"status": "error", "message": message}, status=fault.details.get("status", 500))


def _error_200(fault: Fault, call: Call) -> Answer:
    answer = _server_error(fault, call)
    answer.status = 200
    answer.media_type = fault.details.get("media_type", answer.media_type)
    if isinstance(answer.body, dict) and isinstance(fault.details.get("code"), int):
        answer.body["statusCode"] = fault.details["code"]
    return answer


def _used_up(_fault: Fault, _call: Call) -> Answer:
    raise used_up()


def _unauthorized(_fault: Fault, _call: Call) -> Answer:
    raise no_key()


def _expired(_fault: Fault, call: Call) -> Answer:
    if call.account is None:
        raise no_key()
    call.account.dead = True
    raise dead_account()


def _wrong_shape(_fault: Fault, call: Call) -> Answer:
    key = next(iter(call.operation.items), "data")
    cursor = {call.operation.cursor_key or "cursor": {"at": 1}}
    spoiled: dict[str, Any] = {key: "none", "hasMore": "perhaps", **cursor}
    return call.ok(**spoiled)


_INSTEAD: Final[Mapping[str, Callable[[Fault, Call], Answer]]] = {
    "tiktok_error": _tiktok_error,
    "server_error": _server_error,
    "error_200": _error_200,
    "gateway_html": lambda fault, _call: gateway(fault),
    "html_200": lambda _fault, _call: html(200, "Please wait"),
    "rate_limited": _used_up,
    "quota_exhausted": _used_up,
    "unauthorized": _unauthorized,
    "token_expired": _expired,
    "wrong_shape": _wrong_shape,
    "huge_body": lambda fault, _call: huge(fault, _END),
}


def _rebuild(_fault: Fault, call: Call) -> None:
    call.service.editions[int(call.in_path["video"])] += 1


_MISHEARD: Final[Mapping[str, Callable[..., None]]] = {**MISHEARD, "rebuilt": _rebuild}

# ---- pages


@attrs.define
class Rehearsed:
    """The rows of the last page of each list, for `repeat_page`."""

    _pages: Book[list[Any]] = attrs.field(factory=lambda: Book(256))

    def remember(self, call: Call, answer: Answer) -> None:
        """Keep the rows of a page."""
        holder, key = _list_of(call, answer)
        if key and holder[key]:
            self._pages.put(_iteration(call), holder[key])

    def before(self, call: Call) -> list[Any] | None:
        """Return the rows of the page before, or None where there was none."""
        return self._pages.get(_iteration(call))


def _iteration(call: Call) -> str:
    asked = {name: value for name, value in call.given.items() if name not in _PLACES}
    return call.operation.path + json.dumps(asked, sort_keys=True)


def _list_of(call: Call, answer: Answer) -> tuple[MutableMapping[str, Any], str]:
    """Return what holds the rows and the flag of an answer, and under which key the rows are."""
    body = answer.body if isinstance(answer.body, dict) else {}
    if call.operation.style == "min_max_time" and body.get("notice_lists"):
        return body["notice_lists"][0], "notice_list"
    inner = body.get("data")
    for holder in (body, inner if isinstance(inner, dict) else {}):
        lists = [name for name in call.operation.items if isinstance(holder.get(name), list)]
        lists += [name for name, value in holder.items() if isinstance(value, list)]
        if lists:
            return holder, lists[0]
    return body, ""


def _raise_flag(holder: MutableMapping[str, Any], *, up: bool) -> None:
    for name in _FLAGS:
        if name in holder:
            holder[name] = up if isinstance(holder[name], bool) else int(up)


def _empty_page(_fault: Fault, call: Call, answer: Answer) -> None:
    holder, key = _list_of(call, answer)
    if key:
        holder[key] = []
        answer.rows = 0
        _raise_flag(holder, up=True)


def _repeat_page(_fault: Fault, call: Call, answer: Answer) -> None:
    rows = call.service.rehearsed.before(call)
    holder, key = _list_of(call, answer)
    if rows is not None and key:
        holder[key] = rows
        answer.rows = len(rows)


def _stuck_cursor(_fault: Fault, call: Call, answer: Answer) -> None:
    holder, _ = _list_of(call, answer)
    _raise_flag(holder, up=True)
    for name in ("cursor", "nextCursor", "offset", "max_time", "min_time"):
        if name in holder:
            form = type(holder[name])
            holder[name] = form(call.given.get(name) or 0)


def _null_items(_fault: Fault, call: Call, answer: Answer) -> None:
    holder, key = _list_of(call, answer)
    if key:
        holder[key] = None
        answer.rows = 0


def _endless_flag(_fault: Fault, call: Call, answer: Answer) -> None:
    _raise_flag(_list_of(call, answer)[0], up=True)


def _false_flag(_fault: Fault, call: Call, answer: Answer) -> None:
    _raise_flag(_list_of(call, answer)[0], up=False)


def _no_flag(_fault: Fault, call: Call, answer: Answer) -> None:
    holder, _ = _list_of(call, answer)
    for name in _FLAGS:
        holder.pop(name, None)


_CHANGED: Final[Mapping[str, Callable[..., None]]] = {
    **SPOILED_TRANSFERS,
    "empty_page": _empty_page,
    "repeat_page": _repeat_page,
    "stuck_cursor": _stuck_cursor,
    "null_items": _null_items,
    "endless_flag": _endless_flag,
    "false_flag": _false_flag,
    "no_flag": _no_flag,
}
