"""The state of the emulated TikAPI, and the way of a call through it.

A call is admitted (API key, credits, account key, parameters, subscription and scope), may meet a
fault, is answered and paid for, in that order. Paid are all but those that were refused with 400,
401, 428 or 429 and the question what is left; what TikAPI counts is unconfirmed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.searches import Book
from tiktok_async.emulator.tikapi.consent import PAGES, authorize
from tiktok_async.emulator.tikapi.faulty import Rehearsed, meet
from tiktok_async.emulator.tikapi.kept import Kept, key_of
from tiktok_async.emulator.tikapi.keys import Keys
from tiktok_async.emulator.tikapi.media import OPERATION as MEDIA
from tiktok_async.emulator.tikapi.media import serve
from tiktok_async.emulator.tikapi.naming import Names
from tiktok_async.emulator.tikapi.refusals import DeclinedError
from tiktok_async.emulator.tikapi.routes import HANDLERS
from tiktok_async.emulator.tikapi.state import State

if TYPE_CHECKING:
    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.emulation import Emulation
    from tiktok_async.emulator.settings import Settings
    from tiktok_async.emulator.tikapi.calls import Call
    from tiktok_async.emulator.tikapi.routes import Handler
    from tiktok_async.emulator.world import World

FAMILY: Final = "tikapi"
"""What its calls are counted under."""
FREE: Final = "tikapi.key.info"
COSTLY: Final = "tikapi.public.check_v3"
_UNPAID: Final = frozenset({400, 401, 428, 429})
_BURDEN: Final = 20
"""How much more bandwidth `COSTLY` takes; "significantly more" is what is known."""
_LISTS: Final = 64


class Service:
    """TikAPI as one emulator has it.

    Args:
        emulation: What it is a part of.
    """

    def __init__(self, emulation: Emulation) -> None:
        self.emulation: Emulation = emulation
        self.settings: Settings = emulation.settings
        self.world: World = emulation.world
        self.names: Names = Names(self.world)
        self.state: State = State()
        self.keys: Keys = Keys(
            self.settings,
            self.settings.seed,
            self.settings.credentials,
            self.names.accounts(self.settings.accounts),
        )
        self.leaks: int = 0
        """Calls of media hosts that carried a key of TikAPI."""
        self.media: Counter[int] = Counter()
        """Answers of media hosts, by status."""
        self.editions: Counter[int] = Counter()
        """How often a video was made anew, by its index."""
        self.rehearsed: Rehearsed = Rehearsed()
        self.kept: Kept = Kept()
        self._posts: Book[list[int]] = Book(_LISTS)

    @property
    def short_pages(self) -> bool:
        """Whether lists have gaps."""
        return self.settings.short_pages

    @property
    def is_faultless(self) -> bool:
        """Whether nothing can go wrong."""
        return self.emulation.script.is_empty

    def reset(self) -> None:
        """Start anew: nothing done, nothing spent."""
        self.state = State()
        self.keys.begin(self.settings.now())
        self.leaks = 0
        self.media.clear()
        self.editions.clear()
        self.rehearsed = Rehearsed()
        self.kept = Kept()

    def posts_of(self, user: int) -> list[int]:
        """Return the indexes of a user's videos, newest first, the removed ones included."""
        found = self._posts.get(user)
        if found is None:
            found = self.world.people.videos_of(user)
            self._posts.put(user, found)
        return found

    async def perform(self, call: Call) -> Answer:
        """Take a call all the way to its answer."""
        if call.operation is MEDIA:
            return await self._media(call)
        if call.operation in PAGES:
            return await authorize(call)
        try:
            self._admit(call)
            answer = await self._answer(call)
        except DeclinedError as refusal:
            answer = call.declined(refusal)
        if isinstance(answer.body, dict):
            # Written once: it is weighed, and then sent.
            answer.body = answer.content()
        if call.api_key and answer.status not in _UNPAID and call.operation.id != FREE:
            self._charge(call, answer)
        return answer

    async def _media(self, call: Call) -> Answer:
        try:
            answer = await self._answer(call)
        except DeclinedError as refusal:
            answer = call.declined(refusal)
        self.media[answer.status] += 1
        return answer

    def shown(self) -> dict[str, Any]:
        """Return what was done and spent, as JSON."""
        now = self.settings.now()
        return {
            "credits": {key: purse.requests_at(now) for key, purse in self.keys.purses.items()},
            "bandwidth": {key: purse.bandwidth for key, purse in self.keys.purses.items()},
            "state": self.state.shown(),
            "media": {str(status): times for status, times in self.media.items()},
            "key_leaks": self.leaks,
        }

    def _admit(self, call: Call) -> None:
        keys, operation = self.keys, call.operation
        api_key = call.headers.get("x-api-key", "")
        purse = keys.customer(api_key)
        if operation.id != FREE:
            keys.check_purse(purse, call.now)
        if operation.of_account:
            call.account = keys.account(call.headers.get("x-account-key"), call.now)
        call.check()
        keys.check_allowed(operation, call.account)
        call.api_key = api_key

    async def _answer(self, call: Call) -> Answer:
        handler = serve if call.operation is MEDIA else HANDLERS[call.operation.id]
        script = self.emulation.script
        fault = script.take(call)
        if fault is None:
            answer = await self._made(call, handler)
        else:
            self.emulation.stats.faults[fault.kind] += 1
            answer = await meet(fault, call, handler)
        if script.has("repeat_page"):
            self.rehearsed.remember(call, answer)
        return answer

    async def _made(self, call: Call, handler: Handler) -> Answer:
        key = key_of(call)
        known = None if key is None else self.kept.get(key)
        if known is not None:
            return known
        answer = await handler(call)
        if key is not None:
            self.kept.put(key, answer)
        return answer

    def _charge(self, call: Call, answer: Answer) -> None:
        size = answer.size * (_BURDEN if call.operation.id == COSTLY else 1)
        endpoint = call.operation.id
        self.keys.purses[call.api_key].spend(endpoint, answer.status, size, call.now)
        self.emulation.stats.pay(call.api_key, FAMILY, endpoint, answer.rows)
