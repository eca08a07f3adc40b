"""What happens in the chat of a live room."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from typing import Any

import attrs

from tiktok_async.models import IdText  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.keys import CamelModel


@attrs.frozen(kw_only=True)
class ChatUser(CamelModel):
    """Who does something in a live room."""

    display_id: str | None = None
    """The handle."""
    nickname: str | None = None


@attrs.frozen(kw_only=True)
class ChatEvent(CamelModel):
    """Something that happened in a live room; what else it has is in `extra`.

    Source: a public program on TikAPI; contract, TikAPI models, Live chat message. Only
    `ChatMessage` is proven.
    """

    message_type: str | None = None
    """Such as ChatMessage."""
    content: str | None = None
    """What was said, in a ChatMessage."""
    user: ChatUser | None = None
    msg_id: IdText | None = None
    """Unproven, as `common`: TikTok's own messages of a room have their id there."""
    common: Mapping[str, Any] | None = attrs.field(default=None, hash=False)

    @property
    def key(self) -> str | None:
        """The id of the event; None where the answer has none."""
        inner = (self.common or {}).get("msgId")
        return self.msg_id or (str(inner) if isinstance(inner, str | int) and inner else None)
