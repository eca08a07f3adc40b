"""Which parser reads the answers: aiohttp's where it is installed, else that of the core."""

from __future__ import annotations

import functools
import importlib.util
import logging
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from tiktok_async.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_async.io.transport.link import Parser

Backend: TypeAlias = Literal["aiohttp", "h11"]
"""What reads the answers: aiohttp's parser in C, or h11, which is Python."""

_CANNED: Final = (
    (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"o", b"k"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n", b"1\r\nk\r\n0\r\n\r\n"),
    (b"HTTP/1.1 200 OK\r\n\r\no", b"k", b""),
)
"""Answers in pieces, with the end of the connection where that is theirs."""

logger: Final = logging.getLogger("tiktok_async")


def checked_backend(wanted: Backend | None) -> Backend:
    """Return the backend to use: what is wanted, or the fastest that is installed.

    Raises:
        ConfigError: There is no such backend.
        MissingExtraError: It is not installed.
    """
    installed = importlib.util.find_spec("aiohttp") is not None
    if wanted is None:
        return "aiohttp" if installed else "h11"
    if wanted not in get_args(Backend):
        names = ", ".join(map(repr, get_args(Backend)))
        raise ConfigError(f"backend is {wanted!r}: write one of {names}, or leave it out.")
    if wanted == "aiohttp" and not installed:
        raise MissingExtraError("The backend 'aiohttp'", "fast")
    return wanted


@functools.cache
def parser_of(backend: Backend) -> Callable[[], Parser]:
    """Return what makes the parsers of `backend`; called with the event loop running."""
    from tiktok_async.io.transport.by_h11 import H11Parser

    if backend == "h11":
        return H11Parser
    try:
        from tiktok_async.io.transport.by_aiohttp import AiohttpParser

        if all(_reads(AiohttpParser(), pieces) for pieces in _CANNED):
            return AiohttpParser
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        # Its constructor is no documented interface: a release may change it under us.
        logger.debug("aiohttp's parser does not work here: %s", error)
    logger.warning("this release of aiohttp is not known: its parser is not used")
    return H11Parser


def _reads(parser: Parser, pieces: tuple[bytes, ...]) -> bool:
    parser.begin("GET")
    body = b""
    for piece in pieces:
        parser.feed(piece)
        body += parser.take()
    return parser.whole and body == b"ok"
