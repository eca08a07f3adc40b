"""researchtikpy 0.2.2: what it collects, ours collects.

It gives data frames. A missing value turns a column of integers into floats there, so `records`
undoes that; for ids it cannot be undone (see below).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from tiktok_async import AuthError, NotFoundError, RateLimitError, ResearchClient
from tiktok_async.emulator import Fault
from tiktok_async.research.query import F

if TYPE_CHECKING:
    from collections.abc import Callable

WHY = "peers are not installed: run `nox -s conformance`"
pytest.importorskip("tiktok_research_api", reason=WHY)
pytest.importorskip("cachetools", reason="researchtikpy imports cachetools, undeclared")
rtk: Any = pytest.importorskip("researchtikpy", reason=WHY)
shops: Any = pytest.importorskip("researchtikpy.shops", reason=WHY)

pytestmark = pytest.mark.anyio

VIDEOS = "research.video.query"
QUERY = "/v2/research/video/query/"
COMMENTS = "/v2/research/video/comment/list/"
FOLLOWERS = "/v2/research/user/followers/"
JOE = "joe1234567"
WHERE = F.region_code.in_("US", "CA", "PH")
DAYS = ("20220105", "20220204")
SPAN = {"start": date(2022, 1, 5), "end": date(2022, 2, 4)}
"""The longest span that it can ask for."""


def records(frame: Any, *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the rows of a frame as they were on the wire, as far as it has kept them."""
    return [
        {
            name: int(value) if isinstance(value, float) else value
            for name, value in row.items()
            if name not in without and value == value  # noqa: PLR0124  # NaN, its absence
        }
        for row in frame.to_dict("records")
    ]


def token(bench: Any) -> str:
    """Return an access token, had by its own means."""
    answer: dict[str, str] = rtk.get_access_token(*bench.key)
    return answer["access_token"]


def condition() -> Any:
    """Return its form of the query."""
    one = rtk.Condition(rtk.Fields.region_code, rtk.Operators.isin, ["US", "CA", "PH"])
    return rtk.Query(and_=[one])


def videos(bench: Any, days: tuple[str, str] = DAYS, most: int = 10_000) -> Any:
    """Collect the query."""
    return rtk.get_videos_query(condition(), token(bench), *days, most, max_count=20)


def without(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a row less one field."""
    return {key: value for key, value in row.items() if key != name}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="short-pages"),
        pytest.param({"search_id_delay": 2}, id="fresh-search-ids-refused"),
        pytest.param({"search_ids_change": True}, id="search-ids-change"),
        pytest.param({"big_ids": True}, id="ids-beyond-64-bits"),
    ],
)
async def test_researchtikpy_collects_the_videos_that_we_collect(
    start: Any, ours: Any, options: dict[str, Any]
) -> None:
    """It pages to the end, sending a null search_id first; it waits 10 s for a refused one."""
    bench = await start(**options)
    frame = await bench.peer(lambda: videos(bench))
    theirs = records(frame, without=("playlist_id",))
    found = bench.research.videos.query(WHERE, **SPAN, fields=bench.asked(QUERY))
    expected = ours([video async for video in found], bench.asked(QUERY))
    assert by_id(theirs) == by_id([without(row, "playlist_id") for row in expected])
    assert len(theirs) == len(expected) > 100
    pages = [call for call in bench.sent if call.path == QUERY]
    assert len(pages) > 8
    assert pages[0].body["search_id"] is None
    assert (pages[0].body["query"]["or"], pages[0].body["query"]["not"]) == ([], [])
    assert bench.slept == [10] * options.get("search_id_delay", 0)


def by_id(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return rows by their id."""
    return {row["id"]: row for row in rows}


async def test_researchtikpy_finds_the_hashtags_that_we_find(start: Any, ours: Any) -> None:
    bench = await start()
    frame = await bench.peer(
        lambda: rtk.get_videos_hashtag(["cats", "dance"], token(bench), *DAYS, 10_000, max_count=10)
    )
    where = F.hashtag_name.in_("cats", "dance")
    found = bench.research.videos.query(where, **SPAN, fields=bench.asked(QUERY))
    expected = ours([video async for video in found], bench.asked(QUERY))
    theirs = by_id(records(frame, without=("playlist_id",)))
    assert theirs == by_id([without(row, "playlist_id") for row in expected])
    assert len(theirs) == len(expected) > 20


@attrs.frozen
class List:
    """One list of a user, as researchtikpy and as we ask for it."""

    collect: Callable[..., Any]
    name: str
    path: str
    size: int | None


FOLLOW = ("display_name", "username")


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(List(rtk.get_followers, "followers", "followers", 100), id="followers"),
        pytest.param(List(rtk.get_following, "following", "following", 100), id="following"),
        pytest.param(List(rtk.get_liked_videos, "liked", "liked_videos", 5), id="liked"),
        pytest.param(List(rtk.get_pinned_videos, "pinned", "pinned_videos", None), id="pinned"),
    ],
)
async def test_researchtikpy_collects_the_lists_that_we_collect(
    start: Any, ours: Any, case: List
) -> None:
    """Only it keeps rows that come twice, where a page begins in the second the last one ended."""
    bench = await start()
    size = {} if case.size is None else {"max_count": case.size}
    frame = await bench.peer(lambda: case.collect([JOE], token(bench), verbose=False, **size))
    theirs = records(frame, without=("target_account",))
    fields = bench.asked(f"/v2/research/user/{case.path}/")
    asked = {"fields": fields} if fields else {}
    listed = getattr(bench.research.users, case.name)(username=JOE, **size, **asked)
    expected = ours([row async for row in listed], fields or FOLLOW)
    unique = [row for place, row in enumerate(theirs) if row not in theirs[:place]]
    assert unique == expected
    assert (len(theirs) > len(unique)) is (not fields)
    assert len(bench.sent) > 3 or case.size is None


async def test_researchtikpy_reads_the_profile_that_we_read(start: Any, ours: Any) -> None:
    bench = await start()
    frame = await bench.peer(lambda: rtk.get_users_info([JOE], token(bench), verbose=False))
    fields = bench.asked("/v2/research/user/info/")
    user = await bench.research.users.info(username=JOE, fields=fields)
    assert records(frame) == ours([user], fields)
    assert len(frame.columns) == 8


async def test_researchtikpy_collects_the_comments_that_we_collect(start: Any, ours: Any) -> None:
    """It goes from a frame of videos to their comments."""
    bench = await start()
    frame = await bench.peer(lambda: videos(bench))
    three = frame.sort_values("comment_count", ascending=False).head(3)
    comments = await bench.peer(lambda: rtk.get_video_comments(three, token(bench), verbose=False))
    expected = [
        comment
        for video in three["id"].tolist()
        async for comment in bench.research.videos.comments(video_id=video)
    ]
    assert records(comments) == ours(expected, bench.asked(COMMENTS))
    assert bench.calls(COMMENTS) > 6


async def test_researchtikpy_finds_the_shops_that_we_find(start: Any, ours: Any) -> None:
    """Its shop calls give the answer of one page as it came, with the fields in the body.

    There is no paging: of the products and reviews after the tenth it knows nothing.
    """
    bench = await start()
    access = bench.emulator.access_token
    market, found = bench.emulator.world.market, bench.research.shops
    shop = max(range(200), key=lambda number: len(market.products(number)))
    [theirs] = data(await bench.peer(lambda: shops.get_shop_info(market.shop_name(shop), access)))
    [shown] = ours([row async for row in found.query(shop_name=market.shop_name(shop))], theirs)
    assert theirs == shown
    shop_id = theirs["shop_id"]
    products = data(await bench.peer(lambda: shops.get_product_info(str(shop_id), access)))
    every = [row async for row in found.products(shop_id=shop_id)]
    assert products == ours(every[:10], products[0])
    assert len(every) > 20
    product = max(market.products(shop), key=lambda number: len(market.reviews(number)))
    reviews = data(await bench.peer(lambda: shops.get_product_reviews(str(product), access)))
    told = [row async for row in found.reviews(product_id=product)]
    assert reviews == ours(told[:10], ["product_name"])
    assert len(told) > 20


def data(answer: Any) -> list[dict[str, Any]]:
    """Return the rows of an answer."""
    assert answer.status_code == 200, answer.text
    [rows] = answer.json()["data"].values()
    return list(rows)


# What researchtikpy gets wrong, seen here; each with what our client makes of the same answers.


async def test_researchtikpy_rounds_playlist_ids(start: Any) -> None:
    """Most videos have no playlist, so the ids of 19 digits become floats: they are other ids."""
    bench = await start()
    frame = await bench.peer(lambda: videos(bench))
    found = bench.research.videos.query(WHERE, **SPAN)
    exact = {video.id: video.playlist_id async for video in found if video.playlist_id}
    rounded = {row["id"]: row["playlist_id"] for row in records(frame) if "playlist_id" in row}
    assert exact.keys() == rounded.keys()
    assert exact
    assert not any(exact[id_] == rounded[id_] for id_ in exact)
    known = [await bench.research.playlists.info(id_) for id_ in set(exact.values())]
    assert {playlist.playlist_id for playlist in known} == set(exact.values())


async def test_researchtikpy_cannot_take_the_ids_of_a_plain_frame(start: Any) -> None:
    """A frame of nothing but ids is refused by its own JSON; one with floats sends rounded ids.

    The second finds no comments and says nothing.
    """
    bench = await start()
    frame = await bench.peer(lambda: videos(bench))
    discussed = frame.sort_values("comment_count", ascending=False).head(2)
    access = bench.emulator.access_token
    with pytest.raises(TypeError, match="int64 is not JSON serializable"):
        await bench.peer(lambda: rtk.get_video_comments(discussed[["id"]], access, verbose=False))
    numbers = discussed[["id", "playlist_id"]]
    found = await bench.peer(lambda: rtk.get_video_comments(numbers, access, verbose=False))
    assert found.empty
    refused = [call for call in bench.sent if call.path == COMMENTS]
    assert [call.status for call in refused] == [400, 400]
    assert all(isinstance(call.body["video_id"], float) for call in refused)


async def test_researchtikpy_returns_a_part_of_the_comments_as_if_it_were_all(start: Any) -> None:
    """One 500 on page 3 ends the video there; without `verbose` it says nothing at all."""
    fault = Fault("server_error", path="research.video.comment.list", after=2)
    bench = await start(fault)
    frame = await bench.peer(lambda: videos(bench))
    one = frame.sort_values("comment_count", ascending=False).head(1)
    comments = await bench.peer(lambda: rtk.get_video_comments(one, token(bench), verbose=False))
    bench.break_anew(fault)
    id_ = one["id"].tolist()[0]
    kept = await bench.research.videos.comments(video_id=id_).collect()
    assert kept.complete
    assert bench.calls(COMMENTS) == 3
    assert 0 < len(comments) < len(kept.items)


@pytest.mark.parametrize(
    ("faults", "name", "status"),
    [
        pytest.param((), "nobody", 400, id="unknown-user"),
        pytest.param(
            (Fault("rate_limited", path="research.user.followers", times=None),),
            JOE,
            429,
            id="server-too-busy",
        ),
    ],
)
async def test_researchtikpy_asks_for_refused_followers_for_ever(
    start: Any, faults: tuple[Fault, ...], name: str, status: int
) -> None:
    """Any answer but 200 is asked for again at once, without a wait and without end."""
    bench = await start(*faults)
    access = bench.emulator.access_token
    assert await bench.is_endless(lambda: rtk.get_followers([name], access, verbose=False))
    assert {call.status for call in bench.sent} == {status}
    assert bench.slept == []
    with pytest.raises(RateLimitError if faults else NotFoundError):
        await bench.research.users.followers(username=name)
    spent = bench.emulator.stats()["by_endpoint"]["research.user.followers"]
    assert spent - bench.calls(FOLLOWERS) in range(1, 11)


async def test_researchtikpy_throws_good_profiles_away(start: Any) -> None:
    """It goes by HTTP alone: a profile that comes with 500 is a row with an error in it."""
    bench = await start(profile_status=500)
    frame = await bench.peer(lambda: rtk.get_users_info([JOE], token(bench), verbose=False))
    assert records(frame) == [{"username": JOE, "error": "Failed to retrieve data"}]
    user = await bench.research.users.info(username=JOE)
    assert user.display_name


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("quota_exhausted", path=VIDEOS, after=3), id="quota-spent"),
        pytest.param(Fault("token_expired", path=VIDEOS, after=3), id="token-expired"),
        pytest.param(Fault("gateway_html", path=VIDEOS, after=3), id="one-504-in-html"),
    ],
)
async def test_researchtikpy_loses_all_rows_to_one_bad_answer(start: Any, fault: Fault) -> None:
    """A ValueError, without the three pages that had been paid for."""
    bench = await start(fault)
    with pytest.raises(ValueError, match="API response error"):
        await bench.peer(lambda: videos(bench))
    assert bench.calls(QUERY) == 4
    bench.break_anew(fault)
    kept = await bench.research.videos.query(WHERE, **SPAN, max_count=20).collect()
    assert kept.items
    assert kept.complete or (kept.stopped == "quota_exhausted" and kept.state)


async def test_researchtikpy_does_not_split_a_span(start: Any) -> None:
    """Its guide says that longer spans are segmented; 31 days are one refused call."""
    bench = await start()
    with pytest.raises(ValueError, match="at most 30 days"):
        await bench.peer(lambda: videos(bench, ("20220105", "20220205")))
    assert bench.calls(QUERY) == 1


async def test_researchtikpy_cannot_list_the_videos_of_users(start: Any) -> None:
    """get_videos_info leaves out an argument that get_videos_query must have."""
    bench = await start()
    with pytest.raises(TypeError, match="total_max_count"):
        await bench.peer(lambda: rtk.get_videos_info([JOE], token(bench), *DAYS))
    assert bench.calls(QUERY) == 0


async def test_researchtikpy_cannot_tell_that_a_secret_is_wrong(start: Any) -> None:
    """OAuth refuses with HTTP 200, so it looks for a token that is not there."""
    bench = await start()
    key, _ = bench.key
    with pytest.raises(KeyError, match="access_token"):
        await bench.peer(lambda: rtk.get_access_token(key, "wrong"))
    wrong = ResearchClient(base_url=bench.emulator.base_url, client_key=key, client_secret="wrong")
    async with wrong:
        with pytest.raises(AuthError):
            await wrong.users.info(username=JOE)
