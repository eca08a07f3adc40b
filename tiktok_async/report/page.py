"""The page: its head, its headline figures, its chapters and its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.markup import Html, foreign, joined, tag
from tiktok_async.report import account, activity
from tiktok_async.report.axis import counted, day_text, number
from tiktok_async.report.frame import contents, head
from tiktok_async.report.holdings import holdings
from tiktok_async.report.parts import distinct, paragraph, tiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tiktok_async.report.counts import Dates, Tally
    from tiktok_async.report.figures import Figures


def page(figures: Figures, day: date) -> Iterator[Html]:
    """Yield the page in pieces.

    Args:
        figures: What it tells.
        day: When it is written.
    """
    found = (
        activity.when(figures),
        activity.watching(figures.watching),
        activity.searches(figures.searching),
        account.people(figures.people),
        account.posts(figures.posting),
        account.talk(figures.talking),
        account.live(figures.live),
        account.spending(figures.spending),
        account.advertising(figures.advertising),
        account.logins(figures.logins),
        holdings(figures.holdings),
    )
    chapters = [chapter for chapter in found if chapter]
    yield head("TikTok archive")
    yield joined(Html("<body>\n"), _opening(figures, day), contents(chapters), Html("<main>\n"))
    for chapter in chapters:
        yield joined(chapter.html(), Html("\n"))
    yield joined(Html("</main>\n"), _foot(), Html("\n</body></html>\n"))


def _opening(figures: Figures, day: date) -> Html:
    name = figures.username
    title = tag("h1", "TikTok archive", *((" of ", foreign(f"@{name}")) if name else ()))
    return tag(
        "header",
        title,
        paragraph(_summary(figures.actions()), "lead"),
        paragraph(f"Written on {day_text(day)}.", "note"),
        tiles(_headlines(figures)),
    )


def _summary(actions: Dates) -> str:
    if not actions.days:
        return "The archive holds no dated activity."
    first, last = min(actions.days), max(actions.days)
    reach = f"On {day_text(first)}" if first == last else f"{day_text(first)} to {day_text(last)}"
    days = counted(len(actions.days), "day")
    return f"{reach}: {counted(sum(actions.days.values()), 'action')} on {days}."


def _headlines(figures: Figures) -> list[tuple[str, str, str]]:
    """Return what is counted, how many there are, and a word more; nothing that is zero."""
    watching, people, talking = figures.watching, figures.people, figures.talking
    every = [
        ("videos watched", watching.watched.rows, _on_days(watching.watched)),
        ("videos liked", watching.liked.rows, _on_days(watching.liked)),
        ("favorites", watching.favorites.rows, ""),
        ("searches", figures.searching.dates.rows, _on_days(figures.searching.dates)),
        ("followers", people.followers.rows, ""),
        ("following", people.following.rows, ""),
        ("posts", figures.posting.dates.rows, counted(figures.posting.likes, "like")),
        ("comments", talking.comments.rows, _on_days(talking.comments)),
        ("messages", talking.messages.rows, _in_chats(talking.chats)),
        ("live streams watched", figures.live.watched.rows, ""),
        ("times shared", watching.shared.rows, ""),
        ("logins", figures.logins.dates.rows, _devices(len(figures.logins.devices))),
    ]
    return [(what, number(count), aside) for what, count, aside in every if count]


def _on_days(dates: Dates) -> str:
    return f"on {counted(len(dates.days), 'day')}" if dates.days else ""


def _in_chats(chats: Tally) -> str:
    return f"in {distinct(chats, 'chat')}" if len(chats) else ""


def _devices(count: int) -> str:
    return f"from {counted(count, 'device model')}" if count else ""


def _foot() -> Html:
    return tag(
        "footer",
        paragraph(
            "Dates are shown as the archive gives them. TikTok documents no time zone for most of"
            " them; comments and talks with Tako of newer exports are in UTC. Rows with a date"
            " before 2014 or in the future count as rows without one."
        ),
        paragraph(
            "This page was made on one machine from the archive alone, and loads nothing from"
            " anywhere. It holds search words and names of other people: think before you pass it"
            " on."
        ),
    )
