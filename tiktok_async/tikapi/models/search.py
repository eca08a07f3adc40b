"""What is found by searches and suggestions."""

from __future__ import annotations

from typing import Any

import attrs

from tiktok_async.models import IdText, Model, wire
from tiktok_async.tikapi.models.hashtag import Hashtag  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.keys import CamelModel
from tiktok_async.tikapi.models.music import Music  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.picture import Picture  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.post import Post  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.profile import User, UserStats


@attrs.frozen(kw_only=True)
class SearchUser(Model):
    """An account that a search found.

    Source: TikTok web bodies; contract, TikAPI models, SearchUser.
    """

    uid: IdText | None = None
    unique_id: str | None = None
    """The handle."""
    nickname: str | None = None
    sec_uid: str | None = None
    signature: str | None = None
    follower_count: int | None = None
    total_favorited: int | None = None
    """Likes that all its posts have got."""
    follow_status: int | None = None
    custom_verify: str | None = None
    enterprise_verify_reason: str | None = None
    room_id: IdText | None = attrs.field(default=None, metadata=wire("room_id_str", "room_id"))
    avatar_thumb: Picture | None = None


@attrs.frozen(kw_only=True)
class FoundUser(Model):
    """An account that a search found, with what stands around it."""

    user_info: SearchUser | None = None
    position: Any = attrs.field(default=None, hash=False)
    """Null wherever it was seen, as all that follow."""
    uniqid_position: Any = attrs.field(default=None, hash=False)
    effects: Any = attrs.field(default=None, hash=False)
    musics: Any = attrs.field(default=None, hash=False)
    items: Any = attrs.field(default=None, hash=False)
    mix_list: Any = attrs.field(default=None, hash=False)
    challenges: Any = attrs.field(default=None, hash=False)


@attrs.frozen(kw_only=True)
class Suggestion(Model):
    """A text that a search suggests.

    Source: TikTok's name for its list; the rows are unproven.
    """

    content: str | None = None


@attrs.frozen(kw_only=True)
class SearchCommon(Model):
    """What hits of every kind have."""

    doc_id_str: IdText | None = None


@attrs.frozen(kw_only=True)
class SearchHit(Model):
    """A hit of a search: a post, accounts, or a suggestion.

    Source: TikTok web bodies; contract, TikAPI models, search. The searches of one category answer
    with bare rows, which are given in this form too.
    """

    type: int | None = None
    """1 = a post; 4 = accounts."""
    common: SearchCommon | None = None
    item: Post | None = None
    user_list: tuple[FoundUser, ...] | None = None
    suggestion: Suggestion | None = None

    @property
    def users(self) -> tuple[SearchUser, ...]:
        """The accounts of the hit."""
        return tuple(found.user_info for found in self.user_list or () if found.user_info)


@attrs.frozen(kw_only=True)
class DiscoverStats(UserStats):
    """The counts of what is suggested, of whatever kind it is."""

    view_count: int | None = None


@attrs.frozen(kw_only=True)
class DiscoverItem(CamelModel):
    """What TikTok suggests: an account, a piece of music, or a hashtag.

    Source: TikAPI 2.x documentation; contract, TikAPI models, discover by category. Only music is
    proven.
    """

    user: User | None = None
    music: Music | None = None
    challenge: Hashtag | None = None
    stats: DiscoverStats | None = None

    @property
    def key(self) -> str | None:
        """The id of what is suggested, with its kind."""
        kinds = {"user": self.user, "music": self.music, "challenge": self.challenge}
        return next((f"{kind} {it.id}" for kind, it in kinds.items() if it and it.id), None)
