"""Processes that run a job and are killed: at any instant, or at one step to the disk.

A server forks them with everything imported, so that hundreds of them take little time.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from tiktok_async.client import Runtime
from tiktok_async.config import Limits, Options
from tiktok_async.io.clock import SystemClock
from tiktok_async.io.ledger import MemoryLedger, SQLiteLedger
from tiktok_async.jobs import export, run, steps, toml  # noqa: F401  # imported once
from tiktok_async.jobs.job import Job
from tiktok_async.research.client import ResearchClient
from tiktok_async.sansio.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess

    from tiktok_async.emulator import Emulator

for _name in ("tiktok_async.io.transport.by_aiohttp", "anyio._backends._asyncio", "zstandard"):
    with contextlib.suppress(ImportError):
        importlib.import_module(_name)  # used at the first call, and then imported by every process

KILLED: Final = -signal.SIGKILL
Death: TypeAlias = Literal["process", "power"]
"""What dies: the process, or the machine, which takes with it what was not flushed to the disk."""


@attrs.frozen(kw_only=True)
class Doing:
    """What a process does; it travels there as it is."""

    directory: Path
    base_url: str
    key: str
    secret: str
    dies_at: int | None = None
    """Number of the step to the disk at which it ends itself; None = it does not."""
    death: Death = "process"
    steps: Path | None = None
    """Where the number of all steps is written at the end."""
    zone: str | None = None
    """Its time zone."""
    ahead: float = 0.0
    """Seconds that its clock is ahead of ours."""
    ledger: Path | None = None
    a_day: int | None = None
    """Requests that the ledger allows; None = as many as it likes."""
    update: bool = False
    """Whether it begins an update."""


def doing(directory: Path, emulator: Emulator, **more: Any) -> Doing:
    """Return what runs a job against an emulator of this process."""
    return Doing(
        directory=directory,
        base_url=emulator.base_url,
        key=emulator.client_key,
        secret=emulator.client_secret,
        **more,
    )


def process(what: Doing) -> ForkServerProcess:
    """Return a process that is not started yet."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context.Process(target=_live, args=(what,), daemon=True)


async def lived(what: Doing, seconds: float | None = None) -> int:
    """Run a process, killed after so many seconds if it is alive by then; return its exit code."""
    child = process(what)
    child.start()  # in this thread, as all that looks at children: two at once spoil the exit code
    end = None if seconds is None else time.monotonic() + seconds
    while child.is_alive():
        if end is not None and time.monotonic() >= end:
            child.kill()
            break
        await asyncio.sleep(0.002)
    child.join()
    code = child.exitcode
    child.close()
    assert code is not None
    return code


def _live(what: Doing) -> None:
    os.environ["SSL_CERT_FILE"] = os.devnull  # no certificate is needed, and reading all takes long
    if what.zone is not None:
        os.environ["TZ"] = what.zone
        time.tzset()
    steps = Steps(what.dies_at, what.death)
    if what.dies_at is not None or what.steps is not None:
        steps.count()
    status = asyncio.run(_run(what))
    if what.steps is not None:
        what.steps.write_text(str(steps.done))
    sys.exit({"complete": 0}.get(status, 4))


async def _run(what: Doing) -> str:
    clock = Ahead(what.ahead)
    ledger = MemoryLedger() if what.ledger is None else SQLiteLedger(what.ledger)
    runtime = Runtime(clock=clock, ledger=ledger)
    limits = Limits(rate=None, requests_per_day=what.a_day, records_per_day=None)
    options = Options(limits=limits, retry=RetryPolicy(wait_base=0.001, wait_max=0.002))

    def client(_: str) -> ResearchClient:
        return ResearchClient(
            client_key=what.key,
            client_secret=what.secret,
            base_url=what.base_url,
            options=options,
            runtime=runtime,
        )

    job = Job.open(what.directory)
    try:
        work = job.update if what.update else job.run
        manifest = await work(clients=client, runtime=runtime)
    finally:
        await ledger.aclose()
    return manifest.status


class Ahead(SystemClock):
    """The machine's clock, put forward.

    Args:
        seconds: By so much.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def time(self) -> float:
        """Return wall time in Unix seconds, in the future."""
        return time.time() + self._seconds


_WRITES: Final = ("write", "ftruncate", "pwritev")
"""The last of them is durable when it returns."""


class Steps:
    """Counts steps to the disk, and ends the process in the middle of one of them.

    Args:
        last: The step that is not finished: half of what it writes is written. None = no step.
        death: Whether what was not flushed is lost.
    """

    def __init__(self, last: int | None, death: Death) -> None:
        self.done = 0
        self._last = last
        self._death = death
        self._flushed: dict[str, bytes] = {}
        """What is on the disk for certain, of each file that was written to since."""

    def count(self) -> None:
        """Have every step come by here first."""
        for name in (*_WRITES, "fsync", "fdatasync", "replace", "rename", "mkdir"):
            setattr(os, name, partial(self._step, name, getattr(os, name)))
        vars(steps)["sync"] = os.fdatasync  # bound when it was imported

    def _step(self, name: str, real: Callable[..., Any], *given: Any, **named: Any) -> Any:
        path = _path(given[0]) if given and isinstance(given[0], int) else None
        if name == "write" and path is None:
            return real(*given, **named)
        self.done += 1
        if path is not None and name in _WRITES and path not in self._flushed:
            self._flushed[path] = Path(path).read_bytes()
        if self.done == self._last:
            if name == "write":
                real(given[0], bytes(given[1])[: len(given[1]) // 2])
            elif name == "pwritev":
                (content,) = given[1]
                real(given[0], (content[: len(content) // 2],), given[2])
            self._die()
        found = real(*given, **named)
        if path is not None and name in {"fsync", "fdatasync", "pwritev"}:
            self._flushed.pop(path, None)
        return found

    def _die(self) -> None:
        if self._death == "power":
            for path, content in self._flushed.items():
                with contextlib.suppress(OSError):
                    Path(path).write_bytes(content)
        os.kill(os.getpid(), signal.SIGKILL)


def _path(file: int) -> str | None:
    """Return the name of an open file; None for pipes and sockets."""
    name = Path(f"/proc/self/fd/{file}").readlink()
    return str(name) if name.is_absolute() and name.is_file() else None


def tell(capsys: Any, line: str) -> None:
    """Say what a long run came to, whatever is captured."""
    with capsys.disabled():
        print(f"\n{line}")  # noqa: T201  # for whoever runs the whole of it by hand
