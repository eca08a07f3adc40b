"""What is shown of a user's tokens: whose they are, what for, and until when; never the tokens."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tiktok_async.cli.exits import Exit
from tiktok_async.cli.outcome import write, write_json
from tiktok_async.cli.terminal import PROGRAM, say
from tiktok_async.errors import CredentialsMissingError, InputError, shown
from tiktok_async.oauth import default_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktok_async.cli.options import Talk
    from tiktok_async.cli.user_access import UserAccess
    from tiktok_async.oauth import StoredToken

_LOG_IN: Final = f"log in with: {PROGRAM} auth login"


async def show_status(access: UserAccess, talk: Talk) -> Exit:
    """Show who is logged in; return the exit code."""
    store = access.token_store() or default_store()
    tokens = _meant(await store.tokens(), access.user)
    good = any(is_good(token) for token in tokens)
    code = Exit.COMPLETE if good else Exit.CREDENTIALS
    if talk.json:
        write_json({"users": [token_facts(token) for token in tokens], "exit_code": int(code)})
        return code
    for token in tokens:
        write(shown(token.name or token.open_id), *shown_token(token))
    if not good and not talk.quiet:
        say(f"Nobody is logged in; {_LOG_IN}")
    return code


def one_of(tokens: Iterable[StoredToken], user: str | None) -> StoredToken:
    """Return the one token that is meant.

    Raises:
        CredentialsMissingError: if there is none.
        InputError: if it could be one of several.
    """
    found = _meant(tokens, user)
    if not found:
        msg = "Nobody is logged in." if user is None else f"No user {shown(user)} is logged in."
        raise CredentialsMissingError(msg)
    if len(found) > 1:
        names = ", ".join(shown(token.open_id) for token in found)
        msg = f"{len(found)} users are logged in: write --user with one of {names}."
        raise InputError(msg)
    return found[0]


def is_good(token: StoredToken) -> bool:
    """Tell whether a login still gives access, by itself or after a refresh."""
    until = token.expires_at if token.refresh_token is None else token.refresh_expires_at
    return until is None or time.time() < until


def shown_token(token: StoredToken) -> list[str]:
    """Return what a person may see of a token."""
    renewed = "" if token.refresh_token is None else ", then renewed by itself"
    return [
        f"  open_id      {shown(token.open_id)}",
        f"  app          {shown(token.client_key)}",
        f"  scopes       {shown(', '.join(token.scopes)) or 'not said'}",
        f"  token        until {_moment(token.expires_at)}{renewed}",
        f"  login        {_login(token)}",
    ]


def one_line(token: StoredToken) -> str:
    """Return the same in one line."""
    return f"login {_login(token)}; {shown(', '.join(token.scopes))}"


def _login(token: StoredToken) -> str:
    return f"until {_moment(token.refresh_expires_at)}" if is_good(token) else f"over; {_LOG_IN}"


def token_facts(token: StoredToken) -> dict[str, Any]:
    """Return what a program may see of a token."""
    return {
        "open_id": token.open_id,
        "name": token.name,
        "client_key": token.client_key,
        "scopes": list(token.scopes),
        "obtained_at": _iso(token.obtained_at),
        "expires_at": _iso(token.expires_at),
        "refresh_expires_at": _iso(token.refresh_expires_at),
        "good": is_good(token),
    }


def _meant(tokens: Iterable[StoredToken], user: str | None) -> list[StoredToken]:
    return [token for token in tokens if user in {None, token.open_id, token.name}]


def _moment(when: float | None) -> str:
    return "it is refused" if when is None else f"{_utc(when):%Y-%m-%d %H:%M} UTC"


def _iso(when: float | None) -> str | None:
    return None if when is None else _utc(when).isoformat(timespec="seconds")


def _utc(when: float) -> datetime:
    return datetime.fromtimestamp(when, UTC)
