"""Calls per second, CPU and latency of the whole client, against other clients and the bare ones.

Claim: all that the client adds (limits, quota, retries, classification) costs less than what its
connections save; with the extra `fast` it keeps up with aiohttp used raw. What it adds is at most
60 microseconds a call, measured on a transport that answers at once.

All send the same small JSON body to the same server (1 KiB of JSON, at once or after 50 ms) over as
many connections as there are callers, and parse the answer: plain httpx, httpx2, aiohttp, and
requests in threads as their documentation has them; `core` is ours as it is without the extra,
`fast` with it, `session` is either without the client. What is not installed is absent. They take
turns in short rounds, so that a busy machine slows all alike; the figures are medians of the
rounds, CPU is that of the client's process, p99 that of the time a call takes.

    python -m benchmarks.calls [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from benchmarks.rounds import EXTRAS, core_only, spread
from benchmarks.target import server, small
from tiktok_async import Limits, Options, ResearchClient
from tiktok_async.io.session import Session
from tiktok_async.research.endpoints import GetUser
from tiktok_async.sansio.wire import Answer, build

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tiktok_async.io.transport.backends import Backend
    from tiktok_async.sansio.wire import WireRequest

REQUEST: Final = GetUser(username="joe1234567")
PATH: Final = REQUEST.route.path
BODY: Final = {"username": "joe1234567"}
HEADERS: Final = (("authorization", "Bearer clt.none"),)
_SMALL: Final = small().partition(b"\r\n\r\n")[2]
ADDED_BAR: Final = 60.0
"""Microseconds that the client may add to a call."""
CROWD: Final = 100
"""Connections at which these are to be reached besides:"""
RAW_BAR: Final = 0.6
"""the rate with the extra, against aiohttp as it is;"""
P99_BARS: Final = {"core": 1 / 3, "fast": 1 / 10}
"""the time that all but one of a hundred calls take, against httpx;"""
IDEAL_BAR: Final = 0.7
"""the rate with the extra where the server takes its time, against what it could answer."""


@attrs.frozen
class Scene:
    """What is measured: so many connections to a server that takes so long, and the bars."""

    connections: int
    latency: float
    """Seconds."""
    core: float
    """Ratio to plain httpx that the client is to reach."""
    fast: float
    """The same with the extra."""


SCENES: Final = (
    Scene(1, 0.0, 1.2, 3.0),
    Scene(10, 0.0, 1.3, 4.0),
    Scene(100, 0.0, 2.5, 12.0),
    Scene(100, 0.05, 6.0, 12.0),
    Scene(500, 0.05, 8.0, 25.0),
)


@attrs.frozen
class Round:
    """What one contender did in one round."""

    rate: float
    """Calls per second."""
    cpu: float
    """Microseconds of the process for each call."""
    p99: float
    """Milliseconds."""


@attrs.frozen
class Result:
    """Medians of the rounds."""

    connections: int
    latency: float
    contender: str
    rate: float
    cpu: float
    p99: float
    ratio: float
    """Of the rates, against plain httpx."""
    spread: float | None
    """The slowest round's rate against the fastest one's."""
    bar: float | None


async def loaded(call: Callable[[], Awaitable[None]], callers: int, seconds: float) -> Round:
    """Run `callers` loops of `call` for about `seconds`."""
    took: list[float] = []
    cpu, start = time.process_time(), time.perf_counter()

    async def caller() -> None:
        now = time.perf_counter()
        while now - start < seconds or not took:
            begun = now
            await call()
            took.append((now := time.perf_counter()) - begun)

    await asyncio.gather(*(caller() for _ in range(callers)))
    return _round(took, time.process_time() - cpu, time.perf_counter() - start)


def _round(took: list[float], cpu: float, seconds: float) -> Round:
    late = sorted(took)[len(took) * 99 // 100]
    return Round(len(took) / seconds, cpu / len(took) * 1e6, late * 1000)


class Contenders:
    """The callers of one scene, by name.

    Args:
        url: Where the server is.
        count: Connections.
        opened: Closes what they opened.
    """

    def __init__(self, url: str, count: int, opened: AsyncExitStack) -> None:
        self._url = url
        self._count = count
        self._opened = opened

    async def all(self) -> dict[str, Callable[[float], Awaitable[Round]]]:
        """Return those whose packages are here."""
        made: dict[str, Callable[[], Awaitable[None]]] = {"httpx": await self._plain("httpx")}
        if importlib.util.find_spec("httpx2"):
            made["httpx2"] = await self._plain("httpx2")
        if importlib.util.find_spec("aiohttp"):
            made["aiohttp"] = await self._aiohttp()
        if all(map(importlib.util.find_spec, EXTRAS)):
            made["session fast"] = await self._session("aiohttp")
            made["fast"] = await self._client("aiohttp")
        made["session core"] = await self._session("h11")
        made["core"] = await self._client("h11")
        rounds = {name: self._in_turn(name, call) for name, call in made.items()}
        if importlib.util.find_spec("requests"):
            rounds["requests"] = self._threads
        return rounds

    def _in_turn(
        self, name: str, call: Callable[[], Awaitable[None]]
    ) -> Callable[[float], Awaitable[Round]]:
        async def load(seconds: float) -> Round:
            with core_only(hidden="core" in name):
                return await loaded(call, self._count, seconds)

        return load

    async def _plain(self, name: str) -> Callable[[], Awaitable[None]]:
        module: Any = importlib.import_module(name)
        limits = module.Limits(max_connections=self._count, max_keepalive_connections=self._count)
        client = await self._opened.enter_async_context(module.AsyncClient(limits=limits))
        patient = module.Timeout(60)

        async def call() -> None:
            answer = await client.post(
                self._url + PATH, json=BODY, headers=dict(HEADERS), timeout=patient
            )
            answer.raise_for_status()
            assert answer.json()["error"]["code"] == "ok"

        return call

    async def _aiohttp(self) -> Callable[[], Awaitable[None]]:
        module: Any = importlib.import_module("aiohttp")
        session = await self._opened.enter_async_context(
            module.ClientSession(connector=module.TCPConnector(limit=self._count))
        )

        async def call() -> None:
            async with session.post(
                self._url + PATH, json=BODY, headers=dict(HEADERS), raise_for_status=True
            ) as answer:
                assert (await answer.json())["error"]["code"] == "ok"

        return call

    async def _session(self, backend: Backend) -> Callable[[], Awaitable[None]]:
        session = Session(backend=backend)
        self._opened.push_async_callback(session.aclose)
        wire = build(REQUEST, self._url, headers=HEADERS)

        async def call() -> None:
            assert (await session.send(wire)).json()["error"]["code"] == "ok"

        return call

    async def _client(self, backend: Backend) -> Callable[[], Awaitable[None]]:
        session = Session(backend=backend)
        self._opened.push_async_callback(session.aclose)
        client = await self._opened.enter_async_context(client_of(self._url, session, self._count))

        async def call() -> None:
            await client.raw(REQUEST)

        return call

    async def _threads(self, seconds: float) -> Round:
        return await asyncio.to_thread(self._by_requests, seconds)

    def _by_requests(self, seconds: float) -> Round:
        requests: Any = importlib.import_module("requests")
        took: list[float] = []
        cpu, start = time.process_time(), time.perf_counter()

        def caller() -> None:
            with requests.Session() as session:
                session.trust_env = False
                now = time.perf_counter()
                while now - start < seconds or not took:
                    begun = now
                    answer = session.post(self._url + PATH, json=BODY, headers=dict(HEADERS))
                    answer.raise_for_status()
                    assert answer.json()["error"]["code"] == "ok"
                    took.append((now := time.perf_counter()) - begun)

        with ThreadPoolExecutor(self._count) as pool:
            for done in [pool.submit(caller) for _ in range(self._count)]:
                done.result()
        return _round(took, time.process_time() - cpu, time.perf_counter() - start)


def client_of(url: str, session: Session, count: int) -> ResearchClient:
    """Return a client with every feature on, whose limits let all through."""
    limits = Limits(concurrency=count, rate=None, requests_per_day=10**9, records_per_day=None)
    options = Options(limits=limits)
    return ResearchClient(token="clt.none", base_url=url, options=options, session=session)


async def measure(scene: Scene, rounds: int, seconds: float) -> list[Result]:
    """Return the medians of `rounds` interleaved rounds of `seconds` each."""
    async with server(scene.latency) as url, AsyncExitStack() as opened:
        contenders = await Contenders(url, scene.connections, opened).all()
        done: dict[str, list[Round]] = {name: [] for name in contenders}
        for load in contenders.values():
            await load(seconds / 2)
        for _ in range(rounds):
            for name, load in contenders.items():
                done[name].append(await load(seconds))
    plain = statistics.median(one.rate for one in done["httpx"])
    bars = {"core": scene.core, "fast": scene.fast}
    return [
        Result(
            scene.connections,
            scene.latency,
            name,
            rate := statistics.median(one.rate for one in made),
            statistics.median(one.cpu for one in made),
            statistics.median(one.p99 for one in made),
            rate / plain,
            spread([one.rate for one in made]),
            bars.get(name),
        )
        for name, made in done.items()
    ]


class AnsweringAtOnce(Session):
    """A transport that costs nothing."""

    async def send(self, request: WireRequest, *, timeouts: Any = None) -> Answer:  # noqa: ARG002  # the session's
        """Return the server's answer."""
        return Answer(200, {"content-type": "application/json"}, _SMALL)


async def added(rounds: int) -> list[float]:
    """Return the microseconds of CPU that a call costs besides its exchange, round by round."""
    times = []
    async with client_of("http://127.0.0.1:1", AnsweringAtOnce(), 10) as client:
        for _ in range(rounds + 1):
            begun = time.process_time()
            for _ in range(2000):
                await client.raw(REQUEST)
            times.append((time.process_time() - begun) / 2000 * 1e6)
    return times[1:]


def adding(rounds: int) -> list[dict[str, Any]]:
    """Measure and show what the client adds, without the extra and with it."""
    found = []
    for name in ("core", "fast") if importlib.util.find_spec("msgspec") else ("core",):
        with core_only(hidden=name == "core"):
            times = asyncio.run(added(rounds))
        cost = statistics.median(times)
        found.append({"contender": name, "us": cost, "spread": spread(times), "bar": ADDED_BAR})
        print(f"{name} on a transport that answers at once: {cost:.0f} us of CPU a call", end="")
        print(f" (to reach: {ADDED_BAR:.0f})")
    return found


def _show(found: list[Result]) -> None:
    for one in found:
        bar = "" if one.bar is None else f"{one.bar:>8.1f}x"
        ideal = f"{one.rate * one.latency / one.connections:>6.0%}" if one.latency else f"{'':>6}"
        print(
            f"{one.connections:>11} {one.latency * 1000:>5.0f} ms {one.contender:>12}"
            f" {one.rate:>8.0f} {ideal} {one.cpu:>8.0f} {one.p99:>8.1f} {one.ratio:>6.1f}x"
            f" {one.spread or 0:>6.2f} {bar}",
            flush=True,
        )


def main() -> None:
    """Measure every scene."""
    parser = argparse.ArgumentParser(description="The whole client against other clients.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    rounds, seconds = (3, 0.5) if given.quick else (5, 1.5)
    cost = adding(rounds)
    print(
        f"\n{'connections':>11} {'latency':>8} {'by':>12} {'calls/s':>8} {'ideal':>6}"
        f" {'CPU us':>8} {'p99 ms':>8} {'ratio':>7} {'spread':>6} {'to reach':>9}"
    )
    results: list[Result] = []
    for scene in SCENES:
        _show(found := asyncio.run(measure(scene, rounds, seconds)))
        results += found
    if given.json is not None:
        figures = {"added": cost, "calls": [attrs.asdict(one) for one in results]}
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
