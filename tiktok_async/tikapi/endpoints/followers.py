"""Whom the user follows, and who follows the user."""

from __future__ import annotations

from typing import ClassVar

import attrs

from tiktok_async.sansio.endpoint import Route, param
from tiktok_async.sansio.paging import PageRule  # noqa: TC001  # help() resolves the annotations
from tiktok_async.tikapi.endpoints.family import SDK, Act, Listing
from tiktok_async.tikapi.endpoints.forms import DIGITS, SEC_UID, USERNAME, as_text
from tiktok_async.tikapi.endpoints.parameters import Counted, Cursored, MaybeSecUid, NextCursored
from tiktok_async.tikapi.endpoints.rules import USERS, by
from tiktok_async.tikapi.models import Done, Follower
from tiktok_async.tikapi.paging import CursorList


@attrs.frozen(kw_only=True)
class ListOwnFollowers(NextCursored, Counted, MaybeSecUid, Listing[Follower]):
    """List the user's followers, or another's as the user sees them."""

    id = "tikapi.user.followers"
    route: ClassVar[Route] = Route("GET", "/user/followers")
    scopes: ClassVar[tuple[str, ...]] = ("view_followers",)
    rule: ClassVar[PageRule] = USERS


@attrs.frozen(kw_only=True)
class ListOwnFollowing(NextCursored, Counted, MaybeSecUid, Listing[Follower]):
    """List whom the user follows, or another's as the user sees them."""

    id = "tikapi.user.following"
    route: ClassVar[Route] = Route("GET", "/user/following")
    scopes: ClassVar[tuple[str, ...]] = ("view_followers",)
    rule: ClassVar[PageRule] = USERS


@attrs.frozen(kw_only=True)
class ListOwnFollowingV1(Cursored, Counted, Listing[Follower]):
    """List whom the user follows, first way; where its rows are is not documented."""

    id = "tikapi.user.following_v1"
    route: ClassVar[Route] = Route("GET", "/user/following/v1")
    scopes: ClassVar[tuple[str, ...]] = ("view_followers",)
    rule: ClassVar[PageRule] = CursorList((), key=by("user", "id"))
    source = SDK


@attrs.frozen(kw_only=True)
class _Following(Act[Done]):
    """What following and its end have in common."""

    scopes: ClassVar[tuple[str, ...]] = ("follow_actions",)
    trusted_only: ClassVar[bool] = True
    deprecated: ClassVar[bool] = True
    source = SDK

    username: str = attrs.field(validator=USERNAME, metadata=param("The handle, or a short link."))
    sec_uid: str = attrs.field(
        validator=SEC_UID, metadata=param("The secUid of the same user.", name="secUid")
    )
    user_id: str = attrs.field(
        converter=as_text, validator=DIGITS, metadata=param("The id of the same user.")
    )


@attrs.frozen(kw_only=True)
class Follow(_Following):
    """Follow somebody (trusted customers only; deprecated)."""

    id = "tikapi.user.follow"
    route: ClassVar[Route] = Route("POST", "/user/follow")


@attrs.frozen(kw_only=True)
class Unfollow(_Following):
    """Follow somebody no longer (trusted customers only; deprecated)."""

    id = "tikapi.user.unfollow"
    route: ClassVar[Route] = Route("POST", "/user/unfollow")
