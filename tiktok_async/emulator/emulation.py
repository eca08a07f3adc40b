"""All that an emulator knows, and the way of a call through it.

A call is admitted (token, pace, quota), may meet a fault, is answered and paid for, in that order.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.emulator import accounts
from tiktok_async.emulator.answers import RefusedError
from tiktok_async.emulator.archive import Archives
from tiktok_async.emulator.courier import Courier, Event
from tiktok_async.emulator.exports import Exports
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.faults import Script
from tiktok_async.emulator.faulty import meet
from tiktok_async.emulator.faulty_pages import Rehearsal
from tiktok_async.emulator.grants import Grants, Pair
from tiktok_async.emulator.mixing import mix, salt
from tiktok_async.emulator.routes import HANDLERS
from tiktok_async.emulator.searches import Searches
from tiktok_async.emulator.stats import Stats
from tiktok_async.emulator.tikapi.service import Service
from tiktok_async.emulator.world import World

if TYPE_CHECKING:
    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.calls import Call
    from tiktok_async.emulator.exports import Export
    from tiktok_async.emulator.routes.compliance import Task
    from tiktok_async.emulator.settings import Settings

PORTABILITY: Final = "portability"
"""What its calls are counted under."""
_TASKS: Final = 100
_UNPAID: Final = frozenset({401, 429})


@attrs.define
class Tasks:
    """The batch compliance tasks, the last hundred of them."""

    made: int = 0
    _kept: OrderedDict[int, Task] = attrs.field(factory=OrderedDict)

    def add(self, task_id: int, task: Task) -> None:
        """Keep a task."""
        self.made += 1
        self._kept[task_id] = task
        if len(self._kept) > _TASKS:
            self._kept.popitem(last=False)

    def get(self, task_id: int) -> Task | None:
        """Return a task, or None where it is not known."""
        return self._kept.get(task_id)


def _world(settings: Settings) -> World:
    return World(
        seed=settings.seed,
        videos=settings.videos,
        users=settings.users,
        start=settings.start,
        days=settings.days,
        comment_cap=settings.comment_cap,
        follower_cap=settings.follower_cap,
        big_ids=settings.big_ids,
    )


def _limits(settings: Settings) -> dict[str, tuple[float, float]]:
    return accounts.daily_limits(
        {
            "research_daily": (settings.requests_per_day, settings.records_per_day),
            "research_social_daily": (
                settings.social_requests_per_day,
                settings.social_records_per_day,
            ),
        }
    )


class Emulation:
    """The state of one emulator.

    Args:
        settings: Its options.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings: Settings = settings
        self.world: World = _world(settings)
        self.closing: asyncio.Event = asyncio.Event()
        """Set when the server stops: nothing waits any longer."""
        self.script: Script = Script()
        self.rehearsal: Rehearsal = Rehearsal()
        self.credentials: list[accounts.Credential] = [
            accounts.Credential.derived(settings.seed, number)
            for number in range(settings.credentials)
        ]
        self.tokens: accounts.Tokens = accounts.Tokens(settings.seed)
        self.quota: accounts.Quota = accounts.Quota(_limits(settings))
        self.pace: accounts.Pace = accounts.Pace(settings.rate)
        self.minutes: accounts.Minutes = accounts.Minutes(
            official().per_minute(PORTABILITY)
            if settings.portability_per_minute is None
            else settings.portability_per_minute
        )
        self.searches: Searches = Searches(
            salt(settings.seed, "searches"), settings.search_id_delay, settings.search_id_life
        )
        self.stats: Stats = Stats()
        self.tasks: Tasks = Tasks()
        self.grants: Grants = Grants(settings, self.tokens)
        self.exports: Exports = Exports(settings)
        self.archives: Archives = Archives(settings, self.world)
        self.courier: Courier = Courier(settings, self.secret_of)
        self.tikapi: Service = Service(self)
        self.access_token: str = ""
        self.user_pair: Pair
        self._drawn = 0
        self._bits = salt(settings.seed, "calls")
        self.reset()

    def reset(self) -> None:
        """Start anew: tokens, quotas, searches, tasks, counts, and the faults of the options."""
        for part in (
            self.tokens, self.quota, self.pace, self.minutes, self.searches, self.script,
            self.grants, self.exports, self.courier,
        ):  # fmt: skip
            part.clear()
        self.rehearsal = Rehearsal()
        self.script.add(*self.settings.script)
        self.stats = Stats()
        self.tasks = Tasks()
        self.tikapi.reset()
        self.world.begin_anew()
        self._drawn = 0
        # The ready-made token: good for ever, unless a fault or a revocation ends it.
        scopes = frozenset(self.settings.scopes)
        key = self.credentials[0].key
        self.access_token = self.tokens.issue(key, scopes, math.inf)
        self.user_pair = self.grants.give(
            self.grants.grant(key, 0, self.settings.user_scopes),
            self.settings.now(),
            access_until=math.inf,
        )

    def draw(self) -> int:
        """Return 64 bits that no other call gets."""
        self._drawn += 1
        return mix(self._bits + self._drawn)

    def log_id(self, now: float) -> str:
        """Return an id for a call: its time and 20 hexadecimal digits, as in the samples."""
        moment = time.strftime("%Y%m%d%H%M%S", time.gmtime(now))
        return f"{moment}{self.draw():016X}{self._drawn & 0xFFFF:04X}"

    def secret_of(self, client_key: str) -> str | None:
        """Return the secret of a credential, or None where nobody has the key."""
        found = (known.secret for known in self.credentials if known.key == client_key)
        return next(found, None)

    def shown(self) -> dict[str, Any]:
        """Return what was served and paid for, and what is spent of the day's quota."""
        today = self.quota.today(self.settings.now())
        return {
            **self.stats.shown(),
            "today": today,
            "script": self.script.shown(),
            "exports": self.exports.shown(self.settings.now()),
            "webhooks": self.courier.shown(),
            "tikapi": self.tikapi.shown(),
        }

    def announce(self, export: Export) -> None:
        """Have the app told when an export is ready, unless it is cancelled before."""
        self.courier.post(
            Event(
                export.grant.client_key,
                "portability.download.ready",
                export.ready_at,
                {"request_id": export.request_id},
                holds=lambda: not export.cancelled,
            )
        )

    def disconnect(self, open_id: str, reason: int) -> bool:
        """Take back all that a user allowed an app, and tell the app.

        Args:
            open_id: The user, as the app knows them.
            reason: A number of the contract: 1 is the user, 5 the app itself.

        Returns:
            Whether there was anything to take back.
        """
        client_key = self.grants.end(open_id)
        if client_key:
            content = {"reason": reason}
            now = self.settings.now()
            self.courier.post(Event(client_key, "authorization.removed", now, content, open_id))
        return bool(client_key)

    async def perform(self, call: Call) -> Answer:
        """Take a call all the way to its answer."""
        try:
            if call.operation.group != "oauth":
                self._admit(call)
            answer = await self._answer(call)
        except RefusedError as refusal:
            answer = call.refused(refusal)
        if call.client_key and answer.status not in _UNPAID:
            self._charge(call, answer.rows)
        return answer

    def _admit(self, call: Call) -> None:
        token = accounts.bearer(call.headers.get("authorization", ""))
        operation = call.operation
        known = self.tokens.check(token, operation, call.now)
        self.pace.check(known.client_key, call.now)
        if operation.quota == PORTABILITY:
            self.minutes.check(known.client_key, operation.id, call.now)
        self.quota.check(known.client_key, operation.quota, call.now)
        call.token, call.client_key, call.grant = token, known.client_key, known.grant

    async def _answer(self, call: Call) -> Answer:
        handler = HANDLERS[call.operation.id]
        fault = self.script.take(call)
        if fault is None:
            answer = await handler(call)
        else:
            self.stats.faults[fault.kind] += 1
            answer = await meet(fault, call, handler)
        if self.script.has("repeat_page"):
            self.rehearsal.remember(call, answer)
        return answer

    def _charge(self, call: Call, rows: int) -> None:
        family = call.operation.quota
        self.quota.spend(call.client_key, family, rows, call.now)
        self.stats.pay(call.client_key, family, call.operation.id, rows)
