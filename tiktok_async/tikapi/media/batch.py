"""Many videos at once: a few in flight, each with an outcome of its own.

Memory is bounded by the number in flight, not by that of the posts: they are taken one by one from
where they come, which may be a list that is still being fetched. One that fails stops no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterable
from typing import TYPE_CHECKING, Final, Literal, Self

import attrs

from tiktok_async.errors import ClientClosedError, InputError, TargetExistsError, TikTokError, shown
from tiktok_async.io.tasks import TaskSet
from tiktok_async.tikapi.media.arguments import check_post, check_posts
from tiktok_async.tikapi.media.saving import video_errand

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable
    from pathlib import Path

    from tiktok_async.io.download import Progress
    from tiktok_async.tikapi.media.saving import Errand, SavedMedia
    from tiktok_async.tikapi.models import Post

logger: Final = logging.getLogger("tiktok_async")

_END: Final = None
_MOST: Final = 64


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one post."""

    post: Post = attrs.field(repr=False)
    status: Literal["saved", "skipped", "failed"]
    """Skipped: its file was there already, or its post came before in the same batch."""
    path: Path | None = None
    """Where the video is; None where it failed."""
    saved: SavedMedia | None = None
    error: TikTokError | None = None
    """Why it failed."""


@attrs.frozen(kw_only=True)
class BatchProgress:
    """How far a batch is."""

    saved: int
    skipped: int
    failed: int
    running: int
    """Downloads in flight."""
    received: int
    """Bytes of all that was saved, and of what is in flight."""


@attrs.frozen(kw_only=True)
class Batch:
    """What is to be saved, where to, and how many at once."""

    posts: Iterable[Post] | AsyncIterable[Post]
    folder: Path
    save: Callable[[Errand], Awaitable[SavedMedia]]
    concurrency: int
    overwrite: bool
    on_progress: Callable[[BatchProgress], None] | None

    def __attrs_post_init__(self) -> None:
        """Refuse what has no posts in it."""
        check_posts(self.posts)

    def check(self) -> None:
        """Refuse what cannot be done; blocks for an instant.

        Raises:
            InputError: if there is no such directory, or `concurrency` is out of bounds.
        """
        number = self.concurrency
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _MOST:
            raise InputError(f"concurrency is {shown(repr(number))}: write 1 to {_MOST}.")
        if not self.folder.is_dir():
            raise InputError(f"There is no directory {self.folder}: make it first.")


class SavingBatch:
    """Videos being saved: await it for all outcomes, or take them as they come.

    ::

        outcomes = await tikapi.save_videos(posts, "clips")
        async with tikapi.save_videos(posts, "clips") as outcomes:
            async for outcome in outcomes: ...

    Leaving the block ends what is in flight; nothing half is left.

    Args:
        batch: What is to be done.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._tasks = TaskSet()
        self._source = _Source(batch.posts)
        self._board = _Board(batch.on_progress)
        self._ready: asyncio.Queue[Outcome | None] = asyncio.Queue(batch.concurrency)
        self._names: set[str] = set()
        self._error: BaseException | None = None
        self._working = batch.concurrency
        self._used = self._open = False

    def __await__(self) -> Generator[object, None, list[Outcome]]:
        return self._all().__await__()

    async def _all(self) -> list[Outcome]:
        async with self:
            return [outcome async for outcome in self]

    async def __aenter__(self) -> Self:
        if self._used:
            raise InputError("A batch is used once: make another one.")
        self._batch.check()
        self._used = self._open = True
        for _ in range(self._batch.concurrency):
            self._tasks.start(self._work())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        await self._tasks.aclose()
        await self._source.aclose()

    async def __aiter__(self) -> AsyncIterator[Outcome]:
        """Yield the outcomes as they come, in no order; each is given once, whoever takes it.

        Raises:
            InputError: outside `async with`.
            TikTokError: if the posts cannot be had any further, after all outcomes are given; or
                if the client was closed.
        """
        if not self._open:
            raise InputError(
                "Outcomes are taken inside `async with tikapi.save_videos(...) as outcomes`."
            )
        while self._working:
            outcome = await self._ready.get()
            if outcome is not _END:
                yield outcome
            else:
                self._working -= 1
        if self._error is not None:
            raise self._error

    async def _work(self) -> None:
        """Save one post after the other, until there are no more."""
        try:
            while self._error is None and (post := await self._source.next()) is not None:
                await self._ready.put(await self._save(post))
        except Exception as error:  # noqa: BLE001  # it is raised where the outcomes are taken
            self._error = self._error or error
        await self._ready.put(_END)

    async def _save(self, post: Post) -> Outcome:
        try:
            name = file_name(post)
            if name in self._names:
                outcome = Outcome(post=post, status="skipped", path=self._batch.folder / name)
            else:
                self._names.add(name)
                outcome = await self._fetch(post, self._batch.folder / name)
        except ClientClosedError:
            raise
        except TikTokError as error:
            outcome = Outcome(post=post, status="failed", error=error)
        self._board.ended(post, outcome)
        return outcome

    async def _fetch(self, post: Post, path: Path) -> Outcome:
        errand = attrs.evolve(
            video_errand(post, path),
            overwrite=self._batch.overwrite,
            on_progress=lambda progress: self._board.running(post, progress),
        )
        try:
            saved = await self._batch.save(errand)
        except TargetExistsError:
            return Outcome(post=post, status="skipped", path=path)
        return Outcome(post=post, status="saved", path=path, saved=saved)


def file_name(post: Post) -> str:
    """Return the name of the file of a post's video.

    Raises:
        InputError: if the post has no id that is good for a name.
    """
    text = post.id or ""
    if not (text.isascii() and text.isdigit() and len(text) < 30):
        raise InputError(f"The post's id is {shown(repr(post.id))}: save it under a name of yours.")
    return f"{text}.mp4"


class _Source:
    """Posts, taken one by one by several tasks.

    Args:
        posts: From where.
    """

    def __init__(self, posts: Iterable[Post] | AsyncIterable[Post]) -> None:
        self._posts = aiter(posts) if isinstance(posts, AsyncIterable) else _each(posts)
        self._turn = asyncio.Lock()
        self._ended = False

    async def next(self) -> Post | None:
        """Return the next post; None = there are no more.

        Raises:
            InputError: if what comes is no post; after that there are no more.
            TikTokError: what the source raises; after that there are no more.
        """
        async with self._turn:
            if self._ended:
                return None
            self._ended = True
            try:
                post = await anext(self._posts)
            except StopAsyncIteration:
                return None
            check_post(post)
            self._ended = False
            return post

    async def aclose(self) -> None:
        """Leave the source, where it is a generator that can be left."""
        if isinstance(self._posts, AsyncGenerator):
            await self._posts.aclose()


async def _each(posts: Iterable[Post]) -> AsyncIterator[Post]:
    for post in posts:
        yield post


class _Board:
    """Adds up how far a batch is; a listener that fails is logged and told no more.

    Args:
        tell: Who is told.
    """

    def __init__(self, tell: Callable[[BatchProgress], None] | None) -> None:
        self._tell = tell
        self._counts = {"saved": 0, "skipped": 0, "failed": 0}
        self._received = 0
        self._running: dict[int, int] = {}

    def running(self, post: Post, progress: Progress) -> None:
        """Take note of a download in flight."""
        self._running[id(post)] = progress.received
        self._report()

    def ended(self, post: Post, outcome: Outcome) -> None:
        """Take note of an outcome."""
        self._running.pop(id(post), None)
        self._counts[outcome.status] += 1
        self._received += outcome.saved.size if outcome.saved else 0
        self._report()

    def _report(self) -> None:
        if self._tell is None:
            return
        received = self._received + sum(self._running.values())
        progress = BatchProgress(**self._counts, running=len(self._running), received=received)
        try:
            self._tell(progress)
        except Exception:
            self._tell = None
            logger.exception("on_progress failed; the batch goes on without it")
