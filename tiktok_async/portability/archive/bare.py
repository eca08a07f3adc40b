"""Rows that are text and no object."""

from __future__ import annotations

from typing import Any


def spelled_out(values: list[Any], field: str) -> list[Any]:
    """Return objects in place of texts; one text may list several rows.

    Args:
        values: What an archive has: texts such as `Gardening | Cooking` or `[Gardening, Cooking]`;
            what is no text stays as it is.
        field: The key of the text in its object.
    """
    return [
        {field: part} if isinstance(part, str) else part
        for value in values
        for part in (_parts(value) if isinstance(value, str) else [value])
    ]


def _parts(text: str) -> list[str]:
    if text.startswith("[") and text.endswith("]"):
        found = text[1:-1].split(",")
    else:
        found = text.split("|")
    return [part.strip() for part in found if part.strip()]
