"""What faults do to an answer on its way, and to archives. `faults` tells what they are for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tiktok_async.emulator.answers import JSON_TYPE, dumps, failure, placed
from tiktok_async.emulator.archive.tape import tape
from tiktok_async.emulator.archive.zipping import gzipped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.calls import Call
    from tiktok_async.emulator.faults import Fault

_START: Final = re.compile(r"(?<=bytes=)[0-9]+")
_TOTAL: Final = re.compile(r"(?<=/)[0-9]+")


def _good_body(fault: Fault, _call: Call, answer: Answer) -> None:
    answer.status = fault.details.get("status", 500)


def _malformed(_fault: Fault, call: Call, answer: Answer) -> None:
    content = answer.content()
    if answer.is_archive:
        content = dumps(failure("internal_error", "Something went wrong", call.log_id))
        answer.media_type = JSON_TYPE
    answer.body = content[: len(content) // 2]


def _cut(fault: Fault, _call: Call, answer: Answer) -> None:
    answer.manner.stop = fault.details.get("at", 0.5)


def _reset(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.manner.reset = True


def _slow(fault: Fault, _call: Call, answer: Answer) -> None:
    answer.manner.delay = fault.details.get("seconds", 1.0)


def _stall(fault: Fault, call: Call, answer: Answer) -> None:
    _cut(fault, call, answer)
    answer.manner.silence = fault.details.get("seconds", 3600.0)


def _drip(fault: Fault, _call: Call, answer: Answer) -> None:
    answer.manner.drop = fault.details.get("size", 1000)
    answer.manner.pause = fault.details.get("seconds", 0.01)


def _wrong_length(fault: Fault, _call: Call, answer: Answer) -> None:
    answer.manner.promise = fault.details.get("by", 1000)


def _bad_chunk(fault: Fault, call: Call, answer: Answer) -> None:
    _cut(fault, call, answer)
    answer.manner.bad_chunk = True


def _encoded(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.body = gzipped(answer.tape())
    answer.headers["Content-Encoding"] = "gzip"


def _corrupt(fault: Fault, _call: Call, answer: Answer) -> None:
    whole = answer.tape()
    at = min(placed(fault.details.get("at", 0.5), whole.size), whole.size - 1)
    byte = b"".join(whole.read(at, at + 1))[0]
    answer.body = whole.cut(0, at) + tape(bytes([byte ^ 0x55])) + whole.cut(at + 1)


def _short(fault: Fault, _call: Call, answer: Answer) -> None:
    whole = answer.tape()
    answer.body = whole.cut(0, placed(fault.details.get("at", 0.5), whole.size))


def _rebuild(_fault: Fault, call: Call) -> None:
    export = call.emulation.exports.get(call.integer("request_id") or 0)
    if export is not None:
        export.edition += 1


def _unknown_status(fault: Fault, _call: Call, answer: Answer) -> None:
    data = answer.body.get("data", {}) if isinstance(answer.body, dict) else {}
    if "status" in data:
        data["status"] = fault.details.get("word", "collecting")


def _deaf(_fault: Fault, call: Call) -> None:
    call.headers.pop("range", None)


def _mishear_start(fault: Fault, call: Call) -> None:
    by = fault.details.get("by", 1)
    call.headers["range"] = _START.sub(
        lambda found: str(max(0, int(found[0]) + by)), call.headers["range"], count=1
    )


def _wrong_total(fault: Fault, _call: Call, answer: Answer) -> None:
    by = fault.details.get("by", 1)
    said = answer.headers.get("Content-Range", "")
    answer.headers["Content-Range"] = _TOTAL.sub(lambda found: str(int(found[0]) + by), said)


def _other_validator(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.headers["ETag"] = '"another"'


def _no_content_range(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.headers.pop("Content-Range", None)


def _as_200(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.status = 200


MISHEARD: Final[Mapping[str, Callable[[Fault, Call], None]]] = {
    "rebuilt": _rebuild,
    "range_ignored": _deaf,
    "wrong_range": _mishear_start,
}
"""What happens before a call is answered."""

SPOILED_TRANSFERS: Final[Mapping[str, Callable[[Fault, Call, Answer], None]]] = {
    "server_error_good_body": _good_body,
    "malformed_json": _malformed,
    "cut_body": _cut,
    "reset_connection": _reset,
    "slow": _slow,
    "stall": _stall,
    "drip": _drip,
    "wrong_length": _wrong_length,
    "bad_chunk": _bad_chunk,
    "encoded_body": _encoded,
    "corrupt_byte": _corrupt,
    "short_archive": _short,
    "unknown_status": _unknown_status,
    "wrong_total": _wrong_total,
    "other_validator": _other_validator,
    "no_content_range": _no_content_range,
    "range_on_200": _as_200,
}

ON_THE_WAY: Final = frozenset({
    "malformed_json", "cut_body", "reset_connection", "slow", "stall", "drip", "wrong_length",
    "bad_chunk", "encoded_body",
})  # fmt: skip
"""What befalls any answer, a refusal too."""
