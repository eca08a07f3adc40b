"""What the endpoints of the Research API share: the API, its quotas, common parameters.

Rates are ours where the provider names none: ten calls a second, as in TikTok's own wrapper.
Source: TikTok for Developers, Research Tools, pages of 2026-08-04 to 2026-09-10; contract part 3.
"""

from __future__ import annotations

from collections.abc import Iterable  # noqa: TC003  # help() resolves the annotations
from typing import Final

import attrs

from tiktok_async.sansio.endpoint import (
    Api,
    Bucket,
    field_names,
    param,
)
from tiktok_async.sansio.envelope import official, official_lined
from tiktok_async.sansio.limiter import Rate
from tiktok_async.sansio.quota import DailyQuota

RESEARCH: Final = Api(
    name="research",
    base_url="https://open.tiktokapis.com",
    dialect=official,
    lined=official_lined,
    base_url_variable="TIKTOK_BASE_URL",
    read_timeout=300.0,
    deadline=900.0,
)

DAILY: Final = Bucket("research", Rate(10), DailyQuota("research", 1_000, 100_000))
SOCIAL: Final = Bucket(
    "research_social", Rate(10), DailyQuota("research_social", 20_000, 2_000_000)
)
"""Followers and following are counted apart."""


def model_fields(
    model: type[attrs.AttrsInstance], *, without: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the wire fields of a model, in its order, as an endpoint may ask for them."""
    names = (a.name for a in attrs.fields(model))
    return tuple(name for name in names if name != "extra" and name not in without)


MAX_COUNT: Final = param("Rows per page, 1-100.")
CURSOR: Final = param("Where to go on, as received.")


def names(value: Iterable[str] | str) -> tuple[str, ...]:
    """Convert a selection of fields."""
    return field_names(value)


def keyed(value: Iterable[str] | str) -> tuple[str, ...]:
    """Convert a selection of fields; id always comes along."""
    return field_names(value, "id")
