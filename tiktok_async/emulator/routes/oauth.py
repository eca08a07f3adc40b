"""oauth/*: the token of client credentials, and its end. Errors are flat, with HTTP 200."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from tiktok_async.emulator.answers import Answer, RefusedError

if TYPE_CHECKING:
    from tiktok_async.emulator.calls import Call

_FORM: Final = "application/x-www-form-urlencoded"
# Names in the wording of the documented error sample, "Client secret is missed in request."
_SPOKEN: Final = {"client_key": "Client key", "client_secret": "Client secret"}


async def token(call: Call) -> Answer:
    """Give out a client token."""
    form = _form(call)
    _require(form, "client_key", "client_secret", "grant_type")
    if form["grant_type"] not in call.operation.body["grant_type"].values:
        raise RefusedError("unsupported_grant_type", "The grant type is not supported.")
    key = _client(call, form)
    settings = call.emulation.settings
    expires = call.now + settings.token_life
    issued = call.emulation.tokens.issue(key, frozenset(settings.scopes), expires)
    answer = {
        "access_token": issued,
        "expires_in": int(settings.token_life),
        "token_type": "Bearer",
    }
    return Answer(answer, headers={"Cache-Control": "no-store"})


async def revoke(call: Call) -> Answer:
    """Make a token worthless."""
    form = _form(call)
    _require(form, "client_key", "client_secret", "token")
    _client(call, form)
    call.emulation.tokens.kill(form["token"])
    return Answer({})


def _form(call: Call) -> dict[str, str]:
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise RefusedError("invalid_request", f"Send the body as {_FORM}.")
    return dict(parse_qsl(call.content.decode("utf-8", "replace"), keep_blank_values=True))


def _require(form: dict[str, str], *names: str) -> None:
    for name in names:
        if not form.get(name):
            spoken = _SPOKEN.get(name, name)
            raise RefusedError("invalid_request", f"{spoken} is missed in request.")


def _client(call: Call, form: dict[str, str]) -> str:
    if call.emulation.secret_of(form["client_key"]) != form["client_secret"]:
        raise RefusedError("invalid_client", "Client key or secret is incorrect.")
    return form["client_key"]
