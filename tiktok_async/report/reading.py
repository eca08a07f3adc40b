"""Makes figures of an archive: each section is read once, row by row, and only numbers stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from tiktok_async.report.counts import Best, Dates, Split, Tally
from tiktok_async.report.figures import (
    Advertising,
    Figures,
    Holdings,
    Live,
    Logins,
    People,
    Posting,
    Searching,
    Spending,
    Talking,
    Watching,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from tiktok_async.portability.archive import Archive

_BEST_KEPT: Final = 12
_SYSTEM: Final = re.compile(r"[^\W\d_]+")
"""The name of a system before its version."""


class Dated(Protocol):
    """A row with a date."""

    @property
    def date(self) -> datetime | None:
        """When it happened."""


def figures_of(archive: Archive, last_day: date) -> Figures:
    """Return the figures of an archive.

    Args:
        archive: Each of its sections is read once.
        last_day: Rows with a later date count as having none.

    Raises:
        ArchiveError: if it cannot be read on.
    """
    return Figures(
        username=getattr(archive.profile, "username", None),
        watching=_watching(archive, last_day),
        searching=_searching(archive, last_day),
        people=_people(archive, last_day),
        posting=_posting(archive, last_day),
        talking=_talking(archive, last_day),
        live=_live(archive, last_day),
        spending=_spending(archive, last_day),
        advertising=_advertising(archive, last_day),
        logins=_logins(archive, last_day),
        holdings=_holdings(archive),
    )


def _dates(
    rows: Iterable[Dated], last_day: date, also: Callable[[Any, date | None], None] | None = None
) -> Dates:
    """Count rows, and hand each with its day to `also`."""
    dates = Dates(last_day)
    for row in rows:
        day = dates.add(row.date)
        if also is not None:
            also(row, day)
    return dates


def _watching(archive: Archive, last_day: date) -> Watching:
    kept = archive.favorites
    kinds: list[tuple[str, Iterable[Dated]]] = [
        ("Videos", kept.videos),
        ("Sounds", kept.sounds),
        ("Effects", kept.effects),
        ("Hashtags", kept.hashtags),
        ("Collections", kept.collections),
        ("Comments", kept.comments),
        ("Places", kept.places),
    ]
    favorites = Dates(last_day)
    counts = []
    for name, rows in kinds:
        one = _dates(rows, last_day)
        favorites.include(one)
        counts.append((name, one.rows))
    methods = Tally()
    return Watching(
        watched=_dates(archive.watch_history, last_day),
        liked=_dates(archive.likes, last_day),
        favorites=favorites,
        reposted=_dates(archive.reposts, last_day),
        kept=tuple(sorted(counts, key=lambda item: -item[1])),
        shared=_dates(archive.share_history, last_day, lambda row, _: methods.add(row.method)),
        methods=methods,
    )


def _searching(archive: Archive, last_day: date) -> Searching:
    terms = Tally()
    dates = _dates(
        archive.searches,
        last_day,
        lambda row, _: terms.add((row.search_term or "").strip().lower()),
    )
    return Searching(dates=dates, terms=terms)


def _people(archive: Archive, last_day: date) -> People:
    return People(
        followers=_dates(archive.followers, last_day),
        following=_dates(archive.following, last_day),
        blocked=archive.blocked.count(),
    )


def _posting(archive: Archive, last_day: date) -> Posting:
    best, likes = Best(_BEST_KEPT), Tally()

    def look(row: Any, day: date | None) -> None:
        if row.likes is not None:
            best.add(row.likes, day, row.title)
            likes.add("all", row.likes)

    return Posting(dates=_dates(archive.posts, last_day, look), likes=likes.total, best=best)


def _talking(archive: Archive, last_day: date) -> Talking:
    chats = Tally()
    messages = Dates(last_day)
    for section in (archive.direct_messages, archive.group_chats):
        messages.include(_dates(section, last_day, lambda row, _: chats.add(row.chat)))
    return Talking(
        comments=_dates(archive.comments, last_day),
        messages=messages,
        chats=chats,
        tako_chats=archive.tako_chats.count(),
    )


def _live(archive: Archive, last_day: date) -> Live:
    best = Best(_BEST_KEPT)
    hosted = _dates(
        archive.go_live_history,
        last_day,
        lambda row, day: best.add(row.total_view or 0, day, row.room_title),
    )
    return Live(watched=_dates(archive.watch_live_history, last_day), hosted=hosted, best=best)


def _spending(archive: Archive, last_day: date) -> Spending:
    coins, gifts = Tally(), Tally()
    return Spending(
        coins=_dates(
            archive.coin_purchases, last_day, lambda row, _: coins.add("all", row.coin_amount or 0)
        ),
        coin_amount=coins.total,
        gifts_sent=_dates(
            archive.purchases.gifts_sent,
            last_day,
            lambda row, _: gifts.add("all", row.gift_amount or 0),
        ),
        gift_amount=gifts.total,
        gifts_bought=_dates(archive.purchases.gifts_bought, last_day),
    )


def _advertising(archive: Archive, last_day: date) -> Advertising:
    sources, interests = Tally(), Tally()
    for interest in archive.ads.interests:
        interests.add(interest.name)
    return Advertising(
        interests=interests,
        visits=_dates(archive.ads.visits, last_day),
        off_tiktok=_dates(archive.ads.off_tiktok, last_day, lambda row, _: sources.add(row.source)),
        sources=sources,
        forms=archive.ads.instant_forms.count(),
    )


def _logins(archive: Archive, last_day: date) -> Logins:
    addresses, devices = Tally(), Tally()
    systems, networks = Split(), Split()

    def look(row: Any, day: date | None) -> None:
        addresses.add(row.ip)
        devices.add(row.device_model)
        networks.add(row.network_type, day)
        system = _SYSTEM.match(row.device_system or "")
        systems.add(system and system[0], day)

    return Logins(
        dates=_dates(archive.login_history, last_day, look),
        addresses=addresses,
        devices=devices,
        systems=systems,
        networks=networks,
    )


def _holdings(archive: Archive) -> Holdings:
    return Holdings(
        sections=archive.inventory(),
        unknown=tuple((" > ".join(one.path), one.size) for one in archive.unknown),
        era=archive.era,
        form=archive.form,
        language=archive.language,
    )
