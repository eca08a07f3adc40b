"""Pages per second of a job, against TikTok's own wrapper and researchtikpy; and CPU of a page.

Claim: a job of 20 windows on a server that takes 50 ms is at least 15 times as fast as TikTok's own
wrapper on the same windows; and typing, de-duplication and the writing of parts take at most 2 ms
of CPU for a page of 100 videos on core dependencies.

All ask the same server for windows of 20 pages of 100 videos. A job runs its windows side by side,
makes typed models of all rows to tell them apart, and has every page and a checkpoint on the disk
before the next is asked for. The others ask for one page after the other and keep rows in memory.
Nobody's own limit of calls per second holds them up. They need packages that are not ours:
`tiktokresearchapi==1.0.4`, `researchtikpy==0.2.2`, cachetools; what is not installed is absent.
Since a window costs them as much as the next, they walk fewer.

For the CPU of a page a session answers at once with what the server would have said: what counts
is all that a job does, but for the sockets.

    python -m benchmarks.jobs [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import importlib
import importlib.util
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from benchmarks.target import PAGES, running, videos

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktok_async import ResearchClient
    from tiktok_async.jobs.spec import Spec

WINDOWS: Final = 20
LATENCY: Final = 0.05
"""Seconds that each answer takes."""
BAR: Final = 15.0
"""Times the rate of TikTok's wrapper."""
CPU_BAR: Final = 2.0
"""Milliseconds of CPU for a page."""
FIRST: Final = date(2022, 1, 1)
_EXTRAS: Final = ("msgspec", "aiohttp")
"""Of the extra `fast`; core dependencies are without."""
_START: Final = re.compile(rb'"start_date":\s?"(\d{8})"')
_CURSOR: Final = re.compile(rb'"cursor":\s?(\d+)')
_NEEDS: Final = {"tiktokresearchapi": "tiktok_research_api", "researchtikpy": "researchtikpy"}
_CHILD: Final = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[4:]))
from benchmarks.jobs import child
child(sys.argv[1], sys.argv[2], int(sys.argv[3]))
"""
"""A process that takes packages for not installed, before anything is imported."""


@attrs.frozen
class Result:
    """Medians of the rounds."""

    contender: str
    pages: int
    rate: float
    """Pages per second."""
    cpu: float
    """Milliseconds of CPU of the contender for each page."""
    ratio: float | None
    """Of the rates, against TikTok's wrapper."""


def spec_of(windows: int, **run: Any) -> Spec:
    """Return a job of so many windows of 30 days, all of them in flight."""
    from tiktok_async.jobs.spec import RunOptions, Span, Spec, Stage

    stage = Stage(
        name="videos",
        collect="research.videos",
        where="region_code = US",
        span=Span(FIRST, FIRST + timedelta(days=30 * windows - 1), shard_days=30),
    )
    return Spec(name="bench", stages=(stage,), run=RunOptions(concurrency=windows, **run))


def client_of(url: str, **given: Any) -> ResearchClient:
    """Return a client whose limits let all through."""
    from tiktok_async import Limits, Options, ResearchClient

    limits = Limits(rate=None, requests_per_day=10**9, records_per_day=10**9)
    return ResearchClient(token="clt.none", base_url=url, options=Options(limits=limits), **given)


def answering_at_once() -> Any:
    """Return a session without sockets, which answers as the server does."""
    from tiktok_async.io.session import Session
    from tiktok_async.sansio.wire import Answer

    class AtOnce(Session):
        async def send(self, request: Any, *, timeouts: Any = None) -> Answer:  # noqa: ARG002  # the session's
            start, cursor = _START.search(request.content), _CURSOR.search(request.content)
            assert start is not None
            body = body_of(start[1], int(cursor[1]) if cursor else 0)
            return Answer(200, {"content-type": "application/json"}, body)

    return AtOnce()


@functools.cache
def body_of(start: bytes, cursor: int) -> bytes:
    """Return a page as the server writes it, without the head."""
    return videos(start, cursor).partition(b"\r\n\r\n")[2]


def _prepare(windows: int) -> None:
    """Make the pages of a session that answers at once: that is no part of a job."""
    for number in range(windows):
        start = FIRST + timedelta(days=30 * number)
        for page in range(PAGES):
            body_of(f"{start:%Y%m%d}".encode(), page * 100)


async def _job(client: ResearchClient, spec: Spec, folder: str) -> None:
    from tiktok_async.jobs.job import Job

    job = await asyncio.to_thread(Job.create, spec, folder)
    manifest = await job.run(clients=lambda _: client)
    assert manifest.whole
    assert manifest.rows == len(manifest.stages[0].shards) * PAGES * 100


def by_job(url: str, windows: int, folder: str) -> None:
    """Run a job; without a URL, on a session that answers at once."""
    given = {} if url else {"session": answering_at_once()}
    client = client_of(url or "http://127.0.0.1:1", **given)
    asyncio.run(_job(client, spec_of(windows), folder))


@contextmanager
def redirected(url: str) -> Iterator[None]:
    """Send what `requests` sends to TikTok's host to the server, and give out a token."""
    requests: Any = importlib.import_module("requests")
    send = requests.Session.send

    def elsewhere(session: Any, request: Any, **options: Any) -> Any:
        if "/oauth/token/" in request.url:
            answer = requests.Response()
            answer.status_code, answer.raw = 200, io.BytesIO(b'{"access_token": "clt.none"}')
            return answer
        request.url = url + request.url.partition("tiktokapis.com")[2]
        return send(session, request, **{**options, "proxies": {}})

    requests.Session.send = elsewhere
    try:
        yield
    finally:
        requests.Session.send = send


def by_wrapper(url: str, windows: int, _: str) -> None:
    """Ask with TikTok's own wrapper, which splits the span itself."""
    wr: Any = importlib.import_module("tiktok_research_api")
    last = FIRST + timedelta(days=30 * windows - 1)
    with redirected(url):
        api = wr.TikTokResearchAPI("key", "secret", qps=10**6)
        only = wr.Criteria(operation="EQ", field_name="region_code", field_values=["US"])
        request = wr.QueryVideoRequest(
            wr.Query(and_criteria=[only]),
            f"{FIRST:%Y%m%d}",
            f"{last:%Y%m%d}",
            max_count=100,
            fields="id,create_time,username",
        )
        found, *_ = api.query_videos(request, fetch_all_pages=True)
    assert len(found) == windows * PAGES * 100, len(found)


def by_researchtikpy(url: str, windows: int, _: str) -> None:
    """Ask with researchtikpy, window by window: it does not split a span."""
    rtk: Any = importlib.import_module("researchtikpy")
    only = rtk.Condition(rtk.Fields.region_code, rtk.Operators.isin, ["US"])
    rows = 0
    with redirected(url):
        for number in range(windows):
            start = FIRST + timedelta(days=30 * number)
            days = f"{start:%Y%m%d}", f"{start + timedelta(days=29):%Y%m%d}"
            query = rtk.Query(and_=[only])
            rows += len(rtk.get_videos_query(query, "clt.none", *days, 10**6, max_count=100))
    assert rows == windows * PAGES * 100, rows


_WORK: Final = {
    "job core": by_job,
    "job fast": by_job,
    "tiktokresearchapi": by_wrapper,
    "researchtikpy": by_researchtikpy,
}


def contenders() -> tuple[str, ...]:
    """Return those whose packages are here."""
    here = [name for name in _WORK if importlib.util.find_spec(_NEEDS.get(name, "tiktok_async"))]
    fast = all(map(importlib.util.find_spec, _EXTRAS))
    return tuple(name for name in here if name != "job fast" or fast)


def child(name: str, url: str, windows: int) -> None:
    """Measure one contender in this process: once to warm up, then in earnest; print it.

    To delete what a job wrote is no part of the job.
    """
    work = _WORK[name]
    if not url:
        _prepare(windows)
    with tempfile.TemporaryDirectory() as warm, tempfile.TemporaryDirectory() as folder:
        work(url, 1, warm)
        cpu, began = time.process_time(), time.perf_counter()
        work(url, windows, folder)
        print(json.dumps([time.perf_counter() - began, time.process_time() - cpu]))


def once(name: str, url: str, windows: int) -> tuple[float, float]:
    """Return the pages per second and the milliseconds of CPU a page, of a fresh process."""
    hidden = _EXTRAS if name == "job core" else ()
    command = [sys.executable, "-c", _CHILD, name, url, str(windows), *hidden]
    environment = os.environ | {"NO_PROXY": "*"}
    done = subprocess.run(  # noqa: S603  # ourselves
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    seconds, cpu = json.loads(done.stdout.splitlines()[-1])
    pages = windows * PAGES
    return pages / seconds, cpu / pages * 1000


def measure(rounds: int, others: int) -> list[Result]:
    """Return the medians of interleaved rounds.

    Args:
        rounds: How many.
        others: Windows that the others walk.
    """
    names = contenders()
    windows = {name: WINDOWS if name.startswith("job") else others for name in names}
    made: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    with running(LATENCY) as url:
        once("job core", url, WINDOWS)  # the server makes its pages when they are first asked for
        for _ in range(rounds):
            for name, found in made.items():
                found.append(once(name, url, windows[name]))
    rates = {name: statistics.median(rate for rate, _ in found) for name, found in made.items()}
    theirs = rates.get("tiktokresearchapi")
    return [
        Result(
            name,
            windows[name] * PAGES,
            rates[name],
            statistics.median(cpu for _, cpu in found),
            None if theirs is None else rates[name] / theirs,
        )
        for name, found in made.items()
    ]


def cpu_of_page(rounds: int) -> dict[str, float]:
    """Return the milliseconds of CPU that a page costs besides its exchange, by contender."""
    names = [name for name in contenders() if name.startswith("job")]
    return {
        name: statistics.median(once(name, "", WINDOWS // 4)[1] for _ in range(rounds))
        for name in names
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Pages of a job per second.")
    parser.add_argument("--quick", action="store_true", help="one round, and less of the others")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    rounds, others = (1, 2) if given.quick else (3, 5)
    cpu = cpu_of_page(rounds + 2)
    for name, took in cpu.items():
        print(
            f"{name}, besides the exchange: {took:.2f} ms of CPU a page (to reach: {CPU_BAR:.0f})"
        )
    results = measure(rounds, others)
    print(f"\n{'':>18} {'pages':>6} {'pages/s':>8} {'CPU ms':>7} {'ratio':>7} {'to reach':>9}")
    for one in results:
        ratio = "" if one.ratio is None else f"{one.ratio:.1f}x"
        bar = f"{BAR:.0f}x" if one.contender.startswith("job") else ""
        print(
            f"{one.contender:>18} {one.pages:>6} {one.rate:>8.1f} {one.cpu:>7.2f} {ratio:>7}"
            f" {bar:>9}"
        )
    if given.json is not None:
        figures = {"cpu_ms": cpu, "jobs": [attrs.asdict(one) for one in results]}
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
