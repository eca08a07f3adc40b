"""Where a URL leads, and what is asked for there."""

from __future__ import annotations

import functools
import re
from typing import Final
from urllib.parse import quote

import attrs

from tiktok_async.errors import InputError, shown

_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#\\]*)((?:[/?][^#]*)?)(?:#[\s\S]*)?")
_AUTHORITY: Final = re.compile(
    r"(?:[^@]*@)?(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._~!$&'()*+,;=%-]+)(?::([0-9]*))?"
)
_VISIBLE: Final = re.compile(r"[!-~]*")
_ALL_VISIBLE: Final = "".join(map(chr, range(0x21, 0x7F)))
_PORTS: Final = {"http": 80, "https": 443}


@attrs.frozen
class Place:
    """The other end of a connection."""

    scheme: str
    host: str
    """A name, or an address without brackets."""
    port: int
    authority: str
    """Host and port as a Host line has them: without the scheme's own port."""
    origin: str


def place_of(url: str) -> tuple[Place, str]:
    """Return where `url` leads and what is asked for there: path and query.

    Raises:
        InputError: It is no absolute http(s) URL.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise InputError(f"{shown(url)} is not an absolute http(s) URL.")
    scheme, authority, target = found.groups()
    if not _VISIBLE.fullmatch(target):
        target = quote(target, safe=_ALL_VISIBLE)
    if not target.startswith("/"):
        target = f"/{target}"
    return _place(scheme.lower(), authority), target


@functools.lru_cache(maxsize=256)
def _place(scheme: str, authority: str) -> Place:
    own = _PORTS.get(scheme)
    if own is None or not authority:
        raise InputError(f"{shown(f'{scheme}://{authority}')} is not an absolute http(s) URL.")
    try:
        parts = _AUTHORITY.fullmatch(authority.lower().encode("idna").decode())
    except UnicodeError:
        parts = None
    if parts is None or int(parts[2] or own) > 65_535:
        raise InputError(f"{shown(f'{scheme}://{authority}')} is not a URL.")
    host, port = parts[1], int(parts[2] or own)
    written = host if port == own else f"{host}:{port}"
    return Place(scheme, host.strip("[]"), port, written, f"{scheme}://{written}")
