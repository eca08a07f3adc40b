"""What an account is told and shown about itself, and what is left of an API key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.emulator.tikapi import refusals
from tiktok_async.emulator.tikapi.figures import analytics, live_analytics
from tiktok_async.emulator.tikapi.notices import notice, places
from tiktok_async.emulator.tikapi.pages import Dated

if TYPE_CHECKING:
    from tiktok_async.emulator.answers import Answer
    from tiktok_async.emulator.tikapi.calls import Call

_SERIES: Final = ("_history", "_7d")
_TRANSACTIONS: Final = 40
_TRANSACTIONS_PAGE: Final = 12
_DAY: Final = 86_400


async def verify(call: Call) -> Answer:
    """Tell that the session of the account is good; a bad one ends before it comes here."""
    scene = call.scene
    user_id = str(scene.names.user_id(call.user))
    return call.ok(rows=1, data={"user_id": user_id, "username": scene.handle(call.user)})


async def notifications(call: Call) -> Answer:
    """Serve one page of notices; where the next one begins stands in the only list of lists."""
    found = Dated(places(call.scene, call.user, call.text("filter")), lambda place: place[0])
    before = call.number("min_time") or call.number("max_time") or None

    def row(place: tuple[int, int]) -> dict[str, Any]:
        return notice(call.scene, call.user, *place)

    page = found.page(call, row, before, call.count)
    lists = [
        {
            "group_id": 36,
            "has_more": page.flag,
            "max_time": page.rows[0]["create_time"] if page.rows else 0,
            "min_time": page.end,
            "notice_list": page.rows,
        }
    ]
    return call.ok(rows=len(page.rows), notice_lists=lists)


async def figures(call: Call) -> Answer:
    """Serve the figures of the account, or of one of its posts."""
    kind = call.text("type")
    if kind == "video":
        if not call.text("media_id"):
            text = "A valid media_id is required."
            raise refusals.bad_fields("Missing fields.", {"media_id": text})
        if call.service.names.video(call.text("media_id")) is None:
            raise refusals.tiktok(refusals.NO_VIDEO)
    keys = call.operation.keys
    series = [key for key in keys if key.endswith(_SERIES) or "_history_" in key]
    days = call.number("days", 7)
    return call.ok(rows=1, **analytics(call.scene, call.user, kind, days, series))


async def live_figures(call: Call) -> Answer:
    """Serve the figures of the account's rooms."""
    return call.ok(rows=1, data=live_analytics(call.scene, call.user, call.number("days", 7)))


async def transactions(call: Call) -> Answer:
    """Serve one page of coin transactions, by its number; no source shows their keys."""
    size = max(1, call.number("count", _TRANSACTIONS_PAGE))
    number = max(1, call.number("page", 1))
    begin = call.service.world.timeline.begin

    def row(place: int) -> dict[str, Any]:
        return {
            "amount": f"{(place + 1) * 0.13:.2f}",
            "coins": (place + 1) * 10,
            "create_time": begin - place * _DAY,
            "id": str(7_000_000_000_000_000_000 + call.user * 1000 + place),
            "status": 1,
        }

    first = (number - 1) * size
    rows = [row(place) for place in range(first, min(first + size, _TRANSACTIONS))]
    return call.ok(rows=len(rows), data={"transactions": rows})


async def key_info(call: Call) -> Answer:
    """Tell what is left of the API key."""
    keys = call.service.keys
    purse = keys.customer(call.api_key)
    settings = call.service.settings
    left = settings.credits_per_day - purse.requests_at(call.now)
    scene = call.scene
    alive = [
        account for account in keys.accounts.values() if not account.is_dead(settings, call.now)
    ]
    return call.ok(
        rows=1,
        accounts=[{"id": at + 1, "username": scene.handle(a.user)} for at, a in enumerate(alive)],
        active=1,
        app={"name": "Emulated app"},
        bandwidth={
            "left": max(0, int(min(settings.bandwidth - purse.bandwidth, 2**53))),
            "used": purse.bandwidth,
        },
        credits=max(0, int(min(left, 2**53))),
        dark_mode=0,
        date_expiry=int(call.now) + 30 * _DAY,
        email="demo@example.org",
        has_expired=False,
        id=1,
        logs=list(purse.logs),
        logs_count=purse.total,
        plan_id=3,
        sub_id=5,
        subscription_active=1,
    )
