"""What accounts do with TikAPI is seen in later answers, and on the Research side never."""

from __future__ import annotations

import pytest
from tikapi_wire import Wire, example

pytestmark = pytest.mark.anyio

REQUESTS = "user.conversation_requests."
INFO = "/v2/research/user/info/"


@pytest.fixture
async def wire(start):
    rig = await start()
    return Wire(rig.emulator, rig.http)


async def state(wire) -> dict[str, int]:
    return wire.emulator.stats()["tikapi"]["state"]


async def some_post(wire) -> str:
    """Return a post that the account does not like."""
    rows = (await wire.call("user.posts.explore"))["itemList"]
    return next(row["id"] for row in rows if not row["digged"])


async def test_like_and_unlike_are_seen(wire):
    media = await some_post(wire)
    before = (await wire.call("user.posts.video", id=media))["itemInfo"]["itemStruct"]
    public = (await wire.call("public.video", id=media))["itemInfo"]["itemStruct"]
    assert public["stats"] == before["stats"]
    body = await wire.call("user.posts.like", media_id=media)
    assert body["is_digg"] == 1
    after = (await wire.call("user.posts.video", id=media))["itemInfo"]["itemStruct"]
    assert (before["digged"], after["digged"]) == (False, True)
    assert after["stats"]["diggCount"] == before["stats"]["diggCount"] + 1
    public = (await wire.call("public.video", id=media))["itemInfo"]["itemStruct"]
    assert public["stats"] == after["stats"]
    likes = await wire.rows("user.posts.likes")
    assert likes[0]["id"] == media
    assert (await wire.call("user.posts.unlike", media_id=media))["is_digg"] == 1
    assert media not in [row["id"] for row in await wire.rows("user.posts.likes")]
    assert (await wire.call("public.video", id=media))["itemInfo"]["itemStruct"]["stats"] == before[
        "stats"
    ]


async def test_like_twice_is_one_like(wire):
    media = await some_post(wire)
    for _ in range(2):
        await wire.call("user.posts.like", media_id=media)
    likes = [row["id"] for row in await wire.rows("user.posts.likes")]
    assert likes.count(media) == 1


async def test_old_like_can_be_taken_back_and_given_again(wire):
    before = [row["id"] for row in await wire.rows("user.posts.likes")]
    await wire.call("user.posts.unlike", media_id=before[3])
    without = [row["id"] for row in await wire.rows("user.posts.likes")]
    assert without == [each for each in before if each != before[3]]
    await wire.call("user.posts.like", media_id=before[3])
    assert [row["id"] for row in await wire.rows("user.posts.likes")] == before


async def test_follow_and_unfollow_are_seen(start):
    rig = await start(users=3000)
    wire = Wire(rig.emulator, rig.http)
    names, people = rig.emulator.names, rig.emulator.world.people
    followed = {row["user"]["uniqueId"] for row in await wire.rows("user.following")}
    user = next(u for u in range(5, people.count)
                if people.is_public(u) and names.handle(u) not in followed)  # fmt: skip
    whom = {"username": names.handle(user), "secUid": names.sec_uid(user),
            "user_id": str(names.user_id(user))}  # fmt: skip
    before = (await wire.call("user.info", username=names.handle(user)))["userInfo"]
    await wire.call("user.follow", **whom)
    after = (await wire.call("user.info", username=names.handle(user)))["userInfo"]
    assert (before["user"]["relation"], after["user"]["relation"]) == (0, 1)
    assert int(after["statsV2"]["followerCount"]) == int(before["statsV2"]["followerCount"]) + 1
    rows = await wire.rows("user.following")
    assert rows[0]["user"]["uniqueId"] == names.handle(user)
    assert len(rows) == len(followed) + 1
    await wire.call("user.unfollow", **whom)
    assert len(await wire.rows("user.following_v1")) == len(followed)
    old = rows[1]["user"]
    whom = {"username": old["uniqueId"], "secUid": old["secUid"], "user_id": old["id"]}
    await wire.call("user.unfollow", **whom)
    assert len(await wire.rows("user.following")) == len(followed) - 1


async def test_comments_are_written_answered_liked_and_deleted(wire):
    media = example("public.comments_list")["media_id"]
    before = await wire.call("public.comments_list", media_id=media)
    made = await wire.call("user.posts.comments.post", media_id=media, text="first! 🎉")
    cid = made["comment"]["cid"]
    listed = await wire.call("user.posts.comments.list", media_id=media)
    assert listed["total"] == before["total"] + 1
    assert (listed["comments"][0]["cid"], listed["comments"][0]["text"]) == (cid, "first! 🎉")
    reply = await wire.call(
        "user.posts.comments.post", media_id=media, text="indeed", reply_comment_id=cid
    )
    replies = await wire.rows("user.posts.comments.replies", media_id=media, comment_id=cid)
    assert [row["cid"] for row in replies] == [reply["comment"]["cid"]]
    await wire.call("user.posts.comments.like", media_id=media, comment_id=cid)
    first = (await wire.call("user.posts.comments.list", media_id=media))["comments"][0]
    assert (first["user_digged"], first["reply_comment_total"]) == (1, 1)
    await wire.call("user.posts.comments.unlike", media_id=media, comment_id=cid)
    assert (await wire.call("user.posts.comments.delete", comment_id=cid))["msg"] == "success"
    after = await wire.call("public.comments_list", media_id=media)
    assert after["comments"] == before["comments"]
    again = await wire.send("user.posts.comments.delete", comment_id=cid)
    assert (again.status_code, again.json()["statusCode"]) == (403, 10224)


async def test_comment_of_another_account_stays(start):
    rig = await start()
    mine = Wire(rig.emulator, rig.http)
    theirs = Wire(rig.emulator, rig.http, rig.emulator.account_keys[1])
    media = example("public.comments_list")["media_id"]
    made = await mine.call("user.posts.comments.post", media_id=media, text="mine")
    refused = await theirs.send("user.posts.comments.delete", comment_id=made["comment"]["cid"])
    assert refused.status_code == 403
    assert (await state(mine))["comments"] == 1


async def test_likes_of_one_account_are_not_of_another(start):
    rig = await start()
    mine = Wire(rig.emulator, rig.http)
    theirs = Wire(rig.emulator, rig.http, rig.emulator.account_keys[1])
    media = await some_post(mine)
    before = (await theirs.call("user.posts.video", id=media))["itemInfo"]["itemStruct"]["digged"]
    await mine.call("user.posts.like", media_id=media)
    after = (await theirs.call("user.posts.video", id=media))["itemInfo"]["itemStruct"]["digged"]
    assert after == before


async def test_profile_is_edited_for_tikapi_only(start):
    rig = await start()
    wire = Wire(rig.emulator, rig.http)
    research = await rig.data(INFO, {"username": "joe1234567"}, "display_name,bio_description")
    edits = {"nickname": "Jo", "bio": "new 🎉", "username": "jo.new", "private": "true"}
    for field, value in edits.items():
        body = await wire.call("user.edit", field=field, value=value)
    assert body["user"]["secret"] == 1
    user = (await wire.call("public.check", username="jo.new"))["userInfo"]["user"]
    shown = [user[key] for key in ("nickname", "signature", "uniqueId", "privateAccount")]
    assert shown == ["Jo", "new 🎉", "jo.new", True]
    assert (await wire.call("user.verify"))["data"]["username"] == "jo.new"
    taken = await wire.send("user.edit", field="username", value="joe_private")
    assert taken.status_code == 403
    wrong = await wire.send("user.edit", field="private", value="perhaps")
    assert wrong.status_code == 400
    assert research == await rig.data(
        INFO, {"username": "joe1234567"}, "display_name,bio_description"
    )


async def test_messages_are_sent_into_their_conversation(start):
    rig = await start()
    wire = Wire(rig.emulator, rig.http)
    talk = (await wire.call("user.conversations"))["conversations"][4]
    ids = {"conversation_id": talk["id"], "conversation_short_id": talk["short_id"]}
    for text in ("hello", "anyone?"):
        rig.wall.time += 1
        sent = await wire.call("user.send_message", **ids, ticket=talk["ticket"], text=text)
    assert sent["cmd"] == 100
    rows = await wire.rows("user.messages", **ids, limit=7)
    assert [row["text"] for row in rows[:2]] == ["anyone?", "hello"]
    assert len(rows) == len({row["clientMessageId"] for row in rows})
    first = (await wire.call("user.conversations"))["conversations"][0]
    assert (first["short_id"], first["messages"][0]["text"]) == (talk["short_id"], "anyone?")
    refused = await wire.send("user.send_message", **ids, ticket="x" * 160, text="psst")
    assert refused.status_code == 403
    assert (await state(wire))["messages"] == 2


async def test_requests_are_read_accepted_and_deleted(wire):
    asked = await wire.rows(f"{REQUESTS}conversations")
    first, second = [
        {"conversation_id": each["id"], "conversation_short_id": each["short_id"]}
        for each in asked[:2]
    ]
    messages = (await wire.call(f"{REQUESTS}messages", **first))["messages"]
    assert [message["isStranger"] for message in messages] == [True]
    await wire.call(f"{REQUESTS}mark_read", **first)
    wrong = await wire.send(f"{REQUESTS}accept", **first, user_id="17")
    assert wrong.status_code == 403
    user_id = asked[0]["participantsUid"][1]
    await wire.call(f"{REQUESTS}accept", **first, user_id=user_id)
    await wire.call(f"{REQUESTS}delete", **second)
    left = [row["short_id"] for row in await wire.rows(f"{REQUESTS}conversations")]
    assert left == [row["short_id"] for row in asked[2:]]
    talks = [row["short_id"] for row in await wire.rows("user.conversations")]
    assert first["conversation_short_id"] in talks
    assert second["conversation_short_id"] not in talks
    again = await wire.send(f"{REQUESTS}delete", **second)
    assert (again.status_code, again.json()["statusCode"]) == (403, 10224)
    assert (await state(wire))["requests_read"] == 1


async def test_live_room_opens_and_closes(start):
    rig = await start()
    wire = Wire(rig.emulator, rig.http)
    before = await wire.rows("user.live.list")
    made = await wire.call("user.live.start", title="Cats at work")
    room = made["room"]["id"]
    assert made["stream"]["push"]["key"]
    profile = (await wire.call("public.check", username="joe1234567"))["userInfo"]["user"]
    assert profile["roomId"] == room
    shown = (await wire.call("user.live.info", room_id=room))["data"]
    assert (shown["title"], shown["status"]) == ("Cats at work", 2)
    rig.wall.time += 90
    await wire.call("user.live.stop")
    shown = (await wire.call("user.live.info", room_id=room))["data"]
    details = (await wire.call("user.live.details", room_id=room))["data"]
    assert (shown["status"], details["duration"]) == (4, 90)
    assert (await wire.send("user.live.chat", room_id=room)).status_code == 403
    profile = (await wire.call("public.check", username="joe1234567"))["userInfo"]["user"]
    assert profile["roomId"] == ""
    after = await wire.rows("user.live.list")
    assert [row["id_str"] for row in after] == [room, *(row["id_str"] for row in before)]


async def test_each_act_is_counted_once(wire):
    media = await some_post(wire)
    await wire.call("user.posts.like", media_id=media)
    assert wire.emulator.stats()["by_endpoint"]["tikapi.user.posts.like"] == 1
    assert (await state(wire))["likes"] == 1
    wire.emulator.reset()
    assert not any((await state(wire)).values())
