"""The user's own profile, notifications and figures."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from tiktok_async.errors import InputError
from tiktok_async.sansio.endpoint import Place, Route, exact_id, param
from tiktok_async.sansio.paging import PageRule  # noqa: TC001  # help() resolves the annotations
from tiktok_async.tikapi.endpoints.family import Act, Listing, Lookup
from tiktok_async.tikapi.endpoints.forms import DIGITS, TEXT, Cursor, OneOf, is_whole, optional_text
from tiktok_async.tikapi.endpoints.parameters import Counted, MaybeHandle, in_query
from tiktok_async.tikapi.endpoints.rules import by
from tiktok_async.tikapi.models import Analytics, Notification, Profile, ProfileEdit, SessionCheck
from tiktok_async.tikapi.paging import NoticeList

_TIME: dict[str, Any] = in_query("Where to go on, as received; the two times go together.")


@attrs.frozen(kw_only=True)
class GetOwnProfile(MaybeHandle, Lookup[Profile]):
    """Look up the user's own profile, or another's as the user sees it."""

    id = "tikapi.user.info"
    route: ClassVar[Route] = Route("GET", "/user/info")
    scopes: ClassVar[tuple[str, ...]] = ("view_profile",)
    place: ClassVar[tuple[str, ...]] = ("userInfo",)
    beside: ClassVar[tuple[str, ...]] = ("shareMeta",)


@attrs.frozen(kw_only=True)
class EditProfile(Act[ProfileEdit]):
    """Change one field of the user's profile (premium)."""

    id = "tikapi.user.edit"
    route: ClassVar[Route] = Route("POST", "/user/edit/{field}")
    scopes: ClassVar[tuple[str, ...]] = ("edit_profile",)
    premium: ClassVar[bool] = True

    field: str = attrs.field(
        validator=OneOf(("nickname", "username", "bio", "private")),
        metadata=param("Which field: nickname, username, bio, private.", where=Place.PATH),
    )
    value: str = attrs.field(validator=TEXT, metadata=param("Its new value."))


@attrs.frozen(kw_only=True)
class ListNotifications(Counted, Listing[Notification]):
    """List the user's notifications, the latest first."""

    id = "tikapi.user.notifications"
    route: ClassVar[Route] = Route("GET", "/user/notifications")
    scopes: ClassVar[tuple[str, ...]] = ("view_notifications",)
    rule: ClassVar[PageRule] = NoticeList(("notice_list", "list"), key=by("nid"))

    filter: str = attrs.field(
        default="all",
        validator=OneOf(("all", "likes", "comments", "mentions", "followers")),
        metadata=in_query("Which kind: all, likes, comments, mentions, followers."),
    )
    max_time: int | str | None = attrs.field(default=None, validator=Cursor(DIGITS), metadata=_TIME)
    min_time: int | str | None = attrs.field(default=None, validator=Cursor(DIGITS), metadata=_TIME)


@attrs.frozen(kw_only=True)
class GetAnalytics(Lookup[Analytics]):
    """Look up the user's figures of one kind."""

    id = "tikapi.user.analytics"
    route: ClassVar[Route] = Route("GET", "/creator/analytics/{type}")
    scopes: ClassVar[tuple[str, ...]] = ("view_analytics",)

    type: str = attrs.field(
        validator=OneOf(("overview", "content", "video", "followers", "live")),
        metadata=param("Which kind: overview, content, video, followers, live.", where=Place.PATH),
    )
    days: int = attrs.field(
        default=7, converter=exact_id, validator=is_whole, metadata=in_query("How many days back.")
    )
    media_id: str | None = attrs.field(
        default=None,
        converter=optional_text,
        validator=DIGITS,
        metadata=in_query("The video's id; with type video, and only with it."),
    )

    def __attrs_post_init__(self) -> None:
        """Refuse a video without type video, and the reverse."""
        if (self.type == "video") != (self.media_id is not None):
            raise InputError("media_id goes with type='video', and only with it: write both.")


@attrs.frozen(kw_only=True)
class CheckSession(Act[SessionCheck]):
    """Check whether the user's TikTok session is alive; TikAPI removes the account if it is not."""

    id = "tikapi.user.verify"
    route: ClassVar[Route] = Route("GET", "/user/session/check")
    scopes: ClassVar[tuple[str, ...]] = ("view_profile",)
    place: ClassVar[tuple[str, ...]] = ("data",)
