"""Names as an archive means them, whatever their case, spaces and punctuation."""

from __future__ import annotations


def normal(name: str) -> str:
    """Return the letters and digits of a name in lower case: `Search Term` is `searchterm`."""
    return "".join(char for char in name.casefold() if char.isalnum())
