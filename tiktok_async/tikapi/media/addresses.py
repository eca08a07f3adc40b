"""Which addresses are on the public internet, and which a name leads to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Final

from tiktok_async.errors import TransportError, shown
from tiktok_async.tikapi.media.rules import refused

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_SITE_LOCAL: Final = ipaddress.IPv6Network("fec0::/10")
_HTTPS: Final = 443


def is_public(text: str) -> bool:
    """Tell whether an address is one of the public internet, whatever it is wrapped in.

    Args:
        text: An IPv4 or IPv6 address.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(str(inner))
        if address in _SITE_LOCAL:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


async def resolved(host: str) -> list[str]:
    """Return the addresses of a host, in the system's order.

    Raises:
        TransportError: if there are none.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, _HTTPS, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TransportError(
            f"{shown(host)} has no address: {error}.", kind="connect", sent=False
        ) from error
    return [str(row[4][0]) for row in found]


async def public_address(host: str) -> str:
    """Return an address of a host all of whose addresses are public ones.

    Raises:
        DownloadError: if one is not; kind `refused`.
        TransportError: if it has none.
    """
    addresses = await resolved(host)
    if not addresses or not all(map(is_public, addresses)):
        raise refused(f"The host {shown(host)} is not on the public internet")
    return addresses[0]
