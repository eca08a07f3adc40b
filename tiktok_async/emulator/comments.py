"""The comments of a video and their replies.

A comment's id holds its video and its place, so that replies are found from the id alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.mixing import mix
from tiktok_async.emulator.words import REMARKS

if TYPE_CHECKING:
    from tiktok_async.emulator.people import People
    from tiktok_async.emulator.videos import Video

_FIRST_ID: Final = 6_900_000_000_000_000_000
_PLACE_BITS: Final = 14
_REPLY_BITS: Final = 8
_MOST_COMMENTS: Final = (1 << _PLACE_BITS) - 1
_MOST_REPLIES: Final = 31


@attrs.frozen
class Comment:
    """A comment, or a reply to one."""

    video: Video
    place: int
    """Among the comments of the video, from 0."""
    reply: int = 0
    """Among the replies of the comment, from 1; 0 is the comment itself."""

    @property
    def bits(self) -> int:
        """64 bits of its own."""
        return mix(self.video.bits ^ (self.place << _REPLY_BITS | self.reply) << 20)

    @property
    def id(self) -> int:
        """The id, 19 digits."""
        place = self.video.index << _PLACE_BITS | self.place
        return _FIRST_ID + (place << _REPLY_BITS | self.reply)

    @property
    def is_visible(self) -> bool:
        """Whether it can be had; one in thirty was removed."""
        return self.bits % 30 != 0

    @property
    def reply_count(self) -> int:
        """How many replies it has, the removed ones included; a reply has none."""
        if self.reply:
            return 0
        drawn = self.bits >> 8
        return 0 if drawn & 3 else drawn >> 2 & _MOST_REPLIES

    def row(self) -> dict[str, Any]:
        """Return every field of the wire object."""
        drawn = self.bits
        video_id = self.video.id()
        return {
            "id": self.id,
            "video_id": video_id,
            "text": REMARKS[drawn >> 16 & 15],
            "like_count": 1 << (drawn >> 20 & 0xFFF).bit_count(),
            "reply_count": self.reply_count,
            "parent_comment_id": attrs.evolve(self, reply=0).id if self.reply else video_id,
            "create_time": self.video.create_time() + 60 * (self.place + 1) + self.reply,
        }

    def display_name(self, people: People) -> str:
        """Return the name of whoever wrote it."""
        return people.display_name((self.bits >> 24) % people.count)


def comment_total(video: Video, cap: int) -> int:
    """Return how many comments of a video are listed, the removed ones included."""
    return min(video.comment_count(), cap, _MOST_COMMENTS)


def place_of(comment_id: int) -> tuple[int, int, int]:
    """Return the index of the video, the place and the reply number that an id stands for."""
    packed = comment_id - _FIRST_ID
    place = packed >> _REPLY_BITS
    reply = packed & ((1 << _REPLY_BITS) - 1)
    return place >> _PLACE_BITS, place & _MOST_COMMENTS, reply
