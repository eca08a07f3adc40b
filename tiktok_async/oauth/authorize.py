"""One login: the URL to which the user is sent, and the answer that the browser brings back.

Rules: pure; the time is an argument. A request is good for one answer and for ten minutes.
Source: contract section 2, Authorize; reliability rules on `state`.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlencode

import attrs

from tiktok_async.errors import InputError, LoginError, shown
from tiktok_async.oauth.pkce import (
    METHOD,
    Pkce,
    challenge,
    checked_pkce,
    checked_verifier,
    new_verifier,
)
from tiktok_async.oauth.redirect import bare_code, brought_back, checked_redirect_uri, is_local
from tiktok_async.sansio.endpoint import field_names
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTHORIZE_BASE: Final = "https://www.tiktok.com"
_PATH: Final = "/v2/auth/authorize/"
LIFE_SECONDS: Final = 600.0
_STATE_BYTES: Final = 32
_OVER: Final = "Start the login again."
_KEPT: Final = (
    "client_key",
    "scopes",
    "redirect_uri",
    "begun_at",
    "pkce",
    "disable_auto_auth",
    "base_url",
    "state",
    "verifier",
)
_NO_SCOPE: Final = frozenset({"invalid_scope", "scope_not_authorized"})


def new_state() -> Secret:
    """Return 256 random bits as text."""
    return Secret(secrets.token_urlsafe(_STATE_BYTES))


def _scopes(value: Any) -> tuple[str, ...]:
    names = field_names(value)
    if not names or any(not name.isprintable() or " " in name for name in names):
        raise InputError("scopes: name at least one, such as user.info.basic, without spaces.")
    return names


def usual_pkce(redirect_uri: str) -> Pkce:
    """Return TikTok's rule: hex for a desktop app, none for a web app."""
    return "hex" if is_local(redirect_uri) else "off"


@attrs.frozen
class AuthorizationCode:
    """What the user's consent gives: a code to be exchanged once."""

    code: Secret
    scopes: tuple[str, ...] = ()
    """What the user granted: fewer than asked, where boxes were unticked; empty = not said."""


@attrs.define(kw_only=True, eq=False)
class AuthorizationRequest:
    """A login that was begun; it is finished once, within ten minutes.

    A web app keeps `to_session()` in the user's own session until the browser comes back.

    Raises:
        InputError: if an argument would be refused.
    """

    client_key: str
    scopes: tuple[str, ...] = attrs.field(converter=_scopes)
    redirect_uri: str = attrs.field(converter=checked_redirect_uri)
    begun_at: float
    """Unix seconds."""
    pkce: Pkce = attrs.field(
        default=attrs.Factory(lambda self: usual_pkce(self.redirect_uri), takes_self=True),
        converter=checked_pkce,
    )
    disable_auto_auth: bool | None = None
    """Web only: True always shows the consent page, False skips it for a valid session."""
    base_url: str = AUTHORIZE_BASE
    state: Secret = attrs.field(factory=new_state, converter=secret, repr=False)
    verifier: Secret = attrs.field(factory=new_verifier, converter=checked_verifier, repr=False)
    _answered: bool = attrs.field(default=False, init=False, repr=False)

    @property
    def url(self) -> str:
        """Where to send the user's browser; it holds the state, and no secret of the app."""
        query = {
            "client_key": self.client_key,
            "response_type": "code",
            "scope": ",".join(self.scopes),
            "redirect_uri": self.redirect_uri,
            "state": self.state.reveal(),
        }
        digest = challenge(self.verifier, self.pkce)
        if digest is not None:
            query |= {"code_challenge": digest, "code_challenge_method": METHOD}
        if self.disable_auto_auth is not None:
            query["disable_auto_auth"] = str(int(self.disable_auto_auth))
        return f"{self.base_url}{_PATH}?{urlencode(query)}"

    def to_session(self) -> dict[str, Any]:
        """Return the login as JSON, with its secrets: for the user's own session only."""
        plain = {name: getattr(self, name) for name in _KEPT}
        return {k: v.reveal() if isinstance(v, Secret) else v for k, v in plain.items()}

    @classmethod
    def from_session(cls, kept: Mapping[str, Any]) -> Self:
        """Return the login that `to_session` gave; drop it from the session: it is used once."""
        return cls(**{name: kept[name] for name in _KEPT})

    def accept(self, callback: str, *, now: float) -> AuthorizationCode:
        """Take the answer that the browser brought; a second one is refused.

        An answer with a wrong state is somebody else's, and does not count as the answer.

        Args:
            callback: The URL that the browser ended on, or its query.
            now: Unix seconds.

        Raises:
            LoginError: `state` if it belongs to another login, or to one that is over; `denied`
                if the user or TikTok said no; `scope` if a scope is not to be had; `callback` if
                there is no code in it.
        """
        answer = brought_back(callback, self.redirect_uri)
        self._check(answer, now)
        if "error" in answer:
            self._answered = True
            raise _denied(answer)
        if not answer.get("code"):
            raise LoginError("The callback brings no code.")
        self._answered = True
        return AuthorizationCode(Secret(answer["code"]), field_names(answer.get("scopes", "")))

    def accept_pasted(self, text: str, *, now: float) -> AuthorizationCode:
        """Take what the user pasted: the URL, its query, or the code alone.

        A code alone brings no state; that the user carried it over by hand stands for it.

        Raises:
            LoginError: as for `accept`.
        """
        if not text.strip():
            hint = "Start the login again, and paste the address on which the browser ended."
            raise LoginError("Nothing was pasted.", hint=hint)
        code = bare_code(text)
        if code is None:
            return self.accept(text, now=now)
        self._check({"state": self.state.reveal()}, now)
        self._answered = True
        return AuthorizationCode(Secret(code))

    def _check(self, answer: Mapping[str, str], now: float) -> None:
        """Refuse an answer that is not this login's, or comes too late.

        An error may come without a state: contract section 2, Redirect back.
        """
        state = answer.get("state", "")
        stateless = "error" in answer and "state" not in answer
        if not stateless and not hmac.compare_digest(state.encode(), self.state.reveal().encode()):
            raise LoginError("The callback belongs to another login.", kind="state", hint=_OVER)
        if self._answered:
            raise LoginError("This login was answered before.", kind="state", hint=_OVER)
        if not 0 <= now - self.begun_at <= LIFE_SECONDS:
            raise LoginError("This login was begun too long ago.", kind="state", hint=_OVER)


def _denied(answer: Mapping[str, str]) -> LoginError:
    code, words = answer["error"], answer.get("error_description") or "no description"
    if code in _NO_SCOPE:
        hint = "Ask for scopes that the app has in the developer portal."
        return LoginError(f"TikTok refused a scope: {shown(words)}", kind="scope", hint=hint)
    return LoginError(f"The login was refused: {shown(code)}: {shown(words)}", kind="denied")
