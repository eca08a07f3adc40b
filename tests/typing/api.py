"""The public API as its users see it: never run, only type-checked.

Lines marked with `error:` must be refused; mypy's warn_unused_ignores makes each of them a test.
"""

from __future__ import annotations

from datetime import date
from typing import assert_type

from tiktok_async import Collection, Page, Paginator, ResearchClient
from tiktok_async.research import F, Query
from tiktok_async.research.models import Comment, Playlist, Product, User, UserRef, Video


async def query(research: ResearchClient) -> None:
    """The three faces of a paged call."""
    where = F.region_code.in_("US", "CA") & (F.keyword == "hello world") & ~(F.username == "spam")
    assert_type(where, Query)
    found = research.videos.query(where, start=date(2022, 6, 15), end=date(2022, 12, 28))
    assert_type(found, Paginator[Video])
    assert_type(await found, Page[Video])
    async for video in found:
        assert_type(video, Video)
        assert_type(video.id, int | None)
    async for page in found.pages():
        assert_type(page.items, list[Video])
    assert_type(await found.limit(10).collect(), Collection[Video])
    async with found.concurrent(windows=8) as rows:
        async for row in rows:
            assert_type(row, Video)


async def bound(research: ResearchClient) -> None:
    """A bound endpoint has the full signature of its declaration."""
    assert_type(await research.users.info(username="joe1234567"), User)
    assert_type(research.videos.comments(video_id=1, max_count=10), Paginator[Comment])
    assert_type(research.users.followers(username="joe1234567"), Paginator[UserRef])
    assert_type(research.users.liked(username="joe1234567"), Paginator[Video])
    assert_type(research.shops.products(shop_id="123456789"), Paginator[Product])
    assert_type(await research.playlists.info(7), Playlist)
    assert_type(await research.compliance.available([1, "2"]), set[int])


def options(research: ResearchClient) -> None:
    """Options of a call, and a shared session."""
    assert_type(research.with_options(timeout=30.0), ResearchClient)
    ResearchClient(session=research.session)
    research.with_options(limits=None)  # type: ignore[call-arg]  # error: limits are the client's


def wrong(research: ResearchClient) -> None:
    """A wrong call is refused before it is run."""
    where = F.view_count >= 1000
    research.videos.query(where, start=date(2022, 6, 15))  # type: ignore[call-arg]  # error: no end
    research.videos.query(where, since=date(2022, 6, 15), end=date(2022, 6, 16))  # type: ignore[call-arg]  # error: no such keyword
    research.videos.query("keyword = x", start=date(2022, 6, 15), end=date(2022, 6, 16))  # type: ignore[arg-type]  # error: a text is no query
    research.videos.comments(video="1")  # type: ignore[call-arg]  # error: no such keyword
    research.users.followers(username=7)  # type: ignore[arg-type]  # error: a handle is text
    research.users.followers("joe1234567")  # type: ignore[call-arg]  # error: by keyword only
