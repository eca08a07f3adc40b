"""What the user watched, liked, kept, searched and shared, and from where."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # attrs resolves the annotations at run time
from typing import ClassVar

import attrs

from tiktok_async.models import wire
from tiktok_async.portability.archive.rows.row import Row, verbatim, video_id_of


@attrs.frozen(kw_only=True)
class LinkedRow(Row):
    """A row that points to something at a time."""

    essential: ClassVar[tuple[str, ...]] = ("date", "link")

    date: datetime | None = None
    link: str | None = None


@attrs.frozen(kw_only=True)
class LikedVideo(LinkedRow):
    """A video that the user liked."""

    @property
    def video_id(self) -> int | None:
        """From the link."""
        return video_id_of(self.link)


@attrs.frozen(kw_only=True)
class FavoriteVideo(LikedVideo):
    """A video among the favorites."""


@attrs.frozen(kw_only=True)
class Repost(LikedVideo):
    """A video that the user reposted; its keys are not documented."""


@attrs.frozen(kw_only=True)
class WatchedVideo(Row):
    """A video that the user watched."""

    essential: ClassVar[tuple[str, ...]] = ("date", "link")

    date: datetime | None = None
    link: str | None = attrs.field(default=None, metadata=wire("Link", "VideoLink"))
    title: str | None = None
    """Since 2026; often absent."""
    time_per_tiktok: int | None = None
    """In some archives; its unit is not documented."""

    @property
    def video_id(self) -> int | None:
        """From the link."""
        return video_id_of(self.link)


@attrs.frozen(kw_only=True)
class FavoriteSound(LinkedRow):
    """A sound among the favorites."""


@attrs.frozen(kw_only=True)
class FavoriteHashtag(LinkedRow):
    """A hashtag among the favorites."""


@attrs.frozen(kw_only=True)
class FavoriteEffect(Row):
    """An effect among the favorites."""

    essential: ClassVar[tuple[str, ...]] = ("date", "link")

    date: datetime | None = None
    link: str | None = attrs.field(default=None, metadata=wire("EffectLink", "Link"))


@attrs.frozen(kw_only=True)
class FavoriteCollection(Row):
    """A collection among the favorites."""

    essential: ClassVar[tuple[str, ...]] = ("date", "favorite_collection")

    date: datetime | None = None
    favorite_collection: str | None = attrs.field(default=None, metadata=verbatim())


@attrs.frozen(kw_only=True)
class Search(Row):
    """A search."""

    essential: ClassVar[tuple[str, ...]] = ("search_term",)

    date: datetime | None = None
    search_term: str | None = attrs.field(default=None, metadata=verbatim())


@attrs.frozen(kw_only=True)
class Share(Row):
    """Something that the user shared."""

    essential: ClassVar[tuple[str, ...]] = ("date", "link", "shared_content")

    date: datetime | None = None
    shared_content: str | None = None
    link: str | None = None
    method: str | None = None

    @property
    def video_id(self) -> int | None:
        """From the link, if it is one to a video."""
        return video_id_of(self.link)


@attrs.frozen(kw_only=True)
class Hashtag(Row):
    """A hashtag that the user used."""

    essential: ClassVar[tuple[str, ...]] = ("hashtag_name", "hashtag_link")

    hashtag_name: str | None = attrs.field(default=None, metadata=verbatim())
    hashtag_link: str | None = None


@attrs.frozen(kw_only=True)
class Login(Row):
    """A login."""

    essential: ClassVar[tuple[str, ...]] = ("date", "ip")

    date: datetime | None = None
    ip: str | None = None
    device_model: str | None = None
    device_system: str | None = None
    network_type: str | None = None
    carrier: str | None = None


@attrs.frozen(kw_only=True)
class Device(Row):
    """A device that the app ran on."""

    essential: ClassVar[tuple[str, ...]] = (
        *("resolution", "app_version", "idfa", "gaid", "android_id", "idfv"),
        *("uid", "did", "web_id"),
    )

    resolution: str | None = None
    app_version: str | None = None
    idfa: str | None = None
    gaid: str | None = None
    android_id: str | None = None
    idfv: str | None = None
    uid: int | None = None
    did: str | None = None
    web_id: str | None = None


@attrs.frozen(kw_only=True)
class ActivitySummary(Row):
    """Counts since the account was made."""

    note: str | None = None
    videos_commented_on: int | None = attrs.field(
        default=None,
        metadata=wire("videosCommentedOnSinceAccountRegistration", "commentVideoCount"),
    )
    videos_shared: int | None = attrs.field(
        default=None, metadata=wire("videosSharedSinceAccountRegistration", "sharedVideoCount")
    )
    videos_watched_to_the_end: int | None = attrs.field(
        default=None, metadata=wire("videosWatchedToTheEndSinceAccountRegistration", "videoCount")
    )


@attrs.frozen(kw_only=True)
class Location(Row):
    """Where the user was."""

    essential: ClassVar[tuple[str, ...]] = ("date", "gps_data", "last_region")

    date: datetime | None = None
    gps_data: str | None = None
    last_region: str | None = None


@attrs.frozen(kw_only=True)
class LocationReview(Row):
    """A review of a place."""

    essential: ClassVar[tuple[str, ...]] = ("place_name", "review_text")

    date: datetime | None = None
    place_name: str | None = attrs.field(default=None, metadata=verbatim())
    rating: str | None = None
    status: str | None = None
    likes: int | None = None
    review_text: str | None = None
