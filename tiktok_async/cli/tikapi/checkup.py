"""What `doctor` finds of TikAPI: which keys are given and, if asked for, what they are good for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktok_async.cli.finding import Finding, failure, places
from tiktok_async.client import base_url_of
from tiktok_async.errors import ConfigError, TikTokError
from tiktok_async.tikapi.endpoints import TIKAPI

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tiktok_async.cli.tikapi.options import TikAPIAccess
    from tiktok_async.tikapi.models import KeyInfo

_VARIABLES: Final = ("TIKAPI_API_KEY", "TIKAPI_ACCOUNT_KEY")
_NONE: Final = "none found; only the commands of `tikapi` need them"
_KEY: Final = "TikAPI key"


def has_keys(settings: Mapping[str, Any]) -> bool:
    """Tell whether anything is given that TikAPI needs.

    Args:
        settings: The profile.
    """
    return bool(places(_VARIABLES, settings))


async def look(
    access: TikAPIAccess, settings: Mapping[str, Any], *, ask: bool
) -> AsyncIterator[Finding]:
    """Yield what is found.

    Args:
        access: Where to ask, and as whom.
        settings: The profile.
        ask: Whether to ask TikAPI about the key.
    """
    found = "" if access.emulator else places(_VARIABLES, settings)
    if not access.emulator:
        try:
            yield Finding("TikAPI URL", base_url_of(TIKAPI, None, settings))
        except ConfigError as error:
            yield failure("TikAPI URL", error)
            return
        yield Finding("TikAPI keys", found or _NONE)
    if not found and not ask:
        return
    try:
        async with access.opened() as client:  # refuses what has not the form of a key
            if ask:
                yield Finding(_KEY, _told(await client.key.info()))
    except TikTokError as error:
        yield failure(_KEY, error)


def _told(key: KeyInfo) -> str:
    parts = ["works" if key.has_expired is not True else "has expired"]
    if key.credits is not None:
        parts.append(f"{key.credits:,} requests left")
    if key.plan_id is not None:
        parts.append(f"plan {key.plan_id}")
    if key.expires_at is not None:
        parts.append(f"until {key.expires_at:%Y-%m-%d}")
    return ", ".join(parts)
