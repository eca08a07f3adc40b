"""Answers that were made before: the same question in the same minute gets the same bytes.

Making a page of posts takes milliseconds, and whoever measures a client shall not measure that.
Kept is only what depends on nothing but the question, the minute and what accounts did.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.emulator.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tiktok_async.emulator.tikapi.calls import Call

_MOST: Final = 64 * 1024 * 1024
"""Bytes of all answers that are kept."""
_MINUTE: Final = 60
_DRAWN: Final = frozenset({"tikapi.public.explore"})
"""Whose answer is another one with each call."""


@attrs.define
class Kept:
    """Bodies of answers with their number of rows, the least recently used forgotten."""

    _bodies: OrderedDict[Hashable, tuple[bytes, int]] = attrs.field(factory=OrderedDict)
    _size: int = 0

    def get(self, key: Hashable) -> Answer | None:
        """Return an answer that was made before."""
        if key not in self._bodies:
            return None
        self._bodies.move_to_end(key)
        body, rows = self._bodies[key]
        return Answer(body, rows=rows)

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer if it is a good one; its body is bytes from then on."""
        if answer.status != 200 or not isinstance(answer.body, dict) or key in self._bodies:
            return
        answer.body = answer.content()
        self._bodies[key] = (answer.body, answer.rows)
        self._size += len(answer.body)
        while self._size > _MOST:
            _, (body, _) = self._bodies.popitem(last=False)
            self._size -= len(body)


def key_of(call: Call) -> Hashable | None:
    """Return what an answer depends on; None where that is more than can be told."""
    service = call.service
    operation = call.operation.id
    lasting = operation.startswith("tikapi.public.") and operation not in _DRAWN
    if not lasting or service.settings.room_life is not None or not service.is_faultless:
        return None
    minute = int(call.now // _MINUTE)
    path = tuple(call.in_path.values())
    host = call.headers.get("host")
    return operation, path, call.query, host, minute, service.state.version
