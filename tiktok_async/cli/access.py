"""The client of a command: of the provider, or of an emulator of its own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from tiktok_async.client import Runtime
from tiktok_async.research.client import ResearchClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from tiktok_async.cli.options import Access
    from tiktok_async.cli.user_access import EmulatedAccess
    from tiktok_async.portability.client import PortabilityClient


class Account(Protocol):
    """Where to ask, and as whom."""

    @property
    def emulator(self) -> bool:
        """Whether it is an emulator of the command's own."""

    @property
    def waits(self) -> bool:
        """Whether to wait for the reset of a quota that is spent."""

    def opened(self, runtime: Runtime | None = None) -> AbstractAsyncContextManager[Any]:
        """Return the client, to be opened."""


@asynccontextmanager
async def opened(access: Access, runtime: Runtime | None = None) -> AsyncIterator[ResearchClient]:
    """Open the client that `access` describes; an emulator ends with it.

    Args:
        access: Where to ask, and as whom.
        runtime: What the client is handed.

    Raises:
        CredentialsMissingError: if there is no credential.
        MissingExtraError: if the emulator is asked for and not installed.
    """
    shared = runtime or Runtime()
    if not access.emulator:
        async with ResearchClient(
            profile=access.profile, base_url=access.base_url, runtime=shared
        ) as client:
            yield client
        return
    from tiktok_async.emulator import Emulator

    async with (
        Emulator(seed=access.seed) as emulator,
        ResearchClient(
            client_key=emulator.client_key,
            client_secret=emulator.client_secret,
            base_url=emulator.base_url,
            runtime=shared,
        ) as client,
    ):
        yield client


@asynccontextmanager
async def opened_for_user(
    access: EmulatedAccess, runtime: Runtime | None = None
) -> AsyncIterator[PortabilityClient]:
    """Open the client of a user's data that `access` describes; an emulator ends with it.

    Args:
        access: Where to ask, and for which user.
        runtime: What the client is handed.

    Raises:
        CredentialsMissingError: if there is no credential.
        MissingExtraError: if the emulator is asked for and not installed.
    """
    from tiktok_async.portability.client import PortabilityClient

    shared = runtime or Runtime()
    if not access.emulator:
        async with PortabilityClient(
            user=access.user,
            store=access.token_store(),
            profile=access.profile,
            base_url=access.base_url,
            runtime=shared,
        ) as client:
            yield client
        return
    from tiktok_async.emulator import Emulator

    async with (
        Emulator(seed=access.seed) as emulator,
        PortabilityClient(
            token=emulator.user_access_token, base_url=emulator.base_url, runtime=shared
        ) as client,
    ):
        yield client
