"""What became of many videos, for a person and for a program."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import attrs

from tiktok_async.cli.amounts import duration, size
from tiktok_async.cli.exits import Exit, StoppedError, exit_of
from tiktok_async.cli.outcome import command_again
from tiktok_async.cli.terminal import COMMAND, counted, explained
from tiktok_async.errors import LinkExpiredError, QuotaExhaustedError, TikTokError

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN: Final = 10
Status: TypeAlias = Literal["saved", "skipped", "no_video", "failed"]


@attrs.frozen
class Item:
    """What became of one post."""

    name: str
    """Its id, or the line it stood in."""
    status: Status
    """Skipped: its file was there already."""
    path: Path | None = None
    size: int | None = None
    sha256: str | None = None
    error: TikTokError | None = None

    @property
    def why(self) -> str | None:
        """Why there is no video."""
        return None if self.error is None else explained(self.error)

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "post": self.name,
            "status": self.status,
            "path": None if self.path is None else str(self.path),
            "bytes": self.size,
            "sha256": self.sha256,
            "error": self.why,
        }


class Tally:
    """What became of posts so far.

    Args:
        folder: Where the videos go.
    """

    def __init__(self, folder: Path) -> None:
        self.ended_by: StoppedError | TikTokError | None = None
        """What ended it before its end."""
        self._folder = folder
        self._items: dict[str, Item] = {}
        self._began = time.monotonic()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._began

    @property
    def expired(self) -> list[str]:
        """The posts whose links were good no longer."""
        failed = self._with("failed")
        return [one.name for one in failed if isinstance(one.error, LinkExpiredError)]

    @property
    def exit(self) -> Exit:
        """How the command ends."""
        if isinstance(self.ended_by, StoppedError):
            return self.ended_by.exit
        if isinstance(self.ended_by, QuotaExhaustedError):
            return Exit.QUOTA
        failed = self._with("failed")
        if len(self) == 1 and failed and failed[0].error is not None:
            return exit_of(failed[0].error)
        return Exit.PARTIAL if failed or self.ended_by else Exit.COMPLETE

    def take(self, item: Item) -> None:
        """Take note of one; a post that came twice is what it was the first time."""
        if item.status != "skipped" or item.name not in self._items:
            self._items[item.name] = item

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "complete": self.exit == Exit.COMPLETE,
            "folder": str(self._folder),
            **{status: len(self._with(status)) for status in get_args(Status)},
            "bytes": self._bytes(),
            "seconds": round(self.seconds, 3),
            "items": [one.facts() for one in self._items.values()],
            "exit_code": int(self.exit),
        }

    def lines(self) -> list[str]:
        """Return it for a person."""
        saved = counted(len(self._with("saved")), "video")
        lines = [
            self._headline(),
            f"  {saved} of {size(self._bytes())} in {self._folder}, {duration(self.seconds)}",
        ]
        if there := len(self._with("skipped")):
            lines.append(f"  {there:,} skipped: there already")
        if without := len(self._with("no_video")):
            lines.append(f"  {counted(without, 'post')} of photos, without a video")
        reasons = self.failures()
        lines += [f"  {reason}" for reason in reasons[:_SHOWN]]
        if len(reasons) > _SHOWN:
            lines.append(f"  and {len(reasons) - _SHOWN:,} more; --json tells all")
        return lines if self.exit == Exit.COMPLETE else [*lines, *self._advice()]

    def _advice(self) -> list[str]:
        """Return how to go on; links that are over are so the next time, too."""
        again = command_again()
        stale = bool(self.expired) and "--renew" not in COMMAND.get()
        if again is not None:
            return [f"  try the rest again with: {again}{' --renew' if stale else ''}"]
        return ["  --renew looks posts up again whose links are over"] if stale else []

    def failures(self) -> list[str]:
        """Return what failed, and why."""
        return [f"{one.name}: {one.why}" for one in self._with("failed")]

    def _headline(self) -> str:
        if isinstance(self.ended_by, TikTokError):
            return f"stopped: {explained(self.ended_by)}"
        if self.ended_by is not None:
            return self.exit.word
        failed = len(self._with("failed"))
        return f"{failed:,} of {len(self):,} failed" if failed else "complete"

    def _bytes(self) -> int:
        return sum(one.size or 0 for one in self._items.values())

    def _with(self, status: Status) -> list[Item]:
        return [one for one in self._items.values() if one.status == status]
