"""The Dask engine without a cluster: what it refuses, what travels, when a worker gives up."""

from __future__ import annotations

import asyncio
import pickle
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.jobs.collected import videos
from tiktok_async.errors import (
    CheckpointMismatchError,
    ConfigError,
    InputError,
    MissingExtraError,
    TikTokError,
    TransportError,
)
from tiktok_async.io import disks
from tiktok_async.jobs import parts as parts_module
from tiktok_async.jobs.checkpoint import Identity, Mark
from tiktok_async.jobs.engines import dask, dask_worker
from tiktok_async.jobs.engines.dask import DaskEngine, complaint_of
from tiktok_async.jobs.engines.dask_errands import failed_result
from tiktok_async.jobs.engines.dask_worker import Errand, Watch, from_told, told_of, watched
from tiktok_async.jobs.engines.protocol import ShardResult, ShardTask, StopFlag
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.parts import HELD, ShardFiles
from tiktok_async.jobs.steps import at_once

if TYPE_CHECKING:
    from pathlib import Path

distributed = pytest.importorskip("distributed", reason="needs the extra dask")
msgpack = pytest.importorskip("msgpack", reason="comes with the extra dask")
pytestmark = pytest.mark.anyio

TASK = ShardTask("/data/job", "videos", "00001")
ERRAND = Errand(task=TASK, key="k", flag="f", topic="t", redis="redis://h:1/0", rate=5.0)
ENTRY = Mark(status="running", rows=7, pages=2, calls=3).entry("00001", "2022-01-01", 30)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        pytest.param("tcp://cluster:8786", "not encrypted.*SSH tunnel", id="plain"),
        pytest.param("10.0.0.1:8786", "not encrypted", id="plain-without-scheme"),
        pytest.param("tls://cluster", "tls://scheduler:8786", id="no-port"),
        pytest.param("http://127.0.0.1:8787", "tls://scheduler:8786", id="dashboard"),
        pytest.param("inproc://127.0.0.1:8787", "tls://scheduler:8786", id="inproc"),
        pytest.param("tls://me:hunter2@cluster:8786", "tls://scheduler:8786", id="password"),
        pytest.param("tls://cluster:port", "tls://scheduler:8786", id="port"),
    ],
)
def test_scheduler_is_encrypted_or_here(address: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        DaskEngine(address)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://[::1]:8786", "tls://far:1"])
def test_scheduler_that_is_encrypted_or_here_will_do(address: str) -> None:
    assert repr(DaskEngine(address)) == f"DaskEngine({address!r})"


def test_scheduler_without_a_scheme_is_plain() -> None:
    assert DaskEngine("localhost:8786").scheduler == "tcp://localhost:8786"


@pytest.mark.parametrize(
    "url", ["redis://:hunter2@h:1/0", "redis://u@h:1", "redis://h:1/0?password=hunter2"]
)
def test_password_of_redis_does_not_travel(url: str) -> None:
    with pytest.raises(ConfigError, match="TIKTOK_ASYNC_REDIS") as caught:
        DaskEngine("localhost:8786", redis=url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("rate", [0, -1.0, float("inf"), float("nan")])
def test_rate_is_above_zero(rate: float) -> None:
    with pytest.raises(InputError, match=r"such as 5\.0"):
        DaskEngine("localhost:8786", rate=rate)


def versions(scheduler: str | None, worker: str | None, dask_version: str = "1") -> dict[str, Any]:
    """Return what a cluster answers."""

    def packages(ours: str | None, theirs: str = "1") -> dict[str, Any]:
        return {"packages": {"tiktok_async": ours, "distributed": theirs}}

    return {
        "client": packages("0.1"),
        "scheduler": packages(scheduler),
        "workers": {"tcp://w:1": packages("0.1"), "tcp://w:2": packages(worker, dask_version)},
    }


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        pytest.param(versions("0.1", "0.1"), None, id="all-well"),
        pytest.param(
            versions(None, "0.1"), "The scheduler has no tiktok_async; here it is 0.1.", id="none"
        ),
        pytest.param(
            versions("0.1", "0.2"),
            "The worker tcp://w:2 has tiktok_async 0.2; here it is 0.1.",
            id="another",
        ),
        pytest.param(
            versions("0.1", "0.1", "2"),
            "The worker tcp://w:2 has distributed 2; here it is 1.",
            id="another-dask",
        ),
        pytest.param(
            {**versions("0.1", "0.1"), "workers": {"tcp://w:3": None}},
            "The worker tcp://w:3 has no tiktok_async; here it is 0.1.",
            id="no-answer",
        ),
    ],
)
def test_cluster_that_lacks_the_package_is_told_plainly(
    found: dict[str, Any], complaint: str | None
) -> None:
    assert complaint_of(found) == complaint


async def test_scheduler_that_is_not_there_is_an_error_that_can_be_gone_on_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dask, "_CONNECT_SECONDS", 0.3)
    with pytest.raises(TransportError, match="run the job again") as caught:
        await DaskEngine("tcp://127.0.0.1:9").__aenter__()
    assert caught.value.kind == "cluster"


async def test_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"tiktok-async\[dask\]"):
        await DaskEngine("tcp://127.0.0.1:9").__aenter__()


def test_what_travels_holds_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TIKTOK_CLIENT_SECRET", "TIKTOK_ACCESS_TOKEN", "TIKAPI_API_KEY"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("TIKTOK_ASYNC_REDIS", "redis://:hunter2@h:1/0")
    from distributed.protocol.pickle import dumps

    sent = dumps((dask_worker.collect_shard, ERRAND))
    assert b"hunter2" not in sent
    assert pickle.loads(sent)[1] == ERRAND  # noqa: S301  # our own bytes
    assert len(sent) < 1000


def test_progress_survives_its_way() -> None:
    result = ShardResult(
        task=TASK, entry=ENTRY, ended=False, rows=5, calls=2, by_day={"2026-01-01": 3}
    )
    told = msgpack.unpackb(msgpack.packb(told_of(result)))  # as the cluster sends it
    assert from_told({**told, "worker": "tcp://w:1"}) == result


@pytest.mark.parametrize(
    ("status", "state", "flag", "wanted"),
    [
        pytest.param("running", "executing", False, True, id="runs"),
        pytest.param("paused", "executing", False, True, id="worker-short-of-memory"),
        pytest.param("running", "executing", True, False, id="flag"),
        pytest.param("running", "cancelled", False, False, id="nobody-waits"),
        pytest.param("running", None, False, False, id="unknown-to-the-worker"),
        pytest.param("closing", "executing", False, False, id="worker-closes"),
        pytest.param("running", "executing", OSError(), False, id="scheduler-gone"),
    ],
)
def test_shard_is_wanted_until_the_worker_knows_better(
    status: str, state: str | None, flag: Any, wanted: bool
) -> None:
    def is_set() -> bool:
        if isinstance(flag, Exception):
            raise flag
        return bool(flag)

    tasks = {} if state is None else {"k": SimpleNamespace(state=state)}
    watch = object.__new__(Watch)
    watch._key = "k"
    watch._worker = SimpleNamespace(
        status=SimpleNamespace(name=status), state=SimpleNamespace(tasks=tasks)
    )
    watch._event = SimpleNamespace(is_set=is_set)
    assert watch.is_wanted() is wanted


class Unwanted:
    """A watch over a shard that nobody wants."""

    def is_wanted(self) -> bool:
        """Say so."""
        return False


async def test_shard_that_does_not_end_after_the_page_in_hand_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dask_worker, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(dask_worker, "GRACE_SECONDS", 0.05)
    seen: list[str] = []

    async def stubborn(stop: StopFlag) -> ShardResult:
        try:
            await stop.wait()
            seen.append("flag")
            await asyncio.sleep(3600)
        finally:
            seen.append("end")
        raise AssertionError

    watch: Any = Unwanted()
    result = await watched(ERRAND, watch, stubborn)
    assert seen == ["flag", "end"]
    assert (result.task, result.ended, result.error, result.entry.items) == (TASK, True, None, 0)


async def test_shard_that_ends_in_time_gives_its_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_worker, "_LOOK_SECONDS", 0.01)
    expected = ShardResult(task=TASK, entry=ENTRY)

    async def obedient(stop: StopFlag) -> ShardResult:
        await stop.wait()
        return expected

    watch: Any = Unwanted()
    assert await watched(ERRAND, watch, obedient) is expected


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        pytest.param(
            distributed.KilledWorker("k", SimpleNamespace(address="w"), 3),
            TransportError,
            "worker after worker",
            id="killed",
        ),
        pytest.param(ValueError("bad\x1b"), TikTokError, r"ValueError: bad\\u001b", id="bug"),
        pytest.param(InputError("no"), InputError, "^no$", id="ours"),
    ],
)
def test_shard_without_a_result_ends_with_an_error_that_says_why(
    error: Exception, kind: type[TikTokError], message: str
) -> None:
    result = failed_result(TASK, error)
    assert (result.task, result.ended) == (TASK, True)
    assert type(result.error) is kind
    with pytest.raises(kind, match=message):
        raise result.error


def opened(folder: Path) -> ShardFiles:
    """Open a shard's files."""
    return ShardFiles(Layout(folder), Identity(videos().fingerprint, "videos", "00000"))


def page(files: ShardFiles, row: bytes) -> None:
    """Commit a page of one row."""
    mark = files.mark
    size = mark.size + len(row)
    at_once(files.commit(row, Mark(status="running", size=size, base=size, rows=mark.rows + 1)))


def test_shard_that_is_open_elsewhere_is_held(tmp_path: Path) -> None:
    files = opened(tmp_path)
    with pytest.raises(InputError) as caught:
        opened(tmp_path)
    assert caught.value.reason == HELD
    files.close()
    opened(tmp_path).close()


@pytest.mark.parametrize("pages", [0, 1, 2, 3])
@pytest.mark.parametrize("locks", [False, True])
def test_owner_that_lost_its_shard_where_locks_are_granted_twice_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int, locks: bool
) -> None:
    twice = SimpleNamespace(LOCK_EX=0, LOCK_NB=0, flock=lambda *_: None)
    monkeypatch.setattr(parts_module, "fcntl", twice if locks else None)
    monkeypatch.setattr(disks, "are_own", lambda *_: not locks)
    elder = opened(tmp_path)
    page(elder, b"1\n")
    page(elder, b"2\n")
    heir = opened(tmp_path)
    for number in range(pages):
        page(heir, b"%d\n" % (number + 3))
    for _ in range(2):
        with pytest.raises(CheckpointMismatchError, match="Another process goes on"):
            page(elder, b"wrong\n")
    elder.close()
    page(heir, b"9\n")
    heir.close()
    part = Layout(tmp_path).part("videos", "00000").read_bytes()
    assert part == b"".join(b"%d\n" % n for n in [1, 2, *range(3, 3 + pages), 9])
    last = opened(tmp_path)
    assert last.mark.rows == pages + 3
    last.close()
