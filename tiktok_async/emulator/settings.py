"""What an emulator can be told; every option has a value that suits a test."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Literal

import attrs

from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_async.emulator.faults import Fault


def _no_script() -> tuple[Fault, ...]:
    return ()


@attrs.frozen(kw_only=True)
class Settings:
    """Options of an emulator. Times are seconds.

    A daily limit of None is the contract's; `math.inf` is none at all.
    """

    seed: int = 7
    """What the world, the credentials and the ids are derived from."""
    videos: int = 20_000
    users: int | None = None
    """None is one user for fifty videos."""
    start: date = date(2022, 1, 1)
    days: int = 730
    latency: float = 0.0
    """How long each answer takes at least."""
    token_life: float = 7200.0
    credentials: int = 1
    """How many demo credentials there are."""
    scopes: Sequence[str] = ("research.data.basic",)
    """What tokens are good for."""
    requests_per_day: float | None = None
    records_per_day: float | None = None
    social_requests_per_day: float | None = None
    social_records_per_day: float | None = None
    rate: float | None = None
    """Calls per second and credential, or None for no limit."""
    end_date: Literal["inclusive", "exclusive"] = "inclusive"
    """Whether the end day of a video query belongs to it; the sources disagree."""
    short_pages: bool = True
    """Whether removed videos leave gaps in pages, and every twentieth page is empty."""
    search_id_delay: int = 0
    """How many uses of a fresh search id are refused."""
    search_id_life: float = 86_400.0
    search_ids_change: bool = False
    """Whether every page gives a new search id; the earlier ones stay good."""
    comment_cap: int = 1000
    follower_cap: int = 5000
    big_ids: bool = False
    """Whether ids of videos, sounds and tasks exceed 64 bits."""
    profile_status: int = 200
    """HTTP status of good user and playlist answers; 500 was seen live."""
    processing: float = 2.0
    """How long a batch compliance task takes."""
    script: Sequence[Fault] = attrs.field(factory=_no_script, alias="faults")
    port: int = 0
    """0 takes a free one."""
    host: str = "127.0.0.1"
    now: Callable[[], float] = time.time
    """Unix seconds; what tokens, quotas and arrival times go by."""

    def __attrs_post_init__(self) -> None:
        if self.end_date not in {"inclusive", "exclusive"}:
            raise InputError("end_date is 'inclusive' or 'exclusive'.")
        if self.credentials < 1:
            raise InputError("credentials is at least 1.")
