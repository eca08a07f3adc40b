"""What the values of an archive mean. Nothing is guessed: what does not fit is told apart.

A reader takes a value and returns what a field holds, None for nothing, or `MISFIT`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tiktok_async.models import moment

MISFIT: Final = object()
"""A value that its field cannot hold."""

_EMPTY: Final = frozenset(("", "N/A", "None"))
"""What an archive writes for nothing."""
_BETWEEN: Final = frozenset(" T")
"""What stands between a day and its time."""
_UTC: Final = " UTC"
_INTEGER: Final = re.compile(r"-?[0-9]{1,19}")
_INT64: Final = range(-(2**63), 2**63)
_SECOND: Final = timedelta(seconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_UNITS: Final = {9: _SECOND, 10: _SECOND, 12: _MILLISECOND, 13: _MILLISECOND}
"""The unit of Unix time by its digits: from 1973 to 2286."""


def is_empty(value: Any) -> bool:
    """Tell whether a value stands for nothing."""
    return value is None or (type(value) is str and value in _EMPTY)


def read_date(value: Any) -> Any:
    """Return a date and time, aware if the text names its zone or is Unix time."""
    if type(value) is not str or value[10:11] not in _BETWEEN:
        return None if is_empty(value) else _unix(value)
    local = value.removesuffix(_UTC)
    try:
        date = datetime.fromisoformat(local)
    except ValueError:
        return MISFIT
    if local is value or local == value:
        return date
    return date.replace(tzinfo=UTC) if date.tzinfo is None else MISFIT


def read_int(value: Any) -> Any:
    """Return an integer of 64 bits, given as one or as its digits."""
    if type(value) is str and _INTEGER.fullmatch(value):
        value = int(value)
    if type(value) is int and value in _INT64:
        return value
    return None if is_empty(value) else MISFIT


def read_text(value: Any) -> Any:
    """Return text; an integer becomes its digits."""
    if type(value) is str:
        return None if value in _EMPTY else value
    if type(value) is int and value in _INT64:
        return str(value)
    return None if value is None else MISFIT


def read_verbatim(value: Any) -> Any:
    """Return text in which `None` and `N/A` are words like others."""
    return (value or None) if type(value) is str else read_text(value)


def read_any(value: Any) -> Any:
    """Return the value as it is."""
    return value


def _unix(value: Any) -> Any:
    digits = str(value) if type(value) is int and value in _INT64 else value
    if type(digits) is not str or not (digits.isascii() and digits.isdigit()):
        return MISFIT
    unit = _UNITS.get(len(digits))
    return MISFIT if unit is None else moment(int(digits), unit)
