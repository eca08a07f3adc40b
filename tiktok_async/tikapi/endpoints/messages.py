"""The user's conversations and messages."""

from __future__ import annotations

from typing import ClassVar

import attrs

from tiktok_async.sansio.endpoint import Route, between, optional_id, param
from tiktok_async.sansio.paging import PageRule  # noqa: TC001  # help() resolves the annotations
from tiktok_async.tikapi.endpoints.family import Act, Listing
from tiktok_async.tikapi.endpoints.forms import TEXT, as_text
from tiktok_async.tikapi.endpoints.parameters import InConversation, NextNumbered, in_query
from tiktok_async.tikapi.endpoints.rules import MESSAGES
from tiktok_async.tikapi.models import Conversation, Message, SentMessage
from tiktok_async.tikapi.paging import CursorList


@attrs.frozen(kw_only=True)
class ListConversations(NextNumbered, Listing[Conversation]):
    """List the user's conversations (premium)."""

    id = "tikapi.user.conversations"
    route: ClassVar[Route] = Route("GET", "/user/conversations")
    scopes: ClassVar[tuple[str, ...]] = ("view_messages",)
    premium: ClassVar[bool] = True
    rule: ClassVar[PageRule] = CursorList(
        ("conversations",), param="next_cursor", answer="nextCursor"
    )


@attrs.frozen(kw_only=True)
class ListMessages(NextNumbered, InConversation, Listing[Message]):
    """List the messages of a conversation (premium)."""

    id = "tikapi.user.messages"
    route: ClassVar[Route] = Route("GET", "/user/messages")
    scopes: ClassVar[tuple[str, ...]] = ("view_messages",)
    premium: ClassVar[bool] = True
    rule: ClassVar[PageRule] = MESSAGES

    limit: int | None = attrs.field(
        default=None,
        converter=optional_id,
        validator=between(0, 99),
        metadata=in_query("Rows per page, 0-99, as it seems; explained nowhere."),
    )


@attrs.frozen(kw_only=True)
class SendMessage(Act[SentMessage]):
    """Send a message into a conversation (premium; trusted customers only)."""

    id = "tikapi.user.send_message"
    route: ClassVar[Route] = Route("POST", "/user/message/send")
    scopes: ClassVar[tuple[str, ...]] = ("send_messages",)
    premium: ClassVar[bool] = True
    trusted_only: ClassVar[bool] = True

    text: str = attrs.field(validator=TEXT, metadata=param("What to say."))
    conversation_id: str = attrs.field(
        converter=as_text, validator=TEXT, metadata=param("The conversation's id.")
    )
    conversation_short_id: str = attrs.field(
        converter=as_text, validator=TEXT, metadata=param("Its second, short id.")
    )
    ticket: str = attrs.field(
        validator=TEXT, repr=False, metadata=param("The conversation's ticket.")
    )
