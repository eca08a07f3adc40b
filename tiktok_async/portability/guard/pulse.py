"""What the caller hears of the work while it goes on, and how it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from tiktok_async.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable


@attrs.define
class Pulse:
    """Progress out, cancellation in."""

    cancelled: Callable[[], bool] | None = None
    """Asked at every member and chunk."""
    on_progress: Callable[[int, int | None], None] | None = None
    """Told the packed bytes that are done, and how many there are."""
    total: int | None = None
    done: int = 0

    def listen(self) -> None:
        """Stop here if the caller asks for it.

        Raises:
            ArchiveError: of kind `cancelled`, if it does.
        """
        if self.cancelled is not None and self.cancelled():
            msg = "The work on the archive was cancelled."
            raise ArchiveError(msg, kind="cancelled", hint="Start it again.", retryable=True)

    def advance(self, count: int) -> None:
        """Tell the caller that `count` more bytes are done."""
        self.done += count
        if self.on_progress is not None:
            self.on_progress(self.done, self.total)
