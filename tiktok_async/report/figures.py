"""What a report tells of an archive, as values: numbers, and very few texts.

The texts: the most frequent search words, the names of chats, devices, networks and sites, titles
of own posts, and interests. Of what was said in comments and messages, nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from tiktok_async.report.counts import Dates

if TYPE_CHECKING:
    from tiktok_async.portability.archive import SectionInfo
    from tiktok_async.report.counts import Best, Split, Tally


@attrs.frozen(kw_only=True)
class Watching:
    """What was watched, liked and kept."""

    watched: Dates
    liked: Dates
    favorites: Dates
    reposted: Dates
    kept: tuple[tuple[str, int], ...]
    """The kinds of favorites, with how many there are."""
    shared: Dates
    methods: Tally
    """Ways of sharing."""


@attrs.frozen(kw_only=True)
class Searching:
    """What was searched."""

    dates: Dates
    terms: Tally
    """In lower case, without spaces round them."""


@attrs.frozen(kw_only=True)
class People:
    """Who follows, and who is followed."""

    followers: Dates
    following: Dates
    blocked: int


@attrs.frozen(kw_only=True)
class Posting:
    """What was published."""

    dates: Dates
    likes: int
    """Of all posts together."""
    best: Best


@attrs.frozen(kw_only=True)
class Talking:
    """What was said: how much, and never what."""

    comments: Dates
    messages: Dates
    chats: Tally
    tako_chats: int


@attrs.frozen(kw_only=True)
class Live:
    """Live streams."""

    watched: Dates
    hosted: Dates
    best: Best


@attrs.frozen(kw_only=True)
class Spending:
    """Gifts and coins."""

    coins: Dates
    coin_amount: int
    gifts_sent: Dates
    gift_amount: int
    gifts_bought: Dates


@attrs.frozen(kw_only=True)
class Advertising:
    """What advertisers know."""

    interests: Tally
    visits: Dates
    off_tiktok: Dates
    sources: Tally
    forms: int


@attrs.frozen(kw_only=True)
class Logins:
    """From where the account was used."""

    dates: Dates
    addresses: Tally
    devices: Tally
    systems: Split
    networks: Split


@attrs.frozen(kw_only=True)
class Holdings:
    """What the archive has."""

    sections: tuple[SectionInfo, ...]
    unknown: tuple[tuple[str, int], ...]
    """What belongs to no section: the keys that lead to it, and its bytes."""
    era: str
    form: str
    language: str | None


@attrs.frozen(kw_only=True)
class Figures:
    """All that a report tells."""

    username: str | None
    watching: Watching
    searching: Searching
    people: People
    posting: Posting
    talking: Talking
    live: Live
    spending: Spending
    advertising: Advertising
    logins: Logins
    holdings: Holdings

    def actions(self) -> Dates:
        """Return all that the user did as one: all but messages, logins and followers."""
        watching = self.watching
        kinds = (watching.watched, watching.liked, watching.favorites, watching.reposted)
        rest = (watching.shared, self.searching.dates, self.talking.comments, self.posting.dates)
        whole = Dates(watching.watched.last_day)
        for one in (*kinds, *rest):
            whole.include(one)
        return whole
