"""Users who log in, and what is kept of them; no token is ever shown."""

from __future__ import annotations

import signal
import sys
import webbrowser
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.cli.consent import approve
from tiktok_async.cli.exits import Exit
from tiktok_async.cli.outcome import tell
from tiktok_async.cli.stopping import stoppable
from tiktok_async.cli.terminal import say
from tiktok_async.cli.tokens import one_of, shown_token, token_facts
from tiktok_async.errors import ServerError, TransportError
from tiktok_async.oauth import MemoryTokenStore, OAuthClient, default_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tiktok_async.cli.options import Talk
    from tiktok_async.cli.user_access import EmulatedAccess, UserAccess
    from tiktok_async.oauth import StoredToken
    from tiktok_async.oauth.pkce import Pkce

_EMULATED_SECONDS: Final = 10.0


@attrs.frozen(kw_only=True)
class Login:
    """How to log in."""

    scopes: str
    name: str | None
    redirect_uri: str | None
    pkce: Pkce | None
    by_hand: bool
    timeout: float
    """Seconds."""


async def log_in(wish: Login, access: EmulatedAccess, talk: Talk) -> int:
    """Log a user in; return the exit code."""
    async with _opened_for_login(access) as client:
        work = client.login(
            wish.scopes,
            name=wish.name,
            redirect_uri=wish.redirect_uri,
            pkce=wish.pkce,
            open_browser=approve if access.emulator else _open,
            paste=_ask if wish.by_hand else None,
            timeout=_EMULATED_SECONDS if access.emulator else wish.timeout,
        )
        token = await (work if wish.by_hand else stoppable(work))
    refused = sorted(set(wish.scopes.split(",")).difference(token.scopes))
    lines = ["logged in", *shown_token(token)]
    if refused:
        lines.append(f"  not granted  {', '.join(refused)}")
    if access.emulator:
        lines.append("  The emulator is gone, and nothing of it is kept.")
    tell(talk, lines, {**token_facts(token), "not_granted": refused, "exit_code": 0})
    return Exit.COMPLETE


async def refresh_tokens(access: UserAccess, talk: Talk) -> int:
    """Renew a user's tokens; return the exit code."""
    async with _opened(access) as client:
        token = await client.refresh()
    tell(talk, ["renewed", *shown_token(token)], {**token_facts(token), "exit_code": 0})
    return Exit.COMPLETE


async def log_out(access: UserAccess, talk: Talk, *, local_only: bool) -> int:
    """Revoke and forget a user's tokens; return the exit code."""
    token = await (_forgotten(access) if local_only else _revoked(access))
    said = "forgotten; the app stays connected to the account" if local_only else "logged out"
    facts = {"open_id": token.open_id, "revoked": not local_only, "exit_code": 0}
    tell(talk, [f"{said}: {token.name or token.open_id}"], facts)
    return Exit.COMPLETE


async def _revoked(access: UserAccess) -> StoredToken:
    async with _opened(access) as client:
        try:
            return await client.revoke()
        except (TransportError, ServerError):
            say("The tokens are kept, since they were not revoked; --local-only forgets them.")
            raise


async def _forgotten(access: UserAccess) -> StoredToken:
    store = access.token_store() or default_store()
    token = one_of(await store.tokens(), access.user)
    await store.delete(token)
    return token


@asynccontextmanager
async def _opened(access: UserAccess) -> AsyncIterator[OAuthClient]:
    async with OAuthClient(
        store=access.token_store(),
        user=access.user,
        profile=access.profile,
        base_url=access.base_url,
    ) as client:
        yield client


@asynccontextmanager
async def _opened_for_login(access: EmulatedAccess) -> AsyncIterator[OAuthClient]:
    if not access.emulator:
        async with _opened(access) as client:
            yield client
        return
    from tiktok_async.emulator import Emulator

    async with (
        Emulator(seed=access.seed, consent="approve") as emulator,
        OAuthClient(
            client_key=emulator.client_key,
            client_secret=emulator.client_secret,
            base_url=emulator.base_url,
            authorize_url=emulator.base_url,
            store=MemoryTokenStore(),
        ) as client,
    ):
        yield client


def _open(url: str) -> None:
    say(f"The browser opens. If it does not, open this address on this machine:\n  {url}")
    webbrowser.open(url)


async def _ask(url: str) -> str:
    say(f"Open this address in a browser anywhere, and allow the app:\n  {url}")
    say("Then paste the address on which the browser ended (its page may be missing), and Enter:")
    return _typed()


def _typed() -> str:
    """Return a line of standard input; read here and not in a thread, so that Ctrl-C ends it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return sys.stdin.readline()
    finally:
        signal.signal(signal.SIGINT, before)
