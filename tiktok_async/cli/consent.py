"""The consent page of an emulator that approves at once, visited as a browser would."""

from __future__ import annotations

from typing import Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from tiktok_async.errors import InputError

_SECONDS: Final = 10.0


def approve(url: str) -> None:
    """Visit the page; its redirect leads to the login that waits.

    Raises:
        InputError: if the page refuses the login.
    """
    direct = build_opener(ProxyHandler({}))
    try:
        with direct.open(url, timeout=_SECONDS) as answer:
            answer.read()
    except HTTPError as error:
        error.close()
        msg = "The emulator's login page refuses the request: look at --scope and --pkce."
        raise InputError(msg) from None
