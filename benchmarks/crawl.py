"""Calls per second and CPU of a whole crawl, against the official `tikapi` SDK in a thread pool.

Claim: the same crawl, as wide, is at least 1.5 times as fast with 10 calls in flight and 5 times
with 200 where each answer takes 50 ms; and a batch of 200 videos of 5 MB each is saved with a peak
below 128 MiB.

The crawl: the posts of a hashtag, the profile of each author and the first comments of each post.
Both ask for the next page first and for what belongs to a page as soon as it is there. The pages
come one after the other, which bounds both: 30 posts each time the server has answered.

The SDK is used as its documentation has it: one instance for all threads. Nothing of it changes
while calls are made, each copies its options, and each opens a connection of its own. Without the
SDK its rows are absent. With 10 in flight and 50 ms no client can make more than 200 calls a
second, so nothing is to be reached there.

The emulator has a process of its own and is warmed up by one crawl of each; it also says how many
calls there were. Contenders take turns, each time in a fresh process, and the figures are the
medians of the rounds. The first use of each model and connection counts, the import does not; and
ours makes typed models of all answers, while the SDK stops at JSON.

    python -m benchmarks.crawl [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from tiktok_async import TikAPIClient
    from tiktok_async.tikapi.models import Post

_HASHTAG: Final = "catsoftiktok"
_PAGE: Final = 30
"""Posts on a page, the most there are."""
_WORLD: Final = {"videos": 40_000, "users": 4000, "short_pages": False}
"""So many users that most posts have an author of their own."""
_FILE: Final = 5_000_000
"""Bytes."""
MEMORY_BAR: Final = 128.0
"""MiB."""
_NEEDS: Final = {"client": "tiktok_async.tikapi.client", "sdk": "tikapi"}


@attrs.frozen
class Scene:
    """How many calls at once, to a server that takes so long."""

    width: int
    latency: float
    """Seconds."""
    bar: float | None
    """The ratio to reach."""


SCENES: Final = (
    Scene(10, 0.0, 1.5),
    Scene(200, 0.0, None),
    Scene(10, 0.05, None),
    Scene(200, 0.05, 5.0),
)


Found: TypeAlias = tuple[int, int, int]
"""Posts, authors and comments of a crawl; the same for all who made it."""


@attrs.frozen
class Run:
    """One crawl in a process of its own."""

    calls: int
    """As the emulator counted them."""
    seconds: float
    cpu: float
    """Seconds."""
    found: Found


@attrs.frozen
class Result:
    """Medians of the rounds."""

    width: int
    latency: float
    contender: str
    calls: int
    rate: float
    """Calls per second."""
    cpu: float
    """Milliseconds of the contender for each call."""
    ratio: float | None
    """Of the rates, against the SDK."""
    bar: float | None


def _serve(options: dict[str, Any], ready: Connection) -> None:
    from tiktok_async.emulator import Emulator, run

    run(Emulator(**options), lambda e: ready.send([e.tikapi_base_url, e.base_url, e.api_key]))


@attrs.frozen
class Server:
    """A running emulator."""

    api: str
    base: str
    key: str

    def served(self) -> int:
        """Return how many calls it has answered."""
        with urllib.request.urlopen(f"{self.base}/_emulator/stats") as answer:  # noqa: S310  # loopback
            shown = json.load(answer)
        assert set(shown["by_status"]) <= {"200"}, shown["by_status"]
        return int(shown["served"])


@contextmanager
def serving(**options: Any) -> Iterator[Server]:
    """Run an emulator."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(_WORLD | options, there), daemon=True)
    process.start()
    try:
        yield Server(*here.recv())
    finally:
        process.terminate()
        process.join()


def _client(url: str, key: str, width: int) -> TikAPIClient:
    from tiktok_async import Limits, Options, TikAPIClient

    limits = Limits(concurrency=width, rate=None, requests_per_day=None, records_per_day=None)
    return TikAPIClient(api_key=key, base_url=url, options=Options(limits=limits))


async def by_client(url: str, key: str, width: int, posts: int) -> Found:
    """Crawl with the library, whose own limit holds back what is more than `width`."""
    names: set[str] = set()
    count = 0
    comments: list[asyncio.Task[int]] = []
    async with _client(url, key, width) as client, asyncio.TaskGroup() as tasks:

        async def remarks(post: Post) -> int:
            return len((await client.public.comments_list(media_id=str(post.id))).items)

        async def profile(name: str) -> None:
            found = await client.public.check(username=name)
            assert found.user is not None
            assert found.user.unique_id == name

        async for page in client.public.hashtag(name=_HASHTAG).limit(posts).pages():
            for post in page.items:
                count += 1
                comments.append(tasks.create_task(remarks(post)))
                name = str(post.author and post.author.unique_id)
                if name not in names:
                    names.add(name)
                    tasks.create_task(profile(name))
    return count, len(names), sum(task.result() for task in comments)


def by_sdk(url: str, key: str, width: int, posts: int) -> Found:
    """Crawl with the SDK in a pool of `width` threads."""
    api: Any = importlib.import_module("tikapi").TikAPI(key)
    api.set(__options__={"base": url})

    def page(**where: Any) -> Any:
        return api.public.hashtag(count=_PAGE, **where).json()

    def remarks(post: Any) -> int:
        return len(api.public.commentsList(media_id=post["id"]).json()["comments"] or ())

    def profile(name: str) -> None:
        assert api.public.check(username=name).json()["userInfo"]["user"]["uniqueId"] == name

    names: dict[str, Future[None]] = {}
    comments: list[Future[int]] = []
    with ThreadPoolExecutor(width) as pool:
        first = pool.submit(page, name=_HASHTAG).result()
        tag, body, count = first["challengeInfo"]["challenge"]["id"], first, 0
        while True:
            rows = body["itemList"][: posts - count]
            count += len(rows)
            more = body["hasMore"] and count < posts
            coming = pool.submit(page, id=tag, cursor=body["cursor"]) if more else None
            for post in rows:
                comments.append(pool.submit(remarks, post))
                name = post["author"]["uniqueId"]
                if name not in names:
                    names[name] = pool.submit(profile, name)
            if coming is None:
                break
            body = coming.result()
    for asked in names.values():
        asked.result()
    return count, len(names), sum(one.result() for one in comments)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _crawl(name: str, url: str, key: str, width: int, posts: int) -> tuple[float, ...]:
    """Crawl once; return what it took, without the import, and what it brought."""
    importlib.import_module(_NEEDS[name])
    cpu, started = _cpu(), time.perf_counter()
    if name == "sdk":
        found = by_sdk(url, key, width, posts)
    else:
        found = asyncio.run(by_client(url, key, width, posts))
    seconds = time.perf_counter() - started
    return seconds, _cpu() - cpu, *found


async def _save(url: str, key: str, folder: Path, files: int) -> tuple[float, ...]:
    """Save so many videos, as many at once as is usual; return seconds, CPU seconds, MiB."""
    from tiktok_async import TikAPIClient

    async with TikAPIClient(api_key=key, base_url=url) as client:
        posts = await client.public.hashtag(name=_HASHTAG).limit(files * 5 // 4).collect()
        films = [post for post in posts.items if post.video is not None and post.video.links]
        cpu, started = _cpu(), time.perf_counter()
        outcomes = await client.save_videos(films[:files], folder)
        seconds = time.perf_counter() - started
    assert [one.status for one in outcomes] == ["saved"] * files
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, _cpu() - cpu, peak


def _child(*words: object) -> list[Any]:
    """Run this program as a child; return what it printed."""
    command = [sys.executable, "-m", "benchmarks.crawl", "--child", *map(str, words)]
    environment = os.environ | {"NO_PROXY": "*"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)  # noqa: S603  # ourselves
    return list(json.loads(done.stdout))


def once(name: str, server: Server, width: int, posts: int) -> Run:
    """Crawl in a fresh process."""
    before = server.served()
    seconds, cpu, count, authors, comments = _child(name, server.api, server.key, width, posts)
    return Run(server.served() - before, seconds, cpu, (count, authors, comments))


def measure(server: Server, scene: Scene, posts: int, rounds: int) -> list[Result]:
    """Return the medians of interleaved rounds."""
    names = ("sdk", "client") if importlib.util.find_spec("tikapi") else ("client",)
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, made in runs.items():
            made.append(once(name, server, scene.width, posts))
    assert len({run.found for made in runs.values() for run in made}) == 1
    rates = {
        name: statistics.median(r.calls / r.seconds for r in made) for name, made in runs.items()
    }
    return [
        Result(
            scene.width,
            scene.latency,
            name,
            made[0].calls,
            rates[name],
            statistics.median(run.cpu / run.calls for run in made) * 1000,
            rates[name] / rates["sdk"] if "sdk" in rates else None,
            scene.bar if name == "client" else None,
        )
        for name, made in runs.items()
    ]


def save(files: int) -> dict[str, float]:
    """Save a batch of videos in a fresh process; return the bytes and what it took."""
    with serving(media_bytes=_FILE) as server, tempfile.TemporaryDirectory() as folder:
        seconds, cpu, peak = _child("save", server.api, server.key, folder, files)
        sizes = [path.stat().st_size for path in Path(folder).iterdir()]
    assert len(sizes) == files
    size, bar = sum(sizes), MEMORY_BAR
    print(f"\n{files} videos, {size / 1e6:.0f} MB: {size / 1e6 / seconds:.0f} MB/s,", end="")
    print(f" CPU {cpu:.1f} s, peak {peak:.1f} MiB (to reach: {bar:.0f} MiB)")
    return {"files": files, "size": size, "seconds": seconds, "cpu": cpu, "peak": peak, "bar": bar}


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.1f}x"


def _show(results: list[Result]) -> None:
    for one in results:
        print(
            f"{one.width:>9} {one.latency * 1000:>5.0f} ms {one.contender:>8} {one.calls:>6}"
            f" {one.rate:>8.0f} {one.cpu:>11.2f} {_times(one.ratio):>7} {_times(one.bar):>8}",
            flush=True,
        )
    if len(results) == 1:
        print(f"{'':>18} {'sdk':>8} {'absent':>6}   (tikapi is not installed)")


def _crawls(posts: int, rounds: int) -> list[Result]:
    """Measure and show every scene."""
    names = ("in flight", "latency", "by", "calls", "calls/s", "CPU ms/call", "ratio", "to reach")
    print(*(f"{n:>{w}}" for n, w in zip(names, (9, 8, 8, 6, 8, 11, 7, 8), strict=True)))
    results: list[Result] = []
    for latency in dict.fromkeys(scene.latency for scene in SCENES):
        with serving(latency=latency) as server:
            measure(server, Scene(200, latency, None), posts, 1)  # the first answers cost most
            for scene in SCENES:
                if scene.latency == latency:
                    _show(found := measure(server, scene, posts, rounds))
                    results += found
    return results


def _run_child(name: str, url: str, key: str, *rest: str) -> None:
    if name == "save":
        took = asyncio.run(_save(url, key, Path(rest[0]), int(rest[1])))
    else:
        took = _crawl(name, url, key, int(rest[0]), int(rest[1]))
    print(json.dumps(took))


def main() -> None:
    """Measure the crawls, then a batch of videos."""
    parser = argparse.ArgumentParser(description="A crawl against the tikapi SDK in threads.")
    parser.add_argument("--quick", action="store_true", help="fewer posts, files and rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _run_child(*given.child)
        return
    posts, rounds, files = (150, 3, 50) if given.quick else (510, 5, 200)
    results = _crawls(posts, rounds)
    saved = save(files)
    if given.json is not None:
        figures = {"crawl": [attrs.asdict(one) for one in results], "media": saved}
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
