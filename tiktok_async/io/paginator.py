"""What a paged call returns: await it for the first page, or iterate it for everything.

Between two items nothing is held: no connection, no slot, no task. So leaving a loop early leaks
nothing. A loop ends normally only when the whole answer has been given; an error that ends it
carries `state`, and `resume_from(state)` goes on there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import attrs

from tiktok_async.errors import CheckpointMismatchError, IncompleteError, InputError, TikTokError
from tiktok_async.io.concurrent import ConcurrentRows
from tiktok_async.io.walker import Page, SlicePages, Snapshot, Todo
from tiktok_async.sansio.paging import Walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator

    from tiktok_async.io.scope import Scope
    from tiktok_async.sansio.paging import Slice

T = TypeVar("T")

_STATE_VERSION: Final = 1
_SAME: Final = "Resume with the same query, dates and fields, or start anew."


@attrs.frozen
class Hole:
    """A part of a collection that is missing."""

    label: str
    """Which part: for windows, its days."""
    reason: str


@attrs.frozen
class Collection(Generic[T]):
    """What `collect` returns: the rows, and whether they are all."""

    items: list[T] = attrs.field(repr=False)
    complete: bool
    stopped: str | None
    """Why it ended before its end, in one word; None = complete."""
    holes: tuple[Hole, ...]
    """What is missing."""
    state: Mapping[str, Any] | None = attrs.field(repr=False)
    """What `resume_from` takes to go on; None = complete."""
    error: TikTokError | None = attrs.field(default=None, repr=False)
    """What ended it, where it was an error."""

    def __len__(self) -> int:
        return len(self.items)


@attrs.frozen(eq=False)
class Paginator(Generic[T]):
    """A paged answer that has not been asked for yet.

    `await` gives the first page, `async for` the items, `.pages()` the pages; each starts anew.
    """

    scope: Scope = attrs.field(repr=False)
    slices: tuple[Slice[T], ...]
    """Walked one after the other; a plain call has one, a span of dates one for each window."""
    max_items: int | None = None
    start: Mapping[str, Any] | None = attrs.field(default=None, repr=False)

    def limit(self, n: int) -> Paginator[T]:
        """Return the same, ending after `n` items.

        Raises:
            InputError: if `n` is below 1.
        """
        if n < 1:
            msg = f"limit({n}): write 1 or more."
            raise InputError(msg)
        return attrs.evolve(self, max_items=n)

    def resume_from(self, state: Mapping[str, Any]) -> Paginator[T]:
        """Return the same, going on where `state` was saved.

        Args:
            state: From `error.state`, `page.state` or `collection.state`; may have been JSON.

        Raises:
            CheckpointMismatchError: if another request saved it.
        """
        same = isinstance(state, Mapping) and state.get("version") == _STATE_VERSION
        if not same or state.get("request") != self.fingerprint:
            msg = "This state was saved by another request."
            raise CheckpointMismatchError(msg, hint=_SAME)
        if not self._fits(state.get("todo")):
            msg = "This state is damaged: it does not fit the request that saved it."
            raise CheckpointMismatchError(msg, hint=_SAME)
        return attrs.evolve(self, start=state)

    def _fits(self, todo: Any) -> bool:
        """Tell whether what a state has left is made of slices and walks of this request."""
        return isinstance(todo, list) and all(
            isinstance(part, list | tuple)
            and len(part) == 2
            and isinstance(part[0], int)
            and 0 <= part[0] < len(self.slices)
            and Walk.accepts(self.slices[part[0]], part[1])
            for part in todo
        )

    @property
    def fingerprint(self) -> str:
        """What tells requests apart: a hash of all that is asked for."""
        asked = [[part.first.id, part.label, _asked(part)] for part in self.slices]
        text = json.dumps(asked, sort_keys=True, default=repr)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def todo(self) -> Todo:
        """Return what is to be fetched: the whole plan, or what a state has left of it."""
        if self.start is None:
            return tuple((index, None) for index in range(len(self.slices)))
        return tuple((index, walk) for index, walk in self.start["todo"])

    def state_of(self, todo: Todo) -> Mapping[str, Any]:
        """Return the state in which `todo` is left to be fetched."""
        return {
            "version": _STATE_VERSION,
            "request": self.fingerprint,
            "todo": [[index, walk] for index, walk in todo],
        }

    def __await__(self) -> Generator[Any, None, Page[T]]:
        return self._first().__await__()

    async def _first(self) -> Page[T]:
        todo = self.todo()
        for place, (index, saved) in enumerate(todo):
            page = await SlicePages(self, index, saved, todo[place + 1 :]).next()
            if page is not None:
                return self.within(page, self.max_items)
        msg = "There is nothing left to fetch."
        raise IncompleteError(msg, reason="nothing_left", hint="This state was complete.")

    async def __aiter__(self) -> AsyncIterator[T]:
        """Yield the items in the order of the server, window after window, each id once.

        Raises:
            TikTokError: if the answer cannot be had whole; `state` says where to go on.
        """
        async for page in self.pages():
            for item in page.items:
                yield item

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Yield the pages in order.

        Raises:
            TikTokError: if the answer cannot be had whole; `state` says where to go on.
        """
        room = self.max_items
        todo = self.todo()
        for place, (index, saved) in enumerate(todo):
            stream = SlicePages(self, index, saved, todo[place + 1 :])
            while (page := await stream.next()) is not None:
                given = self.within(page, room)
                yield given
                if room is not None:
                    room -= len(given.items)
                    if room == 0:
                        return

    def within(self, page: Page[T], room: int | None) -> Page[T]:
        """Return a page with at most `room` rows, from which `next_page` keeps to the limit."""
        if room is None:
            return page
        cut = self.trimmed(page, room) if len(page.items) > room else page
        rest = attrs.evolve(self, max_items=room - len(cut.items))
        return attrs.evolve(cut, snapshot=attrs.evolve(cut.snapshot, paginator=rest))

    def trimmed(self, page: Page[T], room: int) -> Page[T]:
        """Return a page cut to `room` rows; its state lets the others come again."""
        if len(page.items) == room:
            return page
        kept = page.items[:room]
        key = page.request.rule.key
        dropped = {key(row) for row in page.items[room:]}
        after = page.snapshot
        order = [known for known in after.order[: after.count] if known not in dropped]
        before = Snapshot(
            self,
            after.index,
            _position(page, self.slices[after.index]),
            order,
            len(order),
            ended=False,
            rest=after.rest,
        )
        return attrs.evolve(page, items=kept, has_more=True, snapshot=before)

    async def collect(self) -> Collection[T]:
        """Return all items with the word whether they are all; never raises for that.

        Returns:
            A `Collection`; when something ended it early, `stopped`, `holes` and `state` say what.
        """
        items: list[T] = []
        last: Page[T] | None = None
        try:
            async for page in self.pages():
                items.extend(page.items)
                last = page
        except TikTokError as error:
            if error.state is None:
                raise
            return self._partial(items, error.reason or "error", error.state, error)
        if last is not None and last.has_more:
            return self._partial(items, "limit", last.state, None)
        return Collection(items, complete=True, stopped=None, holes=(), state=None)

    def concurrent(self, *, windows: int = 8, buffer_pages: int = 16) -> ConcurrentRows[T]:
        """Return the items with several windows in flight, for use in `async with`.

        Args:
            windows: Windows fetched at once, at least 1.
            buffer_pages: Pages held ready for each window, at least 1.
        """
        return ConcurrentRows(self, windows, buffer_pages)

    def _partial(
        self, items: list[T], reason: str, state: Mapping[str, Any], error: TikTokError | None
    ) -> Collection[T]:
        holes = tuple(Hole(self.slices[index].label, reason) for index, _ in state["todo"])
        return Collection(
            items, complete=False, stopped=reason, holes=holes, state=state, error=error
        )


def _asked(part: Slice[Any]) -> dict[str, Any]:
    placed = part.first.placed()
    return {
        f"{place.value}.{name}": value
        for place, values in placed.items()
        for name, value in values.items()
        if name not in part.volatile
    }


def _position(page: Page[Any], part: Slice[Any]) -> dict[str, Any]:
    """Return the parameters in which the page's own request differs from the slice's first."""
    first: Any = part.first
    return {
        a.name: getattr(page.request, a.name)
        for a in attrs.fields(type(first))
        if getattr(page.request, a.name) != getattr(first, a.name)
    }
