"""A chat is a stream: each event once, asked as often as it is worth, and with an end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tikapi_stage import answer, ok, stage

from tiktok_async import APIError, InputError, NotFoundError
from tiktok_async.errors import (
    DecodeError,
    QuotaExhaustedError,
    ReauthorizationRequiredError,
    ServerError,
    TransportError,
)
from tiktok_async.sansio.wire import Answer
from tiktok_async.tikapi import chat as chat_module
from tiktok_async.tikapi.chat import ChatPace, LiveChat

if TYPE_CHECKING:
    from tikapi_stage import Stage

pytestmark = pytest.mark.anyio

CHAT, CHECK = "/user/live/chat", "/user/live/check"
GONE = answer(403, status="error", message="no such live", statusCode=10210)
MISSING = answer(403, status="error", message="no such room", statusCode=10011)
BUSY = answer(403, status="error", message="captcha", statusCode=10000)
LOST = TransportError("The connection broke.", kind="lost")
STEADY = ChatPace(fastest=1.0, slowest=1.0)


def said(*words: str, cursor: str | None = "c", **more: Any) -> Answer:
    """Return the answer of a poll: a message for each word, whose id it is."""
    rows = [
        {"messageType": "ChatMessage", "content": word, "msgId": word, "user": {"nickname": "n"}}
        for word in words
    ]
    return ok(messagesList=rows, nextCursor=cursor, **more)


def polls(on: Stage) -> list[str | None]:
    """Return the cursor of each poll so far."""
    return [sent.query.get("nextCursor") for sent in on.sent if sent.path == CHAT]


def times(on: Stage, path: str = CHAT) -> list[float]:
    """Return when each call of a path was sent."""
    return [sent.when for sent in on.sent if sent.path == path]


def follow(on: Stage, **more: Any) -> LiveChat:
    """Return the chat of a room."""
    return on.client.user().live.chat(room_id="7", **{"pace": STEADY, **more})


async def taken(chat: LiveChat, into: list[str | None]) -> None:
    """Take what is said, so that what was said before an error is there."""
    async for event in chat:
        into.append(event.content)  # noqa: PERF401  # see above


async def heard(chat: LiveChat, count: int = 1000) -> list[str | None]:
    """Return what is said next, at most `count` of it."""
    found: list[str | None] = []
    if count:
        async for event in chat:
            found.append(event.content)
            if len(found) == count:
                break
    return found


async def test_events_come_in_order_until_the_room_closes() -> None:
    on = stage(said("a", "b"), said(), said("c"), GONE)
    chat = follow(on)
    assert chat.ended is None
    assert await heard(chat) == ["a", "b", "c"]
    assert chat.ended == "room_closed"
    assert await heard(chat) == []
    assert len(on.sent) == 4


async def test_the_room_and_both_keys_are_sent() -> None:
    on = stage(said("a"), GONE)
    await heard(on.client.user().live.chat(room_id=7109178205151464746))
    assert on.sent[0].query == {"room_id": "7109178205151464746"}
    assert {"x-api-key", "x-account-key"} <= set(on.sent[0].headers)


async def test_the_cursor_is_sent_back_as_it_came() -> None:
    cursor = "MTY5+/A=" + "x" * 1300
    on = stage(said("a", cursor=cursor), said("b", cursor="d e"), GONE)
    chat = follow(on)
    await heard(chat)
    assert polls(on) == [None, cursor, "d e"]
    assert chat.next_cursor == "d e"
    assert cursor not in repr(chat._request)


async def test_a_stream_goes_on_where_another_one_stood() -> None:
    on = stage(said("b"), GONE)
    assert await heard(follow(on, next_cursor="theirs")) == ["b"]
    assert polls(on) == ["theirs", "c"]


async def test_an_event_that_comes_again_is_given_once() -> None:
    on = stage(said("a", "b"), said("b", "c", "c"), said("a", "d"), GONE)
    assert await heard(follow(on)) == ["a", "b", "c", "d"]


async def test_events_are_known_by_either_of_their_ids() -> None:
    inner = {"messageType": "M", "content": "a", "common": {"msgId": 7}}
    on = stage(ok(messagesList=[inner], nextCursor="c"), ok(messagesList=[inner, inner]), GONE)
    assert await heard(follow(on)) == ["a"]


async def test_events_without_an_id_are_all_given() -> None:
    row = {"messageType": "ChatMessage", "content": "lol"}
    on = stage(ok(messagesList=[row, row], nextCursor="c"), ok(messagesList=[row]), GONE)
    assert await heard(follow(on)) == ["lol"] * 3


async def test_the_ids_that_are_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_module, "_KNOWN", 3)
    on = stage(said("a", "b", "c"), said("c", "d"), said("a", "c", "d"), GONE)
    chat = follow(on)
    assert await heard(chat) == ["a", "b", "c", "d", "a"]
    assert len(chat._known) == 3


@pytest.mark.parametrize(
    "quiet",
    [
        pytest.param(ok(messagesList=None, nextCursor="c"), id="null"),
        pytest.param(ok(messagesList=[], nextCursor="c"), id="empty"),
        pytest.param(ok(nextCursor="c"), id="absent"),
    ],
)
async def test_a_poll_may_bring_nothing(quiet: Answer) -> None:
    on = stage(quiet, said("a"), GONE)
    assert await heard(follow(on)) == ["a"]


async def test_a_poll_without_a_cursor_leaves_the_one_before() -> None:
    room = ok(data={"id_str": "7", "status": 2})
    script = [said("a"), said("b", cursor=None), Answer(204, {}, b""), said("c"), GONE]
    on = stage(*script, pages={CHECK: room})
    assert await heard(follow(on)) == ["a", "b", "c"]
    assert polls(on) == [None, "c", "c", "c", "c"]


# ---- how often it is asked


async def test_it_is_asked_less_often_while_nobody_speaks() -> None:
    on = stage(said("a"), said(), said(), said(), said(), said("b"), said(), GONE)
    await heard(follow(on, pace=ChatPace(fastest=2.0, slowest=5.0)))
    gaps = [after - before for before, after in zip(times(on), times(on)[1:], strict=False)]
    assert gaps == [2.0, 3.0, 4.5, 5.0, 5.0, 2.0, 3.0]


async def test_the_first_poll_does_not_wait() -> None:
    on = stage(said("a"), GONE)
    await heard(follow(on, pace=ChatPace(fastest=9.0, slowest=9.0)), 1)
    assert times(on) == [0.0]


async def test_a_slow_listener_does_not_wait_on_top() -> None:
    on = stage(said("a"), said("b"), GONE)
    chat = follow(on, pace=ChatPace(fastest=10.0, slowest=10.0))
    await heard(chat, 1)
    on.clock.advance(7.0)
    await heard(chat, 1)
    on.clock.advance(99.0)
    assert await heard(chat) == []
    assert times(on) == [0.0, 10.0, 109.0]


async def test_the_time_that_a_poll_takes_is_a_part_of_the_pause() -> None:
    on = stage(*[said()] * 4, GONE)
    original = on.session.send

    async def slow(request: Any, **more: Any) -> Answer:
        found = await original(request, **more)
        on.clock.advance(0.7)
        return found

    on.session.send = slow  # type: ignore[method-assign]  # to let time pass
    assert await heard(follow(on)) == []
    assert times(on) == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0])


@pytest.mark.parametrize(
    "given",
    [
        {"fastest": 0.0},
        {"fastest": -1.0},
        {"fastest": 2.0, "slowest": 1.0},
        {"patience": 0.0},
        {"fastest": float("nan")},
        {"patience": float("nan")},
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(InputError, match="write such as"):
        ChatPace(**given)


@pytest.mark.parametrize("room", ["", " ", None, True])
async def test_a_room_that_is_none_is_refused(room: Any) -> None:
    on = stage(GONE)
    with pytest.raises(InputError, match="room_id"):
        on.client.user().live.chat(room_id=room)
    assert on.sent == []


# ---- failures


async def test_failures_that_may_pass_are_borne() -> None:
    on = stage(said("a"), *[LOST] * 7, said("b"), *[BUSY] * 6, said("c"), GONE)
    assert await heard(follow(on)) == ["a", "b", "c"]
    assert polls(on)[1:9] == ["c"] * 8


async def test_failures_that_go_on_for_too_long_are_raised() -> None:
    on = stage(said("a"), LOST)
    chat = follow(on, pace=ChatPace(fastest=1.0, slowest=10.0, patience=100.0))
    got: list[str | None] = []
    with pytest.raises(TransportError):
        await taken(chat, got)
    assert (got, chat.ended, chat.next_cursor) == (["a"], None, "c")
    assert 100 <= on.clock.monotonic() < 200


async def test_patience_begins_anew_after_a_success() -> None:
    pace = ChatPace(fastest=1.0, slowest=1.0, patience=10.0)
    on = stage(said("a"), *[LOST, LOST, LOST, LOST, LOST, said()] * 6, said("b"), GONE)
    assert await heard(follow(on, pace=pace)) == ["a", "b"]


@pytest.mark.parametrize(
    ("final", "error"),
    [
        pytest.param(answer(429, status="error", message="m"), QuotaExhaustedError, id="quota"),
        pytest.param(
            answer(428, status="error", message="m", statusCode=8),
            ReauthorizationRequiredError,
            id="account-key-is-dead",
        ),
        pytest.param(answer(400, status="error", message="m"), APIError, id="refused"),
        pytest.param(ok(messagesList={"a": 1}), DecodeError, id="no-list"),
        pytest.param(ok(messagesList=["a"]), DecodeError, id="no-object"),
    ],
)
async def test_what_will_not_pass_is_raised_at_once(final: Answer, error: type[Exception]) -> None:
    on = stage(said("a"), final, pages={"/key/info": ok(credits=0)})
    chat, got = follow(on), list[str | None]()
    with pytest.raises(error):
        await taken(chat, got)
    assert (got, len(polls(on)), chat.ended) == (["a"], 2, None)


@pytest.mark.parametrize("first", [pytest.param(GONE, id="over"), pytest.param(MISSING, id="none")])
async def test_a_room_that_never_was_open_is_an_error(first: Answer) -> None:
    on = stage(first)
    chat = follow(on)
    with pytest.raises(NotFoundError):
        await heard(chat)
    assert chat.ended is None


async def test_another_missing_thing_is_no_end() -> None:
    on = stage(said("a"), answer(403, status="error", message="m", statusCode=10202))
    chat = follow(on)
    with pytest.raises(NotFoundError):
        await heard(chat)
    assert chat.ended is None


# ---- the end of a silent room


def silent(*looks: object) -> Stage:
    """Return a stage whose room falls silent after a word."""
    on = stage(said("a"), said(), pages={CHECK: looks[0]})
    steps = list(looks)
    original = on.session.send

    async def send(request: Any, **more: Any) -> Answer:
        if CHECK in request.url and len(steps) > 1:
            on.session._pages = {CHECK: steps.pop(0)}
        elif CHECK in request.url:
            on.session._pages = {CHECK: steps[0]}
        return await original(request, **more)

    on.session.send = send  # type: ignore[method-assign]  # to answer looks in turn
    return on


@pytest.mark.parametrize(
    "closed",
    [
        pytest.param(ok(data={"id_str": "7", "status": 4}), id="not-live"),
        pytest.param(GONE, id="gone"),
        pytest.param(MISSING, id="missing"),
    ],
)
async def test_a_silent_room_is_looked_at_once_a_minute_and_its_end_is_seen(closed: Answer) -> None:
    opened = ok(data={"id_str": "7", "status": 2})
    on = silent(opened, closed)
    chat = follow(on, pace=ChatPace(fastest=1.0, slowest=5.0))
    assert await heard(chat) == ["a"]
    assert chat.ended == "room_closed"
    looks = times(on, CHECK)
    assert len(looks) == 2
    assert 60 <= looks[0] < 66
    assert 60 <= looks[1] - looks[0] < 66


@pytest.mark.parametrize(
    "unclear",
    [
        pytest.param(ok(data={"id_str": "7"}), id="no-status"),
        pytest.param(answer(429, status="error", message="m"), id="no-quota"),
        pytest.param(answer(400, status="error", message="m"), id="refused"),
        pytest.param(ok(other=1), id="no-room"),
    ],
)
async def test_where_nobody_can_tell_a_silent_room_is_open(unclear: Answer) -> None:
    on = silent(unclear, ok(data={"status": 4}))
    chat = follow(on, pace=ChatPace(fastest=5.0, slowest=5.0))
    assert await heard(chat) == ["a"]
    assert times(on)[-1] > 115


async def test_a_room_whose_chat_has_no_cursor_any_more_is_looked_at() -> None:
    nothing = ok()
    on = stage(said("a"), nothing, pages={CHECK: ok(data={"status": 4})})
    chat = follow(on)
    assert await heard(chat) == ["a"]
    assert (chat.ended, len(times(on, CHECK)), on.clock.monotonic()) == ("room_closed", 1, 1.0)


# ---- leaving


async def test_leaving_the_loop_holds_nothing() -> None:
    on = stage(said("a", "b"), said("c"), GONE)
    chat = follow(on)
    tasks = asyncio.all_tasks()
    async for event in chat:
        assert event.content == "a"
        break
    assert asyncio.all_tasks() == tasks
    assert len(on.sent) == 1
    assert await heard(chat) == ["b", "c"]


async def test_a_cancel_while_it_waits_leaves_nothing_and_loses_nothing() -> None:
    on = stage(said("a"), said("b"), GONE)
    chat = follow(on, pace=ChatPace(fastest=3600.0, slowest=3600.0))
    assert await heard(chat, 1) == ["a"]
    tasks = asyncio.all_tasks()
    waiting = asyncio.ensure_future(anext(chat))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert asyncio.all_tasks() == tasks
    assert await heard(chat, 1) == ["b"]


async def test_server_errors_are_not_taken_for_the_end() -> None:
    on = stage(said("a"), answer(500, status="error", message="m"))
    with pytest.raises(ServerError):
        await heard(follow(on, pace=ChatPace(patience=1.0)))
