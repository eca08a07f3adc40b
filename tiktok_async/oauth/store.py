"""Where users' tokens are kept: the protocol, and a store for one process."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from tiktok_async.oauth.document import with_token, without_token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from tiktok_async.oauth.stored import StoredToken


class TokenStore(Protocol):
    """Where users' tokens are kept; a database of yours can be one."""

    async def tokens(self) -> tuple[StoredToken, ...]:
        """Return all tokens.

        Raises:
            ConfigError: if they cannot be read; never an empty result then.
        """

    async def save(self, token: StoredToken) -> None:
        """Put a token in the place of the same user's; durable when it returns.

        Raises:
            ConfigError: if it cannot be written; the old one is whole then.
        """

    async def delete(self, token: StoredToken) -> None:
        """Remove the token of the same user and app, if it is there.

        Raises:
            ConfigError: if it cannot be removed.
        """

    def exclusive(self, token: StoredToken) -> AbstractAsyncContextManager[None]:
        """Hold this user's token against every other task and process that would renew it.

        `save` and `delete` are called inside; others may still read.

        Raises:
            ConfigError: if another holds it for too long.
        """


class MemoryTokenStore:
    """A store of this process alone: for tests, and for a program that logs in each time."""

    def __init__(self, *tokens: StoredToken) -> None:
        self._tokens = tokens
        self._locks: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def tokens(self) -> tuple[StoredToken, ...]:
        """Return all tokens."""
        return self._tokens

    async def save(self, token: StoredToken) -> None:
        """Put a token in the place of the same user's."""
        self._tokens = with_token(self._tokens, token)

    async def delete(self, token: StoredToken) -> None:
        """Remove the token of the same user and app, if it is there."""
        self._tokens = without_token(self._tokens, token)

    @contextlib.asynccontextmanager
    async def exclusive(self, token: StoredToken) -> AsyncIterator[None]:
        """Hold this user's token against every other task."""
        async with self._locks[token.client_key, token.open_id]:
            yield

    def __repr__(self) -> str:
        return f"<MemoryTokenStore of {len(self._tokens)} tokens>"
