"""What TikAPI says about an API key."""

from __future__ import annotations

from typing import ClassVar

import attrs

from tiktok_async.sansio.endpoint import Bucket, Route
from tiktok_async.tikapi.endpoints.family import Lookup
from tiktok_async.tikapi.models import KeyInfo


@attrs.frozen(kw_only=True)
class GetKey(Lookup[KeyInfo]):
    """Look up the API key itself: plan, requests left, bandwidth, accounts."""

    id = "tikapi.key.info"
    route: ClassVar[Route] = Route("GET", "/key/info")
    bucket: ClassVar[Bucket | None] = None  # it is asked too when calls queue or were refused
