"""What the Data Portability API answers with.

Source: TikTok Data Portability API, Add, Check Status and Cancel Data Request; contract part 4.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta  # attrs resolves the annotations
from typing import Final

import attrs

from tiktok_async.models import Model, moment

KEPT: Final = timedelta(days=4)
"""How long the provider keeps a ready archive."""


class ExportState(enum.Enum):
    """What an export request has come to."""

    PENDING = "pending"
    """Accepted; the archive is being made, for seconds to hours."""
    READY = "downloading"
    """The archive can be downloaded. The provider's word for it is `downloading`."""
    EXPIRED = "expired"
    """It was ready, and four days have passed."""
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """A word that the documentation does not have; `ExportStatus.status` keeps it."""


_BY_WORD: Final = {state.value: state for state in ExportState}


@attrs.frozen(kw_only=True)
class ExportRequest(Model):
    """An export that was asked for."""

    request_id: int


@attrs.frozen(kw_only=True)
class ExportStatus(Model):
    """How far an export is."""

    request_id: int | None = None
    status: str | None = None
    """The provider's word: pending, downloading (which means ready), expired, cancelled."""
    data_format: str | None = None
    """json or text."""
    category_selection_list: tuple[str, ...] | None = None
    """The documented sample spells direct_message as direct_messages here."""
    apply_time: int | None = None
    """Unix seconds at which it was asked for."""
    collect_time: int | None = None
    """Unix seconds at which the collection began; whether it is there while the request is
    pending is not documented."""

    @property
    def state(self) -> ExportState:
        """What the request has come to."""
        return _BY_WORD.get((self.status or "").lower(), ExportState.UNKNOWN)

    @property
    def applied_at(self) -> datetime | None:
        """When it was asked for (UTC)."""
        return moment(self.apply_time)

    @property
    def collected_at(self) -> datetime | None:
        """When the collection began (UTC)."""
        return moment(self.collect_time)
