"""What came of a call that changes something."""

from __future__ import annotations

import attrs

from tiktok_async.models import Model, wire


@attrs.frozen(kw_only=True)
class Done(Model):
    """What an answer says about an act; what else it has is in `extra`.

    Whether a like was given or taken cannot be told from it: `is_digg` is 1 for both.

    Source: TikAPI documentation 3.1.4, its samples of acts.
    """

    status: str | None = None
    """`success`."""
    message: str | None = None
    """Empty, or a text for people."""
    status_code: int | None = attrs.field(default=None, metadata=wire("status_code", "statusCode"))
    """0 = done."""
    status_msg: str | None = None
