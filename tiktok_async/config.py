"""Settings: frozen values, every number with its unit; argument > environment > profile."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import SplitResult, urlsplit

import attrs

from tiktok_async.errors import ConfigError, shown
from tiktok_async.sansio.quota import DailyQuota
from tiktok_async.sansio.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.sansio.limiter import Rate

_KEYS: Final = (
    "tiktok_client_key", "tiktok_client_secret", "tiktok_access_token", "tiktok_base_url",
    "tiktok_authorize_url", "tiktok_pkce",
    "tikapi_api_key", "tikapi_account_key", "tikapi_client_id", "tikapi_base_url",
)  # fmt: skip
"""What a profile may hold."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@attrs.frozen
class Timeouts:
    """Time limits of one call, in seconds; `None` means no limit."""

    connect: float | None = 10.0
    write: float | None = 30.0
    read: float | None = 60.0
    """Longest silence while reading."""
    pool: float | None = 5.0
    deadline: float | None = 120.0
    """The whole call with its retries, not counting waits asked for by a limit."""


@attrs.frozen
class Limits:
    """How much at once, how fast, how much a day."""

    concurrency: int = 100
    """Requests in flight at once, over all families of a session."""
    rate: Rate | Literal["default"] | None = "default"
    """Requests per time and credential; `None` = no limit of ours, "default" = the family's."""
    requests_per_day: int | Literal["default"] | None = "default"
    """Daily quota in calls; `None` = not limited by us, "default" = what the family documents."""
    records_per_day: int | Literal["default"] | None = "default"
    """Daily quota in rows."""

    def quota_of(self, documented: DailyQuota | None) -> DailyQuota | None:
        """Return the daily quota that holds where `documented` is what the family documents."""
        if documented is None:
            return None
        requests, records = self.requests_per_day, self.records_per_day
        requests = documented.requests if requests == "default" else requests
        records = documented.records if records == "default" else records
        if requests is None and records is None:
            return None
        return DailyQuota(documented.name, requests, records)


@attrs.frozen
class Options:
    """What holds for each call of a client; `with_options` changes all but the limits."""

    timeouts: Timeouts = attrs.field(factory=Timeouts)
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    limits: Limits = attrs.field(factory=Limits)
    extra_query: tuple[tuple[str, str], ...] = ()
    extra_headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)


def setting(
    given: str | None, variable: str, profile: Mapping[str, Any] | None = None
) -> str | None:
    """Return a setting: the argument, else the environment, else the profile.

    Args:
        given: What the caller passed.
        variable: Name of the environment variable, such as TIKTOK_CLIENT_KEY.
        profile: A profile of config.toml; its key is the variable's name in lower case.
    """
    if given is not None:
        return given
    return os.environ.get(variable) or (profile or {}).get(variable.lower())


def config_path() -> Path:
    """Return where config.toml is: `TIKTOK_ASYNC_CONFIG`, or in the user's config folder."""
    named = os.environ.get("TIKTOK_ASYNC_CONFIG")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA")
    return Path(base or Path.home() / ".config") / "tiktok-async" / "config.toml"


def load_profile(name: str | None = None) -> Mapping[str, Any]:
    """Return a profile of config.toml: the named one, or `default` where the file has it.

    Raises:
        ConfigError: if the file is no TOML, it has no profile of that name, or one with a key that
            nothing reads.
    """
    path = config_path()
    try:
        profiles = tomllib.loads(path.read_text("utf-8")).get("profile", {})
    except FileNotFoundError:
        profiles = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"{path} cannot be read: {error}."
        raise ConfigError(msg) from error
    if not isinstance(profiles, dict):
        raise _no_table(path)
    if name is not None and name not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        msg = f"{path} has no profile {name!r}; it has: {known}."
        raise ConfigError(msg)
    found = profiles.get(name or "default", {})
    if not isinstance(found, dict):
        raise _no_table(path)
    if unknown := sorted(set(found).difference(_KEYS)):
        msg = f"{path} has no use for {shown(', '.join(unknown))}: its keys are {', '.join(_KEYS)}."
        raise ConfigError(msg)
    return found


def _no_table(path: Path) -> ConfigError:
    return ConfigError(f"{path}: write each profile as a table, such as [profile.default].")


def checked_base_url(url: str) -> str:
    """Return a base URL without a slash at its end.

    Raises:
        ConfigError: if it is neither https nor http to a loopback address, or has more than a
            host, a port and a path.
    """
    clean = url.strip().rstrip("/")
    parts = _parts(clean)
    if parts is None or not parts.hostname:
        raise ConfigError("The base URL is no URL: write one such as https://open.tiktokapis.com.")
    extras = "@" in parts.netloc or "?" in clean or "#" in clean or "\\" in clean
    if extras or any(char.isspace() or not char.isprintable() for char in clean):
        msg = f"The base URL of {shown(parts.hostname)} has more than scheme, host, port and path."
        raise ConfigError(msg)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(clean)):
        msg = f"The base URL of {shown(parts.hostname)} is not https."
        raise ConfigError(msg, hint="Write https://..., or http to 127.0.0.1 only.")
    return clean


def _parts(url: str) -> SplitResult | None:
    """Take a URL apart; None where it is none, or its port is no port."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def is_loopback(url: str) -> bool:
    """Tell whether a URL points to this machine."""
    return urlsplit(url).hostname in _LOOPBACK
