"""The client of a command: of TikAPI, its Sandbox, or an emulator of the command's own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tiktok_async.client import Runtime
from tiktok_async.tikapi.client import TikAPIClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tiktok_async.cli.tikapi.options import TikAPIAccess


@asynccontextmanager
async def opened(
    access: TikAPIAccess, runtime: Runtime | None = None
) -> AsyncIterator[TikAPIClient]:
    """Open the client that `access` describes; an emulator ends with it.

    Args:
        access: Where to ask, and as whom.
        runtime: What the client is handed.

    Raises:
        CredentialsMissingError: if there is no API key.
        MissingExtraError: if the emulator is asked for and not installed.
    """
    shared = runtime or Runtime()
    if not access.emulator:
        async with TikAPIClient(
            sandbox=access.sandbox,
            profile=access.profile,
            base_url=access.base_url,
            runtime=shared,
        ) as client:
            yield client
        return
    from tiktok_async.emulator import Emulator

    async with (
        Emulator(seed=access.seed) as emulator,
        TikAPIClient(
            api_key=emulator.api_key,
            account_key=emulator.account_key,
            base_url=emulator.tikapi_base_url,
            runtime=shared,
        ) as client,
    ):
        yield client
