"""How TikAPI names what is in the world, and what a name stands for.

Names are computed, both ways. TikAPI's documented examples are further names: of the first user,
of videos, a comment, a playlist, a sound and a hashtag. A short link leads to something, always
the same thing.
"""

from __future__ import annotations

import functools
import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import islice
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.emulator.mixing import salt
from tiktok_async.emulator.tikapi.facts import tikapi
from tiktok_async.emulator.videos import hashtag_name
from tiktok_async.emulator.words import HASHTAGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktok_async.emulator.comments import Comment
    from tiktok_async.emulator.videos import Video
    from tiktok_async.emulator.world import World

_LINK: Final = re.compile(r"https?://vm\.tiktok\.com/([a-zA-Z0-9]+)/?")
_DIGITS: Final = re.compile(r"[0-9]{1,25}", re.ASCII)
_FIRST_USER: Final = 6_800_000_000_000_000_000
_FIRST_ROOM: Final = 7_200_000_000_000_000_000
_STEP: Final = 1_000_003
_SEC_UID: Final = "MS4wLjABAAAA"
_TAIL_BYTES: Final = 40
_LIVE_EVERY: Final = 6
_SOUNDS: Final = 4096


def number_of(text: str) -> int | None:
    """Return the number that digits stand for, or None where it is none."""
    return int(text) if _DIGITS.fullmatch(text) else None


def _linked(text: str) -> int | None:
    """Return 64 bits that a short link stands for, or None where it is none."""
    found = _LINK.fullmatch(text)
    return None if found is None else salt(0, "link", found[1])


@functools.cache
def _examples() -> Mapping[str, frozenset[str]]:
    """Return the documented examples by the name of the parameter."""
    found: dict[str, set[str]] = {}
    for operation in tikapi().operations.values():
        for part in operation.parameters:
            key = f"{operation.path} id" if part.wire == "id" else part.wire
            found.setdefault(key, set()).update(part.examples)
    return {name: frozenset(values) for name, values in found.items()}


def is_example(text: str, *names: str) -> bool:
    """Whether a value is a documented example of a parameter."""
    return any(text in _examples()[name] for name in names)


@attrs.frozen
class Names:
    """The names of a world."""

    world: World
    _sounds: dict[int, int | None] = attrs.field(factory=dict, init=False, repr=False, eq=False)
    """Sounds that were looked for."""

    @functools.cached_property
    def _bits(self) -> int:
        return salt(self.world.seed, "secUid")

    def user_id(self, user: int) -> int:
        """Return the id of a user: 19 digits."""
        return _FIRST_USER + user * _STEP + self.world.people.draw(user, 41) % _STEP

    def sec_uid(self, user: int) -> str:
        """Return the secUid of a user: 76 characters, as real ones have."""
        head = (user ^ self._bits).to_bytes(8, "big")
        tail = hashlib.blake2b(head, digest_size=_TAIL_BYTES).digest()
        return _SEC_UID + urlsafe_b64encode(head + tail).decode()

    def by_sec_uid(self, text: str) -> int | None:
        """Return the user with a secUid, or None where there is none."""
        if is_example(text, "secUid"):
            return 0
        try:
            head = urlsafe_b64decode(text.removeprefix(_SEC_UID).encode())[:8]
        except ValueError:
            return None
        user = int.from_bytes(head, "big") ^ self._bits
        known = user < self.world.people.count and self.sec_uid(user) == text
        return user if known else None

    def by_user_id(self, text: str) -> int | None:
        """Return the user with an id, or None where there is none."""
        if is_example(text, "user_id"):
            return 0
        number = number_of(text)
        user = -1 if number is None else (number - _FIRST_USER) // _STEP
        known = 0 <= user < self.world.people.count and self.user_id(user) == number
        return user if known else None

    def by_handle(self, text: str) -> int | None:
        """Return the user with a name or a short link, or None where there is none."""
        people = self.world.people
        linked = _linked(text)
        if linked is not None:
            return next(user for user in _from(linked, people.count) if people.is_public(user))
        return 0 if is_example(text, "username") else people.find(text)

    def handle(self, user: int) -> str:
        """Return the name of a user; the NUL that Research shows is not a part of it."""
        return self.world.people.handle(user).rstrip("\x00")

    def video(self, text: str) -> Video | None:
        """Return the video with an id or a short link, removed or not; None where there is none."""
        world = self.world
        linked = _linked(text)
        if linked is not None:
            videos = map(world.video, _from(linked, world.videos))
            return next((video for video in videos if video.is_visible), None)
        if is_example(text, "/public/video id", "media_id", "video_id"):
            return self.example_video
        number = number_of(text)
        index = None if number is None else world.timeline.index_of(number)
        return None if index is None else world.video(index)

    @functools.cached_property
    def example_video(self) -> Video | None:
        """The video that the documented examples stand for: a recent one with many comments."""
        recent = islice(self.world.videos_of(0), 40)
        return max(recent, key=lambda video: video.comment_count(), default=None)

    @functools.cached_property
    def example_comment(self) -> Comment | None:
        """The comment that the documented example stands for: one with many replies."""
        if self.example_video is None:
            return None
        comments = islice(self.world.comments_of(self.example_video), 40)
        return max(comments, key=lambda comment: comment.reply_count, default=None)

    def comment(self, text: str) -> Comment | None:
        """Return the comment with an id, or None where it cannot be had."""
        if is_example(text, "comment_id"):
            return self.example_comment
        number = number_of(text)
        return None if number is None else self.world.find_comment(number)

    def playlist(self, text: str) -> tuple[int, int] | None:
        """Return whose playlist has an id and which of theirs it is; None where there is none."""
        if is_example(text, "playlist_id"):
            return 0, 0
        number = number_of(text)
        return None if number is None else self.world.catalogue.playlist_of(number)

    def hashtag(self, text: str) -> str | None:
        """Return the name of the hashtag with an id or a short link, or None."""
        linked = _linked(text)
        if linked is not None:
            return HASHTAGS[linked % len(HASHTAGS)]
        number = number_of(text)
        is_first = is_example(text, "/public/hashtag id")
        return HASHTAGS[0] if is_first else hashtag_name(number if number is not None else -1)

    def sound(self, text: str) -> int | None:
        """Return the number of the sound with an id or a short link, or None."""
        linked = _linked(text)
        if linked is not None:
            return linked % self.world.people.count
        if is_example(text, "/public/music id", "/public/music/info id"):
            return 0
        number = number_of(text)
        return None if number is None else self._sound_of(number)

    def _sound_of(self, music_id: int) -> int | None:
        if music_id not in self._sounds:
            ids = map(self.world.catalogue.sound_id, range(self.world.people.count))
            found = next((sound for sound, each in enumerate(ids) if each == music_id), None)
            if len(self._sounds) >= _SOUNDS:
                self._sounds.clear()
            self._sounds[music_id] = found
        return self._sounds[music_id]

    def room_id(self, user: int, number: int = 0) -> int:
        """Return the id of a room of a user by its number; 0 is the room that the world has."""
        return _FIRST_ROOM + user * _STEP + number

    def room(self, text: str) -> tuple[int, int] | None:
        """Return whose room has an id, and its number; None where it cannot be one."""
        if is_example(text, "room_id"):
            return self.example_host, 0
        number = number_of(text)
        if number is None:
            return None
        user, place = divmod(number - _FIRST_ROOM, _STEP)
        return (user, place) if 0 <= user < self.world.people.count else None

    def is_live(self, user: int) -> bool:
        """Whether a user of the world is live, as one in six is."""
        return user % _LIVE_EVERY == 1 and self.world.people.is_public(user)

    def accounts(self, count: int) -> list[int]:
        """Return the users who have account keys: the first one, and some who are not live."""
        people = self.world.people
        others = (u for u in range(2, people.count) if people.is_public(u) and not self.is_live(u))
        return [0, *islice(others, count - 1)]

    @functools.cached_property
    def example_host(self) -> int:
        """The user whose room the documented example stands for."""
        count = self.world.people.count
        return next((user for user in range(1, count) if self.is_live(user)), 0)


def _from(bits: int, count: int) -> Iterator[int]:
    """Yield all numbers below a count, from a drawn one on."""
    return ((bits + step) % count for step in range(count))
