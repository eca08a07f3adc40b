"""Figures of an account, of a post, and of those who follow."""

from __future__ import annotations

import attrs

from tiktok_async.models import IdText, Model, Number


@attrs.frozen(kw_only=True)
class Point(Model):
    """A figure of one day."""

    value: Number | None = None
    status: int | None = None
    date_key: IdText | None = None


@attrs.frozen(kw_only=True)
class Hours(Model):
    """The figures of one day, hour by hour."""

    value: tuple[Number, ...] | None = None
    """24 of them."""
    status: int | None = None


@attrs.frozen(kw_only=True)
class Share(Model):
    """A part of a whole."""

    key: str | None = None
    """Which part."""
    value: Number | None = None


@attrs.frozen(kw_only=True)
class Shares(Model):
    """How a whole is made up."""

    value: tuple[Share, ...] | None = None
    status: int | None = None


@attrs.frozen(kw_only=True)
class AnalyticsUser(Model):
    """Whose figures they are."""

    unique_id: str | None = None
    """The handle."""
    region: str | None = None
    open_insight_time: int | None = None


@attrs.frozen(kw_only=True)
class Analytics(Model):
    """The figures of one kind; series without any are absent.

    Source: TikAPI documentation 3.1.4 (overview) and a public body (followers); contract, TikAPI
    models, Analytics. The keys of content, video and live are not all known; others are in `extra`.
    """

    user_info: AnalyticsUser | None = None
    vv_history: tuple[Point, ...] | None = None
    """Plays of videos by day."""
    pv_history: tuple[Point, ...] | None = None
    """Views of the profile by day."""
    like_history: tuple[Point, ...] | None = None
    comment_history: tuple[Point, ...] | None = None
    share_history: tuple[Point, ...] | None = None
    follower_num: Point | None = None
    follower_num_history: tuple[Point, ...] | None = None
    follower_active_history_days: tuple[Point, ...] | None = None
    follower_active_history_hours: tuple[Hours, ...] | None = None
    follower_gender_percent: Shares | None = None
    follower_region_percent: Shares | None = None
    video_vv_history_7d: tuple[Point, ...] | None = None
    video_like_history_7d: tuple[Point, ...] | None = None
    video_comment_history_7d: tuple[Point, ...] | None = None
    video_shares_history_7d: tuple[Point, ...] | None = None
    video_favorites_history_7d: tuple[Point, ...] | None = None
    video_finish_rate_history_7d: tuple[Point, ...] | None = None
    video_new_followers_history_7d: tuple[Point, ...] | None = None
    user_live_cnt_history: tuple[Point, ...] | None = None
    user_live_views_history: tuple[Point, ...] | None = None
    user_live_unique_viewers_history: tuple[Point, ...] | None = None
    user_live_top_viewers_history: tuple[Point, ...] | None = None
    user_live_new_followers_history: tuple[Point, ...] | None = None
    user_live_duration_time_history: tuple[Point, ...] | None = None
    user_live_diamonds_history: tuple[Point, ...] | None = None
    user_live_follower_diamonds_history: tuple[Point, ...] | None = None
    user_live_gift_unique_viewers_history: tuple[Point, ...] | None = None
