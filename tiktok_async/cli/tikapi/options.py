"""Options of commands that call TikAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import attrs
from cyclopts import Parameter

from tiktok_async.cli.options import ACCESS
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from tiktok_async.client import Runtime
    from tiktok_async.tikapi.client import TikAPIClient


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class TikAPIAccess:
    """Where to ask, and as whom. Keys come from the environment or a profile only."""

    profile: Annotated[
        str | None,
        Parameter(
            group=ACCESS,
            metavar="NAME",
            help="Profile of config.toml; without it TIKAPI_API_KEY and, for what is done as a "
            "user, TIKAPI_ACCOUNT_KEY are read from the environment.",
        ),
    ] = None
    base_url: Annotated[
        str | None,
        Parameter(
            group=ACCESS, metavar="URL", help="https, or http to 127.0.0.1. Also TIKAPI_BASE_URL."
        ),
    ] = None
    sandbox: Annotated[
        bool,
        Parameter(
            group=ACCESS,
            negative="",
            show_default=False,
            help="Ask TikAPI's own Sandbox with its published keys; it answers with samples.",
        ),
    ] = False
    emulator: Annotated[
        bool,
        Parameter(
            group=ACCESS,
            negative="",
            show_default=False,
            help="Ask an emulator started for this command, with keys of its own.",
        ),
    ] = False
    seed: Annotated[int, Parameter(group=ACCESS, help="What the emulator's world grows from.")] = 7

    def __attrs_post_init__(self) -> None:
        if self.emulator and (self.base_url or self.profile or self.sandbox):
            msg = (
                "--emulator is an address and an account: leave out --base-url, --profile and "
                "--sandbox."
            )
            raise InputError(msg)

    @property
    def waits(self) -> bool:
        """Whether to wait for the reset of a quota that is spent: nobody knows when that is."""
        return False

    def opened(self, runtime: Runtime | None = None) -> AbstractAsyncContextManager[TikAPIClient]:
        """Return the client, to be opened."""
        from tiktok_async.cli.tikapi.access import opened

        return opened(self, runtime)
