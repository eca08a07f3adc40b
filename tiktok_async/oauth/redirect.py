"""The redirect: the address to which the browser comes back, and what it brings.

Source: contract section 2, Redirect URIs: absolute, under 512 characters, no query, no fragment;
https for a web app, localhost or 127.0.0.1 with a port for a desktop app; one without a path was
refused live.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from tiktok_async.errors import InputError, LoginError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCAL: Final = frozenset({"localhost", "127.0.0.1"})
_MAX_CHARS: Final = 511
_MAX_ANSWER_CHARS: Final = 8192
_MAX_ANSWER_FIELDS: Final = 32
_ONCE: Final = ("code", "state", "error", "scopes")
_BARE_CODE: Final = re.compile(r"[A-Za-z0-9*!%._~+/-]{8,2048}")


def checked_redirect_uri(value: str) -> str:
    """Return a redirect URI as it was given: it travels twice, and must be the same both times.

    Raises:
        InputError: if TikTok would refuse it.
    """
    fault = _fault(value)
    if fault is not None:
        msg = f"redirect_uri {fault}."
        raise InputError(msg)
    return value


def is_local(redirect_uri: str) -> bool:
    """Tell whether a redirect comes back to this machine, as a desktop app's does."""
    return urlsplit(redirect_uri).hostname in _LOCAL


def _fault(value: str) -> str | None:
    """Return what is wrong with a redirect URI, and what to write instead."""
    if len(value) > _MAX_CHARS:
        return f"has {len(value)} characters: write fewer than 512"
    if not value.isascii() or not value.isprintable() or " " in value or "\\" in value:
        return "holds white space, a backslash or a letter that is not ASCII: percent-encode it"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "has a port that is no number: register it with *, but name one here"
    if "?" in value or "#" in value or "@" in parts.netloc:
        return "has a query, a fragment or a user: write scheme, host, port and path alone"
    return _fault_of_parts(parts, port)


def _fault_of_parts(parts: SplitResult, port: int | None) -> str | None:
    local = parts.hostname in _LOCAL
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        return "must be https://..., or http://127.0.0.1:PORT/... for a desktop app"
    if local and not port:
        return "names no port: write it as http://127.0.0.1:8080/callback/"
    if not parts.path:
        return "has no path: write it as https://example.com/callback/"
    return None


def brought_back(callback: str, redirect_uri: str) -> Mapping[str, str]:
    """Return what the browser brought, decoded once.

    Args:
        callback: The whole URL, or its query alone.
        redirect_uri: What the URL must begin with.

    Raises:
        LoginError: if it is another URL, too long, or says one thing twice. It is never quoted:
            it may hold a code.
    """
    text = callback.strip()
    if len(text) > _MAX_ANSWER_CHARS:
        raise LoginError("The callback is longer than any that TikTok sends.")
    if "://" in text.partition("?")[0]:
        text = _query_of(text, redirect_uri)
    query = text.rpartition("?")[2].partition("#")[0]
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_ANSWER_FIELDS)
    except ValueError:
        pairs = []
    found = dict(pairs)
    if any(sum(name == once for name, _ in pairs) > 1 for once in _ONCE):
        raise LoginError("The callback says the same thing twice: it is none of TikTok's.")
    return found


def _query_of(url: str, redirect_uri: str) -> str:
    """Return the query of a URL that must be the redirect URI."""
    try:
        parts, due = urlsplit(url), urlsplit(redirect_uri)
    except ValueError:
        raise LoginError("The callback is no URL.") from None
    if _place(parts) != _place(due):
        msg = f"The callback is no URL of {redirect_uri}."
        raise LoginError(msg, hint="Copy the whole address that the browser ended on.")
    return parts.query


def _place(parts: SplitResult) -> tuple[str, str, str]:
    return parts.scheme.lower(), parts.netloc.lower(), parts.path


def bare_code(text: str) -> str | None:
    """Return the code that was pasted without the rest of its URL; None where it is none."""
    code = text.strip()
    return unquote(code) if _BARE_CODE.fullmatch(code) and "://" not in code else None
