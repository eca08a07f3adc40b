"""The session for media: no cookies, no keys; redirects followed, each hop checked.

What is connected to is the very address that was checked: a name that leads elsewhere a moment
later is of no use. A trusted host, and the API's own on this machine, go by their names.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urljoin, urlsplit

import attrs

from tiktok_async.io.session import Session, _network_transport
from tiktok_async.tikapi.media.addresses import public_address
from tiktok_async.tikapi.media.rules import origin_of, refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    import httpx

    from tiktok_async.config import Timeouts
    from tiktok_async.io.streamed import StreamedAnswer
    from tiktok_async.sansio.wire import WireRequest
    from tiktok_async.tikapi.media.rules import LinkCheck

MAX_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FOR_ONE_HOST: Final = frozenset({"cookie", "authorization"})
"""Headers that go to the link's own host, and to trusted ones."""
