"""auth/authorize: the page where a user allows an app what it asks for, or does not.

The page is TikTok's; its look and the form that it posts are the emulator's own. What it checks is
the contract's. A bad request ends on an error page that names the parameter, and not at the app.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, quote, urlencode

import attrs

from tiktok_async.emulator.answers import HTML_TYPE, Answer
from tiktok_async.emulator.consent_page import HEADERS, asking, refusing
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.grants import Asked
from tiktok_async.emulator.redirects import why_not
from tiktok_async.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_async.emulator.calls import Call

_USERS: Final = 3
"""How many of the world's users the page offers to be."""
_PKCE: Final = ("code_challenge", "code_challenge_method")


class BadParameterError(InputError):
    """A parameter of the request is wrong.

    Args:
        name: Which.
        why: What is wrong with it.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.name: str = name
        self.why: str = why


async def authorize(call: Call) -> Answer:
    """Show the page, or act on what was chosen there."""
    given = {name: values[-1] for name, values in parse_qs(call.query).items()}
    try:
        asked = _checked(call, given)
    except BadParameterError as problem:
        # The status of TikTok's page is not known.
        return _page(refusing(problem.name, problem.why), status=400)
    if call.method == "POST":
        return _chosen(call, asked, given["state"])
    way = given.get("auto", call.emulation.settings.consent)
    if way == "approve":
        return _allowed(call, asked, given["state"])
    if way == "deny":
        return _denied(asked, given["state"])
    people = call.emulation.world.people
    names = [people.handle(user).rstrip("\0") for user in range(_USERS)]
    return _page(asking(asked.client_key, asked.scopes, names))


def _checked(call: Call, given: Mapping[str, str]) -> Asked:
    """Return what is asked, of the user that the query names or else the first.

    Raises:
        BadParameterError: if a parameter is missing or wrong.
    """
    desktop = call.emulation.settings.app == "desktop"
    for name, facts in call.operation.query.items():
        # The contract has PKCE as required "on desktop"; the web has none, and does not look at it.
        if not given.get(name) and (facts.required or (desktop and name in _PKCE)):
            raise BadParameterError(name, "is missing")
        if given.get(name) and facts.values and given[name] not in map(str, facts.values):
            raise BadParameterError(name, f"is not {' or '.join(map(str, facts.values))}")
    if call.emulation.secret_of(given["client_key"]) is None:
        raise BadParameterError("client_key", "belongs to no app")
    scopes = tuple(dict.fromkeys(given["scope"].split(",")))
    if unknown := [scope for scope in scopes if scope not in official().user_scopes]:
        raise BadParameterError("scope", f"has an unknown entry: {', '.join(unknown)}")
    if why := why_not(given["redirect_uri"], call.emulation.settings):
        raise BadParameterError("redirect_uri", why)
    return Asked(
        given["client_key"],
        given["redirect_uri"],
        scopes,
        _user(call, given.get("user", "")),
        given["code_challenge"] if desktop else None,
    )


def _user(call: Call, handle: str) -> int:
    """Return the user with a name; the first where nobody is called so."""
    return call.emulation.world.people.find(handle) or 0


def _chosen(call: Call, asked: Asked, state: str) -> Answer:
    form = parse_qs(call.content.decode("utf-8", "replace"))
    ticked = tuple(scope for scope in asked.scopes if scope in form.get("scope", ()))
    if form.get("decision") != ["allow"] or not ticked:
        return _denied(asked, state)
    user = _user(call, form.get("user", [""])[-1])
    return _allowed(call, attrs.evolve(asked, scopes=ticked, user=user), state)


def _allowed(call: Call, asked: Asked, state: str) -> Answer:
    code = call.emulation.grants.code(asked, call.now)
    return _back(asked, code=code, scopes=",".join(asked.scopes), state=state)


def _denied(asked: Asked, state: str) -> Answer:
    why = "The user denied the request"
    return _back(asked, error="access_denied", error_description=why, state=state)


def _back(asked: Asked, **parameters: str) -> Answer:
    query = urlencode(parameters, quote_via=quote, safe="")
    return Answer(b"", status=302, headers={"Location": f"{asked.redirect_uri}?{query}"})


def _page(html: str, status: int = 200) -> Answer:
    return Answer(html.encode(), status=status, media_type=HTML_TYPE, headers=dict(HEADERS))
