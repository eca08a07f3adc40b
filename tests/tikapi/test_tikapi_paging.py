"""Iteration in every dialect of TikAPI, against each trap that the contract tells of."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from tikapi_stage import ID, SEC_UID, Stage, answer, ok, posts, stage

from tiktok_async.errors import (
    APIError,
    DecodeError,
    IncompleteError,
    InputError,
    NotFoundError,
)
from tiktok_async.tikapi import endpoints
from tiktok_async.tikapi.paging import (
    Received,
    flag_of,
)

pytestmark = pytest.mark.anyio

POSTS: Final = {"sec_uid": SEC_UID}


async def walked(rows: Any) -> tuple[list[str], str | None]:
    """Return the ids of a list, and the reason why it ended early."""
    found = await rows.collect()
    return [row.id for row in found.items], found.stopped


def queries(played: Stage, name: str) -> list[str | None]:
    """Return what was sent as one parameter, call by call."""
    return [sent.query.get(name) for sent in played.sent]


# ---- the flag and the cursor


FOLLOWED: Final = [
    pytest.param([{"hasMore": False, "cursor": "5"}], [None], None, id="false-flag-with-cursor"),
    pytest.param([{"has_more": 0, "cursor": "5"}], [None], None, id="zero-flag-with-cursor"),
    pytest.param([{}], [None], None, id="neither"),
    pytest.param([{"cursor": "0"}], [None], None, id="no-flag-and-cursor-zero"),
    pytest.param([{"hasMore": None, "cursor": None}], [None], None, id="nulls"),
    pytest.param(
        [{"hasMore": True, "cursor": "5"}, {"hasMore": False}], [None, "5"], None, id="true-flag"
    ),
    pytest.param(
        [{"has_more": 1, "cursor": 20}, {"has_more": 0}], [None, "20"], None, id="flag-of-number"
    ),
    pytest.param(
        [{"cursor": "5"}, {"cursor": "5"}], [None, "5"], None, id="no-flag-ends-where-it-stands"
    ),
    pytest.param(
        [{"hasMore": True, "cursor": "0"}], [None, None], "cursor_stands_still", id="stands-at-zero"
    ),
    pytest.param(
        [{"hasMore": True}], [None, None], "cursor_stands_still", id="true-flag-without-cursor"
    ),
    pytest.param(
        [{"hasMore": True, "cursor": ""}], [None, None], "cursor_stands_still", id="empty-cursor"
    ),
    pytest.param(
        [{"hasMore": True, "cursor": 1.5}], [None, None], "cursor_stands_still", id="no-cursor"
    ),
    pytest.param(
        [{"hasMore": True, "cursor": "5"}] * 2,
        [None, "5", "5"],
        "cursor_stands_still",
        id="cursor-stands",
    ),
    pytest.param(
        [{"hasMore": True, "cursor": 5}, {"hasMore": True, "cursor": "5"}],
        [None, "5", "5"],
        "cursor_stands_still",
        id="number-and-its-digits-are-one-place",
    ),
    pytest.param(
        [{"hasMore": True, "nextCursor": "7"}, {"hasMore": False}],
        [None, "7"],
        None,
        id="cursor-under-another-name",
    ),
    pytest.param(
        [{"hasMore": True, "cursor": "1696827055000"}, {"hasMore": False}],
        [None, "1696827055000"],
        None,
        id="milliseconds",
    ),
    pytest.param(
        [{"hasMore": True, "cursor": "opaque=="}, {"hasMore": False}],
        [None, "opaque=="],
        None,
        id="received-cursor-of-any-form",
    ),
]


@pytest.mark.parametrize(("pages", "sent", "stopped"), FOLLOWED)
async def test_list_follows_flag_and_cursor(
    pages: list[dict[str, Any]], sent: list[str | None], stopped: str | None
) -> None:
    """What is sent, page by page, and how the list ends."""
    script = [posts(2 * n, 2 * n + 1, **page) for n, page in enumerate(pages)]
    played = stage(*script)
    ids, ended = await walked(played.client.public.posts(**POSTS))
    assert queries(played, "cursor") == sent
    assert ended == stopped
    assert ids == [str(n) for n in range(2 * len(pages))]


@pytest.mark.parametrize("flag", ["true", "no", [], {}, 2])
async def test_flag_that_nobody_can_read_is_an_error(flag: object) -> None:
    with pytest.raises(DecodeError, match="more"):
        flag_of({"hasMore": flag})
    played = stage(posts(1, hasMore=flag, cursor="5"))
    with pytest.raises(DecodeError) as caught:
        await played.client.public.posts(**POSTS).pages().__anext__()
    assert caught.value.state is not None


async def test_stop_says_why_and_where_to_go_on() -> None:
    played = stage(posts(1, hasMore=True, cursor="5"), posts(2, hasMore=True, cursor="5"))
    rows = played.client.public.posts(**POSTS)
    with pytest.raises(IncompleteError, match="no longer moves") as caught:
        [post async for post in rows]
    played.session._script[:] = [posts(3, hasMore=False)]
    state = json.loads(json.dumps(caught.value.state))
    assert [post.id async for post in rows.resume_from(state)] == ["3"]
    assert played.sent[-1].query["cursor"] == "5"


async def test_one_empty_page_is_not_the_end_and_ten_are() -> None:
    pages = [posts(hasMore=True, cursor=str(n + 1)) for n in range(9)]
    last = posts(7, hasMore=False)
    assert await walked(stage(*pages, last).client.public.posts(**POSTS)) == (["7"], None)
    more = stage(*pages, posts(hasMore=True, cursor="99"), last)
    assert await walked(more.client.public.posts(**POSTS)) == ([], "no_new_rows")
    assert len(more.sent) == 10


async def test_list_that_gives_each_row_twice_gives_it_once() -> None:
    played = stage(posts(1, 2, hasMore=True, cursor="5"), posts(2, 3, hasMore=False))
    assert await walked(played.client.public.posts(**POSTS)) == (["1", "2", "3"], None)


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        pytest.param({"itemList": None, "hasMore": False}, [], id="null"),
        pytest.param({"hasMore": False}, [], id="left-out-beside-a-flag"),
        pytest.param({"cursor": "0"}, [], id="left-out-beside-a-cursor"),
        pytest.param({}, [], id="nothing-at-all"),
        pytest.param({"itemList": [{"id": "1"}]}, [{"id": "1"}], id="rows"),
    ],
)
def test_rows_are_found_or_known_to_be_none(body: dict[str, Any], rows: list[Any]) -> None:
    assert endpoints.ListPosts(**POSTS).rule.rows(body) == rows


@pytest.mark.parametrize("body", [{"itemList": {}}, {"items": [], "status": "success"}])
def test_rows_that_are_not_there_are_an_error(body: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match="itemList"):
        endpoints.ListPosts(**POSTS).rule.rows(body)


async def test_list_limit_ends_as_stopped_and_not_as_complete() -> None:
    limit = answer(403, status="error", message="List limit reached", statusCode=10404)
    played = stage(posts(1, hasMore=True, cursor="5"), limit)
    found = await played.client.public.posts(**POSTS).collect()
    assert (len(found), found.complete, found.stopped) == (1, False, "list_limit_reached")
    assert isinstance(found.error, APIError)
    assert found.state is not None


async def test_hidden_list_is_not_an_empty_one() -> None:
    played = stage(answer(200, status="success", status_code=3002060))
    with pytest.raises(NotFoundError, match="hidden"):
        await played.client.public.following_list(**POSTS)


# ---- what is sent back


@pytest.mark.parametrize("cursor", ["5", 5, 1615902725060022, "1", "MTIt=+/&", "a b"])
async def test_next_cursor_is_sent_back_as_it_came(cursor: str | int) -> None:
    """The samples answer with a number where a text is declared, and the reverse."""
    first = ok(messages=[{"text": "hi"}], hasMore=True, nextCursor=cursor)
    played = stage(first, ok(messages=[], hasMore=False))
    given = {"conversation_id": "0:1:2:3", "conversation_short_id": 4}
    found = played.client.user().messages(**given)
    pages = [page async for page in found.pages()]
    assert queries(played, "nextCursor") == [None, str(cursor)]
    asked: Any = pages[1].request
    assert asked.next_cursor == cursor
    assert isinstance(asked.next_cursor, type(cursor))


def test_received_cursor_is_good_and_an_invented_one_is_not() -> None:
    assert endpoints.ListPosts(**POSTS, cursor=Received("opaque==")).cursor == "opaque=="
    with pytest.raises(InputError, match="cursor is 'opaque==': write digits"):
        endpoints.ListPosts(**POSTS, cursor="opaque==")


async def test_conversation_requests_stop_at_the_false_flag_of_the_sample() -> None:
    """`hasMore: false` with `nextCursor: "1"` makes both SDKs fetch another page."""
    sample = ok(conversation_requests=[{"id": "1"}], hasMore=False, nextCursor="1")
    played = stage(sample)
    rows = played.client.user().conversation_requests.conversations()
    assert await walked(rows) == (["1"], None)
    assert len(played.sent) == 1


# ---- lists that are not paged


@pytest.mark.parametrize(
    ("path", "given", "key"),
    [
        pytest.param("public.explore", {}, "itemList", id="explore"),
        pytest.param("public.explore_category", {"category_id": 1}, "itemList", id="category"),
        pytest.param("public.related_posts", {"video_id": ID}, "itemList", id="related"),
        pytest.param("user.posts.explore", {}, "itemList", id="own-explore"),
        pytest.param("user.posts.related_posts", {"video_id": ID}, "itemList", id="own-related"),
        pytest.param("user.live.recommend", {"room_id": 7}, "data", id="recommend"),
        pytest.param("user.live.poll_chat", {"room_id": 7}, "messagesList", id="chat"),
        pytest.param(
            "user.conversation_requests.messages",
            {"conversation_id": "0:1", "conversation_short_id": 4},
            "messages",
            id="messages-of-a-request",
        ),
    ],
)
async def test_list_without_a_cursor_is_never_paged(
    path: str, given: dict[str, Any], key: str
) -> None:
    body = {key: [{"id": "1"}], "hasMore": True, "cursor": "9", "nextCursor": "9"}
    played = stage(ok(**body))
    bound: Any = played.client
    for name in path.split("."):
        bound = getattr(bound, name)
        bound = bound() if name == "user" else bound
    rows = [row async for row in bound(**given)]
    assert (len(rows), len(played.sent)) == (1, 1)


# ---- hashtags


def tagged(*ids: int, tag: object = "42", **more: Any) -> Any:
    return posts(*ids, challengeInfo={"challenge": {"id": tag, "title": "x"}}, **more)


@pytest.mark.parametrize("tag", ["42", 42])
async def test_hashtag_is_asked_for_by_name_once_and_then_by_id(tag: object) -> None:
    played = stage(
        tagged(1, 2, tag=tag, hasMore=True, cursor="30"),
        posts(3, hasMore=True, cursor="60"),
        posts(4, hasMore=False),
    )
    assert await walked(played.client.public.hashtag(name="cats")) == (["1", "2", "3", "4"], None)
    assert queries(played, "name") == ["cats", None, None]
    assert queries(played, "id") == [None, "42", "42"]
    assert queries(played, "cursor") == [None, "30", "60"]


async def test_hashtag_resumes_by_the_id_that_was_found() -> None:
    played = stage(tagged(1, hasMore=True, cursor="30"), posts(2, hasMore=False))
    rows = played.client.public.hashtag(name="cats")
    page = await rows
    state = json.loads(json.dumps(page.state))
    assert [post.id async for post in rows.resume_from(state)] == ["2"]
    assert played.sent[1].query["id"] == "42"
    assert "name" not in played.sent[1].query


async def test_hashtag_of_one_page_needs_no_id() -> None:
    assert await walked(stage(posts(1, hasMore=False)).client.public.hashtag(name="cats")) == (
        ["1"],
        None,
    )


async def test_hashtag_without_an_id_cannot_go_on_and_says_so() -> None:
    played = stage(posts(1, hasMore=True, cursor="30"))
    with pytest.raises(DecodeError, match=r"challengeInfo\.challenge\.id"):
        await played.client.public.hashtag(name="cats")


async def test_hashtag_by_id_needs_no_name() -> None:
    played = stage(posts(1, hasMore=True, cursor="30"), posts(2, hasMore=False))
    assert await walked(played.client.public.hashtag(hashtag_id=42)) == (["1", "2"], None)
    assert queries(played, "id") == ["42", "42"]
