"""What the Research API answers with.

Every field is optional: the provider omits what was not requested and what has no value. Ids are
integers of any size, also where the wire has their digits as text. Keys that are not known yet are
kept in `extra`.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from datetime import datetime, timedelta
from typing import Any

import attrs

from tiktok_async.models import IdText, Model, moment, wire


@attrs.frozen(kw_only=True)
class HashtagInfo(Model):
    """A hashtag of a video.

    Source: Research API, Query Videos, `hashtag_info_list`.
    """

    hashtag_id: int | None = None
    hashtag_name: str | None = None
    """Not in the provider's table; seen in answers."""
    hashtag_description: str | None = None


@attrs.frozen(kw_only=True)
class StickerInfo(Model):
    """A sticker of a video.

    Source: Research API, Query Videos, `sticker_info_list`.
    """

    sticker_id: int | None = None
    sticker_name: str | None = None


@attrs.frozen(kw_only=True)
class EffectInfo(Model):
    """An effect of a video.

    Source: Research API, Query Videos, `effect_info_list`.
    """

    effect_id: int | None = None
    effect_name: str | None = None
    effect_photo_url: str | None = None


@attrs.frozen(kw_only=True)
class VideoTag(Model):
    """A label about AI or advertising, in the provider's raw numbers.

    The video query page says AIGC 1 is labelled as AI by its creator and AIGC 2 is AI-generated;
    the pages of liked, pinned and reposted videos say the reverse. Branded 1 is a paid
    partnership, Branded 7 a creator who earns commission.

    Source: Research API, Query Videos, `video_tag`.
    """

    type: str | None = attrs.field(default=None, metadata=wire("type", "video_tag_type"))
    """Such as AIGC or Branded."""
    number: int | None = attrs.field(default=None, metadata=wire("number", "video_tag_number"))


@attrs.frozen(kw_only=True)
class Video(Model):
    """A public video.

    A new one shows up within 48 hours; counts are up to 10 days old.

    Source: Research API, Query Videos and Query User Liked, Pinned and Reposted Videos.
    """

    # The documented sample has `video_id`, live answers have `id`.
    id: int | None = attrs.field(default=None, metadata=wire("id", "video_id"))
    create_time: int | None = None
    """Unix seconds."""
    username: str | None = None
    """May hold NUL characters."""
    region_code: str | None = None
    """Where the creator's account was registered; two letters, upper case."""
    video_description: str | None = None
    music_id: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None
    view_count: int | None = None
    # Older pages, and the one of reposted videos still, spell it the British way.
    favorites_count: int | None = attrs.field(
        default=None, metadata=wire("favorites_count", "favourites_count")
    )
    effect_ids: tuple[IdText, ...] | None = None
    """Text on the wire; "0" stands for no effect."""
    hashtag_names: tuple[str, ...] | None = None
    """Without the `#`."""
    # The page calls these three structs; answers seen elsewhere show lists.
    hashtag_info_list: tuple[HashtagInfo, ...] | None = attrs.field(
        default=None, metadata=wire(lone=True)
    )
    sticker_info_list: tuple[StickerInfo, ...] | None = attrs.field(
        default=None, metadata=wire(lone=True)
    )
    effect_info_list: tuple[EffectInfo, ...] | None = attrs.field(
        default=None, metadata=wire(lone=True)
    )
    video_mention_list: tuple[str, ...] | None = None
    """Handles; whether they come with an `@` is not documented."""
    video_label: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """As it came: its inner shape is not documented."""
    playlist_id: int | None = None
    voice_to_text: str | None = None
    is_stem_verified: bool | None = None
    video_duration: int | None = None
    """Seconds."""
    video_tag: VideoTag | None = None

    @property
    def created(self) -> datetime | None:
        """When the video was posted, UTC."""
        return moment(self.create_time)


@attrs.frozen(kw_only=True)
class User(Model):
    """A public account; its numbers are live.

    Source: Research API, Query User Info.
    """

    username: str | None = None
    """The provider seldom echoes it."""
    display_name: str | None = None
    bio_description: str | None = None
    bio_url: str | None = None
    avatar_url: str | None = None
    is_verified: bool | None = None
    follower_count: int | None = None
    following_count: int | None = None
    likes_count: int | None = None
    """Likes that all videos of the account have got."""
    video_count: int | None = None


@attrs.frozen(kw_only=True)
class UserRef(Model):
    """An account in a list of followers or of followed accounts.

    Source: Research API, Query User Followers and Query User Following.
    """

    username: str | None = None
    display_name: str | None = None


@attrs.frozen(kw_only=True)
class Comment(Model):
    """A comment on a video, or a reply to one.

    Source: Research API, Query Video Comments.
    """

    id: int | None = None
    video_id: int | None = None
    parent_comment_id: int | None = None
    """The video's id for a comment of the top level."""
    text: str | None = None
    """Phone numbers, addresses of mail and long digit runs are masked with asterisks."""
    like_count: int | None = None
    reply_count: int | None = None
    create_time: int | None = None
    """Unix seconds."""
    display_name: str | None = None
    """Only in the documented sample of replies."""

    @property
    def created(self) -> datetime | None:
        """When the comment was written, UTC."""
        return moment(self.create_time)


@attrs.frozen(kw_only=True)
class Playlist(Model):
    """A playlist, with one page of its videos.

    Source: Research API, Query Playlist Info.
    """

    playlist_id: int | None = None
    playlist_name: str | None = None
    playlist_item_total: int | None = None
    playlist_last_updated: int | None = None
    """Unix time; the unit is not documented."""
    playlist_video_ids: tuple[int, ...] | None = None
    cursor: int | None = None
    """Index of the next page; one reader found that sending it has no effect."""
    has_more: bool | None = None


@attrs.frozen(kw_only=True)
class Shop(Model):
    """A TikTok Shop in the EU.

    Source: Research API, Query TikTok Shop Info.
    """

    shop_id: int | None = None
    shop_name: str | None = None
    shop_rating: str | None = None
    """A decimal number as text, such as 4.5."""
    shop_review_count: int | None = None
    item_sold_count: int | None = None
    shop_performance_value: int | None = None


@attrs.frozen(kw_only=True)
class Product(Model):
    """A product of a TikTok Shop.

    Source: Research API, Query TikTok Shop Products.
    """

    product_id: int | None = None
    product_name: str | None = None
    product_description: str | None = None
    product_price: tuple[str, ...] | None = None
    """Amounts joined to their currency, such as 20.79GBP."""
    product_rating: str | None = None
    """A decimal number as text."""
    product_review_count: int | None = None
    product_rating_1_count: int | None = None
    product_rating_2_count: int | None = None
    product_rating_3_count: int | None = None
    product_rating_4_count: int | None = None
    product_rating_5_count: int | None = None
    product_sold_count: int | None = None
    shop_name: str | None = None


@attrs.frozen(kw_only=True)
class Review(Model):
    """A review of a product.

    Source: Research API, Query TikTok Shop Reviews.
    """

    product_name: str | None = None
    review_text: str | None = None
    review_rating: str | None = None
    """A word, such as FIVE."""
    review_like_count: int | None = None
    create_time: int | None = None
    """Unix milliseconds, unlike everywhere else in this API."""
    display_name: str | None = None
    """Only in a documented sample of a request."""

    @property
    def created(self) -> datetime | None:
        """When the review was written, UTC."""
        return moment(self.create_time, timedelta(milliseconds=1))


@attrs.frozen(kw_only=True)
class ComplianceTask(Model):
    """A task that tells which ids may still be used: its id when made, its state when asked for.

    Source: Research API, Batch Compliance.
    """

    task_id: int | None = None
    """May exceed 64 bits."""
    task_status: str | None = None
    """Completed, Processing or Failed."""
