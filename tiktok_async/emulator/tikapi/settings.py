"""What the emulator of TikAPI can be told."""

from __future__ import annotations

from typing import Final, Literal

import attrs

from tiktok_async.errors import InputError

_DAY: Final = 86_400.0
_NOT_NEGATIVE: Final = (
    "account_life", "account_idle", "media_life", "chat_rate", "chat_quiet", "chat_overlap",
)  # fmt: skip


@attrs.frozen(kw_only=True)
class TikAPISettings:
    """Options of the emulator of TikAPI. Times are seconds.

    `Settings.short_pages` holds here too: removed posts leave gaps, and lists that go by an index
    have an empty page now and then.
    """

    accounts: int = 2
    """How many account keys there are besides TikAPI's demo key, each of another user."""
    account_scopes: tuple[str, ...] | None = None
    """What the users allowed; None is everything. The demo key has everything."""
    account_life: float = 90 * _DAY
    """How long an account key lives: that of a TikTok session, about three months."""
    account_idle: float = 30 * _DAY
    """How long an account key lives without a call."""
    credits_per_day: float = 100_000
    """Requests of an API key in the 24 hours that begin with the first of them."""
    bandwidth: float = 100e9
    """Bytes of answers that an API key may have; they do not come back."""
    premium: bool = True
    """Whether the subscription covers the premium endpoints."""
    trusted: bool = True
    """Whether the customer may use the endpoints for trusted customers."""
    list_cap: int = 5000
    """How many posts of a hashtag or a sound are listed at most."""
    hidden_likes: Literal["empty", "no_content", "refused"] = "empty"
    """What comes of likes that a user keeps private; 204 was seen on a sibling vendor."""
    live_info: Literal["open", "text"] = "open"
    """Whether a room that a search found is an object or JSON as text in `raw_data`."""

    media_life: float = 6 * 3600.0
    """How long a link to a video is good; links of the same minute expire together."""
    media_bytes: int | None = None
    """Size of every video; None is between a quarter and five quarters of a MiB."""
    media_ranges: bool = True
    """Whether media hosts have validators and obey Range."""
    media_expired: Literal["refused", "html", "json"] = "refused"
    """What an expired link gives: 403, or a small body that is no video with HTTP 200."""

    chat_rate: float = 2.0
    """Messages per second in a lively chat."""
    chat_quiet: float = 20.0
    """How many seconds of each minute nobody says anything."""
    chat_overlap: float = 1.0
    """How far a poll reaches back behind its cursor: what lies there comes twice."""
    room_life: float | None = None
    """How long a room goes on after someone first looked at it; None is for ever."""
    room_end: Literal["refused", "status"] = "refused"
    """How a chat ends: 403 with code 10210, or an answer without messages and cursor."""

    def check_tikapi(self) -> None:
        """Tell whether the options make sense.

        Raises:
            InputError: if they do not.
        """
        if negative := [name for name in _NOT_NEGATIVE if getattr(self, name) < 0]:
            raise InputError(f"{', '.join(negative)}: 0 or more.")
        if self.accounts < 1 or self.list_cap < 1:
            raise InputError("accounts and list_cap are at least 1.")
        if self.chat_quiet >= 60:
            raise InputError("chat_quiet is less than 60: someone has to speak.")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise InputError(f"{name} is one of {', '.join(map(repr, choices))}.")


_CHOICES: Final = {
    "hidden_likes": ("empty", "no_content", "refused"),
    "live_info": ("open", "text"),
    "media_expired": ("refused", "html", "json"),
    "room_end": ("refused", "status"),
}
