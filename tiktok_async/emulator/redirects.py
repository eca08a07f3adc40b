"""Where an app may have its users sent back to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from tiktok_async.emulator.settings import Settings

_LONGEST: Final = 511
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
_PORT: Final = r":[0-9]+"


def why_not(uri: str, settings: Settings) -> str:
    """Return why a redirect URI is refused; nothing if it is not.

    Source: contract section 2, and `oauth.authorize` in its data.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return "is no URI"
    if len(uri) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if not parts.netloc or parts.query or parts.fragment:
        return "is not absolute, or has a query or a fragment"
    if settings.redirect_uris is None:
        return _unfit(parts, port, settings.app)
    known = any(_pattern(one).fullmatch(uri) for one in settings.redirect_uris)
    return "" if known else "is not registered"


def _unfit(parts: SplitResult, port: int | None, app: str) -> str:
    """Return why such an app could not have registered it."""
    if app == "web":
        return "" if parts.scheme == "https" else "is not https"
    local = parts.scheme in {"http", "https"} and parts.hostname in _LOOPBACK
    if not local or port is None:
        return "is not on localhost or 127.0.0.1 with a port"
    # One without a path was refused live.
    return "" if parts.path else "has no path"


def _pattern(registered: str) -> re.Pattern[str]:
    """Return what a registered URI stands for: `*` as port is any."""
    return re.compile(re.escape(registered).replace(r":\*", _PORT))
