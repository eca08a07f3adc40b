"""Who the user is, and whom they follow or block."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # attrs resolves the annotations at run time
from datetime import datetime  # noqa: TC003  # as above
from typing import Any, ClassVar

import attrs

from tiktok_async.portability.archive.rows.row import Row, verbatim


@attrs.frozen(kw_only=True)
class Contact(Row):
    """Another user: a follower, one who is followed, or one who is blocked."""

    essential: ClassVar[tuple[str, ...]] = ("username",)

    date: datetime | None = None
    username: str | None = attrs.field(default=None, metadata=verbatim())


@attrs.frozen(kw_only=True)
class Platform(Row):
    """Another platform that the account is linked to."""

    description: str | None = None
    name: str | None = None
    platform: str | None = None
    profile_photo: str | None = None


@attrs.frozen(kw_only=True)
class Profile(Row):
    """The user's profile."""

    username: str | None = attrs.field(default=None, metadata=verbatim())
    display_name: str | None = None
    bio_description: str | None = None
    birth_date: str | None = None
    """As it came: its form is not documented."""
    email_address: str | None = None
    telephone_number: str | None = None
    account_region: str | None = None
    """Since 2026."""
    inferred_gender: str | None = None
    follower_count: int | None = None
    following_count: int | None = None
    likes_received: int | None = None
    profile_photo: str | None = None
    profile_video: str | None = None
    ai_self: str | None = None
    fundraiser: str | None = None
    """Since 2026."""
    instagram_link: str | None = None
    lemon8_link: str | None = None
    youtube_link: str | None = None
    platform_info: tuple[Platform, ...] | None = None


@attrs.frozen(kw_only=True)
class Autofill(Row):
    """What the app fills into forms."""

    phone_number: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    address: str | None = None
    zip_code: str | None = None
    unit: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


@attrs.frozen(kw_only=True)
class Settings(Row):
    """Settings of the app; every one of them is in `extra`, as it came."""

    @property
    def values(self) -> Mapping[str, Any]:
        """The settings by name; a colon that ends a name by mistake is left out."""
        return {name.rstrip(": ") or name: value for name, value in self.extra.items()}


@attrs.frozen(kw_only=True)
class Entry(Row):
    """A row of a section whose keys nobody has documented: what it holds is in `extra`."""

    date: datetime | None = None
