"""What a user granted to an app, as it is kept: one value, and its form in JSON.

Deadlines are wall-clock times, computed when the answer arrived, so that they hold after a restart.
Source: contract section 2, Lifetimes: the answer gives the seconds that are left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from tiktok_async.errors import ConfigError, CredentialsMissingError, shown
from tiktok_async.oauth.dialect import LOG_IN
from tiktok_async.oauth.lifetime import early
from tiktok_async.sansio.endpoint import field_names
from tiktok_async.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktok_async.oauth.endpoints import Grant


@attrs.frozen(kw_only=True)
class StoredToken:
    """A user's tokens for one app. An app and an `open_id` have one of them."""

    client_key: str
    open_id: str
    """The user, as this app knows them."""
    name: str | None = None
    """What you call the user, such as alice."""
    access_token: Secret
    refresh_token: Secret | None
    scopes: tuple[str, ...]
    """What was granted; the user may have unticked some."""
    obtained_at: float
    """Unix seconds, when the answer arrived; the other two are counted from it."""
    expires_at: float | None
    """When the access token ends; None = not said: it is used until a 401."""
    refresh_expires_at: float | None
    """When the user must log in again, if nothing is refreshed until then; None = not said."""

    def fresh_for(self, now: float) -> float:
        """Return the seconds for which the access token is still used; it is renewed early.

        Args:
            now: Unix seconds. A clock that was put back does not make the token live longer.
        """
        if self.expires_at is None:
            return float("inf")
        life = self.expires_at - self.obtained_at
        return min(life, self.expires_at - now) - early(life)

    def is_same_user(self, other: StoredToken) -> bool:
        """Tell whether both are the same user's for the same app."""
        return (self.client_key, self.open_id) == (other.client_key, other.open_id)

    def renewed(self, grant: Grant, now: float) -> StoredToken:
        """Return what is kept after an answer; what it leaves out stays as it was.

        Args:
            grant: The answer; a token that it repeats is stored as it came.
            now: Unix seconds, when the answer arrived.
        """
        return attrs.evolve(
            self,
            open_id=self.open_id or grant.open_id or "",
            access_token=grant.access_token,
            refresh_token=grant.refresh_token or self.refresh_token,
            scopes=self.scopes if grant.scope is None else field_names(grant.scope),
            obtained_at=now,
            expires_at=_after(now, grant.expires_in),
            refresh_expires_at=_after(now, grant.refresh_expires_in),
        )


def granted(
    grant: Grant, *, client_key: str, name: str | None, scopes: tuple[str, ...], now: float
) -> StoredToken:
    """Return what is kept of a new login.

    Args:
        grant: The answer of the token endpoint.
        client_key: The app.
        name: What you call the user.
        scopes: What the redirect said was granted, for an answer that does not say.
        now: Unix seconds, when the answer arrived.
    """
    empty = StoredToken(
        client_key=client_key,
        open_id="",
        name=name,
        access_token=grant.access_token,
        refresh_token=None,
        scopes=scopes,
        obtained_at=now,
        expires_at=None,
        refresh_expires_at=None,
    )
    return empty.renewed(grant, now)


def _after(now: float, seconds: float | None) -> float | None:
    return None if seconds is None else now + seconds


def chosen(tokens: Iterable[StoredToken], client_key: str, user: str | None) -> StoredToken:
    """Return the one token that is meant.

    Args:
        tokens: All that are stored.
        client_key: The app.
        user: An `open_id`, or the name under which the user logged in; None = the app's only one.

    Raises:
        CredentialsMissingError: if there is none.
        ConfigError: if it could be one of several.
    """
    ours = [token for token in tokens if token.client_key == client_key]
    exact = [token for token in ours if user in {None, token.open_id}]
    found = exact or [token for token in ours if token.name == user]
    if len(found) == 1:
        return found[0]
    who = "No user" if user is None else f"No user {shown(user)!r}"
    if not found:
        msg = f"{who} is logged in to the app {shown(client_key)}."
        raise CredentialsMissingError(msg, hint=LOG_IN)
    ids = ", ".join(sorted(shown(token.open_id) for token in found))
    msg = f"{len(found)} users are logged in to the app {shown(client_key)}: {ids}."
    raise ConfigError(msg, hint="Say which one with user=.")


_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "client_key": str,
    "open_id": str,
    "name": (str, type(None)),
    "access_token": str,
    "refresh_token": (str, type(None)),
    "scopes": list,
    "obtained_at": (int, float),
    "expires_at": (int, float, type(None)),
    "refresh_expires_at": (int, float, type(None)),
}


def to_plain(token: StoredToken) -> dict[str, Any]:
    """Return a token as JSON has it, with its secrets: for a token store only."""
    plain = {name: getattr(token, name) for name in _KINDS}
    return {k: v.reveal() if isinstance(v, Secret) else v for k, v in plain.items()}


def from_plain(raw: Any) -> StoredToken | None:
    """Return the token that `to_plain` wrote; None where it is none."""
    if not isinstance(raw, dict) or not raw.get("access_token"):
        return None
    if not all(isinstance(raw.get(name), kinds) for name, kinds in _KINDS.items()):
        return None
    if not all(isinstance(scope, str) for scope in raw["scopes"]):
        return None
    values: dict[str, Any] = {name: raw.get(name) for name in _KINDS}
    values["scopes"] = tuple(values["scopes"])
    for name in ("access_token", "refresh_token"):
        values[name] = Secret(values[name]) if values[name] else None
    return StoredToken(**values)
