"""Which names of members are harmless, on every system that the archive may be unpacked on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tiktok_async.errors import UnsafeArchiveError

if TYPE_CHECKING:
    from tiktok_async.portability.guard.limits import ArchiveLimits

_SAYS: Final = {
    "empty": "is empty",
    "encoding": "is not the UTF-8 that it claims to be",
    "absolute": "is absolute",
    "drive": "has a colon, which names a drive or a stream on Windows",
    "backslash": "has a backslash, which separates folders on Windows",
    "control": "has a control character or one that turns the direction of writing",
    "long": "is too long",
    "deep": "has too many folders",
    "dots": "has a step that is empty, `.` or `..`",
    "reserved": "cannot be the name of a file on Windows",
    "duplicate": "is another member's, where case and Unicode form do not count",
    "clash": "is that of a file where another member needs a folder",
}
# C0, DEL and C1; Arabic letter mark, left-to-right and right-to-left marks; line and paragraph
# separators; bidi embeddings, overrides and isolates.
_CONTROL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
# Source: Microsoft, "Naming Files, Paths, and Namespaces": devices, also with an ending.
_DEVICE: Final = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\..*)?", re.IGNORECASE
)
_DEVICE_BEGINNINGS: Final = frozenset({"con", "prn", "aux", "nul", "com", "lpt"})


def decoded(raw: bytes, *, claims_utf8: bool) -> str | None:
    """Return a name as text; None if it claims to be UTF-8 and is not.

    Names without the claim are by the standard in code page 437, and in practice often UTF-8.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None if claims_utf8 else raw.decode("cp437")


def fault_of(name: str, limits: ArchiveLimits) -> str | None:
    """Return the kind of harm that a name can do by itself; None = none."""
    if not name:
        return "empty"
    fault = _fault_of_characters(name)
    if fault is not None:
        return fault
    if len(name.encode()) > limits.path_bytes:
        return "long"
    steps = name.removesuffix("/").split("/")
    if len(steps) > limits.depth:
        return "deep"
    return next(filter(None, map(_fault_of_step, steps)), None)


def _fault_of_characters(name: str) -> str | None:
    # The pattern is slow beside the two tests before it, which clear nearly all names.
    if not (name.isascii() and name.isprintable()) and _CONTROL.search(name):
        return "control"
    if name[0] in "/\\":
        return "absolute"
    if ":" in name:
        return "drive"
    return "backslash" if "\\" in name else None


def _fault_of_step(step: str) -> str | None:
    if step in {"", ".", ".."}:
        return "dots"
    # Windows drops a dot or a space at the end.
    if step[-1] in ". " or (step[:3].lower() in _DEVICE_BEGINNINGS and _DEVICE.fullmatch(step)):
        return "reserved"
    return None


def harmful_name(kind: str, position: int) -> UnsafeArchiveError:
    """Return the error that refuses a member for its name, without quoting it."""
    return UnsafeArchiveError(
        f"The name of member {position} {_SAYS[kind]}.", kind=kind, member=position
    )
