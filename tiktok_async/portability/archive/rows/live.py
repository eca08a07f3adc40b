"""Live streams that the user watched or hosted."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # attrs resolves the annotations at run time
from typing import Any, ClassVar

import attrs

from tiktok_async.models import wire
from tiktok_async.portability.archive.rows.row import Row, verbatim


@attrs.frozen(kw_only=True)
class LiveComment(Row):
    """A comment that the user wrote in a live stream."""

    date: datetime | None = attrs.field(default=None, metadata=wire("CommentTime"))
    comment_content: str | None = attrs.field(default=None, metadata=verbatim())
    raw_time: int | None = None


@attrs.frozen(kw_only=True)
class LiveQuestion(Row):
    """A question that the user asked in a live stream."""

    date: datetime | None = attrs.field(default=None, metadata=wire("QuestionTime"))
    question_content: str | None = attrs.field(default=None, metadata=verbatim())


@attrs.frozen(kw_only=True)
class WatchedLive(Row):
    """A live stream that the user watched."""

    essential: ClassVar[tuple[str, ...]] = ("date", "link")
    keyed: ClassVar[str] = "live_id"

    live_id: int | None = None
    """-1 where the archive does not know it."""
    date: datetime | None = attrs.field(default=None, metadata=wire("WatchTime"))
    link: str | None = None
    comments: tuple[LiveComment, ...] | None = None
    questions: tuple[LiveQuestion, ...] | None = None


@attrs.frozen(kw_only=True)
class HostedLive(Row):
    """A live stream that the user hosted."""

    essential: ClassVar[tuple[str, ...]] = ("date", "room_id")

    date: datetime | None = attrs.field(default=None, metadata=wire("LiveStartTime"))
    """When it began."""
    live_end_time: datetime | None = None
    live_duration: str | None = None
    room_id: int | None = None
    room_title: str | None = None
    cover_uri: str | None = None
    replay_url: str | None = None
    total_earning: str | None = None
    total_like: int | None = None
    total_view: int | None = None
    total_gifter: int | None = None
    quality_setting: str | None = None
    muted_list: Any = attrs.field(default=None, hash=False)
    """As it came: its shape is not documented."""
