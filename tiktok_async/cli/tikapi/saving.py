"""The saving of many videos, with progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from tiktok_async.cli.amounts import size
from tiktok_async.cli.bar import Step, shown
from tiktok_async.cli.exits import Exit, StoppedError
from tiktok_async.cli.folders import make_folder
from tiktok_async.cli.outcome import tell
from tiktok_async.cli.progress import listener
from tiktok_async.cli.stopping import stoppable
from tiktok_async.cli.terminal import counted, say
from tiktok_async.cli.tikapi.tally import Item, Tally
from tiktok_async.cli.tikapi.wanted import Named, Wanted, thing_of
from tiktok_async.client import Runtime
from tiktok_async.errors import InputError, TikTokError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktok_async.cli.options import Talk
    from tiktok_async.cli.tikapi.options import TikAPIAccess
    from tiktok_async.cli.tikapi.wanted import Thing
    from tiktok_async.tikapi.client import TikAPIClient
    from tiktok_async.tikapi.media import BatchProgress, Outcome


@attrs.frozen(kw_only=True)
class Wish:
    """How videos are to be saved."""

    folder: Path
    overwrite: bool
    concurrency: int
    renew: bool
    """Whether a post whose links are over is looked up again."""


async def save_all(words: Sequence[str], wish: Wish, access: TikAPIAccess, talk: Talk) -> Exit:
    """Save the videos of posts; return the exit code.

    Args:
        words: Ids, links and files.
        wish: How.
        access: Where to ask, and as whom.
        talk: How much to say.

    Raises:
        InputError: if a word is none of them.
        TikTokError: if nothing was saved because of it.
    """
    things = list(dict.fromkeys(map(thing_of, words)))
    async with access.opened(Runtime(on_event=(listener(talk),))) as client:
        saving = Saving(wish, client)
        tally = saving.tally
        with shown(talk, saving.step):
            try:
                await stoppable(saving.all_of(things))
            except (StoppedError, TikTokError) as error:
                if not len(tally):
                    raise
                tally.ended_by = error
    tell(talk, tally.lines(), tally.facts())
    if talk.quiet and not talk.json:
        for reason in tally.failures():
            say(reason)
    return tally.exit


class Saving:
    """Videos on their way.

    Args:
        wish: How they are saved.
        client: Asks for them.
    """

    def __init__(self, wish: Wish, client: TikAPIClient) -> None:
        self.tally: Tally = Tally(wish.folder)
        self._wish = wish
        self._client = client
        self._total: int | None = None
        self._received = 0

    async def all_of(self, things: Sequence[Thing]) -> None:
        """Save them; a second time those whose links are over, if so wished.

        Raises:
            TikTokError: if the rest cannot be had.
        """
        make_folder(self._wish.folder)
        if all(isinstance(one, Named) for one in things):
            self._total = len(things)
        await self._round([one for one in things if not self._is_there(one)])
        if self._wish.renew and (expired := self.tally.expired):
            await self._round([Named(name) for name in expired])

    async def step(self) -> Step:
        """Return how far it is."""
        done, total = len(self.tally), self._total
        amount = counted(done, "video") if total is None else f"{done:,} of {total:,} videos"
        rate = f"{size(self._received / max(self.tally.seconds, 0.001))}/s"
        return Step(" · ".join([amount, size(self._received), rate]), done, total)

    async def _round(self, things: Sequence[Thing]) -> None:
        wanted, wish = Wanted(self._client, things), self._wish
        batch = self._client.save_videos(
            wanted.posts(),
            wish.folder,
            concurrency=wish.concurrency,
            overwrite=wish.overwrite,
            on_progress=self._receive,
        )
        try:
            async with batch as outcomes:
                async for outcome in outcomes:
                    self.tally.take(_item(outcome))
        finally:
            for name, error in wanted.lost:
                self.tally.take(Item(name, "failed", error=error))

    def _is_there(self, thing: Thing) -> bool:
        """Skip a post that is there already: to look it up would cost a call for nothing."""
        if not isinstance(thing, Named) or not thing.video_id.isdigit() or self._wish.overwrite:
            return False
        path = self._wish.folder / f"{thing.video_id}.mp4"
        if there := path.exists():
            self.tally.take(Item(thing.video_id, "skipped", path))
        return there

    def _receive(self, progress: BatchProgress) -> None:
        self._received = progress.received


def _item(outcome: Outcome) -> Item:
    name, saved, error = str(outcome.post.id), outcome.saved, outcome.error
    if isinstance(error, InputError) and outcome.post.image_post is not None:
        return Item(name, "no_video", error=error)
    if saved is None:
        return Item(name, outcome.status, outcome.path, error=error)
    return Item(name, outcome.status, saved.path, saved.size, saved.sha256)
