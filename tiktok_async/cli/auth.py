"""`auth login | status | refresh | logout`: users of an app, and their tokens."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from cyclopts import Group, Parameter

from tiktok_async.cli.options import Talk
from tiktok_async.cli.user_access import EmulatedAccess, UserAccess
from tiktok_async.errors import InputError

_LOGIN: Final = Group("Login", sort_key=1)


_Scope: TypeAlias = Annotated[
    list[str] | None,
    Parameter(
        group=_LOGIN,
        metavar="NAMES",
        negative="",
        show_default=False,
        help="What to ask the user for; repeated, or a comma list. Without it: "
        "user.info.basic,portability.all.single, which is good for one export.",
    ),
]
_Port: TypeAlias = Annotated[
    int | None,
    Parameter(
        group=_LOGIN,
        help="Port of http://127.0.0.1:PORT/callback/, as registered for the app; without it a "
        "free one, for an app registered with * as its port.",
    ),
]
_RedirectUri: TypeAlias = Annotated[
    str | None,
    Parameter(group=_LOGIN, metavar="URL", help="The whole redirect URI, if it is another."),
]
_Pkce: TypeAlias = Annotated[
    Literal["hex", "base64url", "off"] | None,
    Parameter(
        group=_LOGIN,
        help="Form of the challenge. Without it TIKTOK_PKCE, else what TikTok documents: hex where "
        "the browser comes back to this machine, off elsewhere.",
    ),
]
_NoBrowser: TypeAlias = Annotated[
    bool,
    Parameter(
        name="--no-browser",
        group=_LOGIN,
        negative="",
        show_default=False,
        help="Show the address, and read from standard input the one that a browser anywhere "
        "ended on.",
    ),
]
_Timeout: TypeAlias = Annotated[
    str, Parameter(group=_LOGIN, metavar="TIME", help="How long to wait for the browser.")
]


async def login(
    *,
    scope: _Scope = None,
    port: _Port = None,
    redirect_uri: _RedirectUri = None,
    pkce: _Pkce = None,
    no_browser: _NoBrowser = False,
    timeout: _Timeout = "5m",  # noqa: ASYNC109  # as the user writes it
    access: EmulatedAccess = EmulatedAccess(),  # noqa: B008  # frozen
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Log a user in through the browser, and keep the tokens.

    TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET say for which app. The tokens go to the user's own
    file (TIKTOK_ASYNC_TOKENS names another) or to the desktop's key store; none is ever shown.
    --user gives the user a name, to tell several apart.
    """
    from tiktok_async.cli.amounts import seconds
    from tiktok_async.cli.logins import Login, log_in

    wish = Login(
        scopes=",".join(scope or ["user.info.basic", "portability.all.single"]),
        name=access.user,
        redirect_uri=_redirect(port, redirect_uri, by_hand=no_browser),
        pkce=pkce,
        by_hand=no_browser,
        timeout=seconds(timeout, "--timeout"),
    )
    return await log_in(wish, access, talk)


async def status(
    *,
    access: UserAccess = UserAccess(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Show who is logged in, for which scopes, and until when; no call is made.

    The exit code is 0 if somebody is, and 3 if nobody is.
    """
    from tiktok_async.cli.tokens import show_status

    return await show_status(access, talk)


async def refresh(
    *,
    access: UserAccess = UserAccess(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Renew a user's tokens now; they are renewed by themselves when they are needed."""
    from tiktok_async.cli.logins import refresh_tokens

    return await refresh_tokens(access, talk)


async def logout(
    *,
    local_only: Annotated[
        bool,
        Parameter(
            name="--local-only",
            negative="",
            show_default=False,
            help="Forget the tokens, and leave the app connected to the user's account.",
        ),
    ] = False,
    access: UserAccess = UserAccess(),  # noqa: B008
    talk: Talk = Talk(),  # noqa: B008
) -> int:
    """Revoke a user's tokens, which disconnects the app from the account, and forget them.

    If TikTok cannot be reached they are kept; --local-only forgets them all the same.
    """
    from tiktok_async.cli.logins import log_out

    return await log_out(access, talk, local_only=local_only)


def _redirect(port: int | None, redirect_uri: str | None, *, by_hand: bool) -> str | None:
    """Return where the browser comes back; None = a free port."""
    if port is not None and redirect_uri is not None:
        msg = "--redirect-uri has a port of its own: leave out --port."
        raise InputError(msg)
    if redirect_uri is not None and redirect_uri.startswith("https:") and not by_hand:
        msg = "--redirect-uri does not come back to this machine: write --no-browser beside it."
        raise InputError(msg)
    if port is None:
        return redirect_uri
    if not 0 < port < 65_536:
        msg = f"--port {port}: write 1 to 65535, or leave it out for a free one."
        raise InputError(msg)
    return f"http://127.0.0.1:{port}/callback/"
