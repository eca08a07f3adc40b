"""What the user said and published."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # attrs resolves the annotations at run time
from typing import Any, ClassVar, Final

import attrs

from tiktok_async.models import wire
from tiktok_async.portability.archive.rows.row import Row, verbatim, video_id_of

_CHAT: Final = "Chat History with "


@attrs.frozen(kw_only=True)
class Comment(Row):
    """A comment that the user wrote."""

    essential: ClassVar[tuple[str, ...]] = ("date", "comment", "photo", "video", "sticker")

    date: datetime | None = None
    """In UTC since 2026."""
    comment: str | None = None
    photo: str | None = None
    video: str | None = None
    sticker: str | None = None
    url: str | None = None
    original_post_url: str | None = None
    original_post_link: str | None = None

    @property
    def video_id(self) -> int | None:
        """Of the video that was commented on, where a link says so."""
        return video_id_of(self.original_post_url, self.original_post_link, self.url)


@attrs.frozen(kw_only=True)
class Post(Row):
    """A video or a photo series that the user published."""

    essential: ClassVar[tuple[str, ...]] = ("date", "link")

    date: datetime | None = None
    link: str | None = None
    likes: int | None = None
    title: str | None = None
    who_can_view: str | None = None
    allow_comments: str | None = None
    allow_stitches: str | None = None
    allow_duets: str | None = None
    allow_stickers: str | None = None
    allow_sharing_to_story: str | None = None
    content_disclosure: str | None = None
    ai_generated_content: str | None = None
    sound: str | None = None
    location: str | None = None
    add_yours_text: str | None = None
    alternate_text: str | None = None
    cover_image: str | None = None

    @property
    def video_id(self) -> int | None:
        """From the link, if it is one to a page of TikTok and not to a file."""
        return video_id_of(self.link)


@attrs.frozen(kw_only=True)
class Message(Row):
    """A message in a chat, of two people or of a group."""

    essential: ClassVar[tuple[str, ...]] = ("content",)
    keyed: ClassVar[str] = "chat"

    chat: str | None = attrs.field(default=None, metadata=verbatim())
    """Whom the chat is with."""
    date: datetime | None = None
    sender: str | None = attrs.field(default=None, metadata={**wire("From"), **verbatim()})
    content: str | None = attrs.field(default=None, metadata=verbatim())

    @classmethod
    def from_key(cls, key: str) -> str:
        """Return NAME of `Chat History with NAME:`."""
        _, found, name = key.partition(_CHAT)
        return name.rstrip().rstrip(":") if found else key

    @classmethod
    def heads(cls, line: str) -> bool:
        """Tell whether a line of text names a chat."""
        return _CHAT in line


@attrs.frozen(kw_only=True)
class TakoMessage(Row):
    """A message to or from Tako, the assistant of TikTok."""

    date: datetime | None = None
    content: Any = attrs.field(default=None, hash=False)
    """As it came: its shape is not documented."""


@attrs.frozen(kw_only=True)
class TakoChat(Row):
    """A chat with Tako."""

    essential: ClassVar[tuple[str, ...]] = ("chat_title", "messages")

    chat_title: str | None = None
    messages: tuple[TakoMessage, ...] | None = None
