"""Parts of a long body, for servers that serve them: Range, If-Range and strong validators.

Nothing documents that TikTok's download has any of this; it is there so that a client's way of
going on where it was cut can be tried. Source: RFC 9110, sections 13 and 14.
"""

from __future__ import annotations

import re
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from tiktok_async.emulator.mixing import token_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.exports import Export

_RANGE: Final = re.compile(r"bytes=([0-9]*)-([0-9]*)", re.ASCII)


def selected(answer: Answer, asked: Mapping[str, str], tag: str, modified: float) -> Answer:
    """Return the part of a body that is asked for, or all of it, with its validators.

    Args:
        answer: With all of it.
        asked: Headers of the call.
        tag: The strong validator.
        modified: The other one, Unix seconds.
    """
    answer.headers.update({
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Last-Modified": formatdate(modified, usegmt=True),
    })  # fmt: skip
    condition = asked.get("if-range")
    current = condition in {None, tag, answer.headers["Last-Modified"]}
    bounds = _bounds(asked.get("range", ""), answer.size) if current else None
    if bounds is None:
        return answer
    start, stop = bounds
    size = answer.size
    part = f"{start}-{stop - 1}" if start < stop else "*"
    answer.headers["Content-Range"] = f"bytes {part}/{size}"
    answer.body = answer.tape().cut(start, stop)
    answer.status = 206 if start < stop else 416
    return answer


def validator(export: Export) -> str:
    """Return the strong validator of an export's archive."""
    return f'"{token_text(export.edition, "archive", export.request_id)[:20]}"'


def _bounds(text: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one behind the last; None where all is to be served.

    A range that cannot be served has its end before its start.
    """
    found = _RANGE.fullmatch(text.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size
