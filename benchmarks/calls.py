"""Calls per second through the whole client, against `httpx.AsyncClient` used in the usual way.

Claim: all that the client adds (limits, quota, retries, classification) costs less than what its
connection pool saves; with hundreds of connections it is several times as fast.

All send the same small JSON body to the same server (1 KiB of JSON, at once or after 50 ms) over as
many connections as there are callers, and parse the answer. They take turns in short rounds, so
that a busy machine slows all alike; the figure is the median round.

    python -m benchmarks.calls [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
from pathlib import Path

import attrs
import httpx

from benchmarks.target import rate_of, server
from tiktok_async import Limits, Options, ResearchClient
from tiktok_async.io.session import Session
from tiktok_async.research.endpoints import GetUser
from tiktok_async.sansio.wire import build

REQUEST = GetUser(username="joe1234567")
PATH = REQUEST.route.path
BODY = {"username": "joe1234567"}
HEADERS = (("authorization", "Bearer clt.none"),)


@attrs.frozen
class Scene:
    """What is measured: so many connections to a server that takes so long."""

    connections: int
    latency: float
    """Seconds."""
    bar: float
    """The ratio to reach."""


SCENES = (
    Scene(1, 0.0, 1.0),
    Scene(10, 0.0, 1.0),
    Scene(100, 0.0, 2.0),
    Scene(100, 0.05, 6.0),
    Scene(500, 0.05, 8.0),
)


@attrs.frozen
class Result:
    """Calls per second, median of the rounds."""

    connections: int
    latency: float
    httpx: float
    session: float
    client: float
    ratio: float
    """Whole client against httpx."""
    spread: float
    """Ratio of the worst pair of rounds to that of the best."""
    bar: float


async def measure(scene: Scene, rounds: int, seconds: float) -> Result:
    """Return the medians of `rounds` interleaved rounds of `seconds` each."""
    count = scene.connections
    limits = httpx.Limits(max_connections=count, max_keepalive_connections=count)
    options = Options(
        limits=Limits(concurrency=count, rate=None, requests_per_day=10**9, records_per_day=None)
    )
    session = Session()
    async with (
        server(scene.latency) as url,
        httpx.AsyncClient(limits=limits) as plain,
        ResearchClient(token="clt.none", base_url=url, options=options) as research,
    ):
        wire = build(REQUEST, url, headers=HEADERS)

        async def by_httpx() -> None:
            answer = await plain.post(
                url + PATH, json=BODY, headers=dict(HEADERS), timeout=httpx.Timeout(60)
            )
            answer.raise_for_status()
            assert answer.json()["error"]["code"] == "ok"

        async def by_session() -> None:
            answer = await session.send(wire)
            assert answer.json()["error"]["code"] == "ok"

        async def by_client() -> None:
            await research.raw(REQUEST)

        rates: dict[str, list[float]] = {"httpx": [], "session": [], "client": []}
        contenders = zip(rates, (by_httpx, by_session, by_client), strict=True)
        pairs = list(contenders)
        for _, call in pairs:
            await rate_of(call, count, seconds / 2)
        for _ in range(rounds):
            for name, call in pairs:
                rates[name].append(await rate_of(call, count, seconds))
        await session.aclose()
    return _result(scene, rates)


def _result(scene: Scene, rates: dict[str, list[float]]) -> Result:
    medians = {name: statistics.median(found) for name, found in rates.items()}
    each = sorted(c / h for c, h in zip(rates["client"], rates["httpx"], strict=True))
    return Result(
        scene.connections,
        scene.latency,
        **medians,
        ratio=medians["client"] / medians["httpx"],
        spread=each[0] / each[-1],
        bar=scene.bar,
    )


def main() -> None:
    """Measure every scene."""
    parser = argparse.ArgumentParser(description="The whole client against httpx.AsyncClient.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = parser.parse_args()
    rounds, seconds = (3, 0.7) if given.quick else (5, 2.0)
    print(
        f"{'connections':>11} {'latency':>8} {'httpx/s':>8} {'session/s':>9} {'client/s':>8}",
        end="",
    )
    print(f" {'ratio':>6} {'to reach':>8}")
    results = []
    for scene in SCENES:
        found = asyncio.run(measure(scene, rounds, seconds))
        results.append(attrs.asdict(found))
        print(
            f"{found.connections:>11} {found.latency * 1000:>5.0f} ms {found.httpx:>8.0f}"
            f" {found.session:>9.0f} {found.client:>8.0f} {found.ratio:>5.1f}x {found.bar:>7.1f}x",
            flush=True,
        )
    if given.json is not None:
        given.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
