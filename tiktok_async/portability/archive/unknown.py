"""What an archive holds that belongs to no section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable


@attrs.frozen
class Unknown:
    """Something that nobody has declared; kept as it is."""

    path: tuple[str, ...] = attrs.field(repr=False)
    """The keys that lead to it in the JSON, or the name of its file."""
    kind: str
    """object, list, text, number, boolean, null; or file."""
    size: int
    """Bytes, in the JSON or of the file."""
    _read: Callable[[], Any] = attrs.field(repr=False, eq=False)

    def value(self) -> Any:
        """Return what it is: the decoded JSON, or the bytes of a file.

        Raises:
            ArchiveError: if it cannot be read, or is too large to be read at once.
        """
        return self._read()
