"""Conversations that strangers ask the user for.

Accepting, deleting and marking are GET calls that change something.
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from tiktok_async.sansio.endpoint import Route
from tiktok_async.sansio.paging import PageRule  # noqa: TC001  # help() resolves the annotations
from tiktok_async.tikapi.endpoints.family import SDK, Act, Declared, Listing
from tiktok_async.tikapi.endpoints.forms import DIGITS, as_text
from tiktok_async.tikapi.endpoints.parameters import InConversation, NextNumbered, in_query
from tiktok_async.tikapi.endpoints.rules import ONE_PAGE_OF_MESSAGES
from tiktok_async.tikapi.models import ConversationRequest, Done, Message
from tiktok_async.tikapi.paging import CursorList


class _OfRequests(Declared):
    """What all of them have in common."""

    scopes: ClassVar[tuple[str, ...]] = ("conversation_requests",)
    premium: ClassVar[bool] = True


@attrs.frozen(kw_only=True)
class ListConversationRequests(_OfRequests, NextNumbered, Listing[ConversationRequest]):
    """List the conversation requests (premium)."""

    id = "tikapi.user.conversation_requests.conversations"
    route: ClassVar[Route] = Route("GET", "/user/conversations/requests")
    rule: ClassVar[PageRule] = CursorList(
        ("conversation_requests",), param="next_cursor", answer="nextCursor"
    )


@attrs.frozen(kw_only=True)
class ListRequestMessages(_OfRequests, InConversation, Listing[Message]):
    """List the messages of a conversation request (premium); one page."""

    id = "tikapi.user.conversation_requests.messages"
    route: ClassVar[Route] = Route("GET", "/user/messages/requests")
    rule: ClassVar[PageRule] = ONE_PAGE_OF_MESSAGES


@attrs.frozen(kw_only=True)
class MarkRequestRead(_OfRequests, InConversation, Act[Done]):
    """Mark a conversation request as read (premium)."""

    id = "tikapi.user.conversation_requests.mark_read"
    route: ClassVar[Route] = Route("GET", "/user/conversations/requests/mark_read")
    source = SDK


@attrs.frozen(kw_only=True)
class DeleteRequest(_OfRequests, InConversation, Act[Done]):
    """Delete a conversation request (premium)."""

    id = "tikapi.user.conversation_requests.delete"
    route: ClassVar[Route] = Route("GET", "/user/conversations/requests/delete")


@attrs.frozen(kw_only=True)
class AcceptRequest(_OfRequests, InConversation, Act[Done]):
    """Accept a conversation request (premium)."""

    id = "tikapi.user.conversation_requests.accept"
    route: ClassVar[Route] = Route("GET", "/user/conversations/requests/accept")

    user_id: str = attrs.field(
        converter=as_text, validator=DIGITS, metadata=in_query("The id of who asked.")
    )
