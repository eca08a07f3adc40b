"""What is seen of an export on its way, for the bar and for the report at its end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tiktok_async.cli.amounts import duration, size
from tiktok_async.cli.bar import Step
from tiktok_async.cli.terminal import counted
from tiktok_async.events import ExportPolled

if TYPE_CHECKING:
    from tiktok_async.events import Event
    from tiktok_async.io.download import Progress


class Watch:
    """Listens to a client while it waits for an export and downloads it."""

    def __init__(self) -> None:
        self.request_id: int | None = None
        """None = nobody has said it yet."""
        self.polls: int = 0
        """Polls that found it not ready."""
        self._began = time.monotonic()
        self._heard = self._began
        self._poll: ExportPolled | None = None
        self._progress: Progress | None = None

    @property
    def seconds(self) -> float:
        """Since the watch began."""
        return time.monotonic() - self._began

    def hear(self, event: Event) -> None:
        """Take note of a poll."""
        if isinstance(event, ExportPolled):
            self.request_id, self._poll = event.request_id, event
            self.polls += 1
            self._heard = time.monotonic()

    def receive(self, progress: Progress) -> None:
        """Take note of how far the download is."""
        self._progress = progress

    async def step(self) -> Step:
        """Return how far it is."""
        if self._progress is not None:
            return downloaded(self._progress)
        if self._poll is not None:
            return Step(self._waiting(self._poll))
        return Step("")

    def _waiting(self, poll: ExportPolled) -> str:
        since = time.monotonic() - self._heard
        state = "no answer" if poll.status is None else "pending"
        parts = [
            f"export {poll.request_id}: {state} for {duration(poll.waited + since)}",
            counted(self.polls, "poll"),
            f"next in {duration(max(0.0, poll.pause - since))}",
        ]
        return " · ".join(parts)


def downloaded(progress: Progress) -> Step:
    """Return how far a download is, its size known or not."""
    received, total = size(progress.received), progress.total
    if progress.stage == "verifying":
        return Step(f"verifying {received}", progress.received, total)
    parts = [received if total is None else f"{received} of {size(total)}"]
    parts.append(f"{size(progress.rate)}/s")
    if progress.eta is not None:
        parts.append(f"about {duration(progress.eta)} to go")
    if progress.start > 1:
        parts.append(f"start {progress.start}")
    return Step(" · ".join(parts), progress.received, total)
