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
_REMEMBERED: Final = 64


def raw_headers(request: WireRequest, host: str) -> list[tuple[bytes, bytes]]:
    """Return the header lines of `request`, in order, with Host, coding and length.

    Raises:
        InputError: Method, name or value cannot stand in a head. The value is never shown: it may
            be a credential.
    """
    if not _TOKEN.fullmatch(request.method):
        raise InputError(f"{shown(request.method)} is not an HTTP method.")
    raw = [(b"Host", host.encode("ascii")), *_checked(request.headers)]
    if request.content or request.method in _WITH_LENGTH:
        raw.append((b"Content-Length", b"%d" % len(request.content)))
    return raw


def _checked(headers: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
    raw = []
    names_coding = False
    for name, value in headers:
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise InputError(
                f"The header {shown(name)} needs a plain name, and a value of visible ASCII "
                "characters without a line break and without spaces at its ends."
            )
        names_coding = names_coding or name.lower() == "accept-encoding"
        raw.append((name.encode("ascii"), value.encode("ascii")))
    if not names_coding:
        raw.append((b"Accept-Encoding", b"gzip"))
    return raw


class HeadLines:
    """Writes the heads of requests, and remembers what it wrote last: most are much the same.

    What is remembered holds credentials, and lives as long as this object.
    """

    def __init__(self) -> None:
        self._written: dict[tuple[str, str, tuple[tuple[str, str], ...]], bytes] = {}

    def of(self, request: WireRequest, host: str) -> bytes:
        """Return the lines of `request` after its first, with the blank one.

        Raises:
            InputError: As `raw_headers`.
        """
        key = (request.method, host, request.headers)
        lines = self._written.get(key)
        if lines is None:
            if len(self._written) >= _REMEMBERED:
                self._written.clear()
            lines = self._written[key] = _lines(request, host)
        if request.content or request.method in _WITH_LENGTH:
            return b"%bContent-Length: %d\r\n\r\n" % (lines, len(request.content))
        return lines + b"\r\n"


def _lines(request: WireRequest, host: str) -> bytes:
    raw = raw_headers(request, host)
    return b"".join(b"%b: %b\r\n" % line for line in raw if line[0] != b"Content-Length")


def joined_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return header lines by lower-case name, repeated ones joined by a comma and a space."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
