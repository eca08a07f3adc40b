"""Pictures as the snake_case bodies give them."""

from __future__ import annotations

import attrs

from tiktok_async.models import Model


@attrs.frozen(kw_only=True)
class Picture(Model):
    """A picture with its links.

    Source: TikTok web bodies; contract, TikAPI models, Comment and LiveRoom.
    """

    uri: str | None = None
    url_list: tuple[str, ...] | None = None
    """Links to the same picture."""
    url_prefix: str | None = None
    """Null wherever it was seen."""
    width: int | None = None
    """Pixels."""
    height: int | None = None
    """Pixels."""
