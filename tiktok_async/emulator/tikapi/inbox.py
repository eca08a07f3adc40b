"""Conversations, conversation requests and messages of an account.

Source: contract, TikAPI models, Conversation and Message; sample messages.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator.mixing import Permutation, mix
from tiktok_async.emulator.tikapi.naming import is_example, number_of
from tiktok_async.emulator.words import PHRASES

if TYPE_CHECKING:
    from tiktok_async.emulator.tikapi.scene import Scene
    from tiktok_async.emulator.world import World

_CONVERSATIONS: Final = 25
_REQUESTS: Final = 12
_MESSAGES: Final = 45
_FIRST_SHORT: Final = 6_940_000_000_000_000_000
_STEP: Final = 1_000
_TICKET_BYTES: Final = 120
"""160 characters."""
_GAP: Final = 3_600_000_000
"""Microseconds between two messages, about."""
_TEXT: Final = 7


@attrs.frozen
class Talk:
    """A conversation of an account, or a request for one: those have the higher numbers."""

    scene: Scene
    user: int
    """Whose account."""
    number: int

    @property
    def is_request(self) -> bool:
        """Whether it was asked for by a stranger."""
        return self.number >= len(_settled(self.scene.world))

    @property
    def other(self) -> int:
        """The user at the other end."""
        people = self.scene.world.people
        order = Permutation.seeded(people.count - 1, people.draw(self.user, 47))
        found = order.forward(self.number)
        return found + (found >= self.user)

    @property
    def id(self) -> str:
        """The id: both users."""
        names = self.scene.names
        return f"0:1:{names.user_id(self.user)}:{names.user_id(self.other)}"

    @property
    def short_id(self) -> str:
        """The other id; the one that tells conversations with the same user apart."""
        return str(_FIRST_SHORT + self.user * _STEP + self.number)

    @property
    def ticket(self) -> str:
        """What it takes to send a message."""
        bits = hashlib.shake_128(f"{self.id}:{self.short_id}".encode()).digest(_TICKET_BYTES)
        return b64encode(bits, b"AB").decode()

    @property
    def sent(self) -> list[tuple[int, str]]:
        """What the account sent: microseconds and text, the oldest first."""
        return self.scene.state.seen(self.user).sent.get(self.number, [])

    @property
    def latest(self) -> int:
        """Time of the newest message in microseconds."""
        return self.sent[-1][0] if self.sent else self._time(0)

    def places(self) -> list[tuple[int, int]]:
        """Return the messages, newest first: time and place; sent ones have places below 0."""
        new = [(time, -1 - at) for at, (time, _) in enumerate(self.sent)][::-1]
        count = 1 if self.is_request else _MESSAGES
        return new + [(self._time(place), place) for place in range(count)]

    def message(self, time: int, place: int, *, as_text: bool = False) -> dict[str, Any]:
        """Return a message.

        Args:
            time: When, in microseconds.
            place: Which.
            as_text: Whether its time is a text, as it is within conversations.
        """
        bits = mix(self._bits + place)
        own = place < 0 or (bits & 1 == 0 and not self.is_request)
        sender = self.user if own else self.other
        text = self.sent[-1 - place][1] if place < 0 else PHRASES[bits >> 8 & 63]
        milliseconds = time // 1000
        return {
            "clientMessageId": f"{bits:016x}",
            "content": {
                "aweType": 700,
                "isDefault": True,
                "is_card": False,
                "mSendStartTime": milliseconds,
                "msgHint": None,
                "type": 0,
            },
            "createTime": str(milliseconds) if as_text else milliseconds,
            "isStranger": self.is_request,
            "senderSecUid": self.scene.names.sec_uid(sender),
            "senderUid": str(self.scene.names.user_id(sender)),
            "status": 0,
            "text": text,
            "type": _TEXT,
            "version": "1",
        }

    def shown(self) -> dict[str, Any]:
        """Return the conversation with its newest messages."""
        names = self.scene.names
        both = [str(names.user_id(self.user)), str(names.user_id(self.other))]
        newest = [self.message(*place, as_text=True) for place in self.places()[:3]]
        return {
            "conversationType": 1,
            "favorite": 0,
            "id": self.id,
            "inboxType": int(self.is_request),
            "isParticipant": True,
            "messages": newest,
            "mute": 0,
            "notice": "",
            "ownerSecUid": names.sec_uid(self.user),
            "ownerUid": both[0],
            "participantsCount": 2,
            "participantsUid": both,
            "short_id": self.short_id,
            "ticket": self.ticket,
        }

    @property
    def _bits(self) -> int:
        return self.scene.world.people.draw(self.user, 48) ^ self.number << 20

    def _time(self, place: int) -> int:
        begin = self.scene.world.timeline.begin * 1_000_000
        shaken = mix(self._bits + place) % (_GAP // 2)
        return begin - (self.number * 7 + place) * _GAP + shaken


def talks(scene: Scene, user: int) -> list[Talk]:
    """Return the conversations of an account, accepted requests included, newest first."""
    accepted = scene.state.seen(user).accepted
    found = [Talk(scene, user, number) for number in (*_settled(scene.world), *accepted)]
    return sorted(found, key=lambda talk: -talk.latest)


def requests(scene: Scene, user: int) -> list[Talk]:
    """Return the conversation requests of an account that were not decided yet."""
    done = scene.state.seen(user)
    first = len(_settled(scene.world))
    last = min(first + _REQUESTS, scene.world.people.count - 1)
    gone = done.deleted.union(done.accepted)
    return [Talk(scene, user, number) for number in range(first, last) if number not in gone]


def _settled(world: World) -> range:
    """Return the numbers of conversations; nobody has two with the same user."""
    return range(min(_CONVERSATIONS, (world.people.count - 1) * 2 // 3))


def talk_of(scene: Scene, user: int, talk_id: str, short_id: str, *, asked: bool) -> Talk | None:
    """Return a conversation by its two ids, or None where the account has none such.

    Args:
        scene: What the answer is made from.
        user: Whose account.
        talk_id: The long id.
        short_id: The short one.
        asked: Whether a request is meant.
    """
    known = requests(scene, user) if asked else talks(scene, user)
    if is_example(talk_id, "conversation_id") and is_example(short_id, "conversation_short_id"):
        return known[0] if known else None
    number = number_of(short_id)
    found = (talk for talk in known if str(number) == talk.short_id and talk.id == talk_id)
    return next(found, None)
