"""The chat of a live room on the wire: polled, with doubles, quiet phases and an end."""

from __future__ import annotations

from base64 import b64decode

import pytest
from tikapi_wire import Wire, example

pytestmark = pytest.mark.anyio

ROOM = example("user.live.chat")


@pytest.fixture
def chat(start):
    """Return what starts an emulator and polls its chat."""

    async def make(**options):
        rig = await start(**options)
        rig.wall.time = 1_700_000_040.0  # twenty seconds into a minute
        return Poller(rig)

    return make


class Poller:
    """Someone who looks at a chat again and again."""

    def __init__(self, rig):
        self.rig, self.wire, self.cursor = rig, Wire(rig.emulator, rig.http), None

    async def poll(self, seconds=0.0, **given):
        """Look once, some time later; return the messages."""
        self.rig.wall.time += seconds
        sent = ROOM | ({"nextCursor": self.cursor} if self.cursor else {}) | given
        body = await self.wire.call("user.live.chat", **sent)
        self.cursor = body["nextCursor"]
        return body["messagesList"]


def ids(messages) -> list[str]:
    return [message["common"]["msgId"] for message in messages]


async def test_every_message_comes_and_few_twice(chat):
    poller = await chat(chat_rate=5.0, chat_quiet=0.0)
    seen = ids(await poller.poll())
    assert len(seen) == 10
    for _ in range(12):
        seen += ids(await poller.poll(2.0))
    assert len(set(seen)) == 10 + 12 * 10
    assert len(seen) > len(set(seen))


async def test_doubles_can_be_switched_off(chat):
    poller = await chat(chat_rate=5.0, chat_quiet=0.0, chat_overlap=0.0)
    seen = ids(await poller.poll())
    for _ in range(5):
        seen += ids(await poller.poll(2.0))
    assert len(seen) == len(set(seen)) == 60


async def test_slow_reader_gets_the_rest_with_the_next_polls(chat):
    poller = await chat(chat_rate=40.0, chat_quiet=0.0)
    seen = set(ids(await poller.poll()))
    polls = [await poller.poll(seconds) for seconds in (10.0, 0, 0, 0, 0, 0, 0, 0, 0)]
    assert max(map(len, polls)) <= 60
    for messages in polls:
        seen |= set(ids(messages))
    assert len(seen) == 10 + 400
    assert all(ids(messages) for messages in polls[:8])


async def test_nobody_speaks_for_a_part_of_each_minute(chat):
    poller = await chat(chat_rate=2.0, chat_quiet=20.0, chat_overlap=0.0)
    await poller.poll()
    counts = [len(await poller.poll(1.0)) for _ in range(60)]
    assert sum(count == 0 for count in counts) == 19
    assert sum(counts) == 80


async def test_message_says_who_and_what(chat):
    poller = await chat(chat_rate=20.0, chat_quiet=0.0)
    messages = await poller.poll()
    for _ in range(5):
        messages += await poller.poll(2.0)
    kinds = {message["messageType"] for message in messages}
    assert kinds == {"ChatMessage", "GiftMessage", "MemberMessage"}
    for message in messages:
        assert message["user"]["displayId"]
        assert bool(message.get("content")) == (message["messageType"] == "ChatMessage")


async def test_cursor_is_long_and_opaque(chat):
    poller = await chat()
    await poller.poll()
    assert 900 < len(poller.cursor) < 2000
    assert "---split_cusror---fetch_time:" in b64decode(poller.cursor).decode()
    for cursor in ("x", "MTI=", poller.cursor[:-8], poller.cursor[:400]):
        refused = await poller.wire.send("user.live.chat", **ROOM, nextCursor=cursor)
        assert (refused.status_code, list(refused.json()["fields"])) == (400, ["nextCursor"])


async def test_what_an_account_says_is_seen(chat):
    poller = await chat(chat_rate=0.0)
    assert await poller.poll() == []
    poller.rig.wall.time += 1
    await poller.wire.call("user.live.send_chat", **ROOM, text="hi 🎉")
    messages = await poller.poll(1.0)
    assert [(m["content"], m["user"]["displayId"]) for m in messages] == [("hi 🎉", "joe1234567")]
    assert await poller.poll(3.0) == []


async def test_equal_questions_have_equal_answers(chat):
    poller = await chat(chat_quiet=0.0)
    await poller.poll()
    sent = ROOM | {"nextCursor": poller.cursor}
    poller.rig.wall.time += 5
    bodies = [await poller.wire.call("user.live.chat", **sent) for _ in range(2)]
    assert bodies[0] == bodies[1]
    assert bodies[0]["now"] == str(int(poller.rig.wall.time * 1000))


@pytest.mark.parametrize("manner", ["refused", "status"])
async def test_room_ends(chat, manner):
    poller = await chat(room_life=30.0, room_end=manner, chat_quiet=0.0)
    await poller.poll()
    assert await poller.poll(29.0)
    poller.rig.wall.time += 2
    answer = await poller.wire.send("user.live.chat", **ROOM, nextCursor=poller.cursor)
    room = (await poller.wire.call("user.live.info", **ROOM))["data"]
    assert room["status"] == 4
    if manner == "refused":
        assert (answer.status_code, answer.json()["statusCode"]) == (403, 10210)
    else:
        assert answer.status_code == 200
        assert (answer.json()["messagesList"], answer.json()["nextCursor"]) == ([], "")
    silenced = await poller.wire.send("user.live.send_chat", **ROOM, text="still there?")
    assert silenced.status_code == 403


async def test_room_that_ended_is_found_no_more(chat):
    poller = await chat(room_life=30.0)
    before = await poller.wire.rows("user.live.search", query="cats")
    await poller.poll()
    poller.rig.wall.time += 31
    after = await poller.wire.rows("user.live.search", query="cats")
    assert len(after) == len(before) - 1


async def test_room_of_the_account_has_a_chat(chat):
    poller = await chat(chat_quiet=0.0)
    room = (await poller.wire.call("user.live.start", title="Cats"))["room"]["id"]
    assert await poller.poll(room_id=room)
