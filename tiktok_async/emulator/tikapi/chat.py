"""The chat of a live room: a stream that a client looks at again and again.

Someone says something so many times a second, but for a while of each minute, when nobody does.
What is said follows from the room and the time. The cursor is base64 of TikTok's own cursor and the
state of acknowledgement; a poll reaches back a little behind it, so that some messages come twice.
Source: contract, TikAPI, Live chat. Only ChatMessage is proven; the other types are made up.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.mixing import mix
from tiktok_async.emulator.words import REMARKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktok_async.emulator.tikapi.rooms import Room

_MINUTE: Final = 60_000
_MOST: Final = 50
"""Messages of one poll."""
_AGAIN: Final = 10
"""How many of them may come for the second time."""
_BEGINNING: Final = 10
_KEPT: Final = 10 * _MINUTE
_ACKNOWLEDGED: Final = 40
"""Ids in a cursor: as many as make it about as long as the sample."""
_SPLIT: Final = "---split_cusror---"
_MARK: Final = r"[0-9]+_e[0-9a-f]{2}"
_CURSOR: Final = re.compile(
    rf"[0-9]+_[0-9]+_1_1{_SPLIT}fetch_time:([0-9]+)\|start_time:([0-9]+)\|"
    rf"ack_ids:(?:{_MARK},){{{_ACKNOWLEDGED - 1}}}{_MARK}",
    re.ASCII,
)
_FIRST_SAID: Final = 1 << 40
"""Numbers of what accounts say begin here."""


@attrs.frozen(order=True)
class Said:
    """What someone said."""

    time: int
    """Unix milliseconds."""
    number: int
    text: str
    user: int


@attrs.frozen
class Place:
    """Where a poll begins, in Unix milliseconds."""

    fetched: int
    started: int


def place_of(cursor: str) -> Place | None:
    """Return the place that a cursor stands for, or None where it is none."""
    try:
        found = _CURSOR.fullmatch(b64decode(cursor, validate=True).decode())
    except ValueError:
        return None
    return None if found is None else Place(int(found[1]), int(found[2]))


def cursor_of(place: Place, room: int, shown: Sequence[dict[str, Any]]) -> str:
    """Return the cursor behind a poll."""
    ids = [message["common"]["msgId"] for message in shown]
    ids = (ids or [str(room)]) * _ACKNOWLEDGED
    marks = ",".join(
        f"{each}_e{at % 16:x}{at % 7:x}" for at, each in enumerate(ids[:_ACKNOWLEDGED])
    )
    state = f"fetch_time:{place.fetched}|start_time:{place.started}|ack_ids:{marks}"
    return b64encode(f"{place.fetched}_{ids[-1]}_1_1{_SPLIT}{state}".encode()).decode()


@attrs.frozen
class Chat:
    """The chat of one room."""

    room: Room

    def first(self, now: int) -> Place:
        """Return the place of a first poll: the last few messages are shown."""
        rate = max(self.room.scene.settings.chat_rate, 0.1)
        return Place(now - int(_BEGINNING * 1000 / rate), now)

    def since(self, place: Place, now: int) -> tuple[list[dict[str, Any]], Place]:
        """Return what was said since a place, and the place behind it; times in milliseconds."""
        is_first = place.fetched < place.started
        overlap = 0 if is_first else int(self.room.scene.settings.chat_overlap * 1000)
        # Once more what lies behind the cursor, but never so much that nothing new has room.
        again = self._said(place.fetched - overlap, place.fetched)[-_AGAIN:]
        said = self._said(place.fetched, now)
        end = said[_MOST - 1].time if len(said) > _MOST else now
        shown = [*again, *(each for each in said if each.time <= end)]
        return [self._message(each) for each in shown], Place(end, place.started)

    def _said(self, begin: int, end: int) -> list[Said]:
        """Return what is said after a time and until another, in order."""
        return sorted([*self._world(begin, end), *self._accounts(begin, end)])

    def _world(self, begin: int, end: int) -> Iterator[Said]:
        scene = self.room.scene
        if scene.settings.chat_rate <= 0:
            return
        gap = 1000 / scene.settings.chat_rate
        lively = _MINUTE - scene.settings.chat_quiet * 1000
        # A poll after a long time begins where the last minutes do: nobody keeps more of a chat.
        first = max(begin, end - _KEPT)
        for number in range(int(first // gap), int(end // gap) + 1):
            time = int(number * gap)
            if first < time <= end and time % _MINUTE < lively:
                bits = mix(self.room.bits ^ number)
                user = (bits >> 8) % scene.world.people.count
                yield Said(time, number, REMARKS[bits & 15] or "hello", user)

    def _accounts(self, begin: int, end: int) -> Iterator[Said]:
        said = self.room.scene.state.said.get(self.room.id, [])
        for at, (time, user, text) in enumerate(said):
            if begin < int(time * 1000) <= end:
                yield Said(int(time * 1000), _FIRST_SAID + at, text, user)

    def _message(self, said: Said) -> dict[str, Any]:
        scene = self.room.scene
        bits = mix(self.room.bits ^ said.number)
        message: dict[str, Any] = {
            "common": {
                "createTime": str(said.time),
                "msgId": str(7 * 10**18 + bits % 10**18),
                "roomId": str(self.room.id),
            },
            "messageType": "ChatMessage",
            "user": {
                "displayId": scene.handle(said.user),
                "id": str(scene.names.user_id(said.user)),
                "nickname": scene.world.people.display_name(said.user),
            },
        }
        kind = bits >> 40 & 15 if said.number < _FIRST_SAID else 15
        if kind == 0:
            gift = {"id": str(bits % 100), "name": "Rose", "diamondCount": 1}
            return message | {"messageType": "GiftMessage", "gift": gift, "repeatCount": 1}
        if kind == 1:
            return message | {"messageType": "MemberMessage"}
        return message | {"content": said.text}
