"""Hashtags, which TikTok's bodies call challenges."""

from __future__ import annotations

import attrs

from tiktok_async.models import IdText  # noqa: TC001  # attrs resolves it
from tiktok_async.tikapi.models.counts import exact_first
from tiktok_async.tikapi.models.keys import CamelModel


@attrs.frozen(kw_only=True)
class HashtagStats(CamelModel):
    """The counts of a hashtag; `video_count` may be 0 here and billions in the exact ones."""

    video_count: int | None = None
    view_count: int | None = None


@attrs.frozen(kw_only=True)
class HashtagStatsExact(HashtagStats):
    """The counts of a hashtag as `statsV2` has them: text on the wire, and exact."""


@attrs.frozen(kw_only=True)
class Hashtag(CamelModel):
    """A hashtag.

    Source: TikTok web bodies; contract, TikAPI models, Hashtag.
    """

    id: IdText | None = None
    title: str | None = None
    """The name, without `#`."""
    desc: str | None = None
    cover_larger: str | None = None
    cover_medium: str | None = None
    cover_thumb: str | None = None
    profile_larger: str | None = None
    profile_medium: str | None = None
    profile_thumb: str | None = None
    is_commerce: bool | None = None
    """Only where a hashtag was asked for by name, as `stats`."""
    stats: HashtagStats | None = None


@attrs.frozen(kw_only=True)
class Announcement(CamelModel):
    """What is announced on a hashtag's page."""

    title: str | None = None
    body: str | None = None


@attrs.frozen(kw_only=True)
class HashtagInfo(CamelModel):
    """A hashtag with its counts.

    Source: TikTok web bodies; contract, TikAPI models, `challengeInfo`.
    """

    challenge: Hashtag | None = None
    stats: HashtagStats | None = None
    stats_v2: HashtagStatsExact | None = None
    challenge_announcement: Announcement | None = None

    @property
    def counts(self) -> HashtagStats:
        """The counts, each exact if it came so, else rounded."""
        return exact_first(self.stats_v2, self.stats or HashtagStats())
