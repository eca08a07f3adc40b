"""What users allow apps: authorization codes, grants, and the pairs of tokens that renew.

A grant is one consent of one user. Its refresh token changes with each refresh, and the one sent
stops working (contract, N3); the access tokens given out before stay good until they expire.
"""

from __future__ import annotations

import hashlib
import math
import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final

import attrs

from tiktok_async.emulator.accounts import Token
from tiktok_async.emulator.answers import RefusedError
from tiktok_async.emulator.facts import official
from tiktok_async.emulator.mixing import token_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiktok_async.emulator.accounts import Tokens
    from tiktok_async.emulator.settings import Settings

_VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}", re.ASCII)


@attrs.define(eq=False)
class Grant:
    """One consent: what a user allowed an app."""

    client_key: str
    user: int
    open_id: str
    """The user as this app knows them."""
    scopes: tuple[str, ...]
    spent: set[str] = attrs.field(factory=set)
    """Scopes for a single export that were used."""

    def usable(self) -> tuple[str, ...]:
        """Return the scopes that are not spent."""
        return tuple(scope for scope in self.scopes if scope not in self.spent)


@attrs.frozen
class Asked:
    """What an authorization code stands for."""

    client_key: str
    redirect_uri: str
    scopes: tuple[str, ...]
    user: int
    challenge: str | None
    """None where no verifier is to be shown."""


@attrs.frozen
class Pair:
    """Tokens as a token answer gives them."""

    grant: Grant
    access: str = attrs.field(repr=False)
    access_until: float
    refresh: str = attrs.field(repr=False)
    refresh_until: float


@attrs.define
class Grants:
    """The codes and refresh tokens that are good."""

    settings: Settings
    tokens: Tokens
    _made: int = 0
    _codes: dict[str, tuple[Asked, float]] = attrs.field(factory=dict, repr=False)
    _refresh: dict[str, tuple[Grant, float]] = attrs.field(factory=dict, repr=False)

    def clear(self) -> None:
        """Forget all codes and refresh tokens."""
        self._made = 0
        self._codes.clear()
        self._refresh.clear()

    def code(self, asked: Asked, now: float) -> str:
        """Return a code for one exchange; like the real ones it has `*` and `!` in it."""
        code = f"{self._text('code')}*2!4512.e1"
        self._codes[code] = (asked, now + self.settings.code_life)
        return code

    def exchange(
        self, client_key: str, code: str, redirect_uri: str, verifier: str, now: float
    ) -> Pair:
        """Return the first tokens for a code, which is then spent.

        Raises:
            RefusedError: if the code is not good, or does not belong with the rest.
        """
        asked, until = self._codes.get(code, (None, -math.inf))
        if asked is None or asked.client_key != client_key or now >= until:
            raise RefusedError("invalid_grant", "Authorization code is expired.")
        if asked.redirect_uri != redirect_uri:
            # Wording of the documented sample (doc_oauth_error_redirect.json).
            raise RefusedError(
                "invalid_request", "Redirect_uri is not matched with the uri when requesting code."
            )
        if asked.challenge is not None:
            _prove(verifier, asked.challenge, self.settings.pkce)
        del self._codes[code]
        return self.give(self.grant(client_key, asked.user, asked.scopes), now)

    def grant(self, client_key: str, user: int, scopes: Iterable[str]) -> Grant:
        """Return a new consent of a user."""
        text = token_text(self.settings.seed, "open_id", client_key, user)
        parts = (text[:8], text[8:12], text[12:16], text[16:20], text[20:32])
        return Grant(client_key, user, "-".join(parts), tuple(scopes))

    def give(self, grant: Grant, now: float, *, access_until: float | None = None) -> Pair:
        """Return new tokens for a grant.

        Args:
            grant: What they are good for.
            now: Unix seconds.
            access_until: When the access token expires, if not after the usual life.
        """
        return self._pair(grant, now, "", now + self.settings.refresh_life, access_until)

    def refresh(self, client_key: str, token: str, now: float) -> Pair:
        """Return the next tokens for a refresh token.

        Raises:
            RefusedError: if it was never good for this app, or is no longer.
        """
        grant, until = self._refresh.get(token, (None, -math.inf))
        if grant is None or grant.client_key != client_key or now >= until:
            raise RefusedError("invalid_grant", "Refresh token is invalid or expired.")
        settings = self.settings
        next_until = now + settings.refresh_life if settings.refresh_renews else until
        if not settings.rotation:
            return self._pair(grant, now, token, next_until)
        self._refresh[token] = (grant, min(until, now + settings.refresh_grace))
        return self._pair(grant, now, "", next_until)

    def end(self, open_id: str) -> str:
        """Take back all that a user allowed an app; return the app's key, if there was anything."""
        client_key = ""
        self.tokens.end(open_id)
        for text, (grant, _) in list(self._refresh.items()):
            if grant.open_id == open_id:
                client_key = grant.client_key
                del self._refresh[text]
        return client_key

    def _pair(
        self,
        grant: Grant,
        now: float,
        refresh: str,
        refresh_until: float,
        access_until: float | None = None,
    ) -> Pair:
        access = f"act.{self._text('access')}!5503.e1"
        refresh = refresh or f"rft.{self._text('refresh')}!5504.e1"
        until = now + self.settings.user_token_life if access_until is None else access_until
        self.tokens.add(access, Token(grant.client_key, frozenset(grant.scopes), until, grant))
        self._refresh[refresh] = (grant, refresh_until)
        return Pair(grant, access, until, refresh, refresh_until)

    def _text(self, purpose: str) -> str:
        self._made += 1
        return token_text(self.settings.seed, purpose, self._made)


def _prove(verifier: str, challenge: str, forms: Sequence[str]) -> None:
    """Check the two halves of PKCE.

    Raises:
        RefusedError: if they do not belong together.
    """
    digest = hashlib.sha256(verifier.encode()).digest()
    written = {
        "hex": digest.hex(),
        "base64url": urlsafe_b64encode(digest).decode("ascii").rstrip("="),
    }
    if not _VERIFIER.fullmatch(verifier) or challenge not in [written[form] for form in forms]:
        error = official().wrong_pair
        raise RefusedError(error["error"], error["error_description"])
