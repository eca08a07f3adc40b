"""What live rooms brought: their figures, and the coins."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import attrs

from tiktok_async.models import IdText, Model, Number
from tiktok_async.tikapi.models.keys import PascalModel

_DIGITS: Final = 18
"""More digits behind a point make no figure."""


@attrs.frozen(kw_only=True)
class RoomStats(Model):
    """The figures of one live room."""

    room_id: IdText | None = None
    live_start_time: str | None = None
    """ISO 8601, UTC."""
    live_end_time: str | None = None
    """ISO 8601, UTC."""
    live_watch_ucnt: int | None = None
    """Accounts that watched; so are the next ones counted."""
    live_comment_ucnt: int | None = None
    live_consume_ucnt: int | None = None
    live_new_fans_ucnt: int | None = None
    live_like_cnt: int | None = None
    live_pause_duration: int | None = None
    total_score: int | None = None


@attrs.frozen(kw_only=True)
class PeriodStats(Model):
    """A figure of a span of time."""

    value: int | None = None
    """Without its point, as 4493 for 44.93."""
    decimal_num: int | None = None
    """Digits behind the point."""
    stats_type: int | None = None

    @property
    def number(self) -> Decimal | None:
        """The figure with its point, which is inferred from the two."""
        if self.value is None or not -_DIGITS <= (self.decimal_num or 0) <= _DIGITS:
            return None
        return Decimal(self.value).scaleb(-(self.decimal_num or 0))


@attrs.frozen(kw_only=True)
class LiveStats(Model):
    """The figures of a live room.

    Source: TikAPI 2.x documentation; contract, TikAPI models, Live stats.
    """

    room_stats: RoomStats | None = None
    period_stats: PeriodStats | None = None


@attrs.frozen(kw_only=True)
class LivePoint(PascalModel):
    """The figure of one day."""

    date: IdText | None = None
    """As it came; its form is not documented."""
    value: Number | None = None


@attrs.frozen(kw_only=True)
class Diamonds(PascalModel):
    """Diamonds by day."""

    total: tuple[LivePoint, ...] | None = None


@attrs.frozen(kw_only=True)
class DiamondsDetail(Model):
    """Diamonds that viewers gave."""

    diamonds: Diamonds | None = None


@attrs.frozen(kw_only=True)
class DurationDetail(Model):
    """How long the user was live."""

    live_duration: tuple[LivePoint, ...] | None = None


@attrs.frozen(kw_only=True)
class LiveAnalytics(Model):
    """The figures of the user's live rooms over some days.

    Source: a public program on TikAPI; contract, TikAPI models, Live analytics.
    """

    diamonds_detail: DiamondsDetail | None = None
    live_duration_detail: DurationDetail | None = None


@attrs.frozen(kw_only=True)
class Transaction(Model):
    """A transaction of coins; no source tells its keys, so all but the id are in `extra`."""

    id: IdText | None = None
