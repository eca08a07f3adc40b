"""Ways to learn which ids are still available, and which of them takes the fewest calls.

Batch compliance takes three calls for ten thousand ids and the time of its task; a query takes one
for a hundred videos of thirty days, which is less where they are few. What neither knows is asked
for one by one. What is not shown to anybody, for a while or for good, counts as gone.
Source: TikTok Research API, Batch Compliance; Query Videos.
"""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from tiktok_async.errors import NotFoundError
from tiktok_async.research.endpoints import MAX_IDS
from tiktok_async.research.models import Comment, Video
from tiktok_async.research.query import F
from tiktok_async.research.windows import MAX_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktok_async.client import BaseClient
    from tiktok_async.jobs.kinds import Kind
    from tiktok_async.jobs.marks import Id
    from tiktok_async.jobs.spec import Stage
    from tiktok_async.research.client import ResearchClient
    from tiktok_async.sansio.endpoint import Endpoint

FEW: Final = 200
"""Videos at most that a query may be cheaper for."""
_A_PAGE: Final = 100
_CALLS_OF_A_TASK: Final = 3
_AT_ONCE: Final = 16
_CATEGORIES: Final[dict[Any, str]] = {Video: "video", Comment: "comment"}


class Way(Protocol):
    """A way to learn it."""

    @property
    def name(self) -> str:
        """One word: compliance, query or item."""

    @property
    def chunk(self) -> int:
        """Ids that are asked about at once."""

    async def gone(self, ids: Sequence[Id]) -> set[Id]:
        """Return which of at most `chunk` ids are gone.

        Raises:
            TikTokError: as for any call.
        """


def way_of(kind: Kind, stage: Stage, client: BaseClient, few: Mapping[Id, int], count: int) -> Way:
    """Return the way that takes the fewest calls.

    Args:
        kind: What the rows are; such that `marked_column` knows them.
        stage: Knows the parameters that go with an item.
        client: Of their family.
        few: When some of the ids were posted, in Unix seconds.
        count: How many ids there are.
    """
    category = _CATEGORIES.get(kind.model) if kind.family == "research" else None
    if category is not None:
        research = cast("ResearchClient", client)
        windows = windows_of_days(few)
        calls = sum(math.ceil(len(ids) / _A_PAGE) for *_, ids in windows)
        known = category == "video" and len(few) == count
        if known and calls < _CALLS_OF_A_TASK * math.ceil(count / MAX_IDS):
            return ByQuery(research, few)
        return ByCompliance(research, category)
    return ByItem(client, _request_of(kind, stage))


def _request_of(kind: Kind, stage: Stage) -> Callable[[Id], Endpoint[Any]]:
    if not kind.paged:
        return lambda item: kind.request(str(item), dict(stage.params))
    from tiktok_async.tikapi.endpoints.public import GetVideo

    return lambda post: GetVideo(video_id=str(post))


def windows_of_days(times: Mapping[Id, int]) -> list[tuple[date, date, list[Id]]]:
    """Return spans of at most thirty days that hold all ids: first day, last day, and ids.

    Args:
        times: When each was posted, in Unix seconds.
    """
    found: list[tuple[date, date, list[Id]]] = []
    for one, time in sorted(times.items(), key=lambda pair: pair[1]):
        day = datetime.fromtimestamp(time, UTC).date()
        if found and day - found[-1][0] < timedelta(days=MAX_DAYS):
            first, _, ids = found.pop()
            found.append((first, day, [*ids, one]))
        else:
            found.append((day, day, [one]))
    return found


class ByCompliance:
    """A file of ids goes in, and one of those that are available comes out.

    Args:
        client: Asks.
        category: What the ids are: video or comment.
    """

    name: str = "compliance"
    chunk: int = MAX_IDS

    def __init__(self, client: ResearchClient, category: str) -> None:
        self._client = client
        self._category = category

    async def gone(self, ids: Sequence[Id]) -> set[Id]:
        """Return which ids are gone."""
        available = await self._client.compliance.available(ids, category=self._category)
        return {one for one in ids if int(one) not in available}


class ByQuery:
    """Videos are searched by their ids.

    Args:
        client: Asks.
        times: When each was posted, in Unix seconds.
    """

    name: str = "query"
    chunk: int = FEW

    def __init__(self, client: ResearchClient, times: Mapping[Id, int]) -> None:
        self._client = client
        self._times = times

    async def gone(self, ids: Sequence[Id]) -> set[Id]:
        """Return which ids are gone."""
        found: set[int] = set()
        for first, last, own in windows_of_days({one: self._times[one] for one in ids}):
            asked = F.video_id.in_(*map(int, own))
            rows = self._client.videos.query(asked, start=first, end=last, fields=("id",))
            found.update([row.id async for row in rows if row.id is not None])
        return {one for one in ids if int(one) not in found}


class ByItem:
    """Each is asked for; one that is not found is gone.

    Args:
        client: Asks.
        request: Returns what asks for one.
    """

    name: str = "item"

    def __init__(self, client: BaseClient, request: Callable[[Id], Endpoint[Any]]) -> None:
        self._scope = client.scope
        self._request = request
        self.chunk: int = min(_AT_ONCE, client.scope.options.limits.concurrency)

    async def gone(self, ids: Sequence[Id]) -> set[Id]:
        """Return which ids are gone."""
        found = await asyncio.gather(*map(self._is_gone, ids), return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        return {one for one, is_gone in zip(ids, found, strict=True) if is_gone}

    async def _is_gone(self, one: Id) -> bool:
        try:
            await self._scope.middleware.call(self._request(one), self._scope)
        except NotFoundError:
            return True
        return False
