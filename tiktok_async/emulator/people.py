"""The users of the world and which videos are theirs.

The first users have the most videos (user `u` of `n` about `1 / sqrt(n u)` of them). Which videos
are whose is an affine permutation followed by a monotone map, both computable backwards, so the
videos of a user are listed without looking at anyone else's.
"""

from __future__ import annotations

import re
from functools import cached_property
from math import isqrt
from typing import Any, Final

import attrs

from tiktok_async.emulator.mixing import Permutation, mix
from tiktok_async.emulator.words import BIOS, NAMES, PHRASES, REGION_SHARES

PUBLIC_HANDLE: Final = "joe1234567"
"""User 0, the handle of the documentation's sample: everything of this user is public."""
PRIVATE_HANDLE: Final = "joe_private"
"""The last user: exists, and the API shows nothing of them."""

_FIRST_NUMBER: Final = 1_000_000
_HANDLE: Final = re.compile(r"[a-z._]+([0-9]{7,})\x00?", re.ASCII)
_SHARES: Final = 4096
_HIDDEN: Final = frozenset({0, 1, 50})
"""Of a hundred users: two private, one gone."""


def _region_slots(codes: tuple[str, ...]) -> tuple[str, ...]:
    common = [code for code in codes if code in REGION_SHARES]
    rest = [code for code in codes if code not in REGION_SHARES]
    slots = [code for code in common for _ in range(REGION_SHARES[code])]
    slots += [rest[k % len(rest)] for k in range(_SHARES - len(slots))]
    return tuple(slots)


@attrs.frozen(slots=False)
class People:
    """All users, by index from 0."""

    count: int
    videos: int
    bits: int
    regions: tuple[str, ...]
    """Region codes that accounts are registered in."""
    closed: set[int] = attrs.field(factory=set, repr=False, eq=False)
    """Users who closed their account since."""

    @cached_property
    def _order(self) -> Permutation:
        return Permutation.seeded(self.videos, mix(self.bits ^ 1))

    @cached_property
    def _numbers(self) -> Permutation:
        return Permutation.seeded(self.count, mix(self.bits ^ 2))

    @cached_property
    def _slots(self) -> tuple[str, ...]:
        return _region_slots(self.regions)

    def author_of(self, video: int) -> int:
        """Return the user who made a video."""
        place = self._order.forward(video)
        return place * place * self.count // (self.videos * self.videos)

    def first_place(self, user: int) -> int:
        """Return where a user's block of places begins."""
        squared = -(-user * self.videos * self.videos // self.count)
        return isqrt(squared - 1) + 1 if squared > 0 else 0

    def video_count(self, user: int) -> int:
        """Return how many videos a user has made, the removed ones included."""
        return self.first_place(user + 1) - self.first_place(user)

    def videos_of(self, user: int) -> list[int]:
        """Return the indexes of a user's videos, newest first."""
        places = range(self.first_place(user), self.first_place(user + 1))
        return sorted(map(self._order.backward, places), reverse=True)

    def rank_of(self, video: int) -> int:
        """Return which of its author's videos a video is, from 0 in no order of time."""
        return self._order.forward(video) - self.first_place(self.author_of(video))

    def ranked(self, user: int, rank: int) -> int:
        """Return the video of a user that has a rank."""
        return self._order.backward(self.first_place(user) + rank)

    def handle(self, user: int) -> str:
        """Return a user's name; about one in a thousand ends in a NUL, as seen on the wire."""
        if user == 0:
            return PUBLIC_HANDLE
        if user == self.count - 1:
            return PRIVATE_HANDLE
        drawn = self.draw(user, 0)
        joint = ("", "", ".", "_")[drawn >> 5 & 3]
        end = "\x00" if drawn >> 7 & 1023 == 0 else ""
        return f"{NAMES[drawn & 31]}{joint}{_FIRST_NUMBER + self._numbers.forward(user)}{end}"

    def find(self, handle: str) -> int | None:
        """Return the user with a name, or None where no user has it."""
        if handle == PUBLIC_HANDLE:
            return 0
        if handle == PRIVATE_HANDLE:
            return self.count - 1
        found = _HANDLE.fullmatch(handle)
        number = int(found[1]) - _FIRST_NUMBER if found else self.count
        if number >= self.count:
            return None
        user = self._numbers.backward(number)
        return user if self.handle(user).rstrip("\x00") == handle.rstrip("\x00") else None

    def is_private(self, user: int) -> bool:
        """Whether the API refuses to show a user: the last one, and one in fifty."""
        return user == self.count - 1 or (user > 0 and self.draw(user, 1) % 50 == 0)

    def is_gone(self, user: int) -> bool:
        """Whether the account was closed: one in a hundred, and those of `closed`."""
        gone = 0 < user < self.count - 1 and self.draw(user, 1) % 100 == 1
        return gone or user in self.closed

    def is_public(self, user: int) -> bool:
        """Whether the API shows a user and their videos."""
        if user in self.closed:
            return False
        drawn = self.draw(user, 1) % 100
        return user == 0 or (user < self.count - 1 and drawn not in _HIDDEN)

    def region(self, user: int) -> str:
        """Return the two letters of the region that an account is registered in."""
        return self._slots[self.draw(user, 3) & (_SHARES - 1)]

    def display_name(self, user: int) -> str:
        """Return the name that a user chose to show."""
        drawn = self.draw(user, 4)
        name = NAMES[drawn & 31].title()
        end = ("", f" {NAMES[drawn >> 5 & 31].title()}", " ✨", f" | {PHRASES[drawn >> 10 & 63]}")
        return name + end[drawn >> 16 & 3]

    def follower_count(self, user: int) -> int:
        """Return how many follow a user: mostly a few hundred, some a few millions."""
        drawn = self.draw(user, 5)
        return ((1 << (drawn & 0xFFFF).bit_count()) * (64 + (drawn >> 32 & 63))) >> 6

    def following_count(self, user: int) -> int:
        """Return how many a user follows."""
        return self.draw(user, 6) % 1500

    def profile(self, user: int) -> dict[str, Any]:
        """Return the fields of a user; one without a value is absent."""
        drawn = self.draw(user, 7)
        shown: dict[str, Any] = {
            "display_name": self.display_name(user),
            "bio_description": BIOS[drawn & 7],
            "avatar_url": f"https://avatars.example.org/{user}.jpeg",
            "is_verified": drawn >> 3 & 63 == 0,
            "follower_count": self.follower_count(user),
            "following_count": self.following_count(user),
            "likes_count": self.follower_count(user) * (drawn >> 9 & 63),
            "video_count": self.video_count(user),
        }
        if drawn >> 15 & 15 == 0:
            shown["bio_url"] = f"https://links.example.org/{self.handle(user).rstrip(chr(0))}"
        return shown

    def draw(self, user: int, purpose: int) -> int:
        """Return 64 bits that belong to a user and a purpose."""
        return mix(self.bits ^ (user << 8 | purpose))
