"""The Research client on the emulator: whole spans, exact limits, exact ids, counted quotas."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest

from tiktok_async import (
    APIError,
    ClientClosedError,
    InputError,
    Limits,
    NotFoundError,
    Options,
    QuotaExhaustedError,
    ResearchClient,
    Runtime,
    convert,
)
from tiktok_async.events import PageReceived, RequestEnded, RequestStarted, TokenRenewed
from tiktok_async.research import DAILY, SOCIAL, F
from tiktok_async.research.endpoints import QueryVideos
from tiktok_async.research.models import Video
from tiktok_async.sansio.endpoint import Operation
from tiktok_async.sansio.retry import RetryPolicy

pytestmark = pytest.mark.anyio

VIDEOS: Final = "research.video.query"
WHERE: Final = F.view_count >= 0
FIRST: Final = date(2022, 1, 10)
MONTH: Final = {"start": FIRST, "end": FIRST + timedelta(days=24)}
SPAN: Final = {"start": FIRST, "end": FIRST + timedelta(days=89)}


def ids_of(emulator: Any, span: dict[str, date], days: int = 30) -> list[int]:
    """Return the ids that a span holds, window after window, in each the latest first."""
    found: list[int] = []
    start = span["start"]
    while start <= span["end"]:
        last = min(start + timedelta(days=days - 1), span["end"])
        found += [v["id"] for v in emulator.world.search(WHERE.to_dict(), start, last)]
        start = last + timedelta(days=1)
    return found


def calls(emulator: Any, endpoint: str = VIDEOS) -> int:
    served: dict[str, int] = emulator.stats()["by_endpoint"]
    return served.get(endpoint, 0)


async def ids(items: Any) -> list[int]:
    return [video.id async for video in items]


# ---- videos.query


@pytest.mark.parametrize("days", [1, 2, 29, 30, 31, 32, 59, 60, 61, 90])
async def test_span_of_any_length_gives_each_video_once(start: Any, days: int) -> None:
    emulator, research, _ = await start(videos=600)
    span = {"start": FIRST, "end": FIRST + timedelta(days=days - 1)}
    found = await ids(research.videos.query(WHERE, **span))
    assert found == ids_of(emulator, span)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("window_days", [1, 7, 30])
async def test_window_days_change_the_order_and_not_the_rows(start: Any, window_days: int) -> None:
    emulator, research, _ = await start(videos=600)
    query = research.videos.query(WHERE, **MONTH, window_days=window_days)
    found = await ids(query)
    assert found == ids_of(emulator, MONTH, window_days)
    assert sorted(found) == sorted(ids_of(emulator, MONTH))
    assert calls(emulator) >= -(-25 // window_days)


async def test_windows_ask_for_at_most_thirty_days_and_touch(start: Any) -> None:
    _, research, events = await start(videos=600)
    await research.videos.query(WHERE, **SPAN).collect()
    asked = [e.request for e in events if isinstance(e, PageReceived)]
    windows = sorted({(r.start_date, r.end_date) for r in asked})
    assert windows[0][0] == SPAN["start"]
    assert all(0 <= (end - begin).days <= 30 for begin, end in windows)
    assert all(end == begin for (_, end), (begin, _) in pairwise(windows))


async def test_span_that_ends_today_asks_for_no_later_day(start: Any, clock: Any) -> None:
    today = datetime.fromtimestamp(clock.time(), UTC).date()
    emulator, research, events = await start(videos=300, start=today - timedelta(days=10), days=11)
    span = {"start": today - timedelta(days=5), "end": today}
    found = await ids(research.videos.query(WHERE, **span))
    assert found == ids_of(emulator, span)
    asked = {e.request.end_date for e in events if isinstance(e, PageReceived)}
    assert asked == {today}


async def test_empty_span_ends_normally(start: Any) -> None:
    _, research, _ = await start(videos=100, days=10)
    past = {"start": date(2020, 1, 1), "end": date(2020, 3, 31)}
    collection = await research.videos.query(WHERE, **past).collect()
    assert collection.complete
    assert collection.items == []


async def test_fields_are_those_asked_for_with_id_and_time(start: Any) -> None:
    _, research, _ = await start(videos=200)
    page = await research.videos.query(WHERE, **MONTH, fields=["username"])
    rows = page.raw.json()["data"]["videos"]
    assert rows
    assert {frozenset(row) for row in rows} == {frozenset({"id", "create_time", "username"})}


async def test_wire_object_and_expression_are_the_same_query(start: Any) -> None:
    _, research, _ = await start(videos=200)
    expression = research.videos.query(WHERE, **MONTH)
    wire = research.videos.query(json.loads(json.dumps(WHERE.to_dict())), **MONTH)
    assert expression.fingerprint == wire.fingerprint
    assert await ids(expression) == await ids(wire)


async def test_each_face_starts_anew(start: Any) -> None:
    _, research, _ = await start(videos=400)
    query = research.videos.query(WHERE, **SPAN)
    first = await query
    pages = [page async for page in query.pages()]
    assert [v.id for v in first.items] == [v.id for v in pages[0].items]
    assert await ids(query) == [v.id for page in pages for v in page.items] == await ids(query)


# ---- limit


@pytest.mark.parametrize("n", [1, 2, 5, 7, 10, 50, 99, 100, 101])
async def test_limit_is_exact(start: Any, n: int) -> None:
    emulator, research, _ = await start(videos=600)
    truth = ids_of(emulator, SPAN)
    query = research.videos.query(WHERE, **SPAN, max_count=5).limit(n)
    assert await ids(query) == truth[:n]
    collection = await query.collect()
    assert [v.id for v in collection.items] == truth[:n]
    assert (collection.complete, collection.stopped) == (False, "limit")


@pytest.mark.parametrize("n", [1, 3, 7, 20, 104])
async def test_resume_after_a_limit_gives_exactly_the_rest(start: Any, n: int) -> None:
    """The rows that a limit cut off a page come first when it goes on."""
    emulator, research, _ = await start(videos=600)
    query = research.videos.query(WHERE, **SPAN, max_count=5)
    first = await query.limit(n).collect()
    state = json.loads(json.dumps(first.state))
    rest = await ids(query.resume_from(state))
    assert [v.id for v in first.items] + rest == ids_of(emulator, SPAN)


async def test_limits_one_after_the_other_walk_the_whole(start: Any) -> None:
    emulator, research, _ = await start(videos=200)
    query = research.videos.query(WHERE, **SPAN, max_count=10)
    found: list[int] = []
    state = None
    while True:
        step = query if state is None else query.resume_from(state)
        collection = await step.limit(7).collect()
        found += [v.id for v in collection.items]
        if collection.complete:
            break
        state = json.loads(json.dumps(collection.state))
    assert found == ids_of(emulator, SPAN)


async def test_limit_beyond_the_end_is_complete(start: Any) -> None:
    emulator, research, _ = await start(videos=200)
    truth = ids_of(emulator, SPAN)
    collection = await research.videos.query(WHERE, **SPAN).limit(len(truth) + 1).collect()
    assert collection.complete
    assert [v.id for v in collection.items] == truth


async def test_limit_costs_no_page_beyond_it(start: Any) -> None:
    emulator, research, _ = await start(videos=600)
    pages = [page async for page in research.videos.query(WHERE, **SPAN).limit(3).pages()]
    assert [len(page.items) for page in pages] == [3]
    assert pages[0].has_more
    assert calls(emulator) == 1


async def test_first_page_keeps_to_the_limit(start: Any) -> None:
    _, research, _ = await start(videos=600)
    page = await research.videos.query(WHERE, **SPAN).limit(3)
    assert len(page.items) == 3
    assert page.has_more


@pytest.mark.parametrize("n", [1, 7, 33, 150])
async def test_concurrent_windows_keep_to_the_limit(start: Any, n: int) -> None:
    emulator, research, _ = await start(videos=600)
    truth = ids_of(emulator, SPAN, 7)
    query = research.videos.query(WHERE, **SPAN, max_count=5, window_days=7)
    async with query.limit(n).concurrent(windows=4, buffer_pages=2) as rows:
        found = await ids(rows)
        state = json.loads(json.dumps(rows.state))
    assert found == truth[:n]
    assert found + await ids(query.resume_from(state)) == truth


# ---- pages, and leaving early


async def test_next_page_walks_from_window_to_window(start: Any) -> None:
    emulator, research, _ = await start(videos=300)
    page = await research.videos.query(WHERE, **SPAN, max_count=20)
    found = [v.id for v in page.items]
    while (page := await page.next_page()) is not None:
        found += [v.id for v in page.items]
    assert found == ids_of(emulator, SPAN)


def tasks_of_ours() -> list[str]:
    """Return the tasks that run our code, the emulator's not counted."""
    code = [getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()]
    names = [found.co_filename for found in code if found is not None]
    return [name for name in names if "/tiktok_async/io/" in name.replace("\\", "/")]


async def _connections_closed() -> None:
    """Return when the connections that were given up are closed: it takes the loop some turns."""
    while any("/io/transport/" in name.replace("\\", "/") for name in tasks_of_ours()):  # noqa: ASYNC110  # nobody tells
        await asyncio.sleep(0)


async def test_leaving_in_the_middle_leaves_nothing_behind(start: Any) -> None:
    _, research, _ = await start(videos=600)
    query = research.videos.query(WHERE, **SPAN, max_count=5)
    items = aiter(query)
    for _ in range(7):
        await anext(items)
    async for _ in query:
        break
    assert tasks_of_ours() == []
    statistics = research.statistics()
    assert (statistics.in_flight, statistics.waiting) == (0, 0)
    await items.aclose()


async def test_leaving_concurrent_windows_ends_their_tasks(start: Any) -> None:
    _, research, _ = await start(videos=600)
    query = research.videos.query(WHERE, **SPAN, max_count=5, window_days=7)
    async with query.concurrent(windows=4, buffer_pages=1) as rows:
        async for _ in rows:
            break
        assert len(tasks_of_ours()) == 4
    await asyncio.wait_for(_connections_closed(), 5)
    assert tasks_of_ours() == []
    assert research.statistics().in_flight == 0


async def test_concurrent_windows_give_the_order_of_the_plan(start: Any) -> None:
    emulator, research, _ = await start(videos=600, latency=0.002)
    query = research.videos.query(WHERE, **SPAN, window_days=7)
    async with query.concurrent(windows=5) as rows:
        assert await ids(rows) == ids_of(emulator, SPAN, 7)
    assert emulator.stats()["most_in_flight"] > 1


async def test_raw_page_is_exactly_what_was_decoded(start: Any) -> None:
    _, research, _ = await start(videos=300, big_ids=True)
    async for page in research.videos.query(WHERE, **MONTH).pages():
        wire = page.raw.json()
        assert wire == json.loads(page.raw.body)
        assert [row["id"] for row in wire["data"]["videos"]][-len(page.items) :] == [
            video.id for video in page.items
        ]
        assert page.log_id == wire["error"]["log_id"]
        assert page.raw.headers["content-type"].startswith("application/json")


# ---- the client


async def test_options_of_a_copy_reach_the_wire(start: Any) -> None:
    emulator, research, _ = await start(
        {"kind": "server_error", "path": "research.user.info", "times": None}
    )
    hasty = research.with_options(retry=RetryPolicy(attempts=1))
    with pytest.raises(APIError) as caught:
        await hasty.users.info(username="joe1234567")
    assert len(caught.value.attempts) == calls(emulator, "research.user.info") == 1
    await hasty.aclose()
    with pytest.raises(APIError):
        await research.users.info(username="joe1234567")
    assert calls(emulator, "research.user.info") == 1 + 5


async def test_extra_query_of_a_copy_is_refused_by_the_provider(start: Any) -> None:
    """The wire form of a copy differs, the original's does not."""
    _, research, _ = await start()
    other = research.with_options(extra_query={"fields": "no_such_field"})
    with pytest.raises(APIError, match="no_such_field"):
        await other.users.info(username="joe1234567")
    assert (await research.users.info(username="joe1234567")).video_count


async def test_request_reaches_what_nobody_declared(start: Any) -> None:
    emulator, research, events = await start()
    answer = await research.request(
        "post",
        "/v2/research/user/info/",
        operation=Operation.READ,
        query={"fields": "display_name"},
        body={"username": "joe1234567"},
        bucket=DAILY,
    )
    assert answer.json()["data"] == {"display_name": emulator.world.people.display_name(0)}
    status = await research.quota(DAILY)
    assert status.requests_spent == 1
    assert [e.endpoint for e in events if isinstance(e, RequestEnded)][-1] == "undeclared"


async def test_request_to_a_path_that_is_not_there_is_named(start: Any) -> None:
    _, research, _ = await start()
    with pytest.raises(NotFoundError) as caught:
        await research.request("GET", "/v2/research/nothing/", operation=Operation.READ)
    assert caught.value.status == 404


async def test_two_clients_share_a_session(start: Any, clock: Any) -> None:
    emulator, research, _ = await start(credentials=2)
    other_credential = emulator.demo_credentials[1]
    runtime = Runtime(session=research.session, clock=clock)
    async with ResearchClient(
        client_key=other_credential.key,
        client_secret=other_credential.secret,
        base_url=emulator.base_url,
        runtime=runtime,
    ) as other:
        assert other.session is research.session
        await asyncio.gather(
            research.users.info(username="joe1234567"), other.users.info(username="joe1234567")
        )
        assert other.statistics().connections == research.statistics().connections <= 2
    await research.users.info(username="joe1234567")
    paid = emulator.stats()["paid"]
    assert paid[emulator.client_key]["research_daily"]["requests"] == 2
    assert paid[other_credential.key]["research_daily"]["requests"] == 1


async def test_closed_client_says_so(start: Any) -> None:
    emulator, research, _ = await start()
    query = research.videos.query(WHERE, **MONTH)
    copy = research.with_options(extra_query={})
    await research.aclose()
    await research.aclose()
    before = calls(emulator)
    for client in (research, copy):
        with pytest.raises(ClientClosedError, match="closed"):
            await client.users.info(username="joe1234567")
    with pytest.raises(ClientClosedError, match="closed"):
        await query
    with pytest.raises(ClientClosedError, match="closed"):
        async with research:
            pass
    assert calls(emulator) == before
    assert "closed" in repr(research)


async def test_client_of_another_loop_says_so(start: Any) -> None:
    emulator, research, _ = await start()
    await research.users.info(username="joe1234567")

    def elsewhere() -> BaseException | None:
        async def call() -> None:
            await research.users.info(username="joe1234567")

        try:
            asyncio.run(call())
        except ClientClosedError as error:
            return error
        return None

    error = await asyncio.to_thread(elsewhere)
    assert error is not None
    assert "event loop" in str(error)
    assert calls(emulator, "research.user.info") == 1
    await research.users.info(username="joe1234567")


# ---- the other calls


async def test_sample_is_random_and_one_page(start: Any) -> None:
    emulator, research, events = await start(videos=2_000)
    first = await research.videos.sample(WHERE, **MONTH, max_count=50)
    second = await research.videos.sample(WHERE, **MONTH, max_count=50)
    inside = set(ids_of(emulator, MONTH))
    assert len(first) == len({v.id for v in first}) == 50
    assert {v.id for v in first} <= inside
    assert [v.id for v in first] != [v.id for v in second]
    assert calls(emulator) == 2
    assert all(e.request.is_random for e in events if isinstance(e, PageReceived))


async def test_sample_of_more_than_thirty_days_is_refused(start: Any) -> None:
    emulator, research, _ = await start()
    with pytest.raises(InputError, match="at most 30 days"):
        await research.videos.sample(WHERE, **SPAN)
    assert calls(emulator) == 0


async def test_comments_and_replies_come_whole(start: Any) -> None:
    emulator, research, _ = await start()
    world = emulator.world
    video, comment = next(
        (video, comment)
        for video in map(world.video, range(world.videos))
        if video.is_visible
        for comment in world.comments_of(video)
        if len(list(world.replies_to(comment))) > 4
    )
    comments = await research.videos.comments(video_id=str(video.id()), max_count=10).collect()
    assert [c.id for c in comments.items] == [c.id for c in world.comments_of(video)]
    replies = await research.videos.replies(comment.id, max_count=2).collect()
    assert [r.id for r in replies.items] == [r.id for r in world.replies_to(comment)]
    assert {r.parent_comment_id for r in replies.items} == {comment.id}
    assert all(r.display_name for r in replies.items)
    assert comments.complete
    assert replies.complete


@pytest.mark.parametrize("status", [200, 500])
async def test_playlist_comes_with_all_its_ids(start: Any, status: int) -> None:
    emulator, research, _ = await start(videos=9_000, profile_status=status)
    world = emulator.world
    playlist_id = world.catalogue.playlist_id(0)
    videos = map(world.video, sorted(world.catalogue.playlist_videos(0)))
    truth = tuple(video.id() for video in videos if video.is_visible)
    playlist = await research.playlists.info(playlist_id)
    assert playlist.playlist_video_ids == truth
    assert playlist.playlist_item_total == len(truth) > 20
    assert playlist.playlist_id == playlist_id
    assert (playlist.has_more, playlist.cursor) == (False, None)


async def test_playlist_that_is_not_there_is_named(start: Any) -> None:
    _, research, _ = await start()
    with pytest.raises(APIError, match="playlist_id 7 is invalid"):
        await research.playlists.info(7)


async def test_compliance_finds_what_is_gone(start: Any) -> None:
    """The ids of three days, minus those that were removed; the waiting is polite."""
    emulator, research, _ = await start(processing=100.0)
    world = emulator.world
    asked = [world.video(index).id() for index in range(150)]
    truth = {id_ for id_ in asked if world.find_video(id_) is not None}
    assert 0 < len(truth) < len(asked)
    found = await research.compliance.available([*map(str, asked[:50]), *asked[50:]])
    assert found == truth
    assert calls(emulator, "research.validation_task.create") == 1
    assert calls(emulator, "research.validation_task.download") == 1
    assert research._scope.middleware.clock.slept == [10.0, 20.0, 40.0, 80.0]


async def test_compliance_asks_for_ten_thousand_at_a_time(start: Any) -> None:
    emulator, research, _ = await start(processing=0.0)
    asked = [*range(10_000), emulator.world.video(3).id()]
    found = await research.compliance.available(asked)
    assert found == {id_ for id_ in asked if emulator.world.find_video(id_) is not None}
    assert calls(emulator, "research.validation_task.create") == 2


async def test_compliance_refuses_what_does_not_fit_in_a_task(start: Any) -> None:
    emulator, research, _ = await start()
    with pytest.raises(InputError, match="10001 ids: write 1 to 10000 at a time"):
        await research.compliance.create(file_data=range(10_001))
    with pytest.raises(InputError, match="0 ids: write 1 to 10000"):
        await research.compliance.create(file_data=())
    assert emulator.stats()["served"] == 0


async def test_compliance_of_no_ids_costs_nothing(start: Any) -> None:
    emulator, research, _ = await start()
    assert await research.compliance.available([]) == set()
    assert emulator.stats()["served"] == 0


async def test_user_in_a_500_with_a_good_body_is_given(start: Any) -> None:
    emulator, research, _ = await start(
        {"kind": "server_error_good_body", "path": "research.user.info", "times": 1}
    )
    user = await research.users.info(username="joe1234567")
    assert convert.to_dict(user) == emulator.world.people.profile(0)
    assert calls(emulator, "research.user.info") == 1


@pytest.mark.parametrize("name", ["nobody", "joe_private"])
async def test_user_that_cannot_be_had_is_named_at_once(start: Any, name: str) -> None:
    emulator, research, _ = await start()
    with pytest.raises(NotFoundError):
        await research.users.info(username=name)
    assert calls(emulator, "research.user.info") == 1


@pytest.mark.parametrize("size", [3, 4, 5, 7, 10, 100])
@pytest.mark.parametrize("kind", ["followers", "following"])
async def test_rows_of_one_second_come_once_across_pages(start: Any, kind: str, size: int) -> None:
    """A page begins with the whole second in which the last one ended: its rows come once."""
    emulator, research, _ = await start(users=60)
    people = emulator.world.people
    listed = getattr(emulator.world.social, kind)(0)
    users = [listed.target(place) for place in range(listed.total)]
    truth = [people.handle(user) for user in users if user and people.is_public(user)]
    pages = [
        page
        async for page in getattr(research.users, kind)(
            username="joe1234567", max_count=size
        ).pages()
    ]
    came = [row["username"] for page in pages for row in page.raw.json()["data"][f"user_{kind}"]]
    assert [ref.username for page in pages for ref in page.items] == truth
    assert len(truth) > 20
    if size in {4, 5, 7, 10}:
        assert len(came) > len(truth)


# ---- ids and unknown fields


async def test_ids_beyond_64_bits_are_exact(start: Any) -> None:
    emulator, research, _ = await start(videos=300, big_ids=True)
    rows = list(emulator.world.search(WHERE.to_dict(), MONTH["start"], MONTH["end"]))
    videos = (await research.videos.query(WHERE, **MONTH).collect()).items
    assert [v.id for v in videos] == [row["id"] for row in rows]
    assert min(v.id for v in videos) > 1 << 64
    assert [v.music_id for v in videos] == [row["music_id"] for row in rows]
    assert [convert.loads(convert.dumps(convert.to_dict(v)))["id"] for v in videos] == [
        row["id"] for row in rows
    ]
    one = research.videos.query(F.video_id == videos[0].id, **MONTH)
    assert await ids(one) == [videos[0].id]


async def test_unknown_fields_are_kept(monkeypatch: pytest.MonkeyPatch, start: Any) -> None:
    """A field that the provider adds tomorrow is there, in `extra` and on the way back."""
    _, research, _ = await start(videos=300)
    send = research.session.send

    async def with_more(wire: Any, **options: Any) -> Any:
        answer = await send(wire, **options)
        body = answer.body.replace(b'"create_time":', b'"aura":[1,{"x":null}],"create_time":')
        return type(answer)(answer.status, answer.headers, body)

    monkeypatch.setattr(type(research.session), "send", lambda _, *a, **k: with_more(*a, **k))
    page = await research.videos.query(WHERE, **MONTH)
    assert page.items
    assert all(video.extra == {"aura": [1, {"x": None}]} for video in page.items)
    assert convert.to_dict(page.items[0])["aura"] == [1, {"x": None}]


# ---- quota, statistics, events


async def test_quota_is_what_the_provider_counts(start: Any) -> None:
    """Failed calls included: what we say is spent is what the emulator was paid."""
    emulator, research, _ = await start(
        {"kind": "server_error", "path": VIDEOS, "after": 1, "times": 2}
    )
    await research.videos.query(WHERE, **SPAN).collect()
    with pytest.raises(NotFoundError):
        await research.users.info(username="nobody")
    await research.users.followers(username="joe1234567", max_count=20).collect()
    paid = emulator.stats()["paid"][emulator.client_key]
    daily, social = await research.quota(DAILY), await research.quota(SOCIAL)
    assert daily.requests_spent == paid["research_daily"]["requests"]
    assert daily.records_spent == paid["research_daily"]["records"]
    assert social.requests_spent == paid["research_social_daily"]["requests"]
    assert social.records_spent == paid["research_social_daily"]["records"]
    assert daily.requests_left == 1_000 - daily.requests_spent
    assert (daily.reset_at - timedelta(days=1)).date().isoformat() == daily.day


async def test_quota_of_ours_ends_before_a_call_is_wasted(start: Any, clock: Any) -> None:
    emulator, research, _ = await start(limits=Limits(rate=None, requests_per_day=5))
    for _ in range(5):
        await research.users.info(username="joe1234567")
    with pytest.raises(QuotaExhaustedError, match="5 of 5 requests") as caught:
        await research.users.info(username="joe1234567")
    assert calls(emulator, "research.user.info") == 5
    tomorrow = datetime.fromtimestamp(clock.time(), UTC).date() + timedelta(days=1)
    assert caught.value.reset_at == datetime(*tomorrow.timetuple()[:3], tzinfo=UTC)
    clock.advance(86_400)
    assert (await research.users.info(username="joe1234567")).video_count


async def test_spent_records_end_a_collection_that_goes_on_tomorrow(start: Any, clock: Any) -> None:
    """Search ids die overnight: a window that was cut starts anew and gives what is missing."""
    emulator, research, _ = await start(limits=Limits(rate=None, records_per_day=250))
    query = research.videos.query(WHERE, **MONTH, window_days=5)
    parts = [await query.collect()]
    while parts[-1].state is not None and len(parts) < 10:
        assert parts[-1].stopped == "quota_exhausted"
        clock.advance(86_400)
        state = json.loads(json.dumps(parts[-1].state))
        parts.append(await query.resume_from(state).collect())
    assert [v.id for part in parts for v in part.items] == ids_of(emulator, MONTH, 5)
    assert parts[-1].complete
    assert len(parts) > 2


async def test_followers_are_counted_apart(start: Any) -> None:
    emulator, research, _ = await start(limits=Limits(rate=None, requests_per_day=1))
    await research.users.info(username="joe1234567")
    await research.users.followers(username="joe1234567")
    with pytest.raises(QuotaExhaustedError):
        await research.users.info(username="joe1234567")
    assert emulator.stats()["served"] == 3


async def test_statistics_count_what_was_done(start: Any) -> None:
    emulator, research, _ = await start(
        {"kind": "server_error", "path": VIDEOS, "after": 0, "times": 1}
    )
    found = await research.videos.query(WHERE, **SPAN).collect()
    with pytest.raises(NotFoundError):
        await research.users.info(username="nobody")
    statistics = research.statistics()
    served = emulator.stats()["served"]
    assert statistics.rows == len(found)
    assert statistics.attempts == served
    assert statistics.calls == served - 1
    assert (statistics.retries, statistics.errors, statistics.tokens_renewed) == (1, 1, 1)
    assert (statistics.in_flight, statistics.waiting, statistics.connections) == (0, 0, 1)


async def test_events_tell_the_whole_story_in_order(start: Any) -> None:
    _, research, events = await start()
    await research.users.followers(username="joe1234567", max_count=100)
    kinds = [type(event) for event in events]
    call = [RequestStarted, RequestEnded]
    assert kinds == [*call, TokenRenewed, *call, PageReceived]
    assert [e.endpoint for e in events] == ["oauth.token.client_credentials"] * 3 + [
        "research.user.followers"
    ] * 3
    ended = events[4]
    assert (ended.kind, ended.status, ended.attempt) == ("ok", 200, 1)
    assert ended.log_id
    assert "clt." not in repr(events)


async def test_failing_listener_harms_nobody(start: Any, clock: Any, caplog: Any) -> None:
    emulator, _, _ = await start()

    def fails(event: Any) -> None:
        raise RuntimeError(type(event).__name__)

    async with ResearchClient(
        token=emulator.access_token,
        base_url=emulator.base_url,
        runtime=Runtime(clock=clock, on_event=[fails]),
        options=Options(limits=Limits(rate=None)),
    ) as research:
        assert (await research.users.info(username="joe1234567")).video_count
    assert "a listener of tiktok_async failed on RequestStarted" in caplog.text
    assert emulator.access_token not in caplog.text


async def test_request_value_is_sent_as_the_bound_method_sends_it(start: Any) -> None:
    emulator, research, _ = await start(videos=300)
    request = QueryVideos(query=WHERE, start_date=MONTH["start"], end_date=MONTH["end"])
    assert await ids(research.iterate(request)) == ids_of(emulator, MONTH)
    answer = await research.raw(request)
    first = convert.decode_list(Video, answer.json()["data"]["videos"])
    page = await research.iterate(request)
    assert first == page.items


async def test_reposted_drops_the_field_that_the_page_spells_otherwise(start: Any) -> None:
    """favorites_count is refused: asked for once more without it, and not again on later pages."""
    refusal = {
        "kind": "server_error",
        "path": "research.user.reposted_videos",
        "status": 400,
        "code": "invalid_params",
        "message": "fields is invalid",
    }
    _, whole, _ = await start()
    rows = [v.id async for v in whole.users.reposted(username="joe1234567", max_count=5)]
    emulator, research, _ = await start(refusal)
    found = [v async for v in research.users.reposted(username="joe1234567", max_count=5)]
    assert [v.id for v in found] == rows
    assert all(v.favorites_count is None for v in found)
    assert emulator.stats()["faults"] == {"server_error": 1}


async def test_quota_spent_on_rows_that_are_known_says_to_cut_windows(
    start: Any, clock: Any
) -> None:
    """A search id that dies overnight makes a day pay for known rows: the error says so."""
    emulator, research, _ = await start(requests_per_day=7, search_id_life=3600.0)
    query = research.videos.query(WHERE, **MONTH, max_count=7)
    first = await query.collect()
    assert first.stopped == "quota_exhausted"
    assert "window_days" not in str(first.error)
    clock.advance(86_400)
    second = await query.resume_from(first.state).collect()
    assert second.stopped == "quota_exhausted"
    assert "fewer window_days" in str(second.error)
    assert emulator.stats()["by_status"]["429"] == 2
