"""The session for media: no cookies, no keys; redirects are followed, and each hop is checked.

What is connected to is the very address that was checked: a name that leads elsewhere a moment
later does no harm. A trusted host, and the API's own on this machine, go by their names.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urljoin, urlsplit

import attrs

from tiktok_async.io.session import Session
from tiktok_async.tikapi.media.addresses import public_address
from tiktok_async.tikapi.media.rules import origin_of, refused

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tiktok_async.config import Timeouts
    from tiktok_async.io.streamed import StreamedAnswer
    from tiktok_async.sansio.wire import WireRequest
    from tiktok_async.tikapi.media.rules import LinkCheck

MAX_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NOT_FOR_STRANGERS: Final = frozenset({"cookie", "authorization"})


class MediaSession(Session):
    """Connections to media hosts, kept apart from those to any API.

    Args:
        check: Which links are followed.
        timeouts: Time limits in seconds.
        ssl_context: What to trust in place of certifi's roots.
        resolve: Gives the address to connect to for a host that is not trusted, or refuses it.
    """

    def __init__(
        self,
        check: LinkCheck,
        *,
        timeouts: Timeouts,
        ssl_context: ssl.SSLContext | None = None,
        resolve: Callable[[str], Awaitable[str]] = public_address,
    ) -> None:
        self._check = check

        async def address_of(origin: str) -> str:
            host = urlsplit(origin).hostname or ""
            return host if check.trusts(host) or check.is_own(origin) else await resolve(host)

        super().__init__(timeouts=timeouts, ssl_context=ssl_context, resolve=address_of)

    @asynccontextmanager
    async def open(
        self, request: WireRequest, *, timeouts: Timeouts | None = None
    ) -> AsyncIterator[StreamedAnswer]:
        """Send `request` on entry, and again to where it is redirected.

        Args:
            request: What to send.
            timeouts: In place of the session's; for each hop.

        Raises:
            DownloadError: with kind `refused`, if a hop is not to be trusted or there are too many.
            TransportError, InputError, ClientClosedError: as for any session, on entry.
        """
        for _ in range(MAX_REDIRECTS + 1):
            self._check.check(request.url)
            async with super().open(request, timeouts=timeouts) as answer:
                place = answer.headers.get("location")
                if answer.status not in _REDIRECTS or not place:
                    yield answer
                    return
            request = self._redirected(request, place)
        raise refused(f"The link leads on more than {MAX_REDIRECTS} times")

    def _redirected(self, request: WireRequest, place: str) -> WireRequest:
        """Return the request of the next hop; what is for one host stays with it."""
        try:
            url = urldefrag(urljoin(request.url, place)).url
            host = urlsplit(url).hostname or ""
        except ValueError:
            raise refused("The link leads to what is no URL") from None
        if origin_of(url) == origin_of(request.url) or self._check.trusts(host):
            return attrs.evolve(request, url=url)
        headers = tuple(one for one in request.headers if one[0].lower() not in _NOT_FOR_STRANGERS)
        return attrs.evolve(request, url=url, headers=headers)
