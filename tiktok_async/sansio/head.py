"""The head of a message: request lines checked and encoded, answer lines by lower-case name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tiktok_async.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktok_async.sansio.wire import WireRequest

_VALUE: Final = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_WITH_LENGTH: Final = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose empty body is said to be empty (RFC 9110, 8.6)."""


def raw_headers(request: WireRequest, host: bytes) -> list[tuple[bytes, bytes]]:
    """Return the header lines of `request`, in order, with Host, coding and length.

    Raises:
        InputError: Method, name or value cannot stand in a head. The value is never shown: it may
            be a credential.
    """
    if not _TOKEN.fullmatch(request.method):
        raise InputError(f"{shown(request.method)} is not an HTTP method.")
    raw = [(b"Host", host)]
    names_coding = False
    for name, value in request.headers:
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise InputError(
                f"The header {shown(name)} needs a plain name, and a value of visible ASCII "
                "characters without a line break and without spaces at its ends."
            )
        names_coding = names_coding or name.lower() == "accept-encoding"
        raw.append((name.encode("ascii"), value.encode("ascii")))
    if not names_coding:
        raw.append((b"Accept-Encoding", b"gzip"))
    if request.content or request.method in _WITH_LENGTH:
        raw.append((b"Content-Length", b"%d" % len(request.content)))
    return raw


def joined_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return header lines by lower-case name, repeated ones joined by a comma and a space."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
