"""Options of commands that act for a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import attrs
from cyclopts import Parameter

from tiktok_async.cli.options import ACCESS
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from tiktok_async.oauth import TokenStore


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class UserAccess:
    """Where to ask, and for which user. Secrets come from the environment or a profile only."""

    profile: Annotated[
        str | None,
        Parameter(
            group=ACCESS,
            metavar="NAME",
            help="Profile of config.toml; without it TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET "
            "are read from the environment.",
        ),
    ] = None
    base_url: Annotated[
        str | None,
        Parameter(
            group=ACCESS, metavar="URL", help="https, or http to 127.0.0.1. Also TIKTOK_BASE_URL."
        ),
    ] = None
    store: Annotated[
        Literal["file", "keyring"],
        Parameter(
            group=ACCESS,
            metavar="WHERE",
            help="Where the users' tokens are: the user's own file, or the desktop's key store.",
        ),
    ] = "file"
    user: Annotated[
        str | None,
        Parameter(
            group=ACCESS,
            metavar="NAME",
            help="Which user, if several are logged in: the name given at login, or the open_id.",
        ),
    ] = None

    def token_store(self) -> TokenStore | None:
        """Return where the tokens are; None = the user's own file.

        Raises:
            MissingExtraError: if the key store's package is not installed.
        """
        if self.store == "file":
            return None
        from tiktok_async.oauth import KeyringTokenStore

        return KeyringTokenStore()


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class EmulatedAccess(UserAccess):
    """The same, or an emulator of the command's own, as a user who is ready."""

    emulator: Annotated[
        bool,
        Parameter(
            group=ACCESS,
            negative="",
            show_default=False,
            help="Ask an emulator started for this command, as a user of its own.",
        ),
    ] = False
    seed: Annotated[int, Parameter(group=ACCESS, help="What the emulator's world grows from.")] = 7

    def __attrs_post_init__(self) -> None:
        if self.emulator and (self.base_url or self.profile or self.user or self.store != "file"):
            msg = (
                "--emulator is an address and a user: leave out --base-url, --profile, --store "
                "and --user."
            )
            raise InputError(msg)
