"""Tokens in the desktop's own key store, through the optional package `keyring`.

All tokens are one entry; Windows takes 2,560 bytes for one, which is enough for two users.
"""

from __future__ import annotations

import contextlib
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from anyio import to_thread

from tiktok_async.errors import ConfigError, MissingExtraError
from tiktok_async.io.durable import make_private
from tiktok_async.io.ledger import state_directory
from tiktok_async.io.lock import held, locked
from tiktok_async.oauth.document import read_document, with_token, without_token, write_document
from tiktok_async.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from tiktok_async.oauth.stored import StoredToken

_SERVICE: Final = "tiktok-async"
_ENTRY: Final = "tokens"


class KeyringTokenStore:
    """Tokens in the key store of the desktop; locks between processes stand in a folder.

    Args:
        backend: A key store of `keyring`; None = the desktop's own.
        locks: The folder of the locks, which hold nothing; None = the user's state directory.

    Raises:
        MissingExtraError: if `keyring` is not installed.
    """

    def __init__(self, backend: Any = None, *, locks: Path | None = None) -> None:
        self._keyring = backend or _keyring()
        self._locks = locks or state_directory()

    async def tokens(self) -> tuple[StoredToken, ...]:
        """Return all tokens.

        Raises:
            ConfigError: if the key store is locked, or its entry is damaged.
        """
        return await to_thread.run_sync(self._read)

    async def save(self, token: StoredToken) -> None:
        """Put a token in the place of the same user's.

        Raises:
            ConfigError: if the key store refuses.
        """
        await to_thread.run_sync(self._change, lambda old: with_token(old, token))

    async def delete(self, token: StoredToken) -> None:
        """Remove the token of the same user and app, if it is there.

        Raises:
            ConfigError: if the key store refuses.
        """
        await to_thread.run_sync(self._change, lambda old: without_token(old, token))

    @contextlib.asynccontextmanager
    async def exclusive(self, token: StoredToken) -> AsyncIterator[None]:
        """Hold this user's token against every other task and process that would renew it.

        Raises:
            ConfigError: if another holds it for three minutes.
        """
        make_private(self._locks)
        user = Secret(f"{token.client_key}/{token.open_id}").fingerprint()
        async with held(self._locks / f".keyring.{user}", work="renewing this user's token"):
            yield

    def _read(self) -> tuple[StoredToken, ...]:
        with _spoken():
            found = self._keyring.get_password(_SERVICE, _ENTRY)
        return () if found is None else read_document(found.encode(), "The key store's entry")

    def _change(self, change: Callable[[tuple[StoredToken, ...]], tuple[StoredToken, ...]]) -> None:
        make_private(self._locks)
        with locked(self._locks / ".keyring.lock"):
            document = write_document(change(self._read()))
            with _spoken():
                self._keyring.set_password(_SERVICE, _ENTRY, document.decode())

    def __repr__(self) -> str:
        return f"KeyringTokenStore({type(self._keyring).__name__})"


def _keyring() -> Any:
    try:
        return import_module("keyring")
    except ImportError:
        raise MissingExtraError("The desktop's key store", "keyring") from None


@contextlib.contextmanager
def _spoken() -> Iterator[None]:
    """Turn whatever a key store raises into an error of ours, without its words."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # each back end has errors of its own
        msg = f"The key store of the desktop refused: {type(error).__name__}."
        raise ConfigError(msg, hint="Unlock it, or use the token file instead.") from None
