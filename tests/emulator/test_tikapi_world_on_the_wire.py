"""TikAPI shows the world of the Research side, in TikTok's own shapes."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import pytest
from tikapi_wire import CONTRACT, Wire, example

from tiktok_async.emulator.people import PRIVATE_HANDLE, PUBLIC_HANDLE

pytestmark = pytest.mark.anyio


def words(text) -> set[str]:
    """Return the words of a text."""
    return set(text.split())


CODES = CONTRACT["errors"]["tiktok_codes"]
POST = words(
    """
    AIGCDescription author authorStats authorStatsV2 backendSourceEventTracking CategoryType
    challenges collected contents createTime desc digged duetDisplay forFriend id isAd
    item_control itemCommentStatus music officalItem originalItem privateItem secret
    shareEnabled stats statsV2 stitchDisplay textExtra textLanguage textTranslatable video
    diversificationId duetEnabled stitchEnabled effectStickers anchors stickersOnItem
    videoSuggestWordsList creatorAIComment isReviewing adLabelVersion BAInfo poi
    """
)
DETAIL = words(
    """
    IsAigc channelTags comments diversificationLabels indexEnabled keywordTags
    locationCreated scheduleTime suggestedWords takeDown warnInfo
    """
)
AUTHOR = words(
    """
    avatarLarger avatarMedium avatarThumb commentSetting downloadSetting duetSetting ftc id
    isADVirtual isEmbedBanned nickname openFavorite privateAccount relation secret secUid
    signature stitchSetting uniqueId verified
    """
)
LISTED = (AUTHOR - {"isEmbedBanned"}) | {"ttSeller"}
USER = AUTHOR | words(
    """
    canExpPlaylist commerceUserInfo followingVisibility nickNameModifyTime
    profileEmbedPermission profileTab ttSeller roomId region shortId createTime
    UserStoryStatus
    """
)
COUNTS = words("followerCount followingCount friendCount heart heartCount videoCount diggCount")
VIDEO = words(
    """
    bitrate bitrateInfo claInfo codecType cover definition duration dynamicCover encodedType
    encodeUserTag format height id originCover playAddr ratio size videoID videoQuality
    volumeInfo VQScore width zoomCover downloadAddr subtitleInfos PlayAddrStruct videoTags
    """
)
GEAR = words("Bitrate CodecType GearName MVMAF PlayAddr QualityType")
ADDRESS = words("DataSize FileCs FileHash Height Uri UrlKey UrlList Width")
MUSIC = words(
    """
    authorName coverLarge coverMedium coverThumb duration id isCopyrighted original playUrl
    private title tt2dsp album
    """
)
HASHTAG = words(
    """
    coverLarger coverMedium coverThumb desc id profileLarger profileMedium profileThumb
    title
    """
)
EXTRA = words("awemeId end hashtagName isCommerce start subType type")
COMMENT = words(
    """
    allow_download_photo author_pin aweme_id cid collect_stat comment_language
    comment_post_item_ids create_time digg_count fold_status image_list is_author_digged
    is_comment_translatable is_high_purchase_intent label_list no_show reply_comment
    reply_comment_total reply_id reply_to_reply_id share_info sort_extra_score sort_tags
    status stick_position text text_extra thread_has_more thread_id trans_btn_style user
    user_buried user_digged
    """
)
ROOM = words(
    """
    id id_str title status owner_user_id user_count like_count client_version os_type cover
    owner stream_url
    """
)
CONVERSATION = words(
    """
    id short_id ticket conversationType inboxType isParticipant mute favorite notice
    ownerUid ownerSecUid participantsCount participantsUid messages
    """
)
MESSAGE = words(
    """
    text content createTime senderUid senderSecUid status type version isStranger
    clientMessageId
    """
)


@pytest.fixture
async def wire(start):
    rig = await start()
    return Wire(rig.emulator, rig.http)


def united(rows) -> set[str]:
    """Return every key that any of the rows has."""
    return set(chain.from_iterable(rows))


def shared(rows) -> set[str]:
    """Return the keys that all rows have."""
    return set.intersection(*map(set, rows))


async def test_posts_are_the_videos_of_the_research_side(start):
    rig = await start()
    wire = Wire(rig.emulator, rig.http)
    fields = ("id,create_time,username,view_count,comment_count,share_count,favorites_count,"
              "music_id,video_duration,video_description,hashtag_names,region_code")  # fmt: skip
    user = {"operation": "EQ", "field_name": "username", "field_values": [PUBLIC_HANDLE]}
    body = {"query": {"and": [user]}, "start_date": "20220101", "end_date": "20220130",
            "max_count": 100}  # fmt: skip
    research = (await rig.data("/v2/research/video/query/", body, fields))["videos"]
    sec_uid = (await wire.call("public.check", username=PUBLIC_HANDLE))["userInfo"]["user"][
        "secUid"
    ]
    posts = {row["id"]: row for row in await wire.rows("public.posts", secUid=sec_uid)}
    assert len(research) > 10
    for row in research:
        post = posts[str(row["id"])]
        assert post["createTime"] == row["create_time"]
        assert post["author"]["uniqueId"] == row["username"]
        assert post["stats"]["playCount"] == row["view_count"]
        assert post["stats"]["commentCount"] == row["comment_count"]
        assert post["stats"]["shareCount"] == row["share_count"]
        assert int(post["statsV2"]["collectCount"]) == row["favorites_count"]
        assert post["music"]["id"] == str(row["music_id"])
        assert post["desc"].startswith(row["video_description"])
        assert [tag["title"] for tag in post.get("challenges", [])] == row["hashtag_names"]
        assert post["video"]["duration"] in {row["video_duration"], 0}


async def test_profile_is_that_of_the_research_side(start):
    rig = await start()
    wire = Wire(rig.emulator, rig.http)
    fields = "display_name,bio_description,follower_count,following_count,likes_count,video_count"
    known = await rig.data("/v2/research/user/info/", {"username": PUBLIC_HANDLE}, fields)
    found = (await wire.call("public.check", username=PUBLIC_HANDLE))["userInfo"]
    exact = {name: int(text) for name, text in found["statsV2"].items()}
    assert found["user"]["nickname"] == known["display_name"]
    assert found["user"]["signature"] == known["bio_description"]
    assert exact["followerCount"] == known["follower_count"]
    assert exact["heartCount"] == known["likes_count"]
    assert exact["videoCount"] == known["video_count"]


async def test_comments_are_those_of_the_research_side(start):
    rig = await start()
    wire = Wire(rig.emulator, rig.http)
    video = max(rig.emulator.world.videos_of(0), key=lambda video: video.comment_count())
    path = "/v2/research/video/comment/list/"
    body = {"video_id": video.id(), "max_count": 30}
    fields = "id,text,like_count,reply_count,create_time"
    research = (await rig.data(path, body, fields))["comments"]
    ours = (await wire.call("public.comments_list", media_id=str(video.id())))["comments"]
    assert [(str(row["id"]), row["text"], row["like_count"]) for row in research] == [
        (row["cid"], row["text"], row["digg_count"]) for row in ours
    ]


async def test_names_lead_back(start):
    rig = await start()
    names, world = rig.emulator.names, rig.emulator.world
    for user in range(world.people.count):
        assert names.by_sec_uid(names.sec_uid(user)) == user
        assert names.by_user_id(str(names.user_id(user))) == user
        assert names.by_handle(names.handle(user)) == user
        assert names.room(str(names.room_id(user, 3))) == (user, 3)
        assert len(names.sec_uid(user)) == 76
    assert len({names.user_id(user) for user in range(world.people.count)}) == world.people.count


@pytest.mark.parametrize("text", ["", "1", "nobody", "MS4wLjABAAAA" + "A" * 64, "é" * 40, "=" * 40])
async def test_names_of_nobody_lead_nowhere(start, text):
    names = (await start()).emulator.names
    assert names.by_sec_uid(text) is None
    assert names.by_user_id(text) is None
    assert names.by_handle(text) is None
    assert names.room(text) is None


async def test_posts_have_every_documented_field(wire):
    posts = await wire.rows("public.hashtag", name="fyp")
    assert united(posts) >= POST | {"imagePost"}
    assert shared(posts) >= POST - {
        "diversificationId", "duetEnabled", "stitchEnabled", "effectStickers", "anchors", "poi",
        "stickersOnItem", "videoSuggestWordsList", "creatorAIComment", "isReviewing",
        "adLabelVersion", "BAInfo",
    }  # fmt: skip
    assert shared(row["author"] for row in posts) >= AUTHOR
    assert shared(row["authorStats"] for row in posts) == COUNTS
    assert united(row["music"] for row in posts) == MUSIC
    assert united(tag for row in posts for tag in row["challenges"]) == HASHTAG
    assert united(row["video"] for row in posts) >= VIDEO
    films = [row["video"] for row in posts if row["video"]["playAddr"]]
    gears = [gear for film in films for gear in film["bitrateInfo"]]
    assert united(gears) >= GEAR | {"BitrateFPS", "Format", "VideoExtra"}
    assert shared(gear["PlayAddr"] for gear in gears) == ADDRESS
    assert any(row.get("isPinnedItem") for row in await wire.rows(
        "public.posts", **example("public.posts")))  # fmt: skip


async def test_photo_posts_have_pictures_and_no_video(wire):
    posts = await wire.rows("public.hashtag", name="fyp")
    photos = [row for row in posts if "imagePost" in row]
    assert 0 < len(photos) < len(posts) / 4
    for row in photos:
        assert row["video"]["playAddr"] == ""
        assert row["imagePost"]["images"][0]["imageURL"]["urlList"][0].startswith("https://")


async def test_counts_come_rounded_and_exact(start):
    rig = await start(videos=5000)
    wire = Wire(rig.emulator, rig.http)
    rows = await wire.rows("public.followers_list", **example("public.followers_list"))
    big = [row for row in rows if int(row["statsV2"]["followerCount"]) > 10_000]
    assert big
    for row in big:
        exact = int(row["statsV2"]["followerCount"])
        assert isinstance(row["stats"]["followerCount"], int)
        assert row["stats"]["followerCount"] % 100 == 0
        assert abs(row["stats"]["followerCount"] - exact) <= (50 if exact < 10**6 else 50_000)
    posts = await wire.rows("public.hashtag", name="fyp")
    rounded = [row for row in posts if row["stats"]["collectCount"] > 10_000]
    assert rounded
    assert any(str(row["stats"]["collectCount"]) != row["statsV2"]["collectCount"]
               for row in rounded)  # fmt: skip


async def test_detail_of_a_post_has_texts_for_some_numbers(wire):
    row = (await wire.call("public.hashtag", name="fyp"))["itemList"][0]
    body = await wire.call("public.video", id=row["id"])
    post = body["itemInfo"]["itemStruct"]
    assert post.keys() >= DETAIL
    assert (row["createTime"], post["createTime"]) == (
        int(post["createTime"]),
        str(row["createTime"]),
    )
    assert isinstance(post["stats"]["collectCount"], str)
    sizes = [gear["PlayAddr"]["DataSize"] for gear in post["video"]["bitrateInfo"]]
    assert all(isinstance(size, str) for size in sizes)
    assert post["author"]["shortId"]
    assert post["music"]["preciseDuration"]["preciseDuration"] > 0


async def test_text_extra_counts_utf16_units(start):
    rig = await start(videos=4000)
    wire = Wire(rig.emulator, rig.http)
    posts = await wire.rows("public.hashtag", name="fyp")
    behind_emoji = 0
    mentions = 0
    for row in posts:
        units = row["desc"].encode("utf-16-le")
        for extra in row["textExtra"]:
            part = units[2 * extra["start"] : 2 * extra["end"]].decode("utf-16-le")
            if extra["type"] == 1:
                assert part == f"#{extra['hashtagName']}"
                assert extra["hashtagId"]
            else:
                mentions += 1
                assert extra["type"] in {0, 5}
                assert part == f"@{extra['userUniqueId']}"
            behind_emoji += "🎉" in row["desc"].partition(part)[0]
        assert row["contents"] == [{"desc": row["desc"], "textExtra": row["textExtra"]}]
        assert row["textExtra"] == [] or row["textExtra"][0].keys() >= EXTRA
    assert behind_emoji
    assert mentions


async def test_lists_of_a_user_have_no_hashtag_ids(wire):
    rows = await wire.rows("public.posts", **example("public.posts"))
    extras = [extra for row in rows for extra in row["textExtra"]]
    assert extras
    assert not any("hashtagId" in extra for extra in extras)


async def test_users_have_every_documented_field(wire):
    profiles = [
        (await wire.call("public.check", username=wire.emulator.names.handle(user)))
        for user in range(1, 39)
        if not wire.emulator.world.people.is_gone(user)
    ]
    users = [body["userInfo"]["user"] for body in profiles]
    assert shared(users) >= USER
    assert "bioLink" in united(users)
    assert any(user["commerceUserInfo"].get("category") for user in users)
    assert any(user["roomId"] for user in users)
    assert profiles[0]["shareMeta"].keys() == {"desc", "title"}
    rows = await wire.rows("user.followers")
    assert united(row["user"] for row in rows) == LISTED
    assert shared(row["stats"] for row in rows) == COUNTS == shared(row["statsV2"] for row in rows)


async def test_samples_have_no_key_that_the_emulator_lacks(wire):
    folder = Path(__file__).parents[1] / "samples" / "tikapi"
    answers = {
        "user_detail.json": await wire.call("public.check", username=PUBLIC_HANDLE),
        "user_followers.json": await wire.call("user.followers"),
        "challenge_info.json": await wire.call("public.hashtag", name="fyp"),
        "messages.json": await wire.call("user.messages", **example("user.messages")),
        "live_stats.json": await wire.call("user.live.stats", **example("user.live.stats")),
    }
    for name, body in answers.items():
        sample = json.loads((folder / name).read_text("utf-8"))
        assert missing(sample, body) == [], name


def missing(sample, body, path="") -> list[str]:
    """Return the paths of the sample that a body lacks."""
    if isinstance(sample, dict):
        keys = [f"{path}.{key}" for key in sample.keys() - body.keys()]
        rest = (missing(sample[k], body[k], f"{path}.{k}") for k in sample.keys() & body.keys())
        return keys + list(chain.from_iterable(rest))
    if isinstance(sample, list) and sample:
        return missing(sample[0], body[0], f"{path}[]")
    return []


async def test_hashtag_by_name_has_more_videos_than_it_says(wire):
    info = (await wire.call("public.hashtag", name="fyp"))["challengeInfo"]
    assert info["stats"]["videoCount"] == 0
    assert int(info["statsV2"]["videoCount"]) > 10**9
    assert info["challenge"]["isCommerce"] is False


async def test_music_info_has_counts_and_artists(wire):
    info = (await wire.call("public.music_info", **example("public.music_info")))["musicInfo"]
    assert info.keys() == {"music", "stats", "artist", "artists"}
    assert info["artist"].keys() >= AUTHOR


async def test_comments_have_every_documented_field(wire):
    body = await wire.call("public.comments_list", **example("public.comments_list"))
    assert shared(body["comments"]) == COMMENT
    user = body["comments"][0]["user"]
    assert user.keys() >= {"uid", "unique_id", "nickname", "sec_uid", "avatar_thumb"}
    assert sum(value is None for value in user.values()) == 24
    rows = await wire.rows("public.comments_list", **example("public.comments_list"))
    assert any(row["image_list"] for row in rows)


async def test_playlists_name_themselves_twice(wire):
    row = (await wire.call("public.playlists", **example("public.playlists")))["playList"][0]
    assert (row["mixId"], row["mixName"]) == (row["id"], row["name"])
    items = await wire.rows("public.playlist_items", playlist_id=row["id"])
    assert len(items) == row["videoCount"]


@pytest.mark.parametrize("form", ["open", "text"])
async def test_rooms_are_open_or_text(start, form):
    rig = await start(live_info=form)
    wire = Wire(rig.emulator, rig.http)
    info = (await wire.call("user.live.search", query="cats"))["data"][0]["live_info"]
    room = json.loads(info["raw_data"]) if form == "text" else info
    assert room.keys() >= ROOM
    assert (room["id"], room["status"]) == (int(room["id_str"]), 2)
    assert (await wire.call("user.live.info", room_id=room["id_str"]))["data"]["id"] == room["id"]


async def test_conversations_have_every_documented_field(wire):
    body = await wire.call("user.conversations")
    assert shared(body["conversations"]) == CONVERSATION
    message = body["conversations"][0]["messages"][0]
    assert message.keys() == MESSAGE
    assert isinstance(message["createTime"], str)
    assert len(body["conversations"][0]["ticket"]) == 160
    full = (await wire.call("user.messages", **example("user.messages")))["messages"][0]
    assert full.keys() == MESSAGE
    assert isinstance(full["createTime"], int)


@pytest.mark.parametrize("kind", ["overview", "content", "video", "followers", "live"])
async def test_figures_are_series_of_days_or_null(wire, kind):
    given = {"media_id": example("public.comments_list")["media_id"]} if kind == "video" else {}
    body = await wire.call("user.analytics", type=kind, days=5, **given)
    series = {name: value for name, value in body.items() if name.endswith("_history")}
    series |= {name: value for name, value in body.items() if name.endswith("_7d")}
    filled = [value for value in series.values() if value is not None]
    assert 0 < len(filled) < len(series)
    assert all(len(value) == 5 and value[0].keys() >= {"status", "value"} for value in filled)
    if kind == "followers":
        assert len(body["follower_active_history_hours"][0]["value"]) == 24
        assert body["follower_gender_percent"]["value"][0].keys() == {"key", "value"}


async def test_live_figures_are_in_pascal_case(wire):
    data = (await wire.call("user.live.analytics", days=3))["data"]
    assert [each.keys() for each in data["diamonds_detail"]["diamonds"]["Total"]] == [
        {"Date", "Value"}
    ] * 3


def _some(rig, fits):
    world = rig.emulator.world
    return str(next(v for v in map(world.video, range(world.videos)) if fits(world, v)).id())


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        pytest.param("public.check", {"username": "nobody"}, 10202, id="no-user"),
        pytest.param("public.check", {"user_id": "17"}, 10202, id="no-user-id"),
        pytest.param("public.posts", {"secUid": "x" * 40}, 10202, id="no-sec-uid"),
        pytest.param("public.video", {"id": "17"}, 10204, id="no-video"),
        pytest.param("public.comments_list", {"media_id": "17"}, 10204, id="no-media"),
        pytest.param("public.hashtag", {"name": "nothing"}, 10205, id="no-hashtag"),
        pytest.param("public.hashtag", {"id": "17"}, 10205, id="no-hashtag-id"),
        pytest.param("public.music", {"id": "17"}, 10203, id="no-music"),
        pytest.param("public.playlist_items", {"playlist_id": "17"}, 10224, id="no-playlist"),
        pytest.param("user.live.info", {"room_id": "17"}, 10210, id="no-room"),
        pytest.param("user.live.chat", {"room_id": "17"}, 10210, id="no-chat"),
        pytest.param("user.posts.like", {"media_id": "17"}, 10204, id="no-video-to-like"),
        pytest.param("user.messages", {"conversation_id": "0:1:2:3", "conversation_short_id": "4"},
                     10224, id="no-conversation"),
    ],
)  # fmt: skip
async def test_what_is_not_there_has_its_code(wire, name, given, code):
    answer = await wire.send(name, **given)
    assert answer.status_code == 403
    expected = {"status": "error", "message": CODES[str(code)], "statusCode": code}
    assert answer.json() == expected


async def test_hidden_things_have_their_codes(start):
    rig = await start()
    wire = Wire(rig.emulator, rig.http)
    private = rig.emulator.world.people.find(PRIVATE_HANDLE)
    deleted = _some(rig, lambda world, v: not v.is_visible and world.people.is_public(v.author))
    of_private = _some(rig, lambda world, v: world.people.is_private(v.author))
    refused = {
        10241: await wire.send("public.video", id=deleted),
        10216: await wire.send("public.video", id=of_private),
    }
    assert {code: answer.json()["statusCode"] for code, answer in refused.items()} == {
        10241: 10241, 10216: 10216,
    }  # fmt: skip
    shown = await wire.call("public.check", username=PRIVATE_HANDLE)
    assert shown["userInfo"]["user"]["privateAccount"] is True
    lists = await wire.send("public.posts", secUid=rig.emulator.names.sec_uid(private))
    assert lists.status_code == 403


@pytest.mark.parametrize(
    ("manner", "status"), [("empty", 200), ("no_content", 204), ("refused", 403)]
)
async def test_private_likes_come_as_told(start, manner, status):
    rig = await start(hidden_likes=manner)
    world, names = rig.emulator.world, rig.emulator.names
    user = next(u for u in range(1, world.people.count)
                if world.people.is_public(u) and world.social.hides_likes(u))  # fmt: skip
    answer = await Wire(rig.emulator, rig.http).send("public.likes", secUid=names.sec_uid(user))
    assert answer.status_code == status
    assert answer.content == b"" if status == 204 else answer.json()


async def test_same_question_in_the_same_minute_has_the_same_bytes(start):
    rig = await start()
    wire = Wire(rig.emulator, rig.http)
    first, again = [await wire.send("public.posts", **example("public.posts")) for _ in range(2)]
    assert first.content == again.content
    rig.wall.time += 61
    assert (await wire.send("public.posts", **example("public.posts"))).content != first.content
    assert wire.credits() == 3
