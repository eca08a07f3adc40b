"""Exports that were asked for and not fetched yet, on disk: a crash between the two costs nothing.

One small file for each user and selection stands in the user's state directory, under a lock that
serves tasks and processes alike. It holds the request's id, and no secret: users are known by a
fingerprint.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from anyio import to_thread

from tiktok_async.convert import dumps
from tiktok_async.errors import ConfigError
from tiktok_async.io.durable import make_private, write_durably
from tiktok_async.io.ledger import state_directory
from tiktok_async.io.lock import held

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_STALE_SECONDS: Final = 30 * 86_400.0
_WORK: Final = "an export request that is on its way"
_HINT: Final = "Name another place: TIKTOK_ASYNC_EXPORTS."

logger: Final = logging.getLogger("tiktok_async")


def default_directory() -> Path:
    """Return where the records live: `TIKTOK_ASYNC_EXPORTS`, or the user's state directory."""
    named = os.environ.get("TIKTOK_ASYNC_EXPORTS")
    return Path(named) if named else state_directory() / "exports"


class PendingExports:
    """The records of exports that are on their way.

    Args:
        directory: Where they are; made when missing.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @contextlib.asynccontextmanager
    async def claim(self, *owner: str) -> AsyncIterator[PendingExport]:
        """Hold the record of a user and a selection; others wait until the block is left.

        Raises:
            ConfigError: if the directory cannot be used.
        """
        name = sha256("\0".join(owner).encode()).hexdigest()[:32]
        with _spoken(self._directory):
            make_private(self._directory)
        async with held(self._lock(name), work=_WORK):
            yield PendingExport(self._directory / f"{name}.json")

    async def forget(self, request_id: int) -> None:
        """Drop what is on record of a request that was fetched; a failure is logged alone."""
        try:
            for path in sorted(self._directory.glob("*.json")):
                record = PendingExport(path)
                if await record.request_id(0.0) == request_id:
                    async with held(self._lock(path.stem)):
                        await record.forget(request_id)
        except (ConfigError, OSError) as error:
            logger.warning("export %d was fetched and stays on record: %s", request_id, error)

    def _lock(self, name: str) -> Path:
        return self._directory / f".{name}.lock"


class PendingExport:
    """The record of one user and selection; to be held while it is changed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def request_id(self, now: float) -> int | None:
        """Return the id of the request on its way; None = there is none, or the record is stale.

        Args:
            now: Unix seconds; a record of more than 30 days counts for nothing.

        Raises:
            ConfigError: if the record cannot be read.
        """
        return await to_thread.run_sync(self._read, now)

    async def save(self, request_id: int, now: float) -> None:
        """Keep the id of a request, durably; where the disk refuses, a log line has it.

        The request is sent by then, and an export that goes on is worth more than its record.
        """
        try:
            await to_thread.run_sync(self._write, request_id, now)
        except OSError as error:
            logger.warning(
                "export %d was asked for and cannot be kept on record: %s; after a crash go on "
                "with its request id",
                request_id,
                error,
            )

    async def forget(self, request_id: int) -> None:
        """Drop the record, if it is still about this request.

        Raises:
            ConfigError, OSError: if the disk refuses.
        """
        if await self.request_id(0.0) == request_id:
            self._path.unlink(missing_ok=True)

    def _read(self, now: float) -> int | None:
        with _spoken(self._path):
            try:
                found = json.loads(self._path.read_bytes())
                fresh = now - found["saved_at"] < _STALE_SECONDS
                return int(found["request_id"]) if fresh else None
            except FileNotFoundError:
                return None
            except (ValueError, KeyError, TypeError, RecursionError):
                return None  # torn by a crash before it was whole: nothing was promised yet

    def _write(self, request_id: int, now: float) -> None:
        write_durably(self._path, dumps({"request_id": request_id, "saved_at": now}))


@contextlib.contextmanager
def _spoken(path: Path) -> Iterator[None]:
    """Turn an error of the disk into one that says where, and what to do.

    Raises:
        ConfigError: if the disk refuses.
    """
    try:
        yield
    except OSError as error:
        msg = f"The records of exports cannot be kept at {path}: {error.strerror or error}."
        raise ConfigError(msg, hint=_HINT) from error
