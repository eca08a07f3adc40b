"""The quota ledger: what every credential spent on every UTC day, kept across processes.

A block of requests is leased before its first request is sent and counts as spent from then on, so
a crash over-counts by at most a block and never under-counts. The SQLite ledger lives in the user's
state directory (never on a network file system) and serves any number of processes.
Keys are fingerprints: no secret is stored.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import attrs
from anyio import to_thread

from tiktok_async.errors import ConfigError
from tiktok_async.io.durable import make_private
from tiktok_async.sansio.quota import DailyQuota, QuotaStatus, reset_after, utc_day

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_BUSY_SECONDS: Final = 30.0
_HINT: Final = "Name another file with TIKTOK_ASYNC_LEDGER or ledger=."
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS spent (
    owner TEXT NOT NULL, day TEXT NOT NULL,
    requests INTEGER NOT NULL DEFAULT 0, records INTEGER NOT NULL DEFAULT 0,
    closed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (owner, day)
) WITHOUT ROWID
"""


class Ledger(Protocol):
    """Where daily quotas are counted. `owner` is a credential's fingerprint and a bucket."""

    async def lease(
        self, owner: str, quota: DailyQuota, wanted: int, now: float
    ) -> tuple[int, QuotaStatus]:
        """Spend up to `wanted` requests; return how many were granted, and the status after."""

    async def give_back(self, owner: str, day: str, requests: int) -> None:
        """Return requests that were leased and never sent."""

    async def add_records(self, owner: str, day: str, records: int) -> None:
        """Count rows that were received."""

    async def exhaust(self, owner: str, quota: DailyQuota, now: float) -> QuotaStatus:
        """Mark the day as spent, whatever the count says."""

    async def status(self, owner: str, quota: DailyQuota, now: float) -> QuotaStatus:
        """Return what is spent today."""

    async def aclose(self) -> None:
        """Release what the ledger holds."""


@attrs.define
class _Day:
    requests: int = 0
    records: int = 0
    closed: bool = False


def _status(spent: _Day, quota: DailyQuota, now: float) -> QuotaStatus:
    return QuotaStatus(
        quota, utc_day(now), spent.requests, spent.records, reset_after(now), spent.closed
    )


def _grant(spent: _Day, quota: DailyQuota, wanted: int) -> int:
    """Return how many of `wanted` requests the day still allows."""
    if spent.closed or (quota.records is not None and spent.records >= quota.records):
        return 0
    return (
        wanted if quota.requests is None else max(0, min(wanted, quota.requests - spent.requests))
    )


class MemoryLedger:
    """A ledger of this process alone; for tests and the emulator."""

    def __init__(self) -> None:
        self._days: defaultdict[tuple[str, str], _Day] = defaultdict(_Day)

    async def lease(
        self, owner: str, quota: DailyQuota, wanted: int, now: float
    ) -> tuple[int, QuotaStatus]:
        """Spend up to `wanted` requests; return how many were granted, and the status after."""
        spent = self._days[owner, utc_day(now)]
        granted = _grant(spent, quota, wanted)
        spent.requests += granted
        return granted, _status(spent, quota, now)

    async def give_back(self, owner: str, day: str, requests: int) -> None:
        """Return requests that were leased and never sent."""
        spent = self._days[owner, day]
        spent.requests = max(0, spent.requests - requests)

    async def add_records(self, owner: str, day: str, records: int) -> None:
        """Count rows that were received."""
        self._days[owner, day].records += records

    async def exhaust(self, owner: str, quota: DailyQuota, now: float) -> QuotaStatus:
        """Mark the day as spent, whatever the count says."""
        spent = self._days[owner, utc_day(now)]
        spent.closed = True
        return _status(spent, quota, now)

    async def status(self, owner: str, quota: DailyQuota, now: float) -> QuotaStatus:
        """Return what is spent today."""
        return _status(self._days[owner, utc_day(now)], quota, now)

    async def aclose(self) -> None:
        """Do nothing: memory needs no closing."""


class SQLiteLedger:
    """A ledger in a SQLite file, shared by processes; opened at first use.

    Args:
        path: The file; its directory is made when missing.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: Path = Path(path)
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    async def lease(
        self, owner: str, quota: DailyQuota, wanted: int, now: float
    ) -> tuple[int, QuotaStatus]:
        """Spend up to `wanted` requests; return how many were granted, and the status after."""

        def spend(db: sqlite3.Connection) -> tuple[int, QuotaStatus]:
            day = utc_day(now)
            spent = _read(db, owner, day)
            granted = _grant(spent, quota, wanted)
            _add(db, owner, day, requests=granted)
            spent.requests += granted
            return granted, _status(spent, quota, now)

        return await self._run(spend)

    async def give_back(self, owner: str, day: str, requests: int) -> None:
        """Return requests that were leased and never sent."""
        if requests:
            await self._run(lambda db: _add(db, owner, day, requests=-requests))

    async def add_records(self, owner: str, day: str, records: int) -> None:
        """Count rows that were received."""
        await self._run(lambda db: _add(db, owner, day, records=records))

    async def exhaust(self, owner: str, quota: DailyQuota, now: float) -> QuotaStatus:
        """Mark the day as spent, whatever the count says."""

        def close_day(db: sqlite3.Connection) -> QuotaStatus:
            day = utc_day(now)
            _add(db, owner, day)
            db.execute("UPDATE spent SET closed = 1 WHERE owner = ? AND day = ?", (owner, day))
            return _status(_read(db, owner, day), quota, now)

        return await self._run(close_day)

    async def status(self, owner: str, quota: DailyQuota, now: float) -> QuotaStatus:
        """Return what is spent today."""
        return await self._run(lambda db: _status(_read(db, owner, utc_day(now)), quota, now))

    async def aclose(self) -> None:
        """Close the file."""
        await to_thread.run_sync(self._close)

    def _close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await to_thread.run_sync(self._transaction, work)
        except sqlite3.Error as error:
            msg = f"The quota ledger {self.path} cannot be used: {error}."
            raise ConfigError(msg, hint=_HINT) from error

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            db = self._open()
            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(db)
                db.execute("COMMIT")
            except BaseException:
                db.rollback()
                raise
            return result

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            try:
                make_private(self.path.parent)
            except OSError as error:
                msg = f"The quota ledger {self.path} cannot be opened: {error}."
                raise ConfigError(msg, hint=_HINT) from error
            self._db = self._connect()
        return self._db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute(_SCHEMA)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def __repr__(self) -> str:
        return f"SQLiteLedger({str(self.path)!r})"


def _read(db: sqlite3.Connection, owner: str, day: str) -> _Day:
    row = db.execute(
        "SELECT requests, records, closed FROM spent WHERE owner = ? AND day = ?", (owner, day)
    ).fetchone()
    return _Day() if row is None else _Day(row[0], row[1], bool(row[2]))


def _add(
    db: sqlite3.Connection, owner: str, day: str, *, requests: int = 0, records: int = 0
) -> None:
    db.execute(
        "INSERT INTO spent (owner, day, requests, records) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (owner, day) DO UPDATE SET "
        "requests = max(0, requests + excluded.requests), records = records + excluded.records",
        (owner, day, requests, records),
    )


def default_path() -> Path:
    """Return where the ledger lives: `TIKTOK_ASYNC_LEDGER`, or the user's state directory."""
    named = os.environ.get("TIKTOK_ASYNC_LEDGER")
    return Path(named) if named else state_directory() / "quota.sqlite"


def state_directory() -> Path:
    """Return the user's directory for state of this library, by the platform's custom."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "tiktok-async"
