"""What an emulator can be told; every option has a value that suits a test."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import attrs

from tiktok_async.emulator.tikapi.settings import TikAPISettings
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktok_async.emulator.faults import Fault

_DAY: Final = 86_400.0
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "end_date": ("inclusive", "exclusive"),
    "app": ("desktop", "web"),
    "consent": ("ask", "approve", "deny"),
    "export_era": ("A", "B", "C", "hybrid"),
    "export_fill": ("rows", "padding"),
    "export_length": ("known", "chunked", "close"),
}
_NOT_NEGATIVE: Final = (
    "latency", "token_life", "requests_per_day", "records_per_day", "social_requests_per_day",
    "social_records_per_day", "code_life", "user_token_life", "refresh_life", "refresh_grace",
    "export_delay", "export_life", "export_rows", "webhook_backoff", "webhook_patience",
)  # fmt: skip


def _no_script() -> tuple[Fault, ...]:
    return ()


@attrs.frozen(kw_only=True)
class Settings(TikAPISettings):
    """Options of an emulator; those of TikAPI are in `TikAPISettings`. Times are seconds.

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
    """What client tokens are good for."""
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
    search_id_life: float = _DAY
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

    app: Literal["desktop", "web"] = "desktop"
    """What the demo apps are: PKCE and the form of a redirect URI depend on it."""
    redirect_uris: Sequence[str] | None = None
    """Those registered, `*` allowed as port; None is every one that such an app may register."""
    consent: Literal["ask", "approve", "deny"] = "ask"
    """Whether the authorize page asks, or sends the browser back at once."""
    pkce: Sequence[Literal["hex", "base64url"]] = ("hex",)
    """Forms of a desktop app's challenge that pass; TikTok documents hex."""
    user_scopes: Sequence[str] = ("user.info.basic", "portability.all.ongoing")
    """What the ready-made user token is good for."""
    code_life: float = 300.0
    """Unconfirmed: one public answer says about five minutes."""
    user_token_life: float = 7200.0
    refresh_life: float = 180 * _DAY
    rotation: bool = True
    """Whether a refresh gives a new refresh token and ends the one sent."""
    refresh_grace: float = 0.0
    """How long a rotated refresh token still works; unconfirmed."""
    refresh_renews: bool = True
    """Whether each refresh starts `refresh_life` anew; unconfirmed."""

    export_delay: float = 2.0
    """How long an export is pending."""
    export_life: float = 4 * _DAY
    """How long a ready export can be downloaded."""
    parallel_exports: bool = True
    """Whether a user's next export may be asked for while one is pending; unconfirmed."""
    portability_per_minute: float | None = None
    """Calls per endpoint and credential; None is the contract's 1000."""
    download_error_status: int = 400
    """HTTP status of a refused download; 400 stands in the body of the sample."""
    export_era: Literal["A", "B", "C", "hybrid"] = "C"
    """Whose names: of 2020 to 2024, 2025, 2026; hybrid has likes as in C and the rest as in A."""
    export_rows: int = 200
    """Rows of a section; sections of a few things have fewer."""
    export_bytes: int | None = None
    """Size that an archive is filled up to, roughly; None leaves it small."""
    export_fill: Literal["rows", "padding"] = "rows"
    """Filled with further watch rows, or with a member that nobody can read."""
    export_deflated: bool | None = None
    """Whether members are deflated; None means unless they are filled up."""
    export_descriptors: bool = False
    """Whether sizes stand behind the members, as a zip made in one go has them."""
    export_length: Literal["known", "chunked", "close"] = "known"
    """How a client learns where the archive ends: its length, chunks, or the connection's end."""
    export_ranges: bool = False
    """Whether downloads have a validator and obey Range; nothing documents that TikTok's do."""
    export_media_type: str = "application/zip"

    webhook_url: str | None = None
    """Where events are sent; it can be set later over the wire."""
    webhook_backoff: float = 1.0
    """Wait after the first refusal of an event; it doubles each time."""
    webhook_patience: float = 72 * 3600.0
    """How long an event is tried."""
    webhook_fresh_time: bool = True
    """Whether each try is signed anew with its own time; unconfirmed."""
    webhook_copies: int = 1
    """How often an event is delivered: at least once is all that TikTok promises."""
    webhook_timeout: float = 10.0

    script: Sequence[Fault] = attrs.field(factory=_no_script, alias="faults")
    port: int = 0
    """0 takes a free one."""
    host: str = "127.0.0.1"
    now: Callable[[], float] = time.time
    """Unix seconds; what tokens, quotas, exports, events and arrival times go by."""

    def __attrs_post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise InputError(f"{name} is one of {', '.join(map(repr, choices))}.")
        if negative := [name for name in _NOT_NEGATIVE if (getattr(self, name) or 0) < 0]:
            raise InputError(f"{', '.join(negative)}: 0 or more.")
        if min(self.credentials, self.webhook_copies) < 1:
            raise InputError("credentials and webhook_copies are at least 1.")
        if not self.pkce or not {"hex", "base64url"}.issuperset(self.pkce):
            raise InputError("pkce names 'hex', 'base64url' or both.")
        self.check_tikapi()
