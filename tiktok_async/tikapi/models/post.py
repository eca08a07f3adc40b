"""Posts: videos and photos with all that belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime  # noqa: TC003  # help() resolves the annotations
from typing import Any

import attrs

from tiktok_async.models import NO_EXTRA, IdText, moment, wire
from tiktok_async.tikapi.models.counts import exact_first
from tiktok_async.tikapi.models.hashtag import Hashtag  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.keys import CamelModel
from tiktok_async.tikapi.models.music import Music  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.profile import Author, UserStats, UserStatsExact  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.text import TextExtra, hashtags, mentions
from tiktok_async.tikapi.models.video import Video  # noqa: TC001  # attrs resolves it


@attrs.frozen(kw_only=True)
class PostStats(CamelModel):
    """The counts of a post; large ones are rounded.

    Source: TikTok web bodies; contract, TikAPI models, Stats.
    """

    play_count: int | None = None
    digg_count: int | None = None
    """Likes."""
    comment_count: int | None = None
    share_count: int | None = None
    collect_count: int | None = None
    """How often it was saved."""
    repost_count: int | None = None
    """Only among the exact ones."""


@attrs.frozen(kw_only=True)
class PostStatsExact(PostStats):
    """The counts of a post as `statsV2` has them: text on the wire, and less rounded."""


@attrs.frozen(kw_only=True)
class ImageUrl(CamelModel):
    """Where a photo lies."""

    url_list: tuple[str, ...] | None = None


@attrs.frozen(kw_only=True)
class PostImage(CamelModel):
    """A photo of a post."""

    image_url: ImageUrl | None = attrs.field(default=None, metadata=wire("imageURL"))


@attrs.frozen(kw_only=True)
class ImagePost(CamelModel):
    """The photos of a post.

    Source: public programs; contract, TikAPI models, Post.
    """

    title: str | None = None
    images: tuple[PostImage, ...] | None = None


@attrs.frozen(kw_only=True)
class Content(CamelModel):
    """A part of a post's caption."""

    desc: str | None = None
    text_extra: tuple[TextExtra, ...] | None = None


@attrs.frozen(kw_only=True)
class KeywordTag(CamelModel):
    """A word that a post is found by."""

    keyword: str | None = None
    page_type: int | None = None


@attrs.frozen(kw_only=True)
class DuetInfo(CamelModel):
    """What a post is a duet with."""

    duet_from_id: IdText | None = None
    """The other post's id; "0" for none."""


@attrs.frozen(kw_only=True)
class Post(CamelModel):
    """A post.

    Source: TikTok web bodies; contract, TikAPI models, Post. What is marked *detail* comes only
    where a single post was asked for, what is marked *old* in bodies of 2021.
    """

    id: IdText | None = None
    create_time: int | None = None
    """Unix seconds; text on the wire in detail."""
    desc: str | None = None
    """The caption."""
    author: Author | None = None
    stats: PostStats | None = None
    stats_v2: PostStatsExact | None = None
    video: Video | None = None
    image_post: ImagePost | None = None
    """The photos, in a post of photos."""
    music: Music | None = None
    challenges: tuple[Hashtag, ...] | None = None
    """The hashtags of the caption."""
    text_extra: tuple[TextExtra, ...] | None = None
    contents: tuple[Content, ...] | None = None
    """`desc` and `text_extra` again."""
    author_stats: UserStats | None = None
    author_stats_v2: UserStatsExact | None = None
    """As rounded as `author_stats`."""
    text_language: str | None = None
    text_translatable: bool | None = None
    location_created: str | None = None
    """Detail."""
    poi: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """The place."""
    is_ad: bool | None = None
    is_aigc: bool | None = attrs.field(default=None, metadata=wire("IsAigc"))
    """Detail."""
    aigc_description: str | None = attrs.field(default=None, metadata=wire("AIGCDescription"))
    is_pinned_item: bool | None = None
    """Only in the lists of a profile."""
    is_reviewing: bool | None = None
    private_item: bool | None = None
    secret: bool | None = None
    for_friend: bool | None = None
    digged: bool | None = None
    """Whether the account of the call likes it."""
    collected: bool | None = None
    original_item: bool | None = None
    offical_item: bool | None = None
    """Spelt as on the wire."""
    item_comment_status: int | None = None
    """0 = open."""
    duet_enabled: bool | None = None
    duet_display: int | None = None
    duet_info: DuetInfo | None = None
    """Old."""
    stitch_enabled: bool | None = None
    stitch_display: int | None = None
    share_enabled: bool | None = None
    index_enabled: bool | None = None
    """Detail."""
    item_mute: bool | None = None
    """Old, as `show_not_pass` and `vl1`."""
    show_not_pass: bool | None = None
    vl1: bool | None = None
    category_type: int | None = attrs.field(default=None, metadata=wire("CategoryType"))
    diversification_id: int | None = None
    diversification_labels: tuple[str, ...] | None = None
    """Detail, as the next five."""
    suggested_words: tuple[str, ...] | None = None
    keyword_tags: tuple[KeywordTag, ...] | None = None
    schedule_time: int | None = None
    take_down: int | None = None
    warn_info: tuple[Any, ...] | None = attrs.field(default=None, hash=False)
    channel_tags: tuple[Any, ...] | None = attrs.field(default=None, hash=False)
    comments: tuple[Any, ...] | None = attrs.field(default=None, hash=False)
    anchors: tuple[Any, ...] | None = attrs.field(default=None, hash=False)
    effect_stickers: tuple[Any, ...] | None = attrs.field(default=None, hash=False)
    stickers_on_item: tuple[Any, ...] | None = attrs.field(default=None, hash=False)
    video_suggest_words_list: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    item_control: Mapping[str, Any] | None = attrs.field(
        default=None, hash=False, metadata=wire("item_control")
    )
    creator_ai_comment: Mapping[str, Any] | None = attrs.field(
        default=None, hash=False, metadata=wire("creatorAIComment")
    )
    ad_label_version: int | None = None
    ba_info: str | None = attrs.field(default=None, metadata=wire("BAInfo"))
    backend_source_event_tracking: str | None = None
    other: Any = attrs.field(default=None, hash=False, metadata=wire("$other"))
    """What TikAPI adds to the whole answer; each of its posts has it."""

    @property
    def created_at(self) -> datetime | None:
        """When it was posted, UTC."""
        return moment(self.create_time)

    @property
    def url(self) -> str | None:
        """The address of its page; None without an id or a handle."""
        handle = self.author.unique_id if self.author else None
        if not self.id or not handle:
            return None
        kind = "video" if self.image_post is None else "photo"
        return f"https://www.tiktok.com/@{handle}/{kind}/{self.id}"

    @property
    def counts(self) -> PostStats:
        """The counts, each exact if it came so, else rounded."""
        return exact_first(self.stats_v2, self.stats or PostStats())

    @property
    def plays(self) -> int | None:
        """How often it was played, as exactly as is known."""
        return self.counts.play_count

    @property
    def likes(self) -> int | None:
        """How many like it, as exactly as is known."""
        return self.counts.digg_count

    @property
    def hashtags(self) -> tuple[str, ...]:
        """The hashtags of the caption in their order, without `#`."""
        return hashtags(self.text_extra)

    @property
    def mentions(self) -> tuple[str, ...]:
        """The handles that the caption mentions in their order, without `@`."""
        return mentions(self.text_extra)

    @property
    def link_headers(self) -> Mapping[str, str]:
        """The headers that the links of its video want; they came with the same answer."""
        found = self.other.get("videoLinkHeaders") if isinstance(self.other, Mapping) else None
        if not isinstance(found, Mapping):
            return NO_EXTRA
        return {name: value for name, value in found.items() if isinstance(value, str)}
