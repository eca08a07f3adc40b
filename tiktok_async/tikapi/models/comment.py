"""Comments on posts, and replies to them."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from datetime import datetime  # noqa: TC003  # help() resolves the annotations
from typing import Any

import attrs

from tiktok_async.models import Flag, IdText, Model, Number, moment, wire
from tiktok_async.tikapi.models.picture import Picture  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.text import TextExtra, hashtags, mentions


@attrs.frozen(kw_only=True)
class CommentUser(Model):
    """An account as it comes with a comment or a notification; most other keys are null.

    Source: TikTok web bodies; contract, TikAPI models, CommentUser.
    """

    uid: IdText | None = None
    unique_id: str | None = None
    """The handle."""
    nickname: str | None = None
    sec_uid: str | None = None
    avatar_thumb: Picture | None = None
    custom_verify: str | None = None
    enterprise_verify_reason: str | None = None
    verification_type: int | None = None
    follow_status: int | None = None
    follower_status: int | None = None
    region: str | None = None
    room_id: IdText | None = attrs.field(default=None, metadata=wire("room_id_str", "room_id"))


@attrs.frozen(kw_only=True)
class CommentImage(Model):
    """A picture in a comment; the sources do not say what form its links have."""

    origin_url: Any = attrs.field(default=None, hash=False)
    crop_url: Any = attrs.field(default=None, hash=False)


@attrs.frozen(kw_only=True)
class ShareInfo(Model):
    """How a comment introduces itself when it is shared."""

    title: str | None = None
    desc: str | None = None
    url: str | None = None
    acl: Mapping[str, Any] | None = attrs.field(default=None, hash=False)


@attrs.frozen(kw_only=True)
class SortScore(Model):
    """What the order of comments goes by."""

    reply_score: Number | None = None
    show_more_score: Number | None = None


@attrs.frozen(kw_only=True)
class Comment(Model):
    """A comment, or a reply to one.

    Source: TikTok web bodies; contract, TikAPI models, Comment.
    """

    cid: IdText | None = None
    """The comment's id."""
    aweme_id: IdText | None = None
    """The post's id."""
    reply_id: IdText | None = None
    """The `cid` of the comment replied to; "0" on the top level."""
    reply_to_reply_id: IdText | None = None
    """The `cid` of the reply replied to, or "0"."""
    text: str | None = None
    user: CommentUser | None = None
    create_time: int | None = None
    """Unix seconds."""
    digg_count: int | None = None
    """Likes."""
    reply_comment_total: int | None = None
    """Replies."""
    reply_comment: tuple[Comment, ...] | None = None
    """The first of the replies, where they came along."""
    text_extra: tuple[TextExtra, ...] | None = None
    comment_language: str | None = None
    image_list: tuple[CommentImage, ...] | None = None
    author_pin: bool | None = None
    is_author_digged: bool | None = None
    """Whether the post's author likes it."""
    user_digged: Flag | None = None
    """Whether the account of the call likes it."""
    user_buried: bool | None = None
    status: int | None = None
    stick_position: int | None = None
    collect_stat: int | None = None
    fold_status: int | None = None
    no_show: bool | None = None
    is_comment_translatable: bool | None = None
    trans_btn_style: int | None = None
    is_high_purchase_intent: bool | None = None
    allow_download_photo: bool | None = None
    thread_id: IdText | None = None
    thread_has_more: bool | None = None
    share_info: ShareInfo | None = None
    sort_extra_score: SortScore | None = None
    sort_tags: str | None = None
    """JSON as text."""
    label_list: tuple[Any, ...] | None = attrs.field(default=None, hash=False)
    comment_post_item_ids: tuple[Any, ...] | None = attrs.field(default=None, hash=False)

    @property
    def created_at(self) -> datetime | None:
        """When it was written, UTC."""
        return moment(self.create_time)

    @property
    def hashtags(self) -> tuple[str, ...]:
        """The hashtags of the text in their order, without `#`."""
        return hashtags(self.text_extra)

    @property
    def mentions(self) -> tuple[str, ...]:
        """The handles that the text mentions in their order, without `@`."""
        return mentions(self.text_extra)
