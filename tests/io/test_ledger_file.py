"""The file of the quota ledger: where it lies, and what happens when it cannot be used."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from tiktok_async.errors import ConfigError
from tiktok_async.io.ledger import SQLiteLedger, default_path, state_directory
from tiktok_async.sansio.quota import DailyQuota
from tiktok_async.secrets import Secret

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
QUOTA: Final = DailyQuota("q", 10, 100)


async def test_ledger_survives_reopening(tmp_path: Path) -> None:
    ledger = SQLiteLedger(tmp_path / "q.db")
    await ledger.lease("a", QUOTA, 4, NOON)
    await ledger.aclose()
    assert (await ledger.status("a", QUOTA, NOON)).requests_spent == 4
    await ledger.aclose()


async def test_ledger_makes_its_directory_for_the_user_alone(tmp_path: Path) -> None:
    ledger = SQLiteLedger(tmp_path / "new" / "q.db")
    await ledger.lease("a", QUOTA, 1, NOON)
    await ledger.aclose()
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def _no_database(path: Path) -> None:
    path.write_bytes(b"this is no database, and long enough to be looked at" * 20)


def _directory(path: Path) -> None:
    path.mkdir()


def _other_table(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE spent (x)")
    db.commit()
    db.close()


@pytest.mark.parametrize("spoil", [_no_database, _directory, _other_table])
@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
async def test_ledger_that_cannot_be_used_says_so_and_names_the_way_out(
    tmp_path: Path, spoil: Any
) -> None:
    path = tmp_path / "q.db"
    spoil(path)
    ledger = SQLiteLedger(path)
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"q\.db.*TIKTOK_ASYNC_LEDGER"):
            await ledger.lease("a", QUOTA, 1, NOON)
    await ledger.aclose()


async def test_ledger_under_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    ledger = SQLiteLedger(tmp_path / "file" / "q.db")
    with pytest.raises(ConfigError, match="TIKTOK_ASYNC_LEDGER"):
        await ledger.lease("a", QUOTA, 1, NOON)


async def test_ledger_goes_on_after_a_transaction_that_failed(tmp_path: Path) -> None:
    ledger = SQLiteLedger(tmp_path / "q.db")
    await ledger.lease("a", QUOTA, 1, NOON)

    def fails(_: sqlite3.Connection) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await ledger._run(fails)
    assert (await ledger.lease("a", QUOTA, 1, NOON))[1].requests_spent == 2
    await ledger.aclose()


async def test_ledger_goes_on_after_a_commit_that_failed(tmp_path: Path) -> None:
    ledger = SQLiteLedger(tmp_path / "q.db")
    await ledger.lease("a", QUOTA, 1, NOON)

    def breaks_commit(db: sqlite3.Connection) -> None:
        # A deferred constraint is the one failure of COMMIT that needs no full disk.
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("CREATE TABLE p (x PRIMARY KEY)")
        db.execute("CREATE TABLE c (x REFERENCES p (x) DEFERRABLE INITIALLY DEFERRED)")
        db.execute("INSERT INTO c VALUES (1)")

    await asyncio.to_thread(ledger._open().execute, "PRAGMA foreign_keys = ON")
    with pytest.raises(ConfigError):
        await ledger._run(breaks_commit)
    assert (await ledger.lease("a", QUOTA, 1, NOON))[1].requests_spent == 2
    await ledger.aclose()


async def test_ledger_file_holds_no_secret(tmp_path: Path) -> None:
    ledger = SQLiteLedger(tmp_path / "q.db")
    await ledger.lease(f"{Secret('hunter2').fingerprint()}:b", QUOTA, 1, NOON)
    await ledger.aclose()
    content = await asyncio.to_thread((tmp_path / "q.db").read_bytes)
    assert content
    assert b"hunter2" not in content


def test_default_path_is_the_named_file_or_in_the_state_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIKTOK_ASYNC_LEDGER", str(tmp_path / "mine.db"))
    assert default_path() == tmp_path / "mine.db"
    monkeypatch.delenv("TIKTOK_ASYNC_LEDGER")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_directory() == tmp_path / "tiktok-async"
    assert default_path() == tmp_path / "tiktok-async" / "quota.sqlite"
