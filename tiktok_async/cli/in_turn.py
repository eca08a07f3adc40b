"""Pages one after the other, with nothing fetched ahead: no call beyond what is asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tiktok_async.io.paginator import Paginator
    from tiktok_async.io.walker import Page

T = TypeVar("T")


class InTurn(Generic[T]):
    """The face of `Paginator.concurrent()` over a plain walk; for runs with a limit.

    Args:
        paginator: What to fetch.
    """

    def __init__(self, paginator: Paginator[T]) -> None:
        self._paginator = paginator
        self._last: Page[T] | None = None
        self._fetching: asyncio.Task[Page[T] | None] | None = None
        self._stopping = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """End the fetching."""
        self._stopping = True
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})

    @property
    def state(self) -> Mapping[str, Any]:
        """What `resume_from` takes to fetch what was not given yet."""
        if self._last is None:
            return self._paginator.state_of(self._paginator.todo())
        return self._last.state

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Yield the pages in order, until the end, the limit or `stop`.

        Raises:
            TikTokError: if the answer cannot be had whole.
        """
        pages = self._paginator.pages()
        while not self._stopping:
            self._fetching = asyncio.ensure_future(_next(pages))
            await asyncio.wait({self._fetching})
            if self._fetching.cancelled():
                return
            page = self._fetching.result()
            if page is None:
                return
            self._last = page
            yield page


async def _next(pages: AsyncIterator[Page[T]]) -> Page[T] | None:
    return await anext(pages, None)
