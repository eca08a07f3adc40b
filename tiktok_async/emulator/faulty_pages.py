"""What faults do to pages of rows. `faults` tells what they are for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.searches import Book

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.calls import Call
    from tiktok_async.emulator.faults import Fault

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


SPOILED_PAGES: Final[Mapping[str, Callable[[Fault, Call, Answer], None]]] = {
    "empty_page": _empty_page,
    "repeat_page": _repeat_page,
    "stuck_cursor": _stuck_cursor,
    "no_search_id": _no_search_id,
    "null_items": _null_items,
}
