"""Calls per second and CPU of a whole crawl, against the official `tikapi` SDK in a thread pool.

Claim: the same crawl, as wide, is at least 1.5 times as fast with 10 calls in flight and 5 times
with 200 where each answer takes 50 ms.

The crawl: for each of eight hashtags its posts, the profile of each author and the first comments
of each post. Both ask for the next page first and for what belongs to a page as soon as it is
there; the pages of a hashtag come one after the other, so one hashtag alone would bound both at 60
calls each time the server has answered.

The SDK is used as its documentation has it: one instance for all threads. Nothing of it changes
while calls are made, each copies its options, and each opens a connection of its own. Without the
SDK its rows are absent; `core` is ours with the core install, `fast` with the extra. With 10 in
flight and 50 ms no client can make more than 200 calls a second, so nothing is to be reached there.

What is measured is the clients: a crawl of each is first answered by an emulator, through a server
that remembers each answer by its request target, and then only that server answers, from memory,
in a process of its own; it also counts the calls. Contenders take turns, each time in a fresh
process, and the figures are the medians of the rounds. The first use of each model and connection
counts, the import does not; ours makes typed models of all answers, while the SDK stops at JSON.

    python -m benchmarks.crawl [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import json
import multiprocessing
import resource
import statistics
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from benchmarks.children import child
from benchmarks.rounds import EXTRAS, spread
from benchmarks.target import ASKED, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

    from tiktok_async import TikAPIClient
    from tiktok_async.tikapi.models import Post

HASHTAGS: Final = ("catsoftiktok", "cooking", "travel", "dogs", "music", "art", "football", "news")
_WORLD: Final = {"videos": 40_000, "users": 4000, "short_pages": False}
"""So many users that most posts have an author of their own."""


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
    """As the server counted them."""
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
    """Microseconds of the contender for each call."""
    ratio: float | None
    """Of the rates, against the SDK."""
    spread: float | None
    """The slowest round's rate against the fastest one's."""
    bar: float | None


def _emulate(options: dict[str, Any], ready: Connection) -> None:
    from tiktok_async.emulator import Emulator, run

    run(Emulator(**options), lambda e: ready.send([e.tikapi_base_url, e.api_key]))


@contextmanager
def emulating(**options: Any) -> Iterator[tuple[str, str]]:
    """Run an emulator in a process of its own; give the base URL of its TikAPI, and a key."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_emulate, args=(_WORLD | options, there), daemon=True)
    process.start()
    there.close()
    try:
        url, key = here.recv()
        yield url, key
    finally:
        process.terminate()
        process.join()


def _asked(url: str) -> tuple[int, int]:
    """Return how many calls the server has answered, and how many different ones."""
    with urllib.request.urlopen(f"{url}{ASKED}") as answer:  # noqa: S310  # loopback
        served, different = json.load(answer)
    return served, different


def _client(name: str, url: str, key: str, width: int) -> TikAPIClient:
    from tiktok_async import Limits, Options, TikAPIClient
    from tiktok_async.io.session import Session

    limits = Limits(concurrency=width, rate=None, requests_per_day=None, records_per_day=None)
    session = Session(backend="h11" if name == "core" else "aiohttp")
    return TikAPIClient(api_key=key, base_url=url, options=Options(limits=limits), session=session)


async def by_client(client: TikAPIClient, posts: int) -> Found:
    """Crawl with the library, whose own limit holds back what is more than its width."""
    authors: set[tuple[str, str]] = set()
    comments: list[asyncio.Task[int]] = []
    async with aclosing(client.session), client, asyncio.TaskGroup() as tasks:

        async def remarks(post: Post) -> int:
            return len((await client.public.comments_list(media_id=str(post.id))).items)

        async def profile(name: str) -> None:
            found = await client.public.check(username=name)
            assert found.user is not None
            assert found.user.unique_id == name

        async def crawl(tag: str) -> None:
            async for page in client.public.hashtag(name=tag).limit(posts).pages():
                for post in page.items:
                    comments.append(tasks.create_task(remarks(post)))
                    author = tag, str(post.author and post.author.unique_id)
                    if author not in authors:
                        authors.add(author)
                        tasks.create_task(profile(author[1]))

        for tag in HASHTAGS:
            tasks.create_task(crawl(tag))
    return len(comments), len(authors), sum(task.result() for task in comments)


class BySdk:
    """Crawls with the SDK in a pool of `width` threads.

    Args:
        url: Where the server is.
        key: The API key.
        width: Threads that make calls.
    """

    def __init__(self, url: str, key: str, width: int) -> None:
        self._api: Any = importlib.import_module("tikapi").TikAPI(key)
        self._api.set(__options__={"base": url})
        self._pool = ThreadPoolExecutor(width)

    def crawl(self, posts: int) -> Found:
        """Return what all hashtags have; a thread for each waits for its pages, and calls none."""
        with self._pool, ThreadPoolExecutor(len(HASHTAGS)) as walkers:
            walks = [walkers.submit(self._tag, tag, posts) for tag in HASHTAGS]
            found = [walk.result() for walk in walks]
        return sum(f[0] for f in found), sum(f[1] for f in found), sum(f[2] for f in found)

    def _page(self, **where: Any) -> Any:
        return self._api.public.hashtag(count=30, **where).json()

    def _remarks(self, post: Any) -> int:
        return len(self._api.public.commentsList(media_id=post["id"]).json()["comments"] or ())

    def _profile(self, name: str) -> None:
        found = self._api.public.check(username=name).json()
        assert found["userInfo"]["user"]["uniqueId"] == name

    def _tag(self, tag: str, posts: int) -> Found:
        names: dict[str, Future[None]] = {}
        comments: list[Future[int]] = []
        body = self._pool.submit(self._page, name=tag).result()
        number = body["challengeInfo"]["challenge"]["id"]
        while True:
            rows = body["itemList"][: posts - len(comments)]
            more = body["hasMore"] and len(comments) + len(rows) < posts
            ask = {"id": number, "cursor": body["cursor"]}
            coming = self._pool.submit(self._page, **ask) if more else None
            for post in rows:
                comments.append(self._pool.submit(self._remarks, post))
                name = post["author"]["uniqueId"]
                if name not in names:
                    names[name] = self._pool.submit(self._profile, name)
            if coming is None:
                break
            body = coming.result()
        for asked in names.values():
            asked.result()
        return len(comments), len(names), sum(one.result() for one in comments)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _crawl(name: str, url: str, key: str, width: int, posts: int) -> tuple[float, ...]:
    """Crawl once; return what it took, without the import, and what it brought."""
    importlib.import_module("tikapi" if name == "sdk" else "tiktok_async.tikapi.client")
    if name == "fast":
        importlib.import_module("aiohttp")
    cpu, started = _cpu(), time.perf_counter()
    if name == "sdk":
        found = BySdk(url, key, width).crawl(posts)
    else:
        found = asyncio.run(by_client(_client(name, url, key, width), posts))
    seconds = time.perf_counter() - started
    return seconds, _cpu() - cpu, *found


def once(name: str, url: str, key: str, width: int, posts: int) -> Run:
    """Crawl in a fresh process."""
    before, _ = _asked(url)
    hidden = EXTRAS if name == "core" else ()
    made = child("crawl", name, url, key, width, posts, hidden=hidden)
    seconds, cpu, count, authors, comments = made
    return Run(_asked(url)[0] - before, seconds, cpu, (count, authors, comments))


def contenders() -> tuple[str, ...]:
    """Return those whose packages are here."""
    needs = {"sdk": ("tikapi",), "core": ("tiktok_async",), "fast": EXTRAS}
    return tuple(
        name for name, packages in needs.items() if all(map(importlib.util.find_spec, packages))
    )


def measure(url: str, key: str, scene: Scene, posts: int, rounds: int) -> list[Result]:
    """Return the medians of interleaved rounds."""
    runs: dict[str, list[Run]] = {name: [] for name in contenders()}
    different = _asked(url)[1]
    for _ in range(rounds):
        for name, made in runs.items():
            made.append(once(name, url, key, scene.width, posts))
    assert len({run.found for made in runs.values() for run in made}) == 1
    assert _asked(url)[1] == different, "all was answered from memory"
    rates = {name: statistics.median(r.calls / r.seconds for r in runs[name]) for name in runs}
    return [
        Result(
            scene.width,
            scene.latency,
            name,
            made[0].calls,
            rates[name],
            statistics.median(run.cpu / run.calls for run in made) * 1e6,
            rates[name] / rates["sdk"] if "sdk" in rates else None,
            spread([run.calls / run.seconds for run in made]),
            None if name == "sdk" else scene.bar,
        )
        for name, made in runs.items()
    ]


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.1f}x"


def _show(results: list[Result]) -> None:
    for one in results:
        print(
            f"{one.width:>9} {one.latency * 1000:>5.0f} ms {one.contender:>8} {one.calls:>6}"
            f" {one.rate:>8.0f} {one.cpu:>11.0f} {_times(one.ratio):>7} {_times(one.bar):>8}",
            flush=True,
        )
    if results[0].contender != "sdk":
        print(f"{'':>18} {'sdk':>8} {'absent':>6}   (tikapi is not installed)")


def crawls(posts: int, rounds: int) -> list[Result]:
    """Measure and show every scene."""
    names = ("in flight", "latency", "by", "calls", "calls/s", "CPU us/call", "ratio", "to reach")
    print(*(f"{n:>{w}}" for n, w in zip(names, (9, 8, 8, 6, 8, 11, 7, 8), strict=True)))
    results: list[Result] = []
    with emulating() as (source, key):
        for latency in dict.fromkeys(scene.latency for scene in SCENES):
            with running(latency, source) as url:
                for name in contenders():  # what is asked for, from now on from memory
                    once(name, url, key, 20, posts)
                for scene in SCENES:
                    if scene.latency == latency:
                        size = posts if scene.bar is not None else posts // 4
                        _show(found := measure(url, key, scene, size, rounds))
                        results += found
    return results


def main() -> None:
    """Measure the crawls."""
    parser = argparse.ArgumentParser(description="A crawl against the tikapi SDK in threads.")
    parser.add_argument("--quick", action="store_true", help="fewer posts and rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        name, url, key, width, count = given.child
        print(json.dumps(_crawl(name, url, key, int(width), int(count))))
        return
    posts, rounds = (60, 3) if given.quick else (300, 3)
    results = crawls(posts, rounds)
    if given.json is not None:
        given.json.write_text(json.dumps([attrs.asdict(one) for one in results], indent=2) + "\n")


if __name__ == "__main__":
    main()
