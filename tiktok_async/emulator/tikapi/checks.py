"""Whether the parameters of a call are what the contract asks for.

Source of the words: the printed example of a 400 and the SDK's own checks; where both are silent
they are ours. A number may come as text and a text of digits as a number: the wire drifts there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.tikapi.refusals import bad_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.emulator.tikapi.facts import Operation, Parameter

_NUMBER: Final = re.compile(r"-?[0-9]{1,25}", re.ASCII)
_SAMPLE_TEXTS: Final[Mapping[str, str]] = {"secUid": "A valid TikTok secUid is required."}


class _BadError(Exception):
    """A value is not one that a parameter takes."""


def checked(operation: Operation, given: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the parameters of a call by their names on the wire, defaults included.

    Args:
        operation: What was called.
        given: What came, by place.

    Raises:
        DeclinedError: if a parameter is missing or bad.
    """
    found: dict[str, Any] = {}
    missing: dict[str, str] = {}
    bad: dict[str, str] = {}
    for part in operation.parameters:
        value = given[part.place].get(part.wire)
        if value is None or (part.required and value == ""):
            if part.required:
                missing[part.wire] = _wanted(part)
            elif part.default is not None:
                found[part.wire] = part.default
            continue
        try:
            found[part.wire] = _value(part, value)
        except _BadError as error:
            bad[part.wire] = str(error)
    if missing or bad:
        raise bad_fields("Missing fields." if missing else "Invalid fields.", missing | bad)
    return found


def _value(part: Parameter, value: Any) -> Any:
    if part.type == "boolean":
        if not isinstance(value, bool):
            raise _BadError(_wanted(part))
        return value
    if isinstance(value, bool) and part.type == "any":
        return value
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _BadError(_wanted(part))
    text = str(value)
    if not _is_unicode(text):
        raise _BadError(_wanted(part))
    is_number = part.type == "number"
    if is_number and not _NUMBER.fullmatch(text):
        # A cursor that was a text until SDK 3.1.4 is nothing but digits in either form.
        raise _BadError(_wanted(part))
    if part.values and text not in map(str, part.values):
        choices = ", ".join(map(str, part.values))
        raise _BadError(f"The {part.wire} parameter should be one of these values: {choices}")
    _check_form(part, text)
    return int(text) if is_number else text


def _is_unicode(text: str) -> bool:
    """Whether a text can be sent back: JSON can spell halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_form(part: Parameter, text: str) -> None:
    if (part.pattern and not part.pattern.fullmatch(text)) or len(text) < part.least_length:
        raise _BadError(_wanted(part))
    if part.most is not None and int(text) > part.most:
        most = part.most
        raise _BadError(f"The maximum allowed value for the {part.wire} parameter is {most}")


def _wanted(part: Parameter) -> str:
    return _SAMPLE_TEXTS.get(part.wire, f"A valid {part.wire} is required.")
