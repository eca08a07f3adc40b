"""PKCE: a secret of one login, whose digest goes ahead through the browser.

TikTok's desktop and mobile logins need it, with the digest in **hex**; its web logins do without.
Source: contract section 2, PKCE by platform (page of 2026-08-19) and PKCE quirk. `base64url` is
what RFC 7636 says, and what some web libraries send.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import typing
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from tiktok_async.errors import InputError
from tiktok_async.secrets import Secret, secret

if TYPE_CHECKING:
    from collections.abc import Callable

Pkce: TypeAlias = Literal["hex", "base64url", "off"]
"""How the challenge is written, or that there is none."""

METHOD: Final = "S256"
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_VERIFIER_BYTES: Final = 48
"""Of randomness; 64 characters."""


def new_verifier(random: Callable[[int], bytes] = secrets.token_bytes) -> Secret:
    """Return a verifier of 64 characters; each login needs its own.

    Args:
        random: Returns so many random bytes.
    """
    return Secret(_base64url(random(_VERIFIER_BYTES)))


def checked_verifier(value: str | Secret) -> Secret:
    """Return a verifier that the caller made.

    Raises:
        InputError: if it is not 43 to 128 characters of A-Z a-z 0-9 - . _ ~.
    """
    found = secret(value)
    if not _VERIFIER.fullmatch(found.reveal()):
        raise InputError("verifier: write 43 to 128 characters of A-Z a-z 0-9 - . _ ~.")
    return found


def checked_pkce(value: Any) -> Pkce:
    """Return how the challenge is written.

    Raises:
        InputError: if it is none of the three words.
    """
    words = typing.get_args(Pkce)
    if value not in words:
        msg = f"pkce is {value!r}: write one of {', '.join(words)}."
        raise InputError(msg)
    return typing.cast("Pkce", value)


def challenge(verifier: Secret, pkce: Pkce) -> str | None:
    """Return the challenge of a verifier; None where PKCE is off."""
    if pkce == "off":
        return None
    digest = hashlib.sha256(verifier.reveal().encode("ascii")).digest()
    return digest.hex() if pkce == "hex" else _base64url(digest)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
