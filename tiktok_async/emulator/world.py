"""The procedural world: any number of videos, no memory, the same seed the same bytes.

`World` is also the truth that tests compare with: `World.search` tells what a query over a span
of days must give, computed apart from the wire.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async.emulator import filters
from tiktok_async.emulator.comments import Comment, comment_total, place_of
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.mixing import salt
from tiktok_async.emulator.people import People
from tiktok_async.emulator.shops import Market
from tiktok_async.emulator.social import Social
from tiktok_async.emulator.timeline import Timeline
from tiktok_async.emulator.videos import FIELDS, Catalogue, Video, row
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DAY = 86_400
_LEAST_USERS = 10


def _begin_of(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


@attrs.frozen
class World:
    """Everything that the emulator can show.

    Args:
        seed: What everything is derived from.
        videos: How many videos there are, the removed ones included; at least 1.
        users: How many users; by default one for fifty videos, and never fewer than ten.
        start: The first day, UTC.
        days: Length of the span that the videos are spread over.
        comment_cap: How many comments of a video are listed at most; 1000 is what an earlier page
            of the documentation said.
        follower_cap: How many followers or followed users are listed at most; several people
            saw a ceiling of 4000 to 5000.
        big_ids: Whether ids of videos and sounds exceed 64 bits, as one documented id does.
    """

    seed: int = 7
    videos: int = 20_000
    users: int | None = None
    start: date = date(2022, 1, 1)
    days: int = 730
    comment_cap: int = 1000
    follower_cap: int = 5000
    big_ids: bool = False
    people: People = attrs.field(init=False, repr=False)
    timeline: Timeline = attrs.field(init=False, repr=False)
    catalogue: Catalogue = attrs.field(init=False, repr=False)
    social: Social = attrs.field(init=False, repr=False)
    market: Market = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.videos < 1 or self.days < 1:
            raise InputError("The world needs at least one video and one day.")
        count = self.videos // 50 if self.users is None else self.users
        begin = _begin_of(self.start)
        people = People(
            max(count, _LEAST_USERS), self.videos, salt(self.seed, "people"), official().regions
        )
        bits = salt(self.seed, "time")
        timeline = Timeline(self.videos, begin, self.days * _DAY, bits, self.big_ids)
        parts = {
            "people": people,
            "timeline": timeline,
            "catalogue": Catalogue(timeline, people, salt(self.seed, "videos")),
            "social": Social(people, begin, self.follower_cap),
            "market": Market(salt(self.seed, "market")),
        }
        for name, part in parts.items():
            object.__setattr__(self, name, part)

    def video(self, index: int) -> Video:
        """Return a video by its index, from 0, the oldest."""
        return self.catalogue.video(index)

    def find_video(self, video_id: int) -> Video | None:
        """Return the video with an id, or None where there is none or it was removed."""
        index = self.timeline.index_of(video_id)
        video = None if index is None else self.video(index)
        return video if video is not None and video.is_visible else None

    def withdraw(self, video_id: int) -> None:
        """Show a video to nobody, and its comments neither, until it is restored.

        Raises:
            InputError: if there is none of that id.
        """
        self.catalogue.withdrawn.add(self._index(video_id))

    def restore(self, video_id: int) -> None:
        """Show a video again, as one that appears late.

        Raises:
            InputError: if there is none of that id.
        """
        self.catalogue.withdrawn.discard(self._index(video_id))

    def close_account(self, handle: str) -> None:
        """Let a user go, and their videos with them.

        Raises:
            InputError: if nobody has that name.
        """
        user = self.people.find(handle)
        if user is None:
            raise InputError(f"{handle} is no user of this world: take one that was served.")
        self.people.closed.add(user)

    def begin_anew(self) -> None:
        """Bring back what was withdrawn and who left."""
        self.catalogue.withdrawn.clear()
        self.people.closed.clear()

    def _index(self, video_id: int) -> int:
        index = self.timeline.index_of(video_id)
        if index is None:
            raise InputError(f"{video_id} is no video of this world: take one that was served.")
        return index

    def videos_of(self, user: int) -> Iterator[Video]:
        """Yield the videos of a user that can be had, newest first."""
        for index in self.people.videos_of(user):
            video = self.video(index)
            if video.is_visible:
                yield video

    def find_comment(self, comment_id: int) -> Comment | None:
        """Return the comment or reply with an id, or None where it cannot be had."""
        index, place, reply = place_of(comment_id)
        video = self.video(index) if 0 <= index < self.videos else None
        if video is None or not video.is_visible:
            return None
        parent = Comment(video, place)
        if place >= comment_total(video, self.comment_cap) or reply > parent.reply_count:
            return None
        comment = Comment(video, place, reply)
        return comment if comment.is_visible else None

    def comments_of(self, video: Video) -> Iterator[Comment]:
        """Yield the comments of a video that can be had."""
        for place in range(comment_total(video, self.comment_cap)):
            comment = Comment(video, place)
            if comment.is_visible:
                yield comment

    def replies_to(self, comment: Comment) -> Iterator[Comment]:
        """Yield the replies to a comment that can be had."""
        for number in range(1, comment.reply_count + 1):
            reply = Comment(comment.video, comment.place, number)
            if reply.is_visible:
                yield reply

    def window(self, first: date, end: date) -> range:
        """Return the indexes of the videos from a day on and before another, UTC."""
        return range(
            self.timeline.first_at(_begin_of(first)), self.timeline.first_at(_begin_of(end))
        )

    def search(
        self,
        query: dict[str, Any],
        first_day: date,
        last_day: date,
        *,
        fields: Sequence[str] = tuple(FIELDS),
    ) -> Iterator[dict[str, Any]]:
        """Yield what a query must give over a span of any length.

        Args:
            query: As on the wire: and, or, not.
            first_day: The first day, UTC.
            last_day: The last day, UTC, included.
            fields: The fields to show.

        Yields:
            Wire objects of the videos that can be had, newest id first.

        Raises:
            InputError: if the query is not one.
        """
        fits = filters.parse(query).compiled()
        for index in reversed(self.window(first_day, last_day + timedelta(days=1))):
            video = self.video(index)
            if fits(video) and video.is_visible:
                yield row(video, tuple(fields))
