"""Account links: the address where a user authorises the customer, and the key it brings.

```python
url = authorize_url("c_...", "https://example.org/linked", ["view_profile", "live"], state=state)
...                                                         # send the user's browser there
grant = parse_callback(callback_url, state=state)
me = tikapi.user(account_key=grant.account_key)
```

To try it without an account, pass `base_url=emulator.tikapi_base_url`: an emulator has the page.

The user may grant fewer scopes than were asked for. The key is a secret that is good for as long as
the user's session at TikTok, and travels in the callback's address: keep that out of logs.
Source: contract, TikAPI, Authentication.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import attrs

from tiktok_async.config import checked_base_url, is_loopback
from tiktok_async.errors import InputError, LoginError, shown
from tiktok_async.secrets import Secret
from tiktok_async.tikapi.codes import AUTHORIZE_URL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCOPES: Final = (
    "conversation_requests",
    "edit_profile",
    "explore",
    "follow_actions",
    "live",
    "media_actions",
    "send_messages",
    "view_analytics",
    "view_coins",
    "view_collections",
    "view_followers",
    "view_messages",
    "view_notifications",
    "view_profile",
)
"""All that a user can grant."""
_PAGE: Final = urlsplit(AUTHORIZE_URL).path
_CLIENT_ID: Final = re.compile(r"c_[a-zA-Z0-9]{10,}", re.ASCII)
_ACCOUNT_KEY: Final = re.compile(r"[a-zA-Z0-9]{10,}", re.ASCII)
_COUNTRY: Final = re.compile(r"[a-z]{2}")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")
_MOST_CHARS: Final = 8192
_MOST_FIELDS: Final = 32
_ONCE: Final = ("access_token", "scope", "state")


@attrs.frozen(kw_only=True)
class AccountGrant:
    """What a user's consent gives."""

    account_key: Secret
    scopes: tuple[str, ...] = ()
    """What the user granted; empty = the answer does not say."""
    user_info: Mapping[str, Any] | None = attrs.field(default=None, repr=False, hash=False)
    """Who the user is, as the popup tells it; its keys are not documented."""


def authorize_url(
    client_id: str,
    redirect_uri: str,
    scopes: Iterable[str] | str = (),
    *,
    state: str | Secret | None = None,
    country: str | None = None,
    email: str | None = None,
    base_url: str | None = None,
) -> str:
    """Return the address to which to send the user's browser.

    Args:
        client_id: Of the customer's app, `c_...`.
        redirect_uri: Where the browser comes back; https, or http to this machine.
        scopes: What to ask for, from `SCOPES`; none = it is not said.
        state: A random text, kept in the user's session and compared when the browser is back:
            without it anybody can slip a key of theirs to your user.
        country: The user's, two small letters.
        email: The user's, filled in for them.
        base_url: Where the page is, such as an emulator's `tikapi_base_url`; None = TikAPI's own.

    Raises:
        InputError: if one of them would be refused.
        ConfigError: if `base_url` is neither https nor http to this machine.
    """
    asked = {
        "client_id": _checked_client_id(client_id),
        "redirect_uri": _checked_redirect(redirect_uri),
        "scope": " ".join(_checked_scopes(scopes)) or None,
        "state": _text_of(state),
        "country": _matching("country", country, _COUNTRY, "two small letters, such as us"),
        "email": _matching("email", email, _EMAIL, "an address, such as user@example.org"),
    }
    page = AUTHORIZE_URL if base_url is None else f"{checked_base_url(base_url)}{_PAGE}"
    return f"{page}?{urlencode({k: v for k, v in asked.items() if v is not None})}"


def parse_callback(url: str, *, state: str | Secret | None) -> AccountGrant:
    """Return what the browser brought back.

    Args:
        url: The whole address that it came to, or its query.
        state: What was sent along; None = nothing was.

    Raises:
        LoginError: `state` if it belongs to another login; `denied` if it brings an error;
            `callback` if it brings no key. The address is never quoted: it may hold a key.
    """
    answer = _query(url)
    _check(answer, state, failed="access_token" not in answer and _tells_why(answer))
    return _grant(answer, answer.get("scope", "").replace(",", " ").split())


def parse_message(
    message: Mapping[str, Any], *, state: str | Secret | None, client_id: str | None = None
) -> AccountGrant:
    """Return what the popup posted to the window that opened it.

    The page has to look at the message's origin itself: it must be https://tikapi.io.

    Args:
        message: The message's data.
        state: What was sent along; None = nothing was.
        client_id: The app's; None = any app's will do.

    Raises:
        LoginError: as for `parse_callback`; `state` also if it belongs to another app.
    """
    if not isinstance(message, dict):
        raise LoginError("The message is no object.")
    _check(message, state, failed=message.get("type") == "error")
    if client_id is not None and message.get("client_id") != client_id:
        raise LoginError("The message belongs to another app.", kind="state")
    if message.get("type") != "success":
        raise LoginError("The message is none of TikAPI's popup.")
    scopes = message.get("scope")
    names = [one for one in scopes if isinstance(one, str)] if isinstance(scopes, list) else []
    info = message.get("userInfo")
    return attrs.evolve(
        _grant(message, names), user_info=dict(info) if isinstance(info, dict) else None
    )


def _checked_client_id(value: str) -> str:
    if not isinstance(value, str) or not _CLIENT_ID.fullmatch(value):
        raise InputError(
            f"client_id is {shown(repr(value))}: write that of the app, such as c_1234567890."
        )
    return value


def _checked_redirect(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise InputError("redirect_uri is no URL: write https://example.org/linked.") from None
    local = parts.scheme == "http" and is_loopback(value)
    if not parts.hostname or not (parts.scheme == "https" or local) or parts.fragment:
        raise InputError(
            "redirect_uri must be https://..., or http to this machine, without a fragment: "
            "the user's key travels in it."
        )
    return value


def _checked_scopes(value: Iterable[str] | str) -> tuple[str, ...]:
    names = tuple(value.replace(",", " ").split() if isinstance(value, str) else value)
    unknown = [name for name in names if name not in SCOPES]
    if unknown:
        raise InputError(f"scopes has {shown(repr(unknown[0]))}: choose from {', '.join(SCOPES)}.")
    return tuple(dict.fromkeys(names))


def _matching(name: str, value: str | None, form: re.Pattern[str], words: str) -> str | None:
    if value is not None and not (isinstance(value, str) and form.fullmatch(value)):
        raise InputError(f"{name} is {shown(repr(value))}: write {words}.")
    return value


def _text_of(state: str | Secret | None) -> str | None:
    text = state.reveal() if isinstance(state, Secret) else state
    if text is not None and not text:
        raise InputError("state is empty: write a random text, or leave it out.")
    return text


def _query(url: str) -> dict[str, str]:
    text = url.strip()
    if len(text) > _MOST_CHARS:
        raise LoginError("The callback is longer than any that TikAPI sends.")
    query = text.rpartition("?")[2].partition("#")[0]
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise LoginError("The callback has more in it than TikAPI sends.") from None
    if any(sum(name == once for name, _ in pairs) > 1 for once in _ONCE):
        raise LoginError("The callback says the same thing twice: it is none of TikAPI's.")
    return dict(pairs)


def _check(answer: Mapping[str, Any], sent: str | Secret | None, *, failed: bool) -> None:
    """Refuse the answer to another login; a refusal without a state may be anybody's."""
    due, came = _text_of(sent), answer.get("state")
    if failed and came is None:
        raise _denied(answer)
    came_bytes = came.encode(errors="surrogatepass") if isinstance(came, str) else b""
    if due is not None and not hmac.compare_digest(came_bytes, due.encode()):
        raise LoginError("The callback belongs to another login.", kind="state")
    if failed:
        raise _denied(answer)


def _tells_why(answer: Mapping[str, Any]) -> bool:
    return "error" in answer or "message" in answer


def _grant(answer: Mapping[str, Any], scopes: Iterable[str]) -> AccountGrant:
    key = answer.get("access_token")
    if not isinstance(key, str) or not _ACCOUNT_KEY.fullmatch(key):
        raise LoginError("The callback brings no account key.")
    names = tuple(dict.fromkeys(one.lower() for one in scopes))
    return AccountGrant(account_key=Secret(key), scopes=names)


def _denied(answer: Mapping[str, Any]) -> LoginError:
    words = answer.get("message") or answer.get("error") or "no reason given"
    return LoginError(f"The user or TikAPI refused: {shown(words)}.", kind="denied")
