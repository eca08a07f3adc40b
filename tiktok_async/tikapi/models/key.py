"""What TikAPI says of an API key."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from datetime import datetime  # noqa: TC003  # help() resolves the annotations
from typing import Any

import attrs

from tiktok_async.models import Flag, IdText, moment
from tiktok_async.tikapi.models.done import Done


@attrs.frozen(kw_only=True)
class KeyInfo(Done):
    """An API key: its plan, and what is left of it.

    Source: TikAPI documentation 3.1.4; contract, TikAPI models, API key info.
    """

    id: IdText | None = None
    email: str | None = None
    plan_id: IdText | None = None
    sub_id: IdText | None = None
    credits: int | None = None
    """Requests left."""
    bandwidth: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """As it came: its inner shape is not documented."""
    active: Flag | None = None
    subscription_active: Flag | None = None
    has_expired: Flag | None = None
    date_expiry: int | None = None
    """Unix seconds."""
    dark_mode: Flag | None = None
    app: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """The customer's app."""
    accounts: tuple[Any, ...] | None = attrs.field(default=None, hash=False)
    """The accounts that authorised it."""
    logs: tuple[Any, ...] | None = attrs.field(default=None, hash=False)
    logs_count: int | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When it ends, UTC."""
        return moment(self.date_expiry)
