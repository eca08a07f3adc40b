"""What TikTok's own codes mean where TikAPI passes them on: one table.

They come as `statusCode` or `status_code` of a body, most often with a 403, so that a 403 need not
say "forbidden". The codes and their texts are TikAPI's; that they fall into these groups is ours.
Source: TikAPI documentation 3.1.4, Errors; contract, TikAPI, Errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.errors import (
    APIError,
    AuthError,
    NotFoundError,
    ReauthorizationRequiredError,
    ServerError,
)
from tiktok_async.sansio.retry import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

LIST_LIMIT: Final = "list_limit_reached"
AUTHORIZE_URL: Final = "https://tikapi.io/account/authorize"


@attrs.frozen
class Group:
    """What a caller does about a code."""

    kind: Kind
    error: type[APIError]
    hint: str
    reason: str | None = None
    """Why a list ended, in one word; None = by the class of the error."""


UPSTREAM: Final = Group(
    Kind.UPSTREAM,
    ServerError,
    "TikTok itself is in trouble, or wants a captcha; try again later, or with another country.",
)
MISSING: Final = Group(
    Kind.REFUSED, NotFoundError, "There is no such thing, or no longer: check the id or the name."
)
HIDDEN: Final = Group(
    Kind.REFUSED,
    NotFoundError,
    "It is there, but not to be seen: for a while, by its owner's choice, or from this country.",
)
LOGGED_OUT: Final = Group(
    Kind.REFUSED,
    AuthError,
    "TikTok wants an account that is logged in: use user(account_key=...), "
    "or let that user authorise again.",
)
REFUSED: Final = Group(
    Kind.REFUSED, APIError, "TikTok refuses this one for good; a retry does not help."
)
ENDED: Final = Group(
    Kind.REFUSED,
    APIError,
    "TikTok gives no more of this list: what came is its beginning, not the whole.",
    LIST_LIMIT,
)
EXPIRED: Final = Group(
    Kind.REFUSED,
    ReauthorizationRequiredError,
    f"Send the user through {AUTHORIZE_URL}?client_id=c_...&redirect_uri=... again; "
    "the redirect brings a new account key.",
)


@attrs.frozen
class Code:
    """One code of TikTok."""

    group: Group
    text: str


CODES: Final[Mapping[int, Code]] = {
    8: Code(EXPIRED, "the account's session has expired"),
    2054: Code(MISSING, "video unavailable or deleted"),
    2752: Code(HIDDEN, "advertised video unavailable"),
    10000: Code(UPSTREAM, "captcha"),
    10011: Code(MISSING, "no such live room"),
    10101: Code(UPSTREAM, "server error of TikTok"),
    10102: Code(LOGGED_OUT, "not logged in"),
    10111: Code(UPSTREAM, "network error of TikTok"),
    10113: Code(UPSTREAM, "resource blocked by TikTok"),
    10114: Code(UPSTREAM, "resource blocked by TikTok"),
    10119: Code(LOGGED_OUT, "not logged in for live"),
    10202: Code(MISSING, "no such user"),
    10203: Code(MISSING, "no such music"),
    10204: Code(MISSING, "no such video"),
    10205: Code(MISSING, "no such hashtag"),
    10208: Code(MISSING, "no such effect"),
    10209: Code(HIDDEN, "hashtag on a blacklist"),
    10210: Code(MISSING, "no such live"),
    10211: Code(HIDDEN, "hashtag is sensitive"),
    10212: Code(REFUSED, "hashtag error"),
    10215: Code(HIDDEN, "video unavailable for now"),
    10216: Code(HIDDEN, "video is private"),
    10217: Code(HIDDEN, "video unavailable for now"),
    10218: Code(REFUSED, "music error"),
    10219: Code(REFUSED, "copyright of the music"),
    10220: Code(REFUSED, "error in the video's music"),
    10221: Code(HIDDEN, "user is banned"),
    10223: Code(REFUSED, "user error"),
    10224: Code(MISSING, "no such entity"),
    10225: Code(REFUSED, "user name is sensitive"),
    10227: Code(HIDDEN, "video under review"),
    10228: Code(HIDDEN, "video under risk control"),
    10229: Code(HIDDEN, "video is hidden"),
    10230: Code(HIDDEN, "video under risk control"),
    10231: Code(HIDDEN, "not visible in this country"),
    10241: Code(MISSING, "video deleted"),
    10242: Code(HIDDEN, "access to the video is restricted"),
    10404: Code(ENDED, "list limit reached"),
    3002060: Code(HIDDEN, "the list is hidden by its owner"),
}
"""Every code that is known: the 36 of the documentation, 8 of a 428, and two of TikTok's bodies."""
