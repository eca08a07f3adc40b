"""Fetching the pages of one slice: sends what the walk asks for, decodes, feeds it back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import attrs

from tiktok_async import convert
from tiktok_async.errors import APIError, IncompleteError, TikTokError
from tiktok_async.events import PageReceived
from tiktok_async.sansio.envelope import INVALID_PARAMS, SEARCH_REFUSED
from tiktok_async.sansio.paging import EXPLANATIONS, Stop, Walk

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from tiktok_async.io.paginator import Paginator
    from tiktok_async.io.scope import Reply
    from tiktok_async.sansio.endpoint import PagedEndpoint
    from tiktok_async.sansio.wire import Answer

T = TypeVar("T")

_NEXT_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_REPLAY_HINT: Final = (
    "This window had to start anew after its search id died, and was still at rows that are known: "
    "where one day's quota does not carry a window to its end, begin again with fewer window_days."
)

Todo = tuple[tuple[int, Any], ...]
"""What is left of a plan: the number of a slice, and the saved walk in it or None."""


@attrs.frozen(eq=False)
class Snapshot:
    """Where a walk stood; written out only when somebody asks."""

    paginator: Paginator[Any]
    index: int
    params: Mapping[str, Any]
    order: list[Hashable]
    count: int
    ended: bool
    rest: Todo
    replays: bool = False

    def todo(self) -> Todo:
        """Return what is left to be fetched from here on."""
        if self.ended:
            return self.rest
        walk = {
            "params": dict(self.params),
            "seen": self.order[: self.count],
            "replays": self.replays,
        }
        return ((self.index, walk if self.params or self.count else None), *self.rest)

    def state(self) -> Mapping[str, Any]:
        """Return what `resume_from` takes."""
        return self.paginator.state_of(self.todo())


@attrs.frozen(eq=False)
class Page(Generic[T]):
    """One page of an answer."""

    items: list[T]
    """New rows, in the order of the server; rows already given are left out."""
    has_more: bool
    """Whether there is a page after this one."""
    request: PagedEndpoint[T]
    """The request that was sent."""
    raw: Answer = attrs.field(repr=False)
    """The answer as it came."""
    log_id: str | None
    """The provider's id of the call."""
    snapshot: Snapshot = attrs.field(repr=False)

    @property
    def state(self) -> Mapping[str, Any]:
        """What `resume_from` takes to go on after this page; plain JSON values."""
        return self.snapshot.state()

    async def next_page(self) -> Page[T] | None:
        """Return the page after this one, or None at the end or at the limit."""
        paginator: Paginator[T] = self.snapshot.paginator
        if not self.has_more or paginator.max_items == 0:
            return None
        return await paginator.resume_from(self.state)


class SlicePages(Generic[T]):
    """The pages of one slice, fetched one by one; holds nothing between them.

    Args:
        paginator: Whose plan it is.
        index: Number of the slice in the plan.
        saved: A saved walk to go on from, or None.
        rest: What comes after this slice.
    """

    def __init__(self, paginator: Paginator[T], index: int, saved: Any, rest: Todo = ()) -> None:
        self._paginator = paginator
        self._index = index
        self._rest = rest
        self._walk: Walk[T] = Walk.start(paginator.slices[index], saved)
        self._resumed = saved is not None

    async def next(self) -> Page[T] | None:
        """Return the next page, or None at the end of the slice.

        Raises:
            TikTokError: if the slice cannot be had whole; `state` says where to go on.
        """
        walk = self._walk
        try:
            while walk.stopped is None and walk.request is not None:
                request = walk.request
                reply = await self._send(request)
                if reply is not None:
                    return self._page(request, reply)
        except TikTokError as error:
            error.state = self.snapshot().state()
            error.reason = error.reason or reason_of(error)
            if walk.replays and not walk.again:
                error.hint = f"{error.hint} {_REPLAY_HINT}"
            raise
        if walk.stopped is not None:
            raise self._incomplete(walk.stopped)
        return None

    def snapshot(self) -> Snapshot:
        """Return where the walk stands now."""
        walk = self._walk
        ended = walk.request is None and walk.stopped is None
        return Snapshot(
            self._paginator,
            self._index,
            walk.params(),
            walk.order,
            len(walk.order),
            ended,
            self._rest,
            walk.replays,
        )

    async def _send(self, request: PagedEndpoint[T]) -> Reply | None:
        """Send; None when the slice starts anew: its search was lost, or a field is refused."""
        scope = self._paginator.scope
        attempts, self._resumed = (1 if self._resumed else None), False
        try:
            return await scope.middleware.call(request, scope, search_attempts=attempts)
        except APIError as error:
            if error.code == INVALID_PARAMS and self._walk.drop_doubtful():
                return None
            if error.reason != SEARCH_REFUSED:
                raise
            self._walk.search_lost()
            if self._walk.stopped is not None:
                raise self._incomplete(self._walk.stopped) from error
            return None

    def _page(self, request: PagedEndpoint[T], reply: Reply) -> Page[T]:
        found = convert.decode_list(request.result, request.rule.rows(reply.data), "$.data")
        rows = self._walk.feed(reply.data, found)
        snapshot = self.snapshot()
        more = not snapshot.ended or bool(self._rest)
        middleware = self._paginator.scope.middleware
        middleware.counters.rows += len(rows)
        lane = middleware.lane_of(request.bucket, self._paginator.scope)
        if lane is not None:
            middleware.gate.received(lane, len(found))
        middleware.emit(PageReceived(request.id, len(rows), more, request))
        return Page(rows, more, request, reply.answer, reply.log_id, snapshot)

    def _incomplete(self, stop: Stop) -> IncompleteError:
        part = self._paginator.slices[self._index]
        where = f" in {part.label}" if part.label else ""
        return IncompleteError(
            f"Not whole{where}: {EXPLANATIONS[stop]}.",
            reason=stop.value,
            state=self.snapshot().state(),
        )


def reason_of(error: TikTokError) -> str:
    """Return the one word for an error: its class name in snake case, without the last word."""
    name = type(error).__name__.removesuffix("Error")
    return _NEXT_WORD.sub("_", name).lower()
