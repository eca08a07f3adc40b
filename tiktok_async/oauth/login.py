"""The two ways in which a user's consent comes to a program: by the browser, or pasted by hand."""

from __future__ import annotations

import inspect
import webbrowser
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from anyio import to_thread

from tiktok_async.errors import InputError
from tiktok_async.oauth.receiver import LoopbackReceiver
from tiktok_async.oauth.redirect import checked_redirect_uri

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tiktok_async.io.clock import Clock
    from tiktok_async.oauth.authorize import AuthorizationCode, AuthorizationRequest

    Begin: TypeAlias = Callable[[str], AuthorizationRequest]
    """From a redirect URI to the login."""
    Opener: TypeAlias = Callable[[str], object]
    """Opens a URL in a browser, or prints it; may be async. Returning False says that it failed."""
    Paster: TypeAlias = Callable[[str], str | Awaitable[str]]
    """Shows a URL and returns what the user pasted; may be async."""

PASTED_TO: Final = "http://127.0.0.1:49321/callback/"
"""A redirect to which nobody listens: its address is copied from the browser."""


async def by_browser(
    begin: Begin, redirect_uri: str | None, open_browser: Opener, seconds: float, clock: Clock
) -> tuple[AuthorizationRequest, AuthorizationCode]:
    """Send the user through a browser of this machine, and wait for its return.

    Args:
        begin: Makes the login.
        redirect_uri: Where to listen; None = a free port of 127.0.0.1.
        open_browser: Opens the URL.
        seconds: How long to wait, from when the browser was opened.
        clock: Tells whether the answer comes in time.

    Raises:
        InputError: if the redirect does not come back to this machine.
        LoginError: if no consent came.
    """
    async with _receiver(redirect_uri) as receiver:
        request = begin(redirect_uri or receiver.redirect_uri)
        receiver.expect(lambda query: request.accept(query, now=clock.time()))
        await _called(open_browser, request.url)
        return request, await receiver.receive(seconds)


async def by_hand(
    begin: Begin, redirect_uri: str | None, paste: Paster, clock: Clock
) -> tuple[AuthorizationRequest, AuthorizationCode]:
    """Show the URL, and take what the user copies from a browser anywhere.

    Raises:
        LoginError: if what was pasted is no consent.
    """
    request = begin(redirect_uri or PASTED_TO)
    pasted: str = await _called(paste, request.url)
    return request, request.accept_pasted(pasted, now=clock.time())


def open_in_browser(url: str) -> object:
    """Open a URL in the user's browser.

    Raises:
        InputError: if there is none; says what to pass instead.
    """
    if not webbrowser.open(url):
        msg = "There is no browser here: pass paste=, or an open_browser= that shows the URL."
        raise InputError(msg)
    return True


def _receiver(redirect_uri: str | None) -> LoopbackReceiver:
    if redirect_uri is None:
        return LoopbackReceiver()
    parts = urlsplit(checked_redirect_uri(redirect_uri))
    if parts.scheme != "http":
        msg = f"redirect_uri {redirect_uri} does not come back to this machine: pass paste=."
        raise InputError(msg)
    return LoopbackReceiver(parts.port or 0, parts.path, parts.hostname or "")


async def _called(function: Callable[[str], Any], url: str) -> Any:
    """Call what the caller gave: in a thread, since it may ask the user; awaited, if async."""
    given = await to_thread.run_sync(function, url, abandon_on_cancel=True)
    return await given if inspect.isawaitable(given) else given
