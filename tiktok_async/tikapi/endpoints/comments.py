"""Comments as the user sees them, and what the user does with them."""

from __future__ import annotations

from typing import ClassVar

import attrs

from tiktok_async.sansio.endpoint import Route, param
from tiktok_async.sansio.paging import PageRule  # noqa: TC001  # help() resolves the annotations
from tiktok_async.tikapi.endpoints.family import Act, Listing
from tiktok_async.tikapi.endpoints.forms import (
    DIGITS,
    LINKED,
    TEXT,
    as_text,
    is_flag,
    optional_text,
)
from tiktok_async.tikapi.endpoints.parameters import Counted, Cursored, OfComment, OfMedia
from tiktok_async.tikapi.endpoints.rules import COMMENTS
from tiktok_async.tikapi.models import Comment, Done

_SCOPES: tuple[str, ...] = ("media_actions",)
_MEDIA = param("The video's id, or a short link.")


@attrs.frozen(kw_only=True)
class ListCommentsAsUser(Cursored, Counted, OfMedia, Listing[Comment]):
    """List the comments on a video, without their replies."""

    id = "tikapi.user.posts.comments.list"
    route: ClassVar[Route] = Route("GET", "/user/comment/list")
    scopes: ClassVar[tuple[str, ...]] = _SCOPES
    rule: ClassVar[PageRule] = COMMENTS


@attrs.frozen(kw_only=True)
class ListRepliesAsUser(Cursored, Counted, OfComment, OfMedia, Listing[Comment]):
    """List the replies to a comment."""

    id = "tikapi.user.posts.comments.replies"
    route: ClassVar[Route] = Route("GET", "/user/comment/reply/list")
    scopes: ClassVar[tuple[str, ...]] = _SCOPES
    rule: ClassVar[PageRule] = COMMENTS


@attrs.frozen(kw_only=True)
class PostComment(Act[Done]):
    """Comment on a video, or reply to a comment (trusted customers only)."""

    id = "tikapi.user.posts.comments.post"
    route: ClassVar[Route] = Route("POST", "/user/comment")
    scopes: ClassVar[tuple[str, ...]] = _SCOPES
    trusted_only: ClassVar[bool] = True

    media_id: str = attrs.field(converter=as_text, validator=LINKED, metadata=_MEDIA)
    text: str = attrs.field(validator=TEXT, metadata=param("What to say."))
    reply_comment_id: str | None = attrs.field(
        default=None,
        converter=optional_text,
        validator=DIGITS,
        metadata=param("The comment to reply to."),
    )
    has_tags: bool = attrs.field(
        default=False, validator=is_flag, metadata=param("Whether the text mentions somebody.")
    )


@attrs.frozen(kw_only=True)
class _LikingComment(Act[Done]):
    """What liking a comment and its end have in common."""

    scopes: ClassVar[tuple[str, ...]] = _SCOPES

    media_id: str = attrs.field(converter=as_text, validator=LINKED, metadata=_MEDIA)
    comment_id: str = attrs.field(
        converter=as_text, validator=DIGITS, metadata=param("The comment's id.")
    )


@attrs.frozen(kw_only=True)
class LikeComment(_LikingComment):
    """Like a comment."""

    id = "tikapi.user.posts.comments.like"
    route: ClassVar[Route] = Route("POST", "/user/comment/like")


@attrs.frozen(kw_only=True)
class UnlikeComment(_LikingComment):
    """Like a comment no longer."""

    id = "tikapi.user.posts.comments.unlike"
    route: ClassVar[Route] = Route("POST", "/user/comment/unlike")


@attrs.frozen(kw_only=True)
class DeleteComment(Act[Done]):
    """Delete a comment (trusted customers only)."""

    id = "tikapi.user.posts.comments.delete"
    route: ClassVar[Route] = Route("POST", "/user/comment/delete")
    scopes: ClassVar[tuple[str, ...]] = _SCOPES
    trusted_only: ClassVar[bool] = True

    comment_id: str = attrs.field(
        converter=as_text, validator=DIGITS, metadata=param("The comment's id.")
    )
