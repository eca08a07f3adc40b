"""TikAPI's lists on the wire: each dialect to its end, every item once, and the traps."""

from __future__ import annotations

import json
from base64 import b64decode
from collections import Counter

import pytest
from tikapi_wire import ENDPOINTS, Wire, example, flag_of, rows_of

from tiktok_async.emulator import Fault
from tiktok_async.emulator.comments import comment_total
from tiktok_async.emulator.videos import row as research_row
from tiktok_async.emulator.words import HASHTAGS

pytestmark = pytest.mark.anyio

PAGED = [
    name for name, raw in ENDPOINTS.items()
    if raw["paginated"]["style"] != "none" and name != "user.live.chat"
]  # fmt: skip
UNPAGED = ["public.explore", "public.explore_category", "public.related_posts",
           "user.posts.explore", "user.posts.related_posts"]  # fmt: skip
TEXT_CURSORS = {
    "public.posts", "public.likes", "public.playlists", "public.playlist_items", "public.hashtag",
    "public.music", "public.search", "public.discover_v3", "user.posts.feed", "user.posts.likes",
    "user.posts.following_posts", "user.posts.saved_posts", "user.posts.playlists",
    "user.posts.playlist_items", "user.posts.search",
    "user.conversation_requests.conversations",
}  # fmt: skip
FLAG_NUMBERS = {"public.search", "user.posts.search", "public.comments_list", "user.live.search",
                "public.comment_replies_list", "user.posts.comments.list",
                "user.posts.comments.replies"}  # fmt: skip


def wire_of(rig) -> Wire:
    return Wire(rig.emulator, rig.http)


def parameters_of(name) -> set[str]:
    """Return the parameters of an endpoint."""
    return {part["wire"] for part in ENDPOINTS[name]["params"]}


def key_of(row) -> str:
    """Return what tells a row from the others."""
    for name in ("id", "cid", "nid", "clientMessageId", "short_id"):
        if name in row:
            return str(row[name])
    for name in ("user", "user_info", "item", "music", "challenge", "live_info"):
        if name in row:
            return key_of(row[name])
    return str(row.get("uid") or json.dumps(row))


@pytest.mark.parametrize("short_pages", [True, False])
@pytest.mark.parametrize("name", PAGED)
async def test_list_gives_every_item_once(start, name, short_pages):
    wire = wire_of(await start(short_pages=short_pages, videos=500, users=60, comment_cap=150))
    smaller = {"count": 11} if "count" in parameters_of(name) else {}
    rows = await wire.rows(name, **example(name) | smaller)
    keys = Counter(map(key_of, rows))
    assert rows
    assert max(keys.values()) == 1
    whole = await wire.rows(name, **example(name))
    assert set(map(key_of, whole)) == set(keys)


@pytest.mark.parametrize("name", PAGED)
async def test_cursor_has_its_type(start, name):
    wire = wire_of(await start())
    field = ENDPOINTS[name]["paginated"]["response_field"]
    body = await wire.call(name, **example(name))
    cursors = [body[field]] if isinstance(field, str) else []
    assert all(isinstance(each, str) == (name in TEXT_CURSORS) for each in cursors)
    flag = body.get("hasMore", body.get("has_more"))
    if isinstance(field, str):
        assert isinstance(flag, bool) != (name in FLAG_NUMBERS)


@pytest.mark.parametrize("name", ["public.posts", "public.likes", "user.posts.feed"])
async def test_posts_go_by_milliseconds_and_come_newest_first(start, name):
    rig = await start()
    wire = wire_of(rig)
    async for body, rows, _ in wire.pages(name, **example(name) | {"count": 5}):
        assert len(body["cursor"]) == 13
        times = [row["createTime"] for row in rows]
        assert name == "public.likes" or times == sorted(times, reverse=True)


async def test_posts_of_a_user_are_those_of_the_world(start):
    rig = await start()
    rows = await wire_of(rig).rows("public.posts", secUid=rig.emulator.names.sec_uid(0), count=9)
    world = rig.emulator.world
    assert [int(row["id"]) for row in rows] == [video.id() for video in world.videos_of(0)]


@pytest.mark.parametrize("place", [0, 3, 9])
async def test_hashtag_lists_every_post_with_it(start, place):
    rig = await start()
    world = rig.emulator.world
    tag = HASHTAGS[place]
    videos = map(world.video, reversed(range(world.videos)))
    expected = [str(v.id()) for v in videos if v.is_visible and tag in v.hashtag_names()]
    wire = wire_of(rig)
    first = await wire.call("public.hashtag", name=tag)
    tag_id = first["challengeInfo"]["challenge"]["id"]
    by_id = await wire.rows("public.hashtag", id=tag_id, count=11)
    assert [row["id"] for row in by_id] == expected
    assert "challengeInfo" not in await wire.call("public.hashtag", id=tag_id)


async def test_sound_lists_every_post_with_it(start):
    rig = await start()
    world = rig.emulator.world
    videos = map(world.video, reversed(range(world.videos)))
    expected = [str(v.id()) for v in videos if v.is_visible and v.sound() == 2]
    sound = str(world.catalogue.sound_id(2))
    assert [row["id"] for row in await wire_of(rig).rows("public.music", id=sound)] == expected


async def test_lists_of_posts_end_at_the_cap(start):
    rig = await start(list_cap=50, short_pages=False)
    assert len(await wire_of(rig).rows("public.hashtag", name="fyp")) == 50


async def test_user_has_more_playlists_than_a_page_and_each_its_own_videos(start):
    rig = await start(short_pages=False)
    wire, world = wire_of(rig), rig.emulator.world
    asked = example("public.playlists")
    pages = [rows async for _, rows, _ in wire.pages("public.playlists", **asked)]
    assert [len(rows) for rows in pages] == [30, 10]
    ids = [row["id"] for rows in pages for row in rows]
    assert ids == [str(each) for each in world.catalogue.playlists(0)]
    assert len({row["name"] for rows in pages for row in rows}) == 40
    seen = Counter()
    for row in [*pages[0][:3], *pages[1][-3:]]:
        items = await wire.rows("public.playlist_items", playlist_id=row["id"])
        assert len(items) == row["videoCount"] > 0
        videos = [world.find_video(int(one["id"])) for one in items]
        carried = [research_row(video, ("playlist_id",)) for video in videos]
        assert carried == [{"playlist_id": int(row["id"])}] * len(items)
        seen.update(one["id"] for one in items)
    assert max(seen.values()) == 1


async def test_playlist_past_the_first_is_the_same_on_both_sides(start):
    rig = await start()
    catalogue = rig.emulator.world.catalogue
    chosen = catalogue.playlists(0)[17]
    found = await rig.data("/v2/research/playlist/info/", {"playlist_id": chosen})
    rows = await wire_of(rig).rows("public.playlist_items", playlist_id=str(chosen))
    assert sorted(found["playlist_video_ids"]) == sorted(int(row["id"]) for row in rows)
    assert catalogue.playlist_of(chosen) == (0, 17)
    assert catalogue.playlist_of(max(catalogue.playlists(0)) + 1) is None


async def test_user_of_few_videos_has_no_empty_playlists(start):
    rig = await start(videos=60, users=20)
    catalogue = rig.emulator.world.catalogue
    assert all(catalogue.playlist_videos(0, n) for n in range(1, len(catalogue.playlists(0))))
    assert len(catalogue.playlists(0)) < 40


async def test_comments_and_replies_are_those_of_the_world(start):
    rig = await start()
    wire, world = wire_of(rig), rig.emulator.world
    video = max(world.videos_of(0), key=lambda video: video.comment_count())
    media = str(video.id())
    rows = await wire.rows("public.comments_list", media_id=media)
    expected = list(world.comments_of(video))
    assert [int(row["cid"]) for row in rows] == [comment.id for comment in expected]
    assert comment_total(video, 1000) > len(rows)
    parent = max(expected, key=lambda comment: comment.reply_count)
    replies = await wire.rows(
        "public.comment_replies_list", media_id=media, comment_id=str(parent.id), count=4
    )
    assert [int(row["cid"]) for row in replies] == [each.id for each in world.replies_to(parent)]
    assert {row["reply_id"] for row in replies} == {str(parent.id)}


async def test_comments_of_nobody_are_null(start):
    rig = await start()
    world = rig.emulator.world
    silent = next(v for v in map(world.video, range(world.videos))
                  if v.is_visible and not v.comment_count())  # fmt: skip
    body = await wire_of(rig).call("public.comments_list", media_id=str(silent.id()))
    assert body["comments"] is None
    assert body["has_more"] == 0


@pytest.mark.parametrize("name", ["public.hashtag", "public.likes"])
async def test_some_pages_are_short_and_some_are_empty(start, name):
    wire = wire_of(await start(videos=700))
    given = {"name": "fyp"} if name == "public.hashtag" else example(name)
    sizes = [len(rows) async for _, rows, more in wire.pages(name, **given, count=3) if more]
    assert 0 in sizes
    assert {1, 2} & set(sizes)
    gapless = wire_of(await start(videos=700, short_pages=False))
    sizes = [len(rows) async for _, rows, more in gapless.pages(name, **given, count=3) if more]
    assert set(sizes) == {3}


async def test_page_that_would_begin_with_a_gap_is_empty(start):
    wire = wire_of(await start())
    pages = wire.pages("public.likes", **example("public.likes"), count=10)
    sizes = [len(rows) async for _, rows, more in pages if more]
    assert 0 in sizes
    assert sum(sizes) > 200


@pytest.mark.parametrize("short_pages", [True, False])
async def test_last_page_says_so_even_if_it_is_full(start, short_pages):
    wire = wire_of(await start(short_pages=short_pages))
    body = await wire.call("user.live.list", count=17)
    assert (len(body["lives"]), body["hasMore"]) == (17, False)
    assert (await wire.call("user.live.list", count=16))["hasMore"]


@pytest.mark.parametrize("name", UNPAGED)
async def test_trap_says_more_and_has_no_cursor(start, name):
    wire = wire_of(await start())
    body = await wire.call(name, **example(name))
    assert (body["hasMore"], body["cursor"]) == (True, "0")
    assert len(body["itemList"]) > 10
    assert not {p["wire"] for p in ENDPOINTS[name]["params"]} & {"cursor", "nextCursor", "offset"}


async def test_trending_is_different_each_time(start):
    wire = wire_of(await start())
    first, second = [await wire.call("public.explore", count=5) for _ in range(2)]
    assert [row["id"] for row in first["itemList"]] != [row["id"] for row in second["itemList"]]


async def test_search_cursor_holds_an_index_and_the_log_id_of_the_first_answer(start):
    wire = wire_of(await start())
    body = await wire.call("public.search", category="general", query="cats")
    index, log_id = b64decode(body["nextCursor"]).decode().split("---split_cusror---")
    assert (index, log_id) == ("12", body["extra"]["logid"])
    bad = await wire.send("public.search", category="general", query="cats", nextCursor="MTI=")
    assert (bad.status_code, list(bad.json()["fields"])) == (400, ["nextCursor"])


async def test_general_search_mixes_kinds(start):
    wire = wire_of(await start())
    body = await wire.call("public.search", category="general", query="cats")
    kinds = [row["type"] for row in body["data"]]
    assert kinds[0] == 4
    assert set(kinds[1:]) == {1}
    assert body["data"][0]["user_list"][0]["user_info"]["unique_id"]
    words = await wire.call("public.search", category="autocomplete", query="cats")
    assert all(row["content"].startswith("cats") for row in words["sug_list"])


async def test_followers_are_those_of_the_world(start):
    rig = await start(users=900)
    world = rig.emulator.world
    rows = await wire_of(rig).rows("public.followers_list", **example("public.followers_list"))
    listed = world.social.followers(0)
    shown = filter(world.people.is_public, map(listed.target, range(listed.total)))
    expected = [rig.emulator.names.handle(user) for user in shown if user != 0]
    assert [row["user"]["uniqueId"] for row in rows] == expected


async def test_notifications_have_filters(start):
    wire = wire_of(await start())
    everything = await wire.rows("user.notifications")
    parts = [
        await wire.rows("user.notifications", filter=kind, count=4)
        for kind in ("likes", "comments", "mentions", "followers")
    ]
    assert sorted(row["nid"] for part in parts for row in part) == sorted(
        row["nid"] for row in everything
    )
    kinds = ("digg", "comment", "at", "follow")
    assert all(kind in row for kind, part in zip(kinds, parts, strict=True) for row in part)


async def test_past_lives_are_sorted_both_ways(start):
    wire = wire_of(await start())
    down = [row["id_str"] for row in await wire.rows("user.live.list", sort=0, count=5)]
    up = [row["id_str"] for row in await wire.rows("user.live.list", sort=1)]
    assert up == down[::-1]


async def test_requests_have_a_cursor_beside_a_false_flag(start):
    wire = wire_of(await start())
    name = "user.conversation_requests.conversations"
    last = [body async for body, _, _ in wire.pages(name)][-1]
    assert last["hasMore"] is False
    assert last["nextCursor"] not in {"", "0"}
    assert (await wire.call(name, nextCursor=last["nextCursor"]))["conversation_requests"] == []


TRAPPED = ["public.posts", "public.search", "user.followers", "user.conversations",
           "user.posts.comments.list", "user.notifications", "user.live.list"]  # fmt: skip


@pytest.mark.parametrize("name", TRAPPED)
async def test_flag_can_be_true_for_ever(start, name):
    rig = await start(faults=[Fault("endless_flag", f"tikapi.{name}", times=None)])
    wire = wire_of(rig)
    sizes = []
    field = ENDPOINTS[name]["paginated"]["response_field"]
    async for body, rows, more in wire.pages(name, **example(name)):
        assert more
        sizes.append(len(rows))
        # Behind the end there are no rows, or no cursor: one that is empty begins anew.
        if sizes[-3:] == [0, 0, 0] or (isinstance(field, str) and not body[field]):
            break
    assert sizes[0]


@pytest.mark.parametrize("name", TRAPPED)
async def test_cursor_can_stand_still(start, name):
    rig = await start(faults=[Fault("stuck_cursor", f"tikapi.{name}", after=1)])
    wire = wire_of(rig)
    paged = ENDPOINTS[name]["paginated"]
    first = await wire.call(name, **example(name))
    if paged["style"] == "min_max_time":
        sent = {key: first["notice_lists"][0][key] for key in paged["request_param"]}
    else:
        sent = {paged["request_param"]: first[paged["response_field"]]}
    second = await wire.call(name, **example(name) | sent)
    holder = second["notice_lists"][0] if "notice_lists" in second else second
    assert {key: holder[key] for key in sent} == sent
    assert flag_of(name, second)


@pytest.mark.parametrize("name", TRAPPED)
async def test_other_traps_of_pages(start, name):
    rig = await start()
    wire = wire_of(rig)
    given = example(name) | ({"count": 3} if "count" in parameters_of(name) else {})
    good = await wire.call(name, **given)
    bodies = {}
    for kind in ("false_flag", "no_flag", "empty_page", "null_items", "wrong_shape"):
        rig.emulator.faults.clear()
        rig.emulator.faults.add(Fault(kind, "tikapi.*"))
        bodies[kind] = (await wire.send(name, **given)).json()
    assert flag_of(name, good)
    assert not flag_of(name, bodies["false_flag"])
    assert rows_of(name, bodies["false_flag"]) == rows_of(name, good)
    assert not {"hasMore", "has_more"} & json_keys(bodies["no_flag"], name)
    assert rows_of(name, bodies["empty_page"]) == []
    assert flag_of(name, bodies["empty_page"])
    assert name == "user.live.list" or rows_of(name, bodies["null_items"]) == []
    assert bodies["wrong_shape"]["hasMore"] == "perhaps"


def json_keys(body, name) -> set[str]:
    """Return the keys of what holds a flag."""
    return set(body["notice_lists"][0] if name == "user.notifications" else body)


async def test_page_can_come_twice(start):
    fault = Fault("repeat_page", "tikapi.public.posts", after=1)
    wire = wire_of(await start(faults=[fault]))
    pages = []
    async for _, rows, _ in wire.pages("public.posts", **example("public.posts"), count=5):
        pages.append([row["id"] for row in rows])
        if len(pages) == 3:
            break
    assert pages[0] == pages[1] != pages[2]
