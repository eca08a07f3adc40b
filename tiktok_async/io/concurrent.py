"""Several windows in flight: fetched side by side, given in the order of the plan.

Each window has a small buffer, so memory is bounded. What was paid for is never thrown away: when
a window fails, no new one starts, the others end, their rows are given, and then the error is
raised with a state that names exactly what is still missing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

import attrs

from tiktok_async.errors import IncompleteError, InputError, TikTokError
from tiktok_async.io.tasks import TaskSet
from tiktok_async.io.walker import Page, SlicePages, Todo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tiktok_async.io.paginator import Paginator

T = TypeVar("T")

_END: Final = None


class _Window(Generic[T]):
    """One slice being fetched, its pages waiting to be given."""

    def __init__(self, paginator: Paginator[T], index: int, saved: Any, buffer_pages: int) -> None:
        self.given: Todo = ((index, saved),)
        """What of this slice was not given yet."""
        self.pages = SlicePages(paginator, index, saved)
        self.ready: asyncio.Queue[Page[T] | None] = asyncio.Queue()
        self.room = asyncio.Semaphore(buffer_pages)
        self.error: Exception | None = None
        self.whole = False

    async def run(self) -> None:
        """Fetch to the end of the slice, or to an error."""
        try:
            while True:
                await self.room.acquire()
                page = await self.pages.next()
                if page is None:
                    self.whole = True
                    return
                self.ready.put_nowait(page)
        except Exception as error:  # noqa: BLE001  # a bug of ours must not pass for the end
            self.error = error

    def ended(self, _: asyncio.Task[None]) -> None:
        """Tell that no more pages come; also of a task that was cancelled before it began."""
        self.ready.put_nowait(_END)


class ConcurrentRows(Generic[T]):
    """Rows with several windows in flight; use it in `async with`, which ends every task.

    Args:
        paginator: What to fetch.
        windows: Windows fetched at once.
        buffer_pages: Pages held ready for each window.
    """

    def __init__(self, paginator: Paginator[T], windows: int, buffer_pages: int) -> None:
        if windows < 1 or buffer_pages < 1:
            msg = f"windows={windows}, buffer_pages={buffer_pages}: write 1 or more for each."
            raise InputError(msg)
        self._paginator = paginator
        self._buffer_pages = buffer_pages
        self._windows = windows
        self._waiting: deque[tuple[int, Any]] = deque(paginator.todo())
        self._running: deque[_Window[T]] = deque()
        self._tasks = TaskSet()
        self._left: list[tuple[int, Any]] = []
        self._error: Exception | None = None
        self._stopping = False
        self._open = False
        self._items = 0
        """Given so far, for a limit."""
        self._page: Page[T] | None = None
        """The page that is given item by item, ..."""
        self._given = 0
        """... and how many of it were."""

    async def __aenter__(self) -> Self:
        self._open = True
        self._fill()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        await self._tasks.aclose()

    async def stop(self) -> None:
        """End the fetching; what is already here is still given, then the iteration ends."""
        self._stopping = True
        await self._tasks.aclose()

    @property
    def state(self) -> Mapping[str, Any]:
        """What `resume_from` takes to fetch what was not given yet, to the item."""
        return self._paginator.state_of(self._todo())

    def _todo(self) -> Todo:
        if self._page is not None:
            todo = self._paginator.trimmed(self._page, self._given).snapshot.todo()
        else:
            running = [part for window in self._running for part in window.given]
            todo = (*self._left, *running, *self._waiting)
        return tuple(sorted(todo, key=lambda part: part[0]))

    async def __aiter__(self) -> AsyncIterator[T]:
        """Yield the items in the order of the plan, each id once; begun again, the others.

        Raises:
            TikTokError: if the answer cannot be had whole, after all that was fetched is given.
        """
        async for page in self.pages():
            self._page, self._given = page, 0
            for item in page.items:
                self._given += 1
                yield item
            self._page = None

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Yield the pages in the order of the plan, first what is left of one that was begun.

        Raises:
            TikTokError: if the answer cannot be had whole, after all that was fetched is given.
        """
        self._check_open()
        begun, self._page = self._page, None
        if begun is not None and self._given < len(begun.items):
            yield attrs.evolve(begun, items=begun.items[self._given :])
            self._check_open()
        limit = self._paginator.max_items
        while self._running and (limit is None or self._items < limit):
            window = self._running[0]
            page = await window.ready.get()
            if page is _END:
                self._retire(window)
                continue
            window.room.release()
            room = None if limit is None else limit - self._items
            cut = self._placed(self._paginator.within(page, room), window)
            self._items += len(cut.items)
            yield cut
            self._check_open()
        if not self._running:
            self._raise()

    def _check_open(self) -> None:
        if not self._open:
            msg = "Rows of several windows are used inside `async with query.concurrent() as rows`."
            raise InputError(msg)

    def _placed(self, page: Page[T], window: _Window[T]) -> Page[T]:
        """Return a page that is about to be given, with the rest of the plan in its state."""
        window.given = page.snapshot.todo()
        after = tuple(part for w in self._running if w is not window for part in w.given)
        rest = (*self._left, *after, *self._waiting)
        snapshot = attrs.evolve(page.snapshot, rest=rest)
        return attrs.evolve(page, has_more=page.has_more or bool(rest), snapshot=snapshot)

    def _retire(self, window: _Window[T]) -> None:
        self._running.popleft()
        if not (window.whole or window.error or self._stopping):
            window.error = IncompleteError(
                "The task of a window was cancelled from outside.", reason="cancelled"
            )
        if window.given and (window.error is not None or self._stopping):
            self._left.extend(window.given)
        if self._error is None:
            self._error = window.error
        self._fill()

    def _fill(self) -> None:
        """Keep `windows` slices in flight, while none has failed."""
        failed = self._stopping or self._error or any(w.error for w in self._running)
        while not failed and self._waiting and len(self._running) < self._windows:
            index, saved = self._waiting.popleft()
            window = _Window(self._paginator, index, saved, self._buffer_pages)
            self._running.append(window)
            self._tasks.start(window.run()).add_done_callback(window.ended)

    def _raise(self) -> None:
        if isinstance(self._error, TikTokError):
            self._error.state = self.state
        if self._error is not None:
            raise self._error
