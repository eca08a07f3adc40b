"""account/authorize: the page where a user lets the customer of TikAPI act for them.

It stands at https://tikapi.io/account/authorize; here it has the address of everything else. What
it asks for and that the browser comes back with `access_token`, which is the account key, and
`scope` is the contract's. Unconfirmed are the look of the page, that `state` comes back too, what a
refusal brings, and that nothing in `scope` asks for all there is. The popup is not emulated.
Source: contract, TikAPI, Authentication.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import attrs

from tiktok_async.emulator.answers import HTML_TYPE, Answer
from tiktok_async.emulator.consent_page import HEADERS, asking, refusing
from tiktok_async.emulator.tikapi.facts import Operation, tikapi
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.emulator.tikapi.calls import Call

SHOW: Final = Operation(
    id="tikapi.account.authorize",
    method="GET",
    path=urlsplit(tikapi().raw["auth"]["oauth"]["authorize_url"]).path,
    parameters=(),
    of_account=False,
    scopes=(),
    premium=False,
    trusted_only=False,
    style="none",
    cursor_key=None,
    items=(),
    keys={},
    constants={},
    group="consent",
)
"""The page: no endpoint of TikAPI's API."""
TAKE: Final = attrs.evolve(SHOW, method="POST")
"""Its form comes back to the same place."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
PAGES: Final = (SHOW, TAKE)


@attrs.frozen
class _Asked:
    """What an app asks of a user."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None


async def authorize(call: Call) -> Answer:
    """Show the page, or act on what was chosen there."""
    given = {name: values[-1] for name, values in parse_qs(call.query).items()}
    try:
        asked = _checked(given)
    except InputError as problem:
        name, _, why = problem.message.partition(" ")
        return _page(refusing(name, why), status=400)
    if call.operation is TAKE:
        return _chosen(call, asked)
    way = given.get("auto", call.service.settings.consent)
    if way == "approve":
        return _allowed(call, asked, _user(call, given.get("user", "")))
    if way == "deny":
        return _denied(asked)
    people = call.service.world.people
    names = [people.handle(user).rstrip("\0") for user in call.service.keys.users]
    return _page(asking(asked.client_id, asked.scopes, names))


def _checked(given: Mapping[str, str]) -> _Asked:
    """Return what is asked.

    Raises:
        InputError: if a parameter is missing or wrong; the message begins with its name.
    """
    oauth: Mapping[str, Any] = tikapi().raw["auth"]["oauth"]
    for part in oauth["params"]:
        name, value = part["name"], given.get(part["name"])
        if part["required"] and not value:
            raise InputError(f"{name} is missing")
        if value and "pattern" in part and not re.fullmatch(part["pattern"], value, re.ASCII):
            raise InputError(f"{name} is not of the form {part['pattern']}")
    scopes = tuple(dict.fromkeys(given.get("scope", "").split())) or tuple(oauth["scopes"])
    if unknown := [scope for scope in scopes if scope not in oauth["scopes"]]:
        raise InputError(f"scope has an unknown entry: {', '.join(unknown)}")
    _check_redirect(given["redirect_uri"])
    return _Asked(given["client_id"], given["redirect_uri"], scopes, given.get("state"))


def _check_redirect(uri: str) -> None:
    try:
        parts = urlsplit(uri)
    except ValueError:
        raise InputError("redirect_uri is no URI") from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not is_safe or not parts.netloc or parts.fragment:
        raise InputError("redirect_uri is not https or on this machine, or has a fragment")


def _user(call: Call, handle: str) -> int:
    """Return the user with a name; the first where nobody is called so."""
    return call.service.world.people.find(handle) or 0


def _chosen(call: Call, asked: _Asked) -> Answer:
    form = parse_qs(call.content.decode("utf-8", "replace"))
    ticked = tuple(scope for scope in asked.scopes if scope in form.get("scope", ()))
    if form.get("decision") != ["allow"] or not ticked:
        return _denied(asked)
    user = _user(call, form.get("user", [""])[-1])
    return _allowed(call, attrs.evolve(asked, scopes=ticked), user)


def _allowed(call: Call, asked: _Asked, user: int) -> Answer:
    key = call.service.keys.link(user, asked.scopes, call.now)
    return _back(asked, access_token=key, scope=" ".join(asked.scopes))


def _denied(asked: _Asked) -> Answer:
    return _back(asked, error="access_denied", message="The user denied the request")


def _back(asked: _Asked, **brought: str) -> Answer:
    if asked.state is not None:
        brought["state"] = asked.state
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    query = urlencode(brought, quote_via=quote, safe="")
    location = f"{asked.redirect_uri}{joint}{query}"
    return Answer(b"", status=302, headers={"Location": location, "Cache-Control": "no-store"})


def _page(html: str, status: int = 200) -> Answer:
    return Answer(html.encode(), status=status, media_type=HTML_TYPE, headers=dict(HEADERS))
