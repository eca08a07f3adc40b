"""Lists of a shape of their own: notifications, numbered pages, offsets, searches; and row keys."""

from __future__ import annotations

from typing import Any, Final

import pytest
from tikapi_stage import SEC_UID, Stage, answer, ok, posts, stage

from tiktok_async import convert
from tiktok_async.errors import DecodeError, TikTokError
from tiktok_async.sansio.endpoint import REGISTRY
from tiktok_async.tikapi.paging import CursorList, NoticeList, SearchList, only_list

pytestmark = pytest.mark.anyio

POSTS: Final = {"sec_uid": SEC_UID}


def queries(played: Stage, name: str) -> list[str | None]:
    """Return what was sent as one parameter, call by call."""
    return [sent.query.get(name) for sent in played.sent]


# ---- notifications, numbers, offsets


def notices(*ids: int, **more: Any) -> Any:
    group = {"notice_list": [{"nid": str(id_)} for id_ in ids], **more}
    return ok(notice_lists=[group])


@pytest.mark.parametrize(
    ("first", "stopped", "calls"),
    [
        pytest.param({"has_more": 1, "max_time": 9, "min_time": 5}, None, 2, id="goes-on"),
        pytest.param({"has_more": True, "max_time": "9", "min_time": "5"}, None, 2, id="texts"),
        pytest.param({"has_more": 0, "max_time": 9, "min_time": 5}, None, 1, id="false-flag"),
        pytest.param({"max_time": 9, "min_time": 5}, None, 1, id="no-flag"),
        pytest.param({"has_more": 1, "max_time": 9}, "cursor_stands_still", 2, id="one-time"),
        pytest.param(
            {"has_more": 1, "max_time": 0, "min_time": 5}, "cursor_stands_still", 2, id="zero-time"
        ),
    ],
)
async def test_notifications_go_on_by_the_two_times_of_the_first_list(
    first: dict[str, Any], stopped: str | None, calls: int
) -> None:
    again = {} if stopped is None else first
    played = stage(notices(1, 2, **first), notices(3, **again))
    found = await played.client.user().notifications().collect()
    assert found.stopped == stopped
    assert len(played.sent) == calls
    if stopped is None and calls == 2:
        assert (played.sent[1].query["max_time"], played.sent[1].query["min_time"]) == ("9", "5")


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        pytest.param({"notice_lists": [{"list": [1]}]}, [1], id="other-name"),
        pytest.param({"notice_lists": []}, [], id="no-group"),
        pytest.param({"notice_lists": None}, [], id="null"),
        pytest.param({"notice_lists": [{"notice_list": None}]}, [], id="null-inside"),
        pytest.param({}, [], id="nothing"),
    ],
)
def test_notifications_are_found(body: dict[str, Any], rows: list[Any]) -> None:
    assert NoticeList(("notice_list", "list")).rows(body) == rows


def test_notifications_elsewhere_are_an_error() -> None:
    for body in ({"status": "success"}, {"notice_lists": [{"list": {}}]}):
        with pytest.raises(DecodeError, match="notice_list"):
            NoticeList(("notice_list", "list")).rows(body)


async def test_transactions_are_numbered_until_an_empty_page() -> None:
    script = [ok(data={"rows": [{"n": n}]}) for n in (1, 2)]
    played = stage(*script, ok(data={"rows": []}))
    rows = [row async for row in played.client.user().live.transaction_history(count=1)]
    assert len(rows) == 2
    assert queries(played, "page") == [None, "2", "3"]


async def test_offset_goes_on_without_a_flag_until_it_stands_or_nothing_comes() -> None:
    users = [{"user": {"id": "1"}}], [{"user": {"id": "2"}}], []
    script = [ok(userInfoList=rows, offset=5 * n + 5) for n, rows in enumerate(users)]
    played = stage(*script)
    found = await played.client.public.discover(category="users").collect()
    assert (len(found), found.complete) == (2, True)
    assert queries(played, "offset") == [None, "5", "10"]
    assert {sent.path for sent in played.sent} == {"/public/discover/users"}


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        pytest.param({"data": [1], "extra": {}}, [1], id="data"),
        pytest.param({"data": {"list": [2], "total": 1}}, [2], id="inside-data"),
        pytest.param({"items": [3], "hasMore": False}, [3], id="elsewhere"),
        pytest.param({"data": {}, "status": "success"}, [], id="none"),
        pytest.param({}, [], id="nothing"),
    ],
)
def test_only_list_is_taken_where_no_source_names_it(body: dict[str, Any], rows: list[Any]) -> None:
    assert only_list(body) == rows
    assert CursorList(()).rows(body) == rows


def test_several_lists_are_not_guessed_at() -> None:
    with pytest.raises(DecodeError, match="which of its lists"):
        only_list({"data": {"a": [1]}, "b": []})


# ---- searches


HEADERS: Final = {"videoLinkHeaders": {"Cookie": "tt_chain_token=x"}}


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        pytest.param(
            {"data": [{"type": 1, "item": {"id": "1"}}], "$other": HEADERS},
            [{"type": 1, "item": {"id": "1", "$other": HEADERS}}],
            id="general",
        ),
        pytest.param(
            {"data": [{"type": 4, "user_list": [{}]}]}, [{"type": 4, "user_list": [{}]}], id="users"
        ),
        pytest.param(
            {"item_list": [{"id": "1"}], "$other": HEADERS},
            [{"item": {"id": "1", "$other": HEADERS}}],
            id="videos",
        ),
        pytest.param(
            {"user_list": [{"user_info": {"uid": "7"}}]},
            [{"user_list": [{"user_info": {"uid": "7"}}]}],
            id="users-alone",
        ),
        pytest.param(
            {"sug_list": [{"content": "cats"}]}, [{"suggestion": {"content": "cats"}}], id="words"
        ),
    ],
)
def test_hits_of_every_category_have_one_form(body: dict[str, Any], rows: list[Any]) -> None:
    rule = SearchList(("data", "item_list", "user_list", "sug_list"))
    assert rule.rows(body) == rows


async def test_posts_take_the_link_headers_of_their_own_answer_along() -> None:
    played = stage(
        posts(1, 2, hasMore=True, cursor="5", other={"videoLinkHeaders": {"Cookie": "a"}}),
        posts(3, hasMore=True, cursor="6"),
        posts(4, hasMore=False, other={"videoLinkHeaders": {"Cookie": "b"}}),
    )
    pages = [page async for page in played.client.public.posts(**POSTS).pages()]
    found = [post.other for page in pages for post in page.items]
    headers = [{"videoLinkHeaders": {"Cookie": cookie}} for cookie in ("a", "a", "b")]
    assert found == [*headers[:2], None, headers[2]]
    assert all("$other" not in page.raw.json()["itemList"][0] for page in pages)


async def test_post_that_is_looked_up_has_its_link_headers() -> None:
    headers = {"videoLinkHeaders": {"Referer": "https://www.tiktok.com/"}}
    played = stage(ok(itemInfo={"itemStruct": {"id": "7"}}, other=headers))
    post = await played.client.public.video(video_id=7)
    assert (post.id, post.other) == ("7", headers)


async def test_search_goes_on_by_its_opaque_cursor() -> None:
    opaque = "MTItLS1zcGxpdF9jdXNyb3ItLS0yMDIz/+=="
    played = stage(
        ok(data=[{"type": 1, "item": {"id": "1"}}], has_more=1, nextCursor=opaque),
        ok(data=[{"type": 1, "item": {"id": "2"}}], has_more=0, nextCursor=opaque),
    )
    rows = [hit async for hit in played.client.public.search(category="general", query="cats")]
    assert len(rows) == 2
    assert queries(played, "nextCursor") == [None, opaque]
    assert played.sent[0].path == "/public/search/general"


async def test_walk_never_ends_silently_at_an_error() -> None:
    first, refused = posts(1, hasMore=True, cursor="5"), answer(403, message="no")
    played = stage(first, refused, first, refused)
    rows = played.client.public.posts(**POSTS)
    found = await rows.collect()
    assert ([post.id for post in found.items], found.complete) == (["1"], False)
    with pytest.raises(TikTokError) as caught:
        [post async for post in rows]
    assert caught.value.state["todo"]


# ---- what tells rows apart


POST: Final = {"id": "7"}
PERSON: Final = {"user": {"id": "8"}}
KEYED: Final[dict[str, tuple[dict[str, Any], object]]] = {
    "public.posts": (POST, "7"),
    "public.explore": (POST, "7"),
    "public.discover_v3": (POST, "7"),
    "public.hashtag": (POST, "7"),
    "public.followers_list": (PERSON, "8"),
    "public.following_list": (PERSON, "8"),
    "public.playlists": ({"id": "9"}, "9"),
    "public.comments_list": ({"cid": "10"}, "10"),
    "public.search": ({"item": POST}, "7"),
    "public.discover": ({"music": {"id": "11"}}, "music 11"),
    "user.notifications": ({"nid": 12}, "12"),
    "user.following_v1": (PERSON, "8"),
    "user.conversations": ({"id": "0:1"}, "0:1"),
    "user.messages": ({"clientMessageId": "a-b"}, "a-b"),
    "user.conversation_requests.conversations": ({"id": "0:1"}, "0:1"),
    "user.live.search": ({"live_info": {"id": 13, "id_str": "13"}}, "13"),
    "user.live.chat": ({"msgId": "14"}, "14"),
    "user.live.list": ({"id": 15}, "15"),
}
"""A row of the wire for each kind of list, and its key."""


@pytest.mark.parametrize("id_", KEYED)
def test_rows_are_told_apart_by_what_their_model_has(id_: str) -> None:
    """A key that no model has would let doubled rows through, silently."""
    endpoint: Any = REGISTRY[f"tikapi.{id_}"]
    wire, key = KEYED[id_]
    assert endpoint.rule.key(convert.decode(endpoint.result, wire)) == key
    assert endpoint.rule.key(convert.decode(endpoint.result, {})) is None


def test_users_of_a_search_are_told_apart() -> None:
    endpoint: Any = REGISTRY["tikapi.public.search"]
    hit = {"user_list": [{"user_info": {"uid": "7"}}]}
    assert endpoint.rule.key(convert.decode(endpoint.result, hit)) == "7"
