"""Notifications."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from datetime import datetime  # noqa: TC003  # help() resolves the annotations
from typing import Any

import attrs

from tiktok_async.models import Flag, IdText, Model, moment, wire
from tiktok_async.tikapi.models.comment import CommentUser  # noqa: TC001  # attrs resolves it


@attrs.frozen(kw_only=True)
class NoticePost(Model):
    """A post as a notification has it."""

    aweme_id: IdText | None = None
    desc: str | None = None
    """The caption."""


@attrs.frozen(kw_only=True)
class NoticeComment(Model):
    """A comment as a notification has it."""

    cid: IdText | None = None
    text: str | None = None
    user: CommentUser | None = None
    aweme: NoticePost | None = None


@attrs.frozen(kw_only=True)
class Digg(Model):
    """Likes of a post."""

    from_user: tuple[CommentUser, ...] | None = attrs.field(default=None, metadata=wire(lone=True))
    aweme: NoticePost | None = None


@attrs.frozen(kw_only=True)
class At(Model):
    """A mention."""

    content: str | None = None
    comment: NoticeComment | None = None


@attrs.frozen(kw_only=True)
class Notification(Model):
    """Something that the user is told, in one of the fields `digg`, `at`, `comment`, `follow`.

    Source: public programs on TikAPI; contract, TikAPI models, Notification.
    """

    nid: IdText | None = None
    """The notification's id."""
    type: int | None = None
    create_time: int | None = None
    """Unix seconds."""
    has_read: Flag | None = None
    digg: Digg | None = None
    at: At | None = None
    comment: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """As it came: its inner shape is not documented."""
    follow: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """As it came: its inner shape is not documented."""

    @property
    def created_at(self) -> datetime | None:
        """When it came, UTC."""
        return moment(self.create_time)
