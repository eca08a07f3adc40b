"""The other endpoints of Research over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tiktok_async.emulator.facts import official
from tiktok_async.emulator.people import PRIVATE_HANDLE, PUBLIC_HANDLE
from tiktok_async.emulator.videos import row

if TYPE_CHECKING:
    from tests.emulator.conftest import Rig

pytestmark = pytest.mark.anyio

OPERATIONS = official().operations
COMMENTS = OPERATIONS["research.video.comment.list"]
INFO = OPERATIONS["research.user.info"]
FOLLOWERS = OPERATIONS["research.user.followers"]
FOLLOWING = OPERATIONS["research.user.following"]
LIKED = OPERATIONS["research.user.liked_videos"]
PINNED = OPERATIONS["research.user.pinned_videos"]
REPOSTED = OPERATIONS["research.user.reposted_videos"]
PLAYLIST = OPERATIONS["research.playlist.info"]
SHOP = OPERATIONS["research.tts.shop"]
PRODUCT = OPERATIONS["research.tts.product"]
REVIEW = OPERATIONS["research.tts.review"]


def names(operation) -> str:
    return ",".join(operation.fields)


async def rows(rig: Rig, operation, body: dict[str, Any], fields="") -> list[dict[str, Any]]:
    """Follow the cursor to the end."""
    found = []
    while True:
        data = await rig.data(operation.path, body, fields or names(operation))
        found += data[operation.items_key]
        if not data["has_more"]:
            return found
        assert data["cursor"] != body.get("cursor")
        body = {**body, "cursor": data["cursor"]}


def talked_about(rig: Rig, least: int = 40):
    world = rig.emulator.world
    videos = (world.video(index) for index in range(world.videos))
    return next(v for v in videos if v.is_visible and v.comment_count() > least)


def documented(operation) -> set[str]:
    return {name.removeprefix("data.") for name in operation.answer}


async def test_profile_has_the_documented_fields_without_username(start):
    rig = await start(users=400)
    seen = set()
    for user in range(80):
        name = rig.emulator.world.people.handle(user)
        answer = await rig.post(INFO.path, {"username": name}, names(INFO))
        seen |= set(answer.json()["data"])
    assert seen == documented(INFO) - {"username"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("nobody", "nobody is invalid: cannot find the user", id="unknown"),
        pytest.param(PRIVATE_HANDLE, "API cannot return this user's information", id="private"),
        pytest.param("", "username is invalid", id="empty"),
        pytest.param(5, "username is invalid", id="number"),
    ],
)
@pytest.mark.parametrize(
    "operation", [INFO, FOLLOWERS, LIKED, PINNED, REPOSTED], ids=lambda o: o.id
)
async def test_users_that_cannot_be_shown_are_refused(start, operation, name, message):
    rig = await start()
    refused = await rig.post(operation.path, {"username": name}, names(operation))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (400, "invalid_params")
    assert message in error["message"]


async def test_comments_page_to_the_end(start):
    rig = await start()
    video = talked_about(rig)
    found = await rows(rig, COMMENTS, {"video_id": video.id(), "max_count": "7"})
    listed = list(rig.emulator.world.comments_of(video))
    assert [row["id"] for row in found] == [comment.id for comment in listed]
    assert {row["parent_comment_id"] for row in found} == {video.id()}
    assert set(found[0]) == set(COMMENTS.fields)
    assert len(found) < video.comment_count()


async def test_comments_end_at_the_cap(start):
    rig = await start(comment_cap=30)
    found = await rows(rig, COMMENTS, {"video_id": talked_about(rig).id(), "max_count": 10})
    assert 20 < len(found) <= 30


async def test_replies_belong_to_their_comment(start):
    rig = await start()
    world = rig.emulator.world
    comment = next(c for c in world.comments_of(talked_about(rig)) if c.reply_count > 4)
    found = await rows(rig, COMMENTS, {"comment_id": comment.id, "max_count": 3})
    assert [row["id"] for row in found] == [reply.id for reply in world.replies_to(comment)]
    assert {row["parent_comment_id"] for row in found} == {comment.id}
    assert set(found[0]) == set(COMMENTS.fields) | {"display_name"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="neither"),
        pytest.param({"video_id": 1, "comment_id": 2}, id="both"),
        pytest.param({"video_id": 1}, id="unknown_video"),
        pytest.param({"comment_id": 2}, id="unknown_comment"),
        pytest.param({"video_id": "first"}, id="not_an_id"),
    ],
)
async def test_comments_of_nothing_are_refused(start, body):
    rig = await start()
    refused = await rig.post(COMMENTS.path, body, "id")
    assert refused.json()["error"]["code"] == "invalid_params"


@pytest.mark.parametrize(
    ("operation", "of"), [(FOLLOWERS, "followers"), (FOLLOWING, "following")], ids=["to", "from"]
)
async def test_follow_lists_are_complete_and_repeat_at_page_ends(start, operation, of):
    rig = await start(users=3000)
    people = rig.emulator.world.people
    listed = getattr(rig.emulator.world.social, of)(0)
    shown = [listed.target(place) for place in range(listed.total)]
    due = {people.handle(user) for user in shown if user and people.is_public(user)}
    found = await rows(rig, operation, {"username": PUBLIC_HANDLE, "max_count": 10})
    assert {shown["username"] for shown in found} == due
    assert len(found) > len(due) > 30
    assert set(found[0]) == {"display_name", "username"}


@pytest.mark.parametrize("cursor", [None, 0], ids=["none", "zero"])
async def test_follow_list_begins_now(start, cursor):
    rig = await start(users=3000)
    listed = rig.emulator.world.social.followers(0)
    rig.wall.time = float(listed.date(6))
    body = {"username": PUBLIC_HANDLE, "max_count": 100, "cursor": cursor}
    data = await rig.data(FOLLOWERS.path, body)
    people = rig.emulator.world.people
    assert data["user_followers"][0]["username"] in {
        people.handle(listed.target(place)) for place in range(6, 12)
    }


async def test_tiny_pages_of_a_follow_list_get_on(start):
    rig = await start(users=40)
    assert await rows(rig, FOLLOWERS, {"username": PUBLIC_HANDLE, "max_count": 1})


async def test_liked_videos_page_by_milliseconds(start):
    rig = await start()
    world = rig.emulator.world
    listed = world.social.liked(0)
    due = [
        v.id() for v in map(world.video, map(listed.target, range(listed.total))) if v.is_visible
    ]
    found = await rows(rig, LIKED, {"username": PUBLIC_HANDLE, "max_count": 20})
    assert [row["id"] for row in found] == due
    assert due
    data = await rig.data(LIKED.path, {"username": PUBLIC_HANDLE}, "id")
    assert len(str(data["cursor"])) == 13


async def test_reposted_videos_page_by_index(start):
    rig = await start()
    data = await rig.data(REPOSTED.path, {"username": PUBLIC_HANDLE, "max_count": 5}, "id")
    assert (data["cursor"], data["has_more"]) == (5, True)
    assert set(data) == documented(REPOSTED)
    found = await rows(rig, REPOSTED, {"username": PUBLIC_HANDLE})
    assert len(found) > 20


async def test_british_spelling_is_borne_for_reposts_only(start):
    rig = await start()
    body = {"username": PUBLIC_HANDLE}
    data = await rig.data(REPOSTED.path, body, "id,favourites_count")
    assert set(data["reposted_videos"][0]) == {"id", "favorites_count"}
    assert (await rig.post(LIKED.path, body, "id,favourites_count")).status_code == 400


async def test_pinned_videos_are_the_users_own(start):
    rig = await start()
    data = await rig.data(PINNED.path, {"username": PUBLIC_HANDLE}, "id,username")
    assert len(data["pinned_videos_list"]) == 3
    assert {shown["username"] for shown in data["pinned_videos_list"]} == {PUBLIC_HANDLE}


async def test_user_lists_name_the_keys_of_tags_in_full(start):
    rig = await start()
    found = await rows(rig, LIKED, {"username": PUBLIC_HANDLE})
    tags = [row["video_tag"] for row in found if "video_tag" in row]
    assert {tuple(tag) for tag in tags} <= {("video_tag_type", "video_tag_number")}


@pytest.mark.parametrize("operation", [LIKED, REPOSTED], ids=lambda o: o.id)
async def test_lists_of_most_users_are_refused_or_empty(start, operation):
    rig = await start(users=400)
    people = rig.emulator.world.people
    outcomes = set()
    for user in filter(people.is_public, range(1, 60)):
        answer = await rig.post(operation.path, {"username": people.handle(user)}, "id")
        if answer.status_code == 400:
            message = answer.json()["error"]["message"]
            assert "is private" in message
            assert "information cannot be returned" in message
            outcomes.add("private")
        else:
            outcomes.add("rows" if answer.json()["data"][operation.items_key] else "empty")
    assert outcomes == {"private", "empty", "rows"}


async def test_playlist_lists_the_videos_that_carry_its_id(start):
    rig = await start()
    world = rig.emulator.world
    playlist_id = world.catalogue.playlist_id(0)
    data = await rig.data(
        PLAYLIST.path, {"playlist_id": playlist_id, "max_count": 5}, "playlist_id"
    )
    assert set(data) == documented(PLAYLIST)
    ids = list(data["playlist_video_ids"])
    while data["has_more"]:
        body = {"playlist_id": playlist_id, "max_count": 5, "cursor": data["cursor"]}
        data = await rig.data(PLAYLIST.path, body)
        ids += data["playlist_video_ids"]
    shown = ((v.id(), row(v, ("playlist_id",))) for v in world.videos_of(0))
    carry = {video_id for video_id, fields in shown if fields == {"playlist_id": playlist_id}}
    assert set(ids) == carry
    assert len(ids) == data["playlist_item_total"] > 5


async def test_unknown_playlist_is_refused(start):
    rig = await start()
    assert (await rig.post(PLAYLIST.path, {"playlist_id": 5})).status_code == 400


@pytest.mark.parametrize("status", [200, 500])
async def test_good_profiles_and_playlists_may_come_as_500(start, status):
    rig = await start(profile_status=status)
    profile = await rig.post(INFO.path, {"username": PUBLIC_HANDLE}, "display_name")
    playlist_id = rig.emulator.world.catalogue.playlist_id(0)
    playlist = await rig.post(PLAYLIST.path, {"playlist_id": playlist_id})
    assert (profile.status_code, playlist.status_code) == (status, status)
    assert profile.json()["data"]["display_name"]


@pytest.mark.parametrize("place", ["query", "body", "body_list"])
async def test_shop_fields_stand_in_query_or_body(start, place):
    rig = await start()
    body: dict[str, Any] = {"shop_name": "lamp"}
    if place != "query":
        body["fields"] = names(SHOP) if place == "body" else list(SHOP.fields)
    answer = await rig.post(SHOP.path, body, names(SHOP) if place == "query" else "")
    assert set(answer.json()) == {"data"}
    found = answer.json()["data"]["shop_data"]
    assert len(found) == 10
    assert {name for row in found for name in row} <= set(SHOP.fields)
    assert all("Lamp" in row["shop_name"] for row in found)


async def test_shop_leads_to_products_and_reviews(start):
    rig = await start()
    market = rig.emulator.world.market
    shop = market.shop_row(next(s for s in range(50) if len(market.products(s)) > 20))
    products, page = [], 1
    while found := await _page(rig, PRODUCT, page, shop_id=str(shop["shop_id"])):
        products, page = products + found, page + 1
    assert len(products) == len(market.products(market.shop_of(shop["shop_id"])))
    assert set(products[0]) == set(PRODUCT.fields)
    reviews = [await _page(rig, REVIEW, 1, product_id=row["product_id"]) for row in products]
    assert {name for found in reviews for row in found for name in row} == set(REVIEW.fields)


async def _page(rig: Rig, operation, page: int, **body: Any) -> list[dict[str, Any]]:
    body |= {"page_start": page, "page_size": 10}
    data = await rig.data(operation.path, body, names(operation))
    found: list[dict[str, Any]] = data[operation.items_key]
    return found


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        pytest.param(SHOP, {}, id="no_name"),
        pytest.param(SHOP, {"shop_name": "lamp", "limit": 11}, id="limit"),
        pytest.param(PRODUCT, {"shop_id": 1}, id="unknown_shop"),
        pytest.param(PRODUCT, {}, id="no_shop"),
        pytest.param(REVIEW, {"product_id": 1}, id="unknown_product"),
        pytest.param(REVIEW, {"product_id": 1, "page_start": 0}, id="page_zero"),
    ],
)
async def test_wrong_shop_calls_are_refused(start, operation, body):
    rig = await start()
    refused = await rig.post(operation.path, body, names(operation))
    assert refused.json()["error"]["code"] == "invalid_params"
