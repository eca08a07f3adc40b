"""The user's own token file: readable by its owner alone, written whole or not at all.

A file or a folder that others may read is refused, not repaired: who read it before is unknown.
On Windows the folder's own permissions hold, and nothing is checked.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from anyio import to_thread

from tiktok_async.errors import ConfigError
from tiktok_async.io.durable import make_private, write_durably
from tiktok_async.io.ledger import state_directory
from tiktok_async.io.lock import held, locked
from tiktok_async.oauth.document import read_document, with_token, without_token, write_document
from tiktok_async.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tiktok_async.oauth.stored import StoredToken

_MAX_BYTES: Final = 16 << 20
_HINT: Final = "Name another file with TIKTOK_ASYNC_TOKENS, in a folder of its own."


def default_path() -> Path:
    """Return where the tokens are: `TIKTOK_ASYNC_TOKENS`, or in the user's state directory."""
    named = os.environ.get("TIKTOK_ASYNC_TOKENS")
    return Path(named) if named else state_directory() / "tokens.json"


def default_store() -> FileTokenStore:
    """Return the user's own token file."""
    return FileTokenStore(default_path())


class FileTokenStore:
    """Tokens in a file of mode 0600 in a folder of mode 0700, shared by processes.

    Keep it off network file systems: its locks may not hold there.

    Args:
        path: The file; it and its folder are made at the first login. None = the user's own.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path: Path = Path(path) if path is not None else default_path()

    async def tokens(self) -> tuple[StoredToken, ...]:
        """Return all tokens.

        Raises:
            ConfigError: if the file is damaged, is not yours alone, or cannot be read.
        """
        return await to_thread.run_sync(self._read)

    async def save(self, token: StoredToken) -> None:
        """Put a token in the place of the same user's; durable when it returns.

        Raises:
            ConfigError: if the file is damaged, is not yours alone, or cannot be written.
        """
        await to_thread.run_sync(self._change, lambda old: with_token(old, token))

    async def delete(self, token: StoredToken) -> None:
        """Remove the token of the same user and app, if it is there.

        Raises:
            ConfigError: as for `save`.
        """
        await to_thread.run_sync(self._change, lambda old: without_token(old, token))

    @contextlib.asynccontextmanager
    async def exclusive(self, token: StoredToken) -> AsyncIterator[None]:
        """Hold this user's token against every other task and process that would renew it.

        Raises:
            ConfigError: if another holds it for three minutes.
        """
        user = Secret(f"{token.client_key}/{token.open_id}").fingerprint()
        with self._spoken():
            self._make_folder()
        async with held(self._beside(user), work="renewing this user's token"):
            yield

    def _beside(self, word: str) -> Path:
        return self.path.with_name(f".{self.path.name}.{word}")

    def _read(self) -> tuple[StoredToken, ...]:
        with self._spoken():
            try:
                file = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            except FileNotFoundError:
                return ()
            with os.fdopen(file, "rb") as opened:
                _check_private(self.path.parent, self.path.parent.stat())
                _check_private(self.path, os.fstat(opened.fileno()))
                data = opened.read(_MAX_BYTES)
        return read_document(data, str(self.path))

    def _change(self, change: Callable[[tuple[StoredToken, ...]], tuple[StoredToken, ...]]) -> None:
        with self._spoken():
            self._make_folder()
            with locked(self._beside("lock")):
                old = self._read()
                new = change(old)
                if new != old:
                    self._drop_drafts()
                    write_durably(self.path, write_document(new))

    def _make_folder(self) -> None:
        make_private(self.path.parent)
        _check_private(self.path.parent, self.path.parent.stat())

    def _drop_drafts(self) -> None:
        """Remove what a process that was killed left half written; the lock keeps others out."""
        for draft in self.path.parent.glob(f".{self.path.name}.*.part"):
            draft.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _spoken(self) -> Iterator[None]:
        """Turn an error of the disk into one that says where, and what to do."""
        try:
            yield
        except OSError as error:
            msg = f"The token file {self.path} cannot be used: {error.strerror or error}."
            raise ConfigError(msg, hint=_HINT) from error

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self.path)!r})"


def _check_private(path: Path, found: os.stat_result) -> None:
    """Refuse a file or a folder that is another's, or that others may read or write.

    Raises:
        ConfigError: saying how to make it private.
    """
    if sys.platform == "win32":
        return
    if found.st_uid != os.geteuid():
        raise ConfigError(f"{path} belongs to another user: tokens are not kept there.", hint=_HINT)
    if stat.S_IMODE(found.st_mode) & 0o077:
        kind = "u=rwx,go=" if stat.S_ISDIR(found.st_mode) else "u=rw,go="
        msg = f"{path} may be read or written by others: tokens are not kept there."
        raise ConfigError(msg, hint=f"If it was so by mistake: chmod {kind} '{path}'.")
