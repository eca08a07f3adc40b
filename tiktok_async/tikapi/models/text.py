"""What stands out in a text: hashtags and mentions.

Their places count UTF-16 code units, in which an emoji is two; slices of a Python text count
characters and are wrong after the first emoji.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.models import IdText, wire
from tiktok_async.tikapi.models.keys import CamelModel

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNITS: Final = "utf-16-le"
_UNIT_BYTES: Final = 2


@attrs.frozen(kw_only=True)
class TextExtra(CamelModel):
    """A hashtag or a mention in a text.

    Source: TikTok web bodies; contract, TikAPI models, TextExtra. Posts have the keys in camelCase,
    comments in snake_case.
    """

    type: int | None = None
    """1 = hashtag; 0 or 5 = mention."""
    start: int | None = None
    """UTF-16 code units before it."""
    end: int | None = None
    """UTF-16 code units up to its end."""
    hashtag_name: str | None = attrs.field(
        default=None, metadata=wire("hashtagName", "hashtag_name")
    )
    """Without `#`; empty for a mention."""
    hashtag_id: IdText | None = attrs.field(default=None, metadata=wire("hashtagId", "hashtag_id"))
    """Not in the lists of a profile."""
    user_id: IdText | None = attrs.field(default=None, metadata=wire("userId", "user_id"))
    user_unique_id: str | None = attrs.field(
        default=None, metadata=wire("userUniqueId", "user_unique_id")
    )
    """The handle of who is mentioned."""
    sec_uid: str | None = attrs.field(default=None, metadata=wire("secUid", "sec_uid"))
    aweme_id: IdText | None = attrs.field(default=None, metadata=wire("awemeId", "aweme_id"))
    sub_type: int | None = attrs.field(default=None, metadata=wire("subType", "sub_type"))
    is_commerce: bool | None = attrs.field(default=None, metadata=wire("isCommerce", "is_commerce"))

    @property
    def is_hashtag(self) -> bool:
        """Whether it is a hashtag."""
        return self.type == 1

    @property
    def is_mention(self) -> bool:
        """Whether it is a mention."""
        return self.type in (0, 5)

    def of(self, text: str) -> str:
        """Return the part of `text` that this is about, such as `#fyp`; empty if there is none.

        A place inside an emoji leaves out the half of it: what comes is always valid Unicode.

        Args:
            text: The text that this came with: the `desc` of the post, the `text` of the comment.
        """
        if self.start is None or self.end is None or not 0 <= self.start < self.end:
            return ""
        units = text.encode(_UNITS, "surrogatepass")
        part = units[self.start * _UNIT_BYTES : self.end * _UNIT_BYTES]
        return part.decode(_UNITS, "ignore")


def hashtags(found: Iterable[TextExtra] | None) -> tuple[str, ...]:
    """Return the names of the hashtags among what stands out in a text, without `#`, in order."""
    return tuple(each.hashtag_name for each in found or () if each.is_hashtag and each.hashtag_name)


def mentions(found: Iterable[TextExtra] | None) -> tuple[str, ...]:
    """Return the handles of the mentions among what stands out in a text, without `@`, in order."""
    return tuple(
        each.user_unique_id for each in found or () if each.is_mention and each.user_unique_id
    )
