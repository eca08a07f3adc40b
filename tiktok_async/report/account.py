"""Chapters on the account: people, posts, talk, live, gifts, advertising, logins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.markup import foreign, tag
from tiktok_async.report.axis import counted, day_text, number
from tiktok_async.report.over_time import columns_figure, growth_figure, misdated, stacked_figure
from tiktok_async.report.parts import (
    NOTHING,
    Chapter,
    chapter,
    counts,
    distinct,
    estimate,
    figure,
    named,
    pair,
    paragraph,
    ranking,
    sentences,
    words,
)

if TYPE_CHECKING:
    from datetime import date

    from tiktok_async.markup import Html
    from tiktok_async.report.counts import Best, Dates
    from tiktok_async.report.figures import (
        Advertising,
        Live,
        Logins,
        People,
        Posting,
        Spending,
        Talking,
    )

_TOP: Final = 12
_INTERESTS_SHOWN: Final = 120
_COLORS: Final = 4


def people(found: People) -> Chapter | None:
    """Return the chapter on followers and those who are followed."""
    if not found.followers.rows and not found.following.rows:
        return None
    parts = [("Followers", found.followers), ("Following", found.following)]
    given = [(name, dates) for name, dates in parts if dates.rows]
    lead = counts(
        (found.followers.rows, "follower", "followers"),
        (found.following.rows, "following", "following"),
        (found.blocked, "blocked", "blocked"),
    )
    caption = sentences(
        "By the day on which each one began; who left before the export is not in it.",
        *(misdated(dates) for _, dates in given),
    )
    return chapter(
        "people",
        "People",
        paragraph(f"{lead}."),
        growth_figure("growth", "Followers and following", given, caption=caption),
    )


def posts(found: Posting) -> Chapter | None:
    """Return the chapter on posts and their likes."""
    if not found.dates.rows:
        return None
    lead = f"{counted(found.dates.rows, 'post')} with {counted(found.likes, 'like')} in all."
    return chapter(
        "posts",
        "Posts",
        paragraph(lead),
        columns_figure("posts-time", "Posts over time", found.dates),
        _ranked("Most liked posts", ("Post", "Likes"), found.best),
    )


def _ranked(title: str, head: tuple[str, str], best: Best) -> Html:
    rows = [(_titled(day, text), count) for count, day, text in best.ranked()]
    return figure(title, "", ranking(head, rows)) if rows else NOTHING


def _titled(day: date | None, text: str) -> Html:
    when = "No date" if day is None else day_text(day)
    if not text.strip():
        return tag("span", when)
    return tag("span", foreign(text), tag("small", when))


def talk(found: Talking) -> Chapter | None:
    """Return the chapter on comments and messages: how many, never what."""
    if not found.comments.rows and not found.messages.rows and not found.tako_chats:
        return None
    chats = f" in {distinct(found.chats, 'chat')}" if len(found.chats) else ""
    told = counts(
        (found.comments.rows, "comment", "comments"),
        (found.tako_chats, "conversation with Tako", "conversations with Tako"),
        (found.messages.rows, f"message{chats}", f"messages{chats}, sent and received"),
    )
    lead = f"{told}. What they say is not in this report."
    most = ranking(("Chat", "Messages"), named(found.chats.most(_TOP)))
    return chapter(
        "talk",
        "Comments and messages",
        paragraph(lead),
        pair(
            columns_figure("comments", "Comments over time", found.comments),
            columns_figure("messages", "Messages over time", found.messages),
        ),
        figure("Most active chats", estimate(found.chats), most) if len(found.chats) else NOTHING,
    )


def live(found: Live) -> Chapter | None:
    """Return the chapter on live streams."""
    if not found.watched.rows and not found.hosted.rows:
        return None
    lead = counts(
        (found.watched.rows, "live stream watched", "live streams watched"),
        (found.hosted.rows, "hosted", "hosted"),
    )
    return chapter(
        "live",
        "Live",
        paragraph(f"{lead}."),
        pair(
            columns_figure("live-watched", "Live streams watched", found.watched),
            _ranked("Live streams hosted", ("Stream", "Views"), found.best),
        ),
    )


def spending(found: Spending) -> Chapter | None:
    """Return the chapter on gifts and coins."""
    sections = [
        ("Coin purchases", found.coins, counted(found.coin_amount, "coin")),
        ("Gifts sent", found.gifts_sent, f"amounts add up to {number(found.gift_amount)}"),
        ("Gifts bought", found.gifts_bought, ""),
    ]
    drawn = [
        _spent(index, name, dates, amount)
        for index, (name, dates, amount) in enumerate(sections)
        if dates.rows
    ]
    return chapter("spending", "Gifts and coins", pair(*drawn)) if drawn else None


def _spent(index: int, name: str, dates: Dates, amount: str) -> Html:
    caption = f"{number(dates.rows)} in all{f'; {amount}' if amount else ''}."
    return columns_figure(f"spending-{index}", name, dates, caption=caption)


def advertising(found: Advertising) -> Chapter | None:
    """Return the chapter on advertising."""
    if not (len(found.interests) or found.visits.rows or found.off_tiktok.rows or found.forms):
        return None
    told = counts(
        (found.visits.rows, "advertisement opened", "advertisements opened"),
        (
            found.off_tiktok.rows,
            "event told by another site",
            "events told by other sites and apps",
        ),
        (found.forms, "form answered", "forms answered"),
    )
    return chapter(
        "ads",
        "Advertising",
        paragraph(f"{told}." if told else ""),
        _interests(found),
        pair(_sources(found), columns_figure("ads-opened", "Advertisements opened", found.visits)),
    )


def _interests(found: Advertising) -> Html:
    if not len(found.interests):
        return NOTHING
    shown = [name for name, _ in found.interests.most(_INTERESTS_SHOWN)]
    hidden = len(found.interests) - len(shown)
    caption = "What TikTok takes this account to be interested in."
    more = f"{number(hidden)} more not shown." if hidden else ""
    return figure("Interests", sentences(caption, more), words(shown))


def _sources(found: Advertising) -> Html:
    if not len(found.sources):
        return NOTHING
    caption = sentences("Who told TikTok of visits elsewhere.", estimate(found.sources))
    ranked = ranking(("Site or app", "Events"), named(found.sources.most(_TOP)))
    return figure("Activity outside TikTok", caption, ranked)


def logins(found: Logins) -> Chapter | None:
    """Return the chapter on logins."""
    if not found.dates.rows:
        return None
    lead = counts(
        (found.dates.rows, "login", "logins"),
        (len(found.devices), "device model", "device models"),
        (len(found.addresses), "network address", "network addresses"),
    )
    devices = ranking(("Device model", "Logins"), named(found.devices.most(_TOP)))
    return chapter(
        "logins",
        "Logins",
        paragraph(f"{lead}."),
        pair(
            stacked_figure(
                "logins-system",
                "Logins by system",
                found.systems.parts(_COLORS),
                caption=misdated(found.dates),
            ),
            stacked_figure("logins-network", "Logins by network", found.networks.parts(_COLORS)),
        ),
        figure("Logins by device", estimate(found.devices), devices)
        if len(found.devices)
        else NOTHING,
    )
