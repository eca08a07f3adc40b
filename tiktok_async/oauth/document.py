"""The form in which a token store keeps all its tokens: one JSON document.

What cannot be read is an error and never an empty store, so that nothing overwrites it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktok_async.convert import dumps, loads
from tiktok_async.errors import ConfigError, DecodeError
from tiktok_async.oauth.stored import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktok_async.oauth.stored import StoredToken

_VERSION: Final = 1
_HINT: Final = "Move it away and log in again; nothing was written to it."


def read_document(data: bytes, place: str) -> tuple[StoredToken, ...]:
    """Return the tokens of a document.

    Args:
        data: The document.
        place: Where it was, for the error; what it holds is never quoted.

    Raises:
        ConfigError: if it is torn, or of a later version of the library.
    """
    raw = _loaded(data)
    version = raw.get("version")
    if isinstance(version, int) and version > _VERSION:
        hint = "Use the version of tiktok-async that wrote it, or a later one."
        raise ConfigError(f"{place} has the form of a later version.", hint=hint)
    listed = raw.get("tokens")
    tokens = [from_plain(one) for one in listed] if isinstance(listed, list) else [None]
    if version != _VERSION or None in tokens:
        raise ConfigError(f"{place} is damaged: it does not hold the tokens it should.", hint=_HINT)
    return tuple(token for token in tokens if token is not None)


def _loaded(data: bytes) -> dict[str, object]:
    try:
        raw = loads(data)
    except DecodeError:
        raw = None
    return raw if isinstance(raw, dict) else {}


def write_document(tokens: Iterable[StoredToken]) -> bytes:
    """Return the document of `tokens`."""
    return dumps({"version": _VERSION, "tokens": [to_plain(token) for token in tokens]})


def with_token(tokens: Iterable[StoredToken], token: StoredToken) -> tuple[StoredToken, ...]:
    """Return `tokens` with one put in the place of the same user's, or at the end."""
    return (*without_token(tokens, token), token)


def without_token(tokens: Iterable[StoredToken], token: StoredToken) -> tuple[StoredToken, ...]:
    """Return `tokens` without the one of the same user and app."""
    return tuple(one for one in tokens if not one.is_same_user(token))
