"""oauth/*: tokens of apps and of users, and their end. Errors are flat, with HTTP 200."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from tiktok_async.emulator.answers import Answer, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_async.emulator.calls import Call
    from tiktok_async.emulator.facts import Operation
    from tiktok_async.emulator.grants import Pair

_FORM: Final = "application/x-www-form-urlencoded"
# Names in the wording of the documented error sample, "Client secret is missed in request."
_SPOKEN: Final = {"client_key": "Client key", "client_secret": "Client secret"}
_FRESH: Final = {"Cache-Control": "no-store"}
_REVOKED_BY_DEVELOPER: Final = 5
"""Source: contract section 6, the reasons of authorization.removed."""


def operation_of(operations: Sequence[Operation], content: bytes) -> Operation:
    """Return which of the operations of one path is meant: the grant type tells."""
    if len(operations) == 1:
        return operations[0]
    asked = dict(parse_qsl(content.decode("utf-8", "replace"))).get("grant_type")
    fitting = (one for one in operations if asked in one.body["grant_type"].values)
    return next(fitting, operations[0])


async def token(call: Call) -> Answer:
    """Give out a client token."""
    form = _form(call)
    key = _client(call, form)
    settings = call.emulation.settings
    expires = call.now + settings.token_life
    issued = call.emulation.tokens.issue(key, frozenset(settings.scopes), expires)
    answer = {
        "access_token": issued,
        "expires_in": int(settings.token_life),
        "token_type": "Bearer",
    }
    return Answer(answer, headers=_FRESH)


async def exchange(call: Call) -> Answer:
    """Give out the first tokens of a user."""
    form = _form(call)
    key = _client(call, form)
    _require(form, "code", "redirect_uri")
    verifier = form.get("code_verifier", "")
    grants = call.emulation.grants
    return _answer(
        call, grants.exchange(key, form["code"], form["redirect_uri"], verifier, call.now)
    )


async def refresh(call: Call) -> Answer:
    """Give out the next tokens of a user."""
    form = _form(call)
    key = _client(call, form)
    _require(form, "refresh_token")
    return _answer(call, call.emulation.grants.refresh(key, form["refresh_token"], call.now))


async def revoke(call: Call) -> Answer:
    """Make a client token worthless; with a user's token, take back all that the user allowed."""
    form = _form(call)
    key = _client(call, form, "token")
    emulation = call.emulation
    known = emulation.tokens.get(form["token"])
    if known is None or known.client_key != key or call.now >= known.expires:
        # That there is an error was recorded live (contract, section 2); which one was not.
        raise RefusedError("invalid_grant", "Access token is invalid or expired.")
    if known.grant is None:
        emulation.tokens.kill(form["token"])
    else:
        emulation.disconnect(known.grant.open_id, _REVOKED_BY_DEVELOPER)
    return Answer({})


def _answer(call: Call, pair: Pair) -> Answer:
    answer = {
        "access_token": pair.access,
        "expires_in": int(pair.access_until - call.now),
        "open_id": pair.grant.open_id,
        "refresh_expires_in": int(pair.refresh_until - call.now),
        "refresh_token": pair.refresh,
        "scope": ",".join(pair.grant.scopes),
        "token_type": "Bearer",
    }
    return Answer(answer, headers=_FRESH)


def _form(call: Call) -> dict[str, str]:
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise RefusedError("invalid_request", f"Send the body as {_FORM}.")
    return dict(parse_qsl(call.content.decode("utf-8", "replace"), keep_blank_values=True))


def _require(form: dict[str, str], *names: str) -> None:
    for name in names:
        if not form.get(name):
            spoken = _SPOKEN.get(name, name)
            raise RefusedError("invalid_request", f"{spoken} is missed in request.")


def _client(call: Call, form: dict[str, str], *also: str) -> str:
    """Return the key of the app that calls; its secret has to be right.

    Raises:
        RefusedError: if not, or a parameter of every token call or one of those named is missing.
    """
    grant_type = call.operation.body.get("grant_type")
    _require(form, "client_key", "client_secret", *(["grant_type"] if grant_type else []), *also)
    if grant_type and form["grant_type"] not in grant_type.values:
        raise RefusedError("unsupported_grant_type", "The grant type is not supported.")
    if call.emulation.secret_of(form["client_key"]) != form["client_secret"]:
        raise RefusedError("invalid_client", "Client key or secret is incorrect.")
    return form["client_key"]
