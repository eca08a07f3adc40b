"""Conversations, conversation requests, and the messages in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.emulator.tikapi import refusals
from tiktok_async.emulator.tikapi.inbox import requests, talk_of, talks
from tiktok_async.emulator.tikapi.naming import is_example
from tiktok_async.emulator.tikapi.pages import Dated, by_index

if TYPE_CHECKING:
    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.tikapi.calls import Call
    from tiktok_async.emulator.tikapi.inbox import Talk

_PAGE: Final = 10
_MESSAGES: Final = 20
_SEQUENCE: Final = 10_005


async def conversations(call: Call) -> Answer:
    """Serve one page of conversations; the cursor is a number."""
    found = talks(call.scene, call.user)
    page = by_index(
        call, len(found), lambda place: found[place].shown(), call.index("nextCursor"), _PAGE
    )
    return call.ok(
        rows=len(page.rows),
        conversations=page.rows,
        hasMore=page.more,
        nextCursor=page.end if page.more else 0,
        perUserCursor=found[0].latest,
        sequence_id=0,
    )


async def messages(call: Call) -> Answer:
    """Serve one page of messages; the cursor is a number, microseconds of the last message."""
    talk = _talk(call, asked=False)
    found = Dated(talk.places(), lambda place: place[0])
    size = max(1, call.number("limit", _MESSAGES))
    before = call.index("nextCursor") or None
    page = found.page(call, lambda place: talk.message(*place), before, size)
    return call.ok(
        rows=len(page.rows),
        messages=page.rows,
        hasMore=page.more,
        nextCursor=page.end if page.more else 0,
        sequence_id=_SEQUENCE,
    )


async def send(call: Call) -> Answer:
    """Send a message."""
    talk = _talk(call, asked=False)
    ticket = call.text("ticket")
    if ticket != talk.ticket and not is_example(ticket, "ticket"):
        raise refusals.not_allowed("The ticket is not that of the conversation.")
    sent = call.service.state.of(call.user).sent.setdefault(talk.number, [])
    time = max(int(call.now * 1_000_000), sent[-1][0] + 1 if sent else 0)
    sent.append((time, call.text("text")))
    return call.ok(
        rows=1,
        body={"message": talk.message(time, -len(sent))},
        request_arrived_time=int(call.now * 1000),
        server_execution_end_time=int(call.now * 1000),
        sequence_id=_SEQUENCE + len(sent),
    )


async def asked(call: Call) -> Answer:
    """Serve one page of conversation requests.

    The cursor is a text, and stands beside a false flag too, as in the sample.
    """
    found = requests(call.scene, call.user)
    page = by_index(
        call, len(found), lambda place: found[place].shown(), call.index("nextCursor"), _PAGE
    )
    return call.ok(
        rows=len(page.rows),
        conversation_requests=page.rows,
        hasMore=page.more,
        nextCursor=str(max(1, page.end)),
    )


async def asked_messages(call: Call) -> Answer:
    """Serve the messages of a conversation request: all of them."""
    talk = _talk(call, asked=True)
    rows = [talk.message(*place) for place in talk.places()]
    return call.ok(rows=len(rows), messages=rows)


async def mark_read(call: Call) -> Answer:
    """Mark a conversation request as read."""
    talk = _talk(call, asked=True)
    call.service.state.of(call.user).read.add(talk.number)
    return call.ok()


async def delete(call: Call) -> Answer:
    """Delete a conversation request."""
    talk = _talk(call, asked=True)
    call.service.state.of(call.user).deleted.add(talk.number)
    return call.ok()


async def accept(call: Call) -> Answer:
    """Accept a conversation request: it is a conversation from then on."""
    talk = _talk(call, asked=True)
    other = call.service.names.by_user_id(call.text("user_id"))
    if other != talk.other and not is_example(call.text("user_id"), "user_id"):
        raise refusals.tiktok(refusals.NO_USER)
    call.service.state.of(call.user).accepted.append(talk.number)
    return call.ok()


def _talk(call: Call, *, asked: bool) -> Talk:
    ids = call.text("conversation_id"), call.text("conversation_short_id")
    found = talk_of(call.scene, call.user, *ids, asked=asked)
    if found is None:
        raise refusals.tiktok(refusals.NO_ENTITY)
    return found
