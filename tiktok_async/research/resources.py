"""The resources of the Research API: what `research.videos`, `.users` and so on can do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.errors import DecodeError
from tiktok_async.io.paginator import Paginator
from tiktok_async.research.endpoints import (
    MAX_IDS,
    VIDEO_FIELDS,
    CreateComplianceTask,
    DownloadComplianceResult,
    GetComplianceStatus,
    GetPlaylist,
    GetUser,
    ListComments,
    ListFollowers,
    ListFollowing,
    ListLikedVideos,
    ListPinnedVideos,
    ListProducts,
    ListRepostedVideos,
    ListReviews,
    QueryShops,
    QueryVideos,
)
from tiktok_async.research.windows import MAX_DAYS, Window, plan_windows
from tiktok_async.resource import Resource, one, paged, paginate
from tiktok_async.sansio.paging import Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tiktok_async.research.models import Comment, Playlist, Video
    from tiktok_async.research.query import Query

_POLL_MAX: Final = 300.0
"""Seconds between two looks at a compliance task, at most."""


class Videos(Resource):
    """Videos and what is said about them."""

    comments: Final = paged(ListComments)

    def query(
        self,
        query: Query | Mapping[str, Any],
        *,
        start: date,
        end: date,
        fields: Iterable[str] = VIDEO_FIELDS,
        max_count: int = 100,
        window_days: int = MAX_DAYS,
    ) -> Paginator[Video]:
        """Search public videos posted in a span of days of any length.

        The span is cut into windows of at most 30 days. Whether the provider's `end_date` is
        inclusive is not documented, so a window asks up to the first day of the next one, and keeps
        the videos that it holds: each video comes once, in its own window, on either reading.

        Args:
            query: The filter: an expression of `F`, or the wire object.
            start: First day, UTC, inclusive.
            end: Last day, UTC, inclusive, today at the latest. Videos appear up to 48 hours late.
            fields: Fields of each video; id and create_time always come along.
            max_count: Rows per page, 1-100.
            window_days: Days a window, 1-30; shorter ones help where the provider answers 500.

        Returns:
            A paginator: windows from the earliest to the latest, in each the order of the server
            (decreasing id), each id once.

        Raises:
            InputError: if an argument is wrong; no call was spent.

        Source: TikTok Research API, Query Videos, 2026-09-01; contract 3.1, fact 8.
        """
        clock = self._scope.middleware.clock
        today = datetime.fromtimestamp(clock.time(), UTC).date()
        windows = plan_windows(start, end, days=window_days, today=today)
        plan = windows_of(windows, today, query=query, fields=tuple(fields), max_count=max_count)
        return Paginator(self._scope, plan)

    async def sample(
        self,
        query: Query | Mapping[str, Any],
        *,
        start: date,
        end: date,
        fields: Iterable[str] = VIDEO_FIELDS,
        max_count: int = 100,
    ) -> list[Video]:
        """Return 1 to 100 random videos of at most 30 days; a sample is never paged.

        Args:
            query: The filter: an expression of `F`, or the wire object.
            start: First day, UTC.
            end: Last day, UTC, at most 30 days after `start`.
            fields: Fields of each video.
            max_count: Rows, 1-100.

        Raises:
            InputError: if an argument is wrong; no call was spent.
            TikTokError: as for any call.
        """
        request = QueryVideos(
            query=query,
            start_date=start,
            end_date=end,
            fields=tuple(fields),
            max_count=max_count,
            is_random=True,
        )
        return (await paginate(request, self._scope)).items

    def replies(self, comment_id: int | str, *, max_count: int = 100) -> Paginator[Comment]:
        """List the replies of a comment.

        Args:
            comment_id: The comment.
            max_count: Rows per page, 1-100.

        Raises:
            InputError: if an argument is wrong; no call was spent.
        """
        return paginate(ListComments(comment_id=comment_id, max_count=max_count), self._scope)


def windows_of(
    windows: Iterable[Window], today: date, **parameters: Any
) -> tuple[Slice[Video], ...]:
    """Return the plan of a video query: one slice for each window.

    Args:
        windows: In order of time.
        today: The present UTC day; no later day is asked for.
        parameters: What all windows ask alike.
    """
    return tuple(_slice(window, today, parameters) for window in windows)


def _slice(window: Window, today: date, parameters: Mapping[str, Any]) -> Slice[Video]:
    first, last = window.request_dates(today)
    return Slice(
        QueryVideos(start_date=first, end_date=last, **parameters),
        holds=_holds(window),
        label=f"{window.start}..{window.stop - timedelta(days=1)}",
        volatile=frozenset({"end_date"}),
    )


def _holds(window: Window) -> Callable[[Video], bool]:
    """Return the test whether a video belongs to a window; one without a time does."""
    first, after = window.seconds

    def holds(video: Video) -> bool:
        created = video.create_time
        return created is None or first <= created < after

    return holds


class Users(Resource):
    """Profiles, and the lists of a user."""

    info: Final = one(GetUser)
    liked: Final = paged(ListLikedVideos)
    pinned: Final = paged(ListPinnedVideos)
    reposted: Final = paged(ListRepostedVideos)
    followers: Final = paged(ListFollowers)
    following: Final = paged(ListFollowing)


class Playlists(Resource):
    """Playlists."""

    pages: Final = paged(GetPlaylist)

    async def info(self, playlist_id: int | str) -> Playlist:
        """Look up a playlist with all its video ids.

        Args:
            playlist_id: The playlist.

        Returns:
            The playlist of the first page, with the ids of all pages in order, each once.

        Raises:
            TikTokError: if the list cannot be had whole; `state` says where `pages` goes on.
        """
        found: Playlist | None = None
        ids: dict[int, None] = {}
        async for part in self.pages(playlist_id=playlist_id):
            found = found or part
            ids.update(dict.fromkeys(part.playlist_video_ids or ()))
            if found.playlist_item_total and len(ids) >= found.playlist_item_total:
                break
        if found is None:
            msg = f"The answer for playlist {playlist_id} is empty."
            raise DecodeError(msg)
        return attrs.evolve(found, playlist_video_ids=tuple(ids), cursor=None, has_more=False)


class Shops(Resource):
    """TikTok Shop: shops of the EU, their products and the reviews of those."""

    query: Final = paged(QueryShops)
    products: Final = paged(ListProducts)
    reviews: Final = paged(ListReviews)


class Compliance(Resource):
    """Which collected ids are still available; the research terms ask to delete the others."""

    create: Final = one(CreateComplianceTask)
    status: Final = one(GetComplianceStatus)

    async def download(self, task_id: int | str) -> tuple[int, ...]:
        """Fetch the ids that are still available, when the task is completed.

        Args:
            task_id: The task.

        Raises:
            DecodeError: if a line of the file is no id.
            TikTokError: as for any call.
        """
        scope = self._scope
        request = DownloadComplianceResult(task_id=task_id)
        text = (await scope.middleware.call(request, scope)).data
        try:
            return tuple(int(line) for line in text.replace(",", "\n").split())
        except ValueError as error:
            msg = "The compliance file holds a line that is no id."
            raise DecodeError(msg, request=request) from error

    async def available(
        self, ids: Iterable[int | str], *, category: str = "video", poll_seconds: float = 10.0
    ) -> set[int]:
        """Return which of `ids` are still available: create, wait until completed, download.

        Args:
            ids: Any number; asked for in tasks of 10 000.
            category: What the ids are: video or comment.
            poll_seconds: First wait between two looks; doubles up to 5 minutes.

        Raises:
            TikTokError: as for any call, or if a task failed.
        """
        wanted = list(ids)
        found: set[int] = set()
        for start in range(0, len(wanted), MAX_IDS):
            part = wanted[start : start + MAX_IDS]
            task = await self.create(file_data=part, category=category)
            if task.task_id is None:
                msg = "The answer has no task_id."
                raise DecodeError(msg)
            await self._completed(task.task_id, poll_seconds)
            found.update(await self.download(task.task_id))
        return found

    async def _completed(self, task_id: int, wait: float) -> None:
        while True:
            status = (await self.status(task_id=task_id)).task_status
            if status == "Completed":
                return
            if status == "Failed":
                msg = f"Compliance task {task_id} failed."
                raise DecodeError(msg, hint="Create it anew.", retryable=True)
            await self._scope.middleware.clock.sleep(wait)
            wait = min(wait * 2, _POLL_MAX)
