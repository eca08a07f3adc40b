"""TikTok's own Python wrapper (tiktokresearchapi 1.0.4): what it collects, ours collects."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from tiktok_async import IncompleteError
from tiktok_async.emulator import Fault
from tiktok_async.research.endpoints import LIST_VIDEO_FIELDS, VIDEO_FIELDS
from tiktok_async.research.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable

WHY = "peers are not installed: run `nox -s conformance`"
pytest.importorskip("researchtikpy", reason=WHY)
wr: Any = pytest.importorskip("tiktok_research_api", reason=WHY)

pytestmark = pytest.mark.anyio

VIDEOS = "research.video.query"
QUERY = "/v2/research/video/query/"
COMMENTS = "/v2/research/video/comment/list/"
JOE = "joe1234567"
WHERE = Query.from_dict(
    {
        "and": [
            {"operation": "IN", "field_name": "region_code", "field_values": ["US", "CA", "PH"]}
        ],
        "not": [{"operation": "EQ", "field_name": "hashtag_name", "field_values": ["dance"]}],
    }
)
SPAN = {"start": date(2022, 1, 5), "end": date(2022, 4, 14)}
"""A hundred days: four windows."""


def api(bench: Any) -> Any:
    """Return the wrapper, at a rate that the clock of the machine never holds up."""
    return wr.TikTokResearchAPI(*bench.key, qps=10**6)


def search(span: dict[str, date] = SPAN, **options: Any) -> Any:
    """Return the wrapper's request of the query."""
    groups = {
        f"{name}_criteria": [wr.Criteria(**condition) for condition in group]
        for name, group in WHERE.to_dict().items()
    }
    given = {"max_count": 20, "fields": ", ".join(VIDEO_FIELDS), **options}
    days = (f"{span['start']:%Y%m%d}", f"{span['end']:%Y%m%d}")
    return wr.QueryVideoRequest(wr.Query(**groups), *days, **given)


async def everything(bench: Any) -> list[Any]:
    """Return what our client collects for the query."""
    return [video async for video in bench.research.videos.query(WHERE, **SPAN)]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="short-pages"),
        pytest.param({"short_pages": False}, id="full-pages"),
        pytest.param({"search_id_delay": 2}, id="fresh-search-ids-refused"),
        pytest.param({"search_ids_change": True}, id="search-ids-change"),
        pytest.param({"big_ids": True}, id="ids-beyond-64-bits"),
    ],
)
async def test_wrapper_collects_the_videos_that_we_collect(
    start: Any, ours: Any, aliased: Any, options: dict[str, Any]
) -> None:
    """It pages to the end over empty pages, and splits a span of days into windows as we do."""
    bench = await start(**options)
    videos, *_ = await bench.peer(lambda: api(bench).query_videos(search(), fetch_all_pages=True))
    by_id = {video["id"]: video for video in aliased(videos)}
    expected = ours(await everything(bench), VIDEO_FIELDS)
    assert len(videos) == len(by_id) == len(expected) > 100
    assert by_id == {row["id"]: row for row in expected}
    pages = [call for call in bench.sent if call.path == QUERY and call.status == 200]
    assert len(pages) > 8
    empty = [page for page in pages if not json.loads(page.answer)["data"]["videos"]]
    assert bool(empty) == options.get("short_pages", True)
    assert len(bench.slept) == bench.calls(QUERY) - len(pages)


@attrs.frozen
class List:
    """One list of a user, as the wrapper and as we ask for it."""

    call: str
    ask: Callable[[], Any]
    name: str
    fields: tuple[str, ...]
    size: int | None
    paged: bool = True


FOLLOW = ("display_name", "username")
SPELT = ", ".join(LIST_VIDEO_FIELDS)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            List(
                "query_user_followers",
                lambda: wr.QueryUserFollowersRequest(JOE, 100),
                "followers",
                FOLLOW,
                100,
            ),
            id="followers",
        ),
        pytest.param(
            List(
                "query_user_following",
                lambda: wr.QueryUserFollowingRequest(JOE, 100),
                "following",
                FOLLOW,
                100,
            ),
            id="following",
        ),
        pytest.param(
            List(
                "query_user_liked_videos",
                lambda: wr.QueryUserLikedVideosRequest(JOE, 5, fields=SPELT),
                "liked",
                LIST_VIDEO_FIELDS,
                5,
            ),
            id="liked",
        ),
        pytest.param(
            List(
                "query_user_reposted_videos",
                lambda: wr.QueryUserRepostedVideosRequest(JOE, max_count=5, fields=SPELT),
                "reposted",
                LIST_VIDEO_FIELDS,
                5,
            ),
            id="reposted",
        ),
        pytest.param(
            List(
                "query_user_pinned_videos",
                lambda: wr.QueryUserPinnedVideosRequest(JOE, fields=SPELT),
                "pinned",
                LIST_VIDEO_FIELDS,
                None,
                paged=False,
            ),
            id="pinned",
        ),
    ],
)
async def test_wrapper_collects_the_lists_that_we_collect(
    start: Any, ours: Any, aliased: Any, case: List
) -> None:
    """Only it keeps rows that come twice, where a page begins in the second the last one ended."""
    bench = await start()
    more = {"fetch_all_pages": True} if case.paged else {}
    answer = await bench.peer(lambda: getattr(api(bench), case.call)(case.ask(), **more))
    theirs = aliased(answer[0] if case.paged else answer)
    size = {} if case.size is None else {"max_count": case.size}
    fields = {} if case.fields is FOLLOW else {"fields": case.fields}
    listed = getattr(bench.research.users, case.name)(username=JOE, **size, **fields)
    expected = ours([row async for row in listed], case.fields)
    unique = [row for place, row in enumerate(theirs) if row not in theirs[:place]]
    assert unique == expected
    assert (len(theirs) > len(unique)) is (case.fields is FOLLOW)
    assert len(bench.sent) > 3 or not case.paged


@pytest.mark.parametrize("status", [200, 500])
async def test_wrapper_reads_the_profile_that_we_read(start: Any, ours: Any, status: int) -> None:
    """Like us it goes by the code in the body, not by HTTP alone."""
    bench = await start(profile_status=status)
    request = wr.QueryUserInfoRequest(JOE)
    theirs = await bench.peer(lambda: api(bench).query_user_info(request))
    fields = request.fields.split(",")
    user = await bench.research.users.info(username=JOE, fields=fields)
    assert [theirs] == ours([user], fields)
    assert len(theirs) == 8


async def test_wrapper_collects_the_comments_that_we_collect(start: Any, ours: Any) -> None:
    bench = await start()
    video = await most_discussed(bench)
    request = wr.QueryVideoCommentsRequest(video, 100)
    theirs, _, more = await bench.peer(
        lambda: api(bench).query_video_comments(request, fetch_all_pages=True)
    )
    expected = [comment async for comment in bench.research.videos.comments(video_id=video)]
    assert theirs == ours(expected, bench.asked(COMMENTS))
    assert not more
    assert bench.calls(COMMENTS) > 3


async def most_discussed(bench: Any) -> int:
    """Return the id of the video with the most comments."""
    found = await everything(bench)
    return max(found, key=lambda video: video.comment_count or 0).id or 0


# What the wrapper gets wrong, seen here; each with what our client makes of the same answers.


async def test_wrapper_drops_all_comments_at_one_error_and_calls_it_the_end(start: Any) -> None:
    """One 500 on page 3: it returns no comments and has_more False, and raises nothing."""
    fault = Fault("server_error", path="research.video.comment.list", after=2)
    bench = await start(fault)
    video = await most_discussed(bench)
    request = wr.QueryVideoCommentsRequest(video, 100)
    answer = await bench.peer(
        lambda: api(bench).query_video_comments(request, fetch_all_pages=True)
    )
    assert answer == ([], None, False)
    assert bench.calls(COMMENTS) == 3
    bench.break_anew(fault)
    kept = [comment.id async for comment in bench.research.videos.comments(video_id=video)]
    bench.emulator.faults.clear()
    assert kept == [comment.id async for comment in bench.research.videos.comments(video_id=video)]


async def test_wrapper_loses_days_where_end_date_is_exclusive(start: Any) -> None:
    """Its windows end one day before the next begins: if that day does not count, it is lost.

    Which reading holds is not documented; our windows give the same rows on either.
    """
    bench = await start(end_date="exclusive")
    videos, *_ = await bench.peer(lambda: api(bench).query_videos(search(), fetch_all_pages=True))
    found = await everything(bench)
    missing = {video.id for video in found} - {video["id"] for video in videos}
    last_days = {SPAN["start"] + timedelta(days=30 * part + 29) for part in range(3)}
    days = {video.created.date() for video in found if video.id in missing}
    assert days == last_days | {SPAN["end"]}
    assert len(found) == len(
        list(bench.emulator.world.search(WHERE.to_dict(), SPAN["start"], SPAN["end"]))
    )


@pytest.mark.parametrize(
    ("fault", "stopped"),
    [
        pytest.param(
            Fault("quota_exhausted", path=VIDEOS, after=2, times=None),
            "quota_exhausted",
            id="quota-spent",
        ),
        pytest.param(Fault("token_expired", path=VIDEOS, after=2), None, id="token-expired"),
    ],
)
async def test_wrapper_sends_60_calls_that_cannot_succeed(
    start: Any, fault: Fault, stopped: str | None
) -> None:
    """Whatever the error, it sends the same page 60 times, once a second, then returns a part.

    Nothing is raised; only has_more, left at True, tells that rows are missing. We get another
    token and go on, or stop at the first word that the quota is spent, with a state to resume.
    """
    bench = await start(fault)
    _, _, _, more, *_ = await bench.peer(
        lambda: api(bench).query_videos(search(), fetch_all_pages=True)
    )
    assert (more, len(bench.slept), bench.calls(QUERY)) == (True, 59, 62)
    bench.break_anew(fault)
    kept = await bench.research.videos.query(WHERE, **SPAN, max_count=20).collect()
    assert kept.stopped == stopped
    assert kept.complete is (stopped is None)
    assert (kept.state is None) is kept.complete
    assert kept.complete or bench.emulator.stats()["by_endpoint"][VIDEOS] == 62 + 3


async def test_wrapper_cannot_go_on_with_followers(start: Any) -> None:
    """Of followers it returns the cursor 1, whatever came; of all other lists the real one."""
    bench = await start()
    request = wr.QueryUserFollowersRequest(JOE, 100)
    _, cursor, more = await bench.peer(lambda: api(bench).query_user_followers(request))
    assert (cursor, more) == (1, True)
    page = await bench.research.users.followers(username=JOE)
    rest = bench.research.users.followers(username=JOE).resume_from(page.state)
    every = [user async for user in bench.research.users.followers(username=JOE)]
    assert every == [*page.items, *[user async for user in rest]]


async def test_wrapper_never_leaves_a_cursor_that_stands_still(start: Any) -> None:
    """It asks for the same page for ever; we stop and say so."""
    bench = await start(Fault("stuck_cursor", path=VIDEOS, after=1, times=None))
    assert await bench.is_endless(lambda: api(bench).query_videos(search(), fetch_all_pages=True))
    with pytest.raises(IncompleteError):
        await everything(bench)


async def test_wrapper_loses_all_rows_to_one_page_of_html(start: Any) -> None:
    """A gateway's 504 ends it with a JSON error, and what it had collected is gone."""
    fault = Fault("gateway_html", path=VIDEOS, after=3)
    bench = await start(fault)
    with pytest.raises(ValueError, match="Expecting value"):
        await bench.peer(lambda: api(bench).query_videos(search(), fetch_all_pages=True))
    assert bench.calls(QUERY) == 4
    bench.break_anew(fault)
    found = await bench.research.videos.query(WHERE, **SPAN, max_count=20).collect()
    assert found.complete
