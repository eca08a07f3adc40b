"""The consent page of an emulator that approves at once, visited as a browser would."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final
from urllib.request import ProxyHandler, build_opener

_SECONDS: Final = 10.0


async def approve(url: str) -> None:
    """Begin to visit the page; its redirect leads to the login that waits.

    It is not waited for: the login listens once this returns. A page that refuses leads nowhere,
    and the login's own time limit ends it.
    """
    asyncio.get_running_loop().run_in_executor(None, _visit, url)


def _visit(url: str) -> None:
    direct = build_opener(ProxyHandler({}))
    with suppress(OSError), direct.open(url, timeout=_SECONDS) as answer:
        answer.read()
