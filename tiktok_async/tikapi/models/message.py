"""Conversations and their messages."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from tiktok_async.models import IdText, moment, wire
from tiktok_async.tikapi.models.done import Done
from tiktok_async.tikapi.models.keys import CamelModel

_UNITS: Final = (
    (10**11, timedelta(seconds=1)),
    (10**14, timedelta(milliseconds=1)),
    (10**17, timedelta(microseconds=1)),
)
"""Up to which count a time of a message is in which unit: no source says, the digits do."""


@attrs.frozen(kw_only=True)
class MessageContent(CamelModel):
    """What a message holds besides its text; other kinds of messages have other keys."""

    awe_type: int | None = None
    type: int | None = None
    is_default: bool | None = None
    is_card: bool | None = attrs.field(default=None, metadata=wire("is_card"))
    m_send_start_time: int | None = None
    msg_hint: str | None = None


@attrs.frozen(kw_only=True)
class Message(CamelModel):
    """A message.

    Source: TikAPI 2.x documentation; contract, TikAPI models, Message.
    """

    client_message_id: IdText | None = None
    text: str | None = None
    create_time: int | None = None
    """13 digits in milliseconds, 16 in microseconds; text on the wire in conversations."""
    sender_uid: IdText | None = None
    sender_sec_uid: str | None = None
    type: int | None = None
    """7 = text."""
    status: int | None = None
    content: MessageContent | None = None
    version: IdText | None = None
    is_stranger: bool | None = None

    @property
    def created_at(self) -> datetime | None:
        """When it was sent, UTC; None where the count of digits tells no unit."""
        time = self.create_time
        if time is None:
            return None
        return next((moment(time, unit) for limit, unit in _UNITS if 0 <= time < limit), None)


@attrs.frozen(kw_only=True)
class Conversation(CamelModel):
    """A conversation with its latest messages.

    Source: TikAPI 2.x documentation; contract, TikAPI models, Conversation.
    """

    id: IdText | None = None
    """What calls name `conversation_id`; such as `0:1:<uid>:<uid>`."""
    short_id: IdText | None = attrs.field(default=None, metadata=wire("short_id"))
    """What calls name `conversation_short_id`."""
    participants_uid: tuple[IdText, ...] | None = None
    participants_count: int | None = None
    messages: tuple[Message, ...] | None = None
    ticket: str | None = attrs.field(default=None, metadata=wire(secret=True))
    """What sending a message takes; not shown by `repr`."""
    owner_uid: IdText | None = None
    owner_sec_uid: str | None = None
    conversation_type: int | None = None
    inbox_type: int | None = None
    is_participant: bool | None = None
    mute: int | None = None
    favorite: int | None = None
    notice: str | None = None


@attrs.frozen(kw_only=True)
class ConversationRequest(Conversation):
    """A conversation that a stranger asks for; its rows are unproven."""


@attrs.frozen(kw_only=True)
class SentMessage(Done):
    """What came of a message that was sent.

    Source: TikAPI documentation 3.1.4, its sample of sending.
    """

    body: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    cmd: int | None = None
    sequence_id: IdText | None = None
    inbox_type: int | None = None
    error_desc: str | None = None
    """`OK`."""
    log_id: str | None = None
    request_arrived_time: int | None = None
    """Unix milliseconds."""
    server_execution_end_time: int | None = None
    """Unix milliseconds."""
