"""Live rooms: the user's own, and those that the user watches."""

from __future__ import annotations

from typing import ClassVar

import attrs

from tiktok_async.sansio.endpoint import Route, exact_id, optional_id, param
from tiktok_async.sansio.paging import PageRule  # noqa: TC001  # help() resolves the annotations
from tiktok_async.tikapi.endpoints.family import Act, Listing, Lookup
from tiktok_async.tikapi.endpoints.forms import TEXT, OneOf, as_text, is_flag, is_whole
from tiktok_async.tikapi.endpoints.parameters import (
    Counted,
    Cursored,
    InRoom,
    NextCursored,
    Offset,
    in_query,
)
from tiktok_async.tikapi.endpoints.rules import by
from tiktok_async.tikapi.models import (
    ChatEvent,
    Done,
    LiveAnalytics,
    LiveHit,
    LivePermissions,
    LiveRoom,
    LiveStart,
    LiveStats,
    LiveTopic,
    Transaction,
)
from tiktok_async.tikapi.paging import CursorList, NumberedList, SinglePage

_LIVE: tuple[str, ...] = ("live",)
_DATA: tuple[str, ...] = ("data",)


# ---- the user's own room


@attrs.frozen(kw_only=True)
class GetLivePermissions(Lookup[LivePermissions]):
    """Look up what the user may do live."""

    id = "tikapi.user.live.permissions"
    route: ClassVar[Route] = Route("GET", "/user/live/info")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    place: ClassVar[tuple[str, ...]] = _DATA


@attrs.frozen(kw_only=True)
class StartLive(Act[LiveStart]):
    """Go live (premium); the answer holds a stream key, which is a secret."""

    id = "tikapi.user.live.start"
    route: ClassVar[Route] = Route("POST", "/user/live/start")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    premium: ClassVar[bool] = True

    title: str = attrs.field(converter=as_text, validator=TEXT, metadata=param("The title."))
    third_party: bool = attrs.field(
        default=True,
        validator=is_flag,
        metadata=param("Whether other programs stream; for invited users only."),
    )
    hashtag_id: int | None = attrs.field(
        default=None,
        converter=optional_id,
        validator=is_whole,
        metadata=param("The topic's id; `live.topics` lists them."),
    )
    game_tag_id: int | None = attrs.field(
        default=None,
        converter=optional_id,
        validator=is_whole,
        metadata=param("The id of the game, for topics of gaming."),
    )


@attrs.frozen(kw_only=True)
class StopLive(Act[Done]):
    """End the live room (premium)."""

    id = "tikapi.user.live.stop"
    route: ClassVar[Route] = Route("POST", "/user/live/stop")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    premium: ClassVar[bool] = True


@attrs.frozen(kw_only=True)
class ListLiveTopics(Listing[LiveTopic]):
    """List the topics that a live room can have; one page, whose rows are not documented."""

    id = "tikapi.user.live.topics"
    route: ClassVar[Route] = Route("GET", "/user/live/topics")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    rule: ClassVar[PageRule] = SinglePage((), key=by("id"))


@attrs.frozen(kw_only=True)
class GetLiveAnalytics(Lookup[LiveAnalytics]):
    """Look up the figures of the user's live rooms."""

    id = "tikapi.user.live.analytics"
    route: ClassVar[Route] = Route("GET", "/user/live/analytics")
    scopes: ClassVar[tuple[str, ...]] = ("view_analytics",)
    place: ClassVar[tuple[str, ...]] = _DATA

    days: int = attrs.field(
        default=7, converter=exact_id, validator=is_whole, metadata=in_query("How many days back.")
    )


@attrs.frozen(kw_only=True)
class ListOwnLives(Offset, Counted, Listing[LiveRoom]):
    """List the user's past live rooms; where its rows are is not documented."""

    id = "tikapi.user.live.list"
    route: ClassVar[Route] = Route("GET", "/user/live/list")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    rule: ClassVar[PageRule] = CursorList((), key=by("id"), param="offset", answer="offset")

    sort: int = attrs.field(
        default=0,
        converter=exact_id,
        validator=OneOf((0, 1)),
        metadata=in_query("0 = the latest first, 1 = the oldest first."),
    )


@attrs.frozen(kw_only=True)
class ListTransactions(Listing[Transaction]):
    """List the user's coin transactions; where its rows are is not documented."""

    id = "tikapi.user.live.transaction_history"
    route: ClassVar[Route] = Route("GET", "/user/wallet/transactions")
    scopes: ClassVar[tuple[str, ...]] = ("view_coins",)
    rule: ClassVar[PageRule] = NumberedList((), key=by("id"))

    count: int | None = attrs.field(
        default=None, converter=optional_id, validator=is_whole, metadata=in_query("Rows per page.")
    )
    page: int | None = attrs.field(
        default=None,
        converter=optional_id,
        validator=is_whole,
        metadata=in_query("Number of the first page, from 1."),
    )


# ---- any room


@attrs.frozen(kw_only=True)
class GetLive(InRoom, Lookup[LiveRoom]):
    """Look up a live room."""

    id = "tikapi.user.live.info"
    route: ClassVar[Route] = Route("GET", "/user/live/check")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    place: ClassVar[tuple[str, ...]] = _DATA


@attrs.frozen(kw_only=True)
class GetLiveDetails(InRoom, Lookup[LiveRoom]):
    """Look up the details of a live room, also of one that is over."""

    id = "tikapi.user.live.details"
    route: ClassVar[Route] = Route("GET", "/user/live/detail")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    place: ClassVar[tuple[str, ...]] = _DATA


@attrs.frozen(kw_only=True)
class GetLiveStats(InRoom, Lookup[LiveStats]):
    """Look up the figures of a live room."""

    id = "tikapi.user.live.stats"
    route: ClassVar[Route] = Route("GET", "/user/live/stats")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    place: ClassVar[tuple[str, ...]] = _DATA


@attrs.frozen(kw_only=True)
class ListRecommendedLives(InRoom, Listing[LiveHit]):
    """List live rooms that are like one; one page."""

    id = "tikapi.user.live.recommend"
    route: ClassVar[Route] = Route("GET", "/user/live/recommend")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    rule: ClassVar[PageRule] = SinglePage(("data",), key=by("key"))


@attrs.frozen(kw_only=True)
class SearchLives(Cursored, Listing[LiveHit]):
    """Search for live rooms."""

    id = "tikapi.user.live.search"
    route: ClassVar[Route] = Route("GET", "/user/search/live")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    rule: ClassVar[PageRule] = CursorList(("data",), key=by("key"))

    query: str = attrs.field(validator=TEXT, metadata=in_query("What to look for."))


# ---- the chat of a room


@attrs.frozen(kw_only=True)
class PollChat(NextCursored, InRoom, Listing[ChatEvent]):
    """Ask once for what was said in a live room since the cursor (premium).

    No page of a list but one look at a stream: `nextCursor` of the answer is for the next look.
    """

    id = "tikapi.user.live.chat"
    route: ClassVar[Route] = Route("GET", "/user/live/chat")
    scopes: ClassVar[tuple[str, ...]] = ("live", "send_messages")
    premium: ClassVar[bool] = True
    rule: ClassVar[PageRule] = SinglePage(("messagesList",), key=by("key"))


@attrs.frozen(kw_only=True)
class SendChat(Act[Done]):
    """Say something in the chat of a live room (premium; trusted customers only)."""

    id = "tikapi.user.live.send_chat"
    route: ClassVar[Route] = Route("POST", "/user/live/chat/send")
    scopes: ClassVar[tuple[str, ...]] = _LIVE
    premium: ClassVar[bool] = True
    trusted_only: ClassVar[bool] = True

    room_id: str = attrs.field(
        converter=as_text, validator=TEXT, metadata=param("The live room's id.")
    )
    text: str = attrs.field(validator=TEXT, metadata=param("What to say."))
