"""Amounts as a person writes and reads them: times and bytes."""

from __future__ import annotations

import re
from typing import Final

from tiktok_async.errors import InputError

_TIME: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ms|s|m|h|d)?", re.ASCII)
_SECONDS: Final = {None: 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_BYTES: Final = {"GiB": 2**30, "MiB": 2**20, "KiB": 2**10}
_SIZE: Final = re.compile(r"(\d+(?:\.\d*)?)(GiB|MiB|KiB)?", re.ASCII)


def seconds(text: str, option: str) -> float:
    """Read a duration written as 50ms, 0.5s, 0.5 (seconds), 30m, 2h or 1d.

    Args:
        text: What the user wrote.
        option: Behind which option, such as `--timeout`.

    Raises:
        InputError: if it is written otherwise.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        msg = f"{option} {text!r} is not a time: write it as 50ms, 0.5s, 30m, 2h or 1d."
        raise InputError(msg)
    return float(match[1]) * _SECONDS[match[2]]


def duration(length: float) -> str:
    """Return seconds as a person says them, such as `2 min` or `3.5 s`."""
    if length < 10:
        return f"{length:.1f} s"
    if length < 120:
        return f"{length:.0f} s"
    if length < 7200:
        return f"{length / 60:.0f} min"
    return f"{length / 3600:.1f} h"


def size(number: float) -> str:
    """Return bytes as a person says them, such as `512 B` or `1.5 MiB`."""
    for unit, factor in _BYTES.items():
        if number >= factor:
            return f"{number / factor:,.1f} {unit}"
    return f"{number:,.0f} B"


def number_of_bytes(text: str, option: str) -> int:
    """Read a size written as 256MiB, 1.5GiB, 64KiB or 1000 (bytes).

    Args:
        text: What the user wrote.
        option: Behind which option, such as `--export-size`.

    Raises:
        InputError: if it is written otherwise.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        msg = f"{option} {text!r} is not a size: write it as 256MiB, 1.5GiB, 64KiB or 1000."
        raise InputError(msg)
    return int(float(match[1]) * _BYTES.get(match[2], 1))
