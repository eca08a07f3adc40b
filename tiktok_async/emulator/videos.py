"""One video: every documented field, computed from its index.

`FIELDS` is the table of them. A field whose function gives None has no value, and the wire omits
it, as live answers do for most of `voice_to_text`, `playlist_id` and `effect_ids`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.mixing import mix
from tiktok_async.emulator.words import HASHTAGS, PHRASES, SPOKEN, STICKERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.emulator.people import People
    from tiktok_async.emulator.timeline import Timeline

_TAG_COUNTS: Final = (0, 1, 1, 2, 2, 3, 3, 4)
_EFFECTS: Final = 512
_FIRST_MUSIC: Final = 7_030_000_000_000_000_000
_FIRST_TAG: Final = 1_600_000_000_000_000
_TAG_STEP: Final = 7919
_FIRST_PLAYLIST: Final = 7_100_000_000_000_000_000
_PLAYLIST_EVERY: Final = 8
_PLAYLISTS_OF_FIRST: Final = 40
_TURNS: Final = 6
"""In which the videos between are dealt out: enough for all playlists of the first user."""
_TAGS: Final = (("AIGC", 1), ("AIGC", 2), ("Branded", 1), ("Branded", 7))


@attrs.frozen
class Catalogue:
    """What all videos have in common."""

    timeline: Timeline
    people: People
    bits: int
    withdrawn: set[int] = attrs.field(factory=set, repr=False, eq=False)
    """Indexes of videos that nobody is shown for now."""

    def video(self, index: int) -> Video:
        """Return a video by its index, from 0, the oldest."""
        return Video(self, index, mix(self.bits ^ index))

    def sound_id(self, sound: int) -> int:
        """Return the id of a sound by its number; there are as many as users."""
        music = _FIRST_MUSIC + mix(self.bits ^ sound << 20) % 10**16
        return music << 4 if self.timeline.big_ids else music

    def playlists(self, user: int) -> list[int]:
        """Return the ids of a user's playlists, by their numbers from 0.

        One user in three has one. The first user has forty, more than a page of them, as far as
        there are videos for them.
        """
        drawn = self.people.draw(user, 20)
        if user:
            return [] if drawn % 3 else [_FIRST_PLAYLIST + user * 1000 + drawn % 997]
        videos, numbers = self.people.video_count(0), range(_PLAYLISTS_OF_FIRST)
        filled = (n for n in numbers if not n or _first_and_step(n)[0] < videos)
        return [_FIRST_PLAYLIST + (drawn + number * 7) % 997 for number in filled]

    def playlist_id(self, user: int) -> int | None:
        """Return the id of a user's first playlist, or None where they have none."""
        return next(iter(self.playlists(user)), None)

    def playlist_of(self, playlist_id: int) -> tuple[int, int] | None:
        """Return the user and the number of the playlist with an id; None where none has it."""
        user = (playlist_id - _FIRST_PLAYLIST) // 1000
        known = self.playlists(user) if 0 <= user < self.people.count else []
        return (user, known.index(playlist_id)) if playlist_id in known else None

    def playlist_videos(self, user: int, number: int = 0) -> list[int]:
        """Return the indexes of the videos in a user's playlist, the removed ones included."""
        first, step = _first_and_step(number)
        ranks = range(first, self.people.video_count(user), step)
        return [self.people.ranked(user, rank) for rank in ranks]


def _first_and_step(number: int) -> tuple[int, int]:
    """Return which of a user's videos begins a playlist, by its number, and how far the next is.

    Every eighth is in the first playlist, and those between are dealt out to the others in turn.
    """
    if not number:
        return 0, _PLAYLIST_EVERY
    turn, place = divmod(number - 1, _PLAYLIST_EVERY - 1)
    return turn * _PLAYLIST_EVERY + place + 1, _PLAYLIST_EVERY * _TURNS


def _number_at(rank: int) -> int:
    """Return the number of the playlist that takes the videos of a rank."""
    turn, place = divmod(rank, _PLAYLIST_EVERY)
    return 0 if not place else turn % _TURNS * (_PLAYLIST_EVERY - 1) + place


@attrs.define
class Video:
    """One video. What is costly or used twice is computed on first use."""

    catalogue: Catalogue
    index: int
    bits: int
    _author: int = -1
    _views: int = -1
    _likes: int = -1
    _tags: list[str] | None = None
    _traits: int = -1

    @property
    def author(self) -> int:
        """The user who made it."""
        if self._author < 0:
            self._author = self.catalogue.people.author_of(self.index)
        return self._author

    @property
    def traits(self) -> int:
        """64 bits, sliced: 0 to 40 are small traits, 41 to 63 shape the counts."""
        if self._traits < 0:
            self._traits = mix(self.bits + 6)
        return self._traits

    @property
    def is_visible(self) -> bool:
        """Whether it can be had: not deleted (one in forty is) and its author public."""
        deleted = (self.bits >> 58) % 40 == 0
        if deleted or self.index in self.catalogue.withdrawn:
            return False
        return self.catalogue.people.is_public(self.author)

    def draw(self, purpose: int) -> int:
        """Return 64 bits that belong to the video and a purpose."""
        return mix(self.bits + purpose)

    def id(self) -> int:
        """The id; it rises with the creation time."""
        return self.catalogue.timeline.id_of(self.index)

    def create_time(self) -> int:
        """Unix seconds."""
        return self.catalogue.timeline.time_of(self.index)

    def username(self) -> str:
        """The author's name."""
        return self.catalogue.people.handle(self.author)

    def region_code(self) -> str:
        """The region of the author's account."""
        return self.catalogue.people.region(self.author)

    def sound(self) -> int:
        """The number of its sound; there are as many as users, low ones are far more common."""
        drawn = self.draw(1)
        return drawn % max(1, self.catalogue.people.count >> (drawn >> 60))

    def music_id(self) -> int:
        """The id of its sound."""
        return self.catalogue.sound_id(self.sound())

    def hashtag_names(self) -> list[str]:
        """Tags without #, each once; None of them is rare, the first of the pool most common."""
        if self._tags is None:
            drawn = self.bits >> 8
            shifts = range(0, 10 * _TAG_COUNTS[self.bits & 7], 10)
            names = [HASHTAGS[drawn >> shift & drawn >> shift + 5 & 31] for shift in shifts]
            self._tags = list(dict.fromkeys(names))
        return self._tags

    def video_description(self) -> str:
        """A few phrases, then the tags; empty now and then."""
        drawn = self.draw(2)
        phrases = []
        for _ in range(drawn >> 60 & 3):
            phrases.append(PHRASES[drawn & 63])
            drawn >>= 6
        return " ".join([*phrases, *("#" + name for name in self.hashtag_names())])

    def video_duration(self) -> int:
        """Seconds; never exactly 60, which the classes of lengths leave open."""
        drawn = self.draw(3)
        kind, more = drawn & 31, drawn >> 8
        if kind < 11:  # shares of 32: short, middling, long, very long
            return 5 + more % 10
        if kind < 25:
            return 15 + more % 45
        return 61 + more % 239 if kind < 30 else 301 + more % 900

    def view_count(self) -> int:
        """Views, log-normal: the median is some thousands, some have millions."""
        if self._views < 0:
            drawn = self.draw(4)
            self._views = ((1 << (drawn & 0xFFFFFF).bit_count()) * (64 + (drawn >> 24 & 63))) >> 6
        return self._views

    def like_count(self) -> int:
        """Between 2 % and 20 % of the views."""
        if self._likes < 0:
            self._likes = self.view_count() * (20 + (self.traits >> 56) % 180) // 1000
        return self._likes

    def comment_count(self) -> int:
        """Up to an eighth of the likes."""
        return self.like_count() * (self.traits >> 50 & 63) // 512

    def share_count(self) -> int:
        """A part of the likes."""
        return self.like_count() // (5 + (self.traits >> 45 & 31))

    def favorites_count(self) -> int:
        """A part of the likes."""
        return self.like_count() // (4 + (self.traits >> 41 & 15))

    def effects(self) -> list[int]:
        """Numbers of the effects used; mostly none, sometimes the 0 that was seen live."""
        drawn = self.draw(9)
        if drawn & 7 == 0:
            return [0]
        return [drawn >> 8 & (_EFFECTS - 1)] if drawn & 7 == 1 else []


def hashtag_id(name: str) -> int:
    """Return the id of a hashtag."""
    return _FIRST_TAG + HASHTAGS.index(name) * _TAG_STEP


def hashtag_name(tag_id: int) -> str | None:
    """Return the hashtag with an id, or None where there is none."""
    number, rest = divmod(tag_id - _FIRST_TAG, _TAG_STEP)
    return HASHTAGS[number] if not rest and 0 <= number < len(HASHTAGS) else None


def _effect_ids(video: Video) -> list[str] | None:
    return [str(number) for number in video.effects()] or None


def _effect_info(video: Video) -> list[dict[str, Any]] | None:
    numbers = [number for number in video.effects() if number]
    return [
        {
            "effect_id": str(number),
            "effect_name": f"Effect {number}",
            "effect_photo_url": f"https://effects.example.org/{number}.webp",
        }
        for number in numbers
    ] or None


def _hashtag_info(video: Video) -> list[dict[str, Any]] | None:
    return [
        {
            "hashtag_id": hashtag_id(name),
            "hashtag_name": name,
            "hashtag_description": f"Videos about {name}",
        }
        for name in video.hashtag_names()
    ] or None


def _sticker_info(video: Video) -> list[dict[str, Any]] | None:
    drawn = video.traits
    if drawn & 15:
        return None
    number = drawn >> 32 & 3
    return [{"sticker_id": 1000 + number, "sticker_name": STICKERS[number]}]


def _mentions(video: Video) -> list[str] | None:
    drawn = video.traits >> 4
    people = video.catalogue.people
    return None if drawn & 15 else [people.handle((drawn >> 8) % people.count)]


def _label(video: Video) -> dict[str, Any] | None:
    # The inner shape is undocumented; any object will do.
    drawn = video.traits >> 8
    return None if drawn & 63 else {"content": "Learn the facts", "type": drawn >> 6 & 3}


def _tag(video: Video) -> dict[str, Any] | None:
    drawn = video.traits >> 14
    if drawn & 31:
        return None
    kind, number = _TAGS[drawn >> 5 & 3]
    return {"type": kind, "number": number}


def _playlist_id(video: Video) -> int | None:
    number = _number_at(video.catalogue.people.rank_of(video.index))
    if number and video.author:
        return None
    known = video.catalogue.playlists(video.author)
    return known[number] if number < len(known) else None


def _voice(video: Video) -> str | None:
    drawn = video.traits >> 19
    return None if drawn & 7 else SPOKEN[drawn >> 3 & 7]


def _likes_if_known(video: Video) -> int | None:
    # One row of a live capture had no like_count though it was asked for.
    return None if video.traits >> 22 & 511 == 0 else video.like_count()


FIELDS: Final[dict[str, Callable[[Video], Any]]] = {
    "id": Video.id,
    "create_time": Video.create_time,
    "username": Video.username,
    "region_code": Video.region_code,
    "video_description": Video.video_description,
    "music_id": Video.music_id,
    "like_count": _likes_if_known,
    "comment_count": Video.comment_count,
    "share_count": Video.share_count,
    "view_count": Video.view_count,
    "effect_ids": _effect_ids,
    "hashtag_names": Video.hashtag_names,
    "hashtag_info_list": _hashtag_info,
    "sticker_info_list": _sticker_info,
    "effect_info_list": _effect_info,
    "video_mention_list": _mentions,
    "video_label": _label,
    "playlist_id": _playlist_id,
    "voice_to_text": _voice,
    "is_stem_verified": lambda video: video.traits >> 31 & 63 == 0,
    "video_duration": Video.video_duration,
    "favorites_count": Video.favorites_count,
    "video_tag": _tag,
}


@functools.lru_cache(maxsize=256)
def _getters(fields: tuple[str, ...]) -> tuple[tuple[str, Callable[[Video], Any]], ...]:
    return tuple((name, FIELDS[name]) for name in fields)


def row(video: Video, fields: tuple[str, ...]) -> dict[str, Any]:
    """Return the wire object of a video: the fields asked for, less those without a value."""
    shown = {}
    for name, get in _getters(fields):
        value = get(video)
        if value is not None:
            shown[name] = value
    return shown
