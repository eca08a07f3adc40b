"""Counts that come twice: rounded, and exact."""

from __future__ import annotations

from typing import TypeVar

import attrs

from tiktok_async.models import Model

S = TypeVar("S", bound=Model)


def exact_first(exact: S | None, rounded: S) -> S:
    """Return the counts, each of them exact if it came so."""
    names = (field.name for field in attrs.fields(type(rounded)) if field.name != "extra")
    known = {name: value for name in names if (value := getattr(exact, name, None)) is not None}
    return attrs.evolve(rounded, **known)
