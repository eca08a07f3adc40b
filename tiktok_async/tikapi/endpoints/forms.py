"""The forms of values: what is refused before a call, and what to write instead.

The patterns are those of the documentation.
Source: TikAPI documentation 3.1.4; contract, TikAPI, Parameters.
"""

from __future__ import annotations

import re
from typing import Any, Final

import attrs

from tiktok_async.errors import InputError, shown
from tiktok_async.tikapi.paging import Received


@attrs.frozen
class Form:
    """A validator: a text of a form; None passes where it is the default."""

    pattern: str
    """Of the whole text."""
    words: str
    """What to write, for messages."""

    def __call__(self, instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:  # noqa: ARG002  # attrs' interface
        """Refuse another form."""
        if value is None and attribute.default is None:
            return
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            given = shown(repr(value)) if attribute.repr else "not right"
            raise InputError(f"{attribute.name} is {given}: write {self.words}.")


_LINK: Final = "https?://vm.tiktok.com/[a-zA-Z0-9]+/?"
_SHORT: Final = "or a short link such as https://vm.tiktok.com/ZM8abcDEF/"

USERNAME: Final = Form(
    f"^([a-zA-Z0-9_.]+|{_LINK})$", f"the handle without @, such as lilyachty, {_SHORT}"
)
SEC_UID: Final = Form(
    "^.{30,}$", "a secUid of 30 characters or more, such as MS4wLjABAAAA...; check() tells it"
)
DIGITS: Final = Form("^[0-9]+$", "digits, such as 7109178205151464746")
LINKED: Final = Form(f"^([0-9]+|{_LINK})$", f"digits, such as 7109178205151464746, {_SHORT}")
COUNTRY: Final = Form("^[a-z]{2}$", "two small letters, such as us")
TEXT: Final = Form(r"(?s)^.*\S.*$", "a text that is not empty")


@attrs.frozen
class OneOf:
    """A validator: one of some words or numbers."""

    values: tuple[str | int, ...]

    def __call__(self, instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:  # noqa: ARG002  # attrs' interface
        """Refuse anything else."""
        if isinstance(value, bool) or value not in self.values:
            words = ", ".join(map(str, self.values))
            raise InputError(f"{attribute.name} is {shown(repr(value))}: write one of {words}.")


def as_text(value: int | str) -> str:
    """Return the digits of a number; leave everything else to the validator."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value  # type: ignore[return-value]  # refused next


def optional_text(value: int | str | None) -> str | None:
    """Convert as `as_text`; None stays."""
    return None if value is None else as_text(value)


def is_flag(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Validate a boolean."""
    if not isinstance(value, bool):
        raise InputError(f"{attribute.name} is {shown(repr(value))}: write True or False.")


@attrs.frozen
class Cursor:
    """A validator: a cursor of a form, or any that was received from the server."""

    form: Form

    def __call__(self, instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        """Refuse what no answer of this list holds."""
        if not isinstance(value, Received):
            whole = isinstance(value, int) and not isinstance(value, bool)
            self.form(instance, attribute, str(value) if whole else value)


def is_whole(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Validate a number without a documented limit; None passes where it is the default."""
    if value is None and attribute.default is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InputError(
            f"{attribute.name} is {shown(repr(value))}: write a whole number, such as 7."
        )
