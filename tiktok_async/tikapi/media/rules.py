"""Which links to media are followed: a link is a text from an answer, so it is not believed.

It must be https on the usual port, without a user's name in it. Only an API that the client was
pointed to on this machine, such as the emulator, may name itself by http.
Source: contract, TikAPI, Video download; reliability rules on addresses from answers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urlsplit

import attrs

from tiktok_async.config import is_loopback
from tiktok_async.errors import DownloadError, InputError, LinkExpiredError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

MEDIA_HOSTS: Final = (
    "tiktok.com",
    "tiktokcdn.com",
    "tiktokcdn-eu.com",
    "tiktokcdn-us.com",
    "tiktokv.com",
)
"""TikTok's domains; what is below them is TikTok's too."""
_DOMAIN: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}", re.ASCII)
_PLAIN: Final = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII without the backslash, which programs read in more than one way."""


def refused(fault: str) -> DownloadError:
    """Return the error of a link that is not followed; it is not quoted, for it is signed."""
    hint = "It is not followed; MediaRules says which hosts may be asked."
    return DownloadError(f"{fault}.", kind="refused", hint=hint)


def _domains(value: Iterable[str]) -> tuple[str, ...]:
    hosts = (value,) if isinstance(value, str) else tuple(value)
    for host in hosts:
        if not isinstance(host, str) or not _DOMAIN.fullmatch(host):
            raise InputError(
                f"hosts has {shown(repr(host))}: write domains in small letters, "
                "such as tiktokcdn.com."
            )
    return hosts


def _positive(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"{attribute.name} is {shown(repr(value))}: write bytes, such as 2**30.")


@attrs.frozen(kw_only=True)
class MediaRules:
    """What may be fetched as media.

    Raises:
        InputError: if a host is no domain, or the size is below 1.
    """

    hosts: tuple[str, ...] = attrs.field(default=MEDIA_HOSTS, converter=_domains)
    """Domains that are trusted, with all below them."""
    others: bool = True
    """Whether another host may be asked too; each of its addresses must be a public one."""
    max_bytes: int = attrs.field(default=4 * 2**30, validator=_positive)
    """Largest file that is taken."""


class LinkCheck:
    """Tells the links that are followed.

    Args:
        rules: What may be fetched.
        base_url: Where the API is; one on this machine may name itself.
    """

    def __init__(self, rules: MediaRules, base_url: str) -> None:
        self._rules = rules
        self._own = origin_of(base_url) if is_loopback(base_url) else None

    def is_own(self, url: str) -> bool:
        """Tell whether a URL is the API's own, on this machine."""
        return self._own is not None and origin_of(url) == self._own

    def trusts(self, host: str) -> bool:
        """Tell whether a host is in one of the trusted domains."""
        name = host.lower().rstrip(".")
        return any(name == one or name.endswith(f".{one}") for one in self._rules.hosts)

    def check(self, url: str) -> None:
        """Refuse a link by its text; the addresses of its host are looked at when it is asked.

        Raises:
            LinkExpiredError: if it is of another emulator than the one that is asked.
            DownloadError: with kind `refused`.
        """
        fault = None if self.is_own(url) else self._fault(url)
        if fault is None:
            return
        if self._own is not None and _is_local(url):
            words = "The link is of another emulator than the one that is asked, or of one before."
            raise LinkExpiredError(words, kind="expired", hint="Ask for the post again here.")
        raise refused(fault)

    def _fault(self, url: str) -> str | None:
        parts = _parts(url)
        if parts is None or not parts.hostname:
            return "The link is no URL"
        host = shown(parts.hostname)
        if parts.scheme != "https" or parts.port not in (None, 443):
            return f"The link to {host} is not https on its usual port"
        if "@" in parts.netloc:
            return f"The link to {host} has a user's name in it"
        if not (self._rules.others or self.trusts(parts.hostname)):
            return f"The host {host} is not among the hosts for media"
        return None


def origin_of(url: str) -> str | None:
    """Return scheme, host and port of a URL; None where it is none."""
    parts = _parts(url)
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts is not None else None


def _is_local(url: str) -> bool:
    parts = _parts(url)
    return parts is not None and parts.scheme == "http" and is_loopback(url)


def _parts(url: str) -> SplitResult | None:
    """Take a URL apart; None where it is none, or could be read in two ways."""
    if not _PLAIN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
