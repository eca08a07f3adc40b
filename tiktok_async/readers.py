"""One reader for each kind of value: what a JSON value becomes, or why it does not fit.

Rules: a value is never guessed. A boolean comes from a boolean only, text from text; an integer
may come as its digits, and an id as an integer, because providers send both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tiktok_async.models import Flag, IdText, Number

Hook: TypeAlias = Callable[[Any, Any], Any]

_KINDS: Final[dict[type, str]] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a fraction",
    type(None): "null",
}


class MismatchError(TypeError):
    """A value is not what its field holds. Names the kinds of the two, never the value."""

    def __init__(self, wanted: str, got: object) -> None:
        super().__init__(f"expected {wanted}, got {_KINDS.get(type(got), type(got).__name__)}")


def read_int(value: Any, _: Any = int) -> int:
    """Return an integer, given as one or as its digits."""
    if type(value) is int:
        return value
    if type(value) is str and value.isascii() and value.removeprefix("-").isdigit():
        try:
            return int(value)
        except ValueError:  # beyond the interpreter's limit on digits
            raise MismatchError("an integer of fewer digits", value) from None
    raise MismatchError("an integer", value)


def read_str(value: Any, _: Any = str) -> str:
    """Return text."""
    if type(value) is str:
        return value
    raise MismatchError("a string", value)


def read_bool(value: Any, _: Any = bool) -> bool:
    """Return a boolean."""
    if type(value) is bool:
        return value
    raise MismatchError("a boolean", value)


def read_flag(value: Any, _: Any = bool) -> bool:
    """Return a boolean, given as one or as 0 or 1."""
    if type(value) is bool:
        return value
    if type(value) is int and value in (0, 1):
        return value == 1
    raise MismatchError("a boolean, 0 or 1", value)


def read_number(value: Any, _: Any = float) -> float:
    """Return a number as it is."""
    if type(value) in (int, float):
        number: float = value
        return number
    raise MismatchError("a number", value)


def read_float(value: Any, _: Any = float) -> float:
    """Return a number; an integer is taken too."""
    if type(value) is float:
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise MismatchError("a smaller number", value) from None
    raise MismatchError("a number", value)


def read_id(value: Any, _: Any = str) -> str:
    """Return the text of an id; an integer becomes its digits."""
    if type(value) is str:
        return value
    if type(value) is int:
        try:
            return str(value)
        except ValueError:  # beyond the interpreter's limit on digits
            raise MismatchError("an integer of fewer digits", value) from None
    raise MismatchError("an id", value)


def read_object(value: Any, _: Any = dict) -> Mapping[str, Any]:
    """Return a JSON object as it is."""
    if type(value) is dict:
        return value
    raise MismatchError("an object", value)


PLAIN: Final[dict[Any, tuple[str, Hook]]] = {
    int: ("int", read_int),
    str: ("str", read_str),
    bool: ("bool", read_bool),
    float: ("float", read_float),
    IdText: ("str", read_id),
    Flag: ("bool", read_flag),
    Number: ("float", read_number),
    Mapping[str, Any]: ("dict", read_object),
    dict[str, Any]: ("dict", read_object),
}
"""Type of a field → the exact type that needs no more than a check, and the reader of the rest."""
