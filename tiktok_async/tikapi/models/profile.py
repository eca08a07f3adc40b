"""Accounts: who they are, and their counts."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # help() resolves the annotations

import attrs

from tiktok_async.models import Flag, IdText, Model, moment, wire
from tiktok_async.tikapi.models.counts import exact_first
from tiktok_async.tikapi.models.done import Done
from tiktok_async.tikapi.models.keys import CamelModel
from tiktok_async.tikapi.models.picture import Picture  # noqa: TC001  # attrs resolves it


@attrs.frozen(kw_only=True)
class Author(CamelModel):
    """An account as it comes with a post.

    Source: TikTok web bodies; contract, TikAPI models, Author.
    """

    id: IdText | None = None
    unique_id: str | None = None
    """The handle."""
    nickname: str | None = None
    sec_uid: str | None = None
    """What most calls want for an account."""
    signature: str | None = None
    """What the account says of itself."""
    verified: bool | None = None
    private_account: bool | None = None
    secret: bool | None = None
    avatar_larger: str | None = None
    avatar_medium: str | None = None
    avatar_thumb: str | None = None
    relation: int | None = None
    """0 = none."""
    ftc: bool | None = None
    open_favorite: bool | None = None
    """Whether everybody may see what it likes."""
    comment_setting: int | None = None
    download_setting: int | None = None
    duet_setting: int | None = None
    stitch_setting: int | None = None
    is_advirtual: bool | None = attrs.field(default=None, metadata=wire("isADVirtual"))
    is_embed_banned: bool | None = None
    user_story_status: int | None = attrs.field(default=None, metadata=wire("UserStoryStatus"))
    room_id: IdText | None = None
    """The live room; empty when the account is not live."""
    short_id: IdText | None = None
    create_time: int | None = None
    """Unix seconds."""
    nick_name_modify_time: int | None = None
    """Unix seconds."""
    unique_id_modify_time: int | None = None
    """Unix seconds."""
    can_exp_playlist: bool | None = None
    now_invitation_card_url: str | None = None
    recommend_reason: str | None = None
    suggest_account_bind: bool | None = None
    tt_seller: bool | None = None

    @property
    def created_at(self) -> datetime | None:
        """When the account was made, UTC."""
        return moment(self.create_time)

    @property
    def url(self) -> str | None:
        """The address of its page; None without a handle."""
        return f"https://www.tiktok.com/@{self.unique_id}" if self.unique_id else None

    @property
    def is_live(self) -> bool:
        """Whether it has a live room now."""
        return self.room_id not in (None, "", "0")


@attrs.frozen(kw_only=True)
class BioLink(CamelModel):
    """The link on a profile."""

    link: str | None = None
    risk: int | None = None


@attrs.frozen(kw_only=True)
class CommerceUserInfo(CamelModel):
    """What a business says of itself."""

    commerce_user: bool | None = None
    category: str | None = None
    category_button: bool | None = None


@attrs.frozen(kw_only=True)
class ProfileTab(CamelModel):
    """Which tabs a profile has."""

    show_play_list_tab: bool | None = None
    show_music_tab: bool | None = None
    show_question_tab: bool | None = None


@attrs.frozen(kw_only=True)
class User(Author):
    """An account as its profile and the lists of followers tell of it.

    Source: TikTok web bodies; contract, TikAPI models, User.
    """

    region: str | None = None
    bio_link: BioLink | None = None
    commerce_user_info: CommerceUserInfo | None = None
    following_visibility: int | None = None
    profile_embed_permission: int | None = None
    profile_tab: ProfileTab | None = None


@attrs.frozen(kw_only=True)
class UserStats(CamelModel):
    """The counts of an account, rounded above some thousand.

    Source: TikTok web bodies; contract, TikAPI models, AuthorStats.
    """

    follower_count: int | None = None
    following_count: int | None = None
    friend_count: int | None = None
    heart: int | None = None
    """The same as `heart_count`."""
    heart_count: int | None = None
    """Likes that all its posts have got."""
    video_count: int | None = None
    digg_count: int | None = None
    """Posts that it liked."""


@attrs.frozen(kw_only=True)
class UserStatsExact(UserStats):
    """The counts of an account as `statsV2` has them: text on the wire.

    Exact in profiles and lists of followers; with a post as rounded as the others.
    """


@attrs.frozen(kw_only=True)
class _Counted(CamelModel):
    """An account with its counts."""

    user: User | None = None
    stats: UserStats | None = None
    stats_v2: UserStatsExact | None = None

    @property
    def counts(self) -> UserStats:
        """The counts, each exact if it came so, else rounded."""
        return exact_first(self.stats_v2, self.stats or UserStats())


@attrs.frozen(kw_only=True)
class ShareMeta(CamelModel):
    """How a page introduces itself when it is shared."""

    title: str | None = None
    desc: str | None = None


@attrs.frozen(kw_only=True)
class Profile(_Counted):
    """A profile.

    Source: TikTok web bodies; contract, TikAPI models, `userInfo` and the `shareMeta` beside it.
    """

    share_meta: ShareMeta | None = None


@attrs.frozen(kw_only=True)
class Follower(_Counted):
    """An account in a list of followers or of followed accounts.

    Source: TikTok web bodies; contract, TikAPI models, `userList`.
    """


@attrs.frozen(kw_only=True)
class SessionCheck(Model):
    """Whose TikTok session was found alive.

    Source: public programs; contract, TikAPI models, Session check.
    """

    username: str | None = None


@attrs.frozen(kw_only=True)
class EditedUser(Model):
    """The account after a change of its profile.

    Source: TikAPI 2.x documentation; contract, TikAPI models, Profile edit.
    """

    uid: IdText | None = None
    unique_id: str | None = None
    """The handle."""
    nickname: str | None = None
    signature: str | None = None
    secret: Flag | None = None
    short_id: IdText | None = None
    verification_type: int | None = None
    avatar_larger: Picture | None = None
    avatar_medium: Picture | None = None
    avatar_thumb: Picture | None = None


@attrs.frozen(kw_only=True)
class ProfileEdit(Done):
    """What came of a change of the profile."""

    user: EditedUser | None = None
