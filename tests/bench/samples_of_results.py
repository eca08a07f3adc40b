"""Results as the scripts write them, small and made up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MIB = 2**20


def rated(contender: str, rate: float, ratio: float | None, bar: float | None = None, **more: Any):
    """Return what a contender did that is measured by its rate."""
    one = {"contender": contender, "rate": rate, "ratio": ratio, "spread": 0.9, "bar": bar}
    return one | {"cpu": 100.0} | more


def timed(contender: str, seconds: float, ratio: float, bar: float | None = None, **more: Any):
    """Return what a contender did that is measured by its time."""
    one = {"contender": contender, "seconds": seconds, "ratio": ratio, "spread": 0.8, "bar": bar}
    return one | more


def calls() -> Any:
    where = {"connections": 100, "latency": 0.05, "p99": 123.4}
    at_once = {"connections": 100, "latency": 0.0}
    return {
        "added": [{"contender": "core", "us": 70.0, "spread": 0.9, "bar": 60.0}],
        "calls": [
            rated("httpx", 100.0, 1.0, **where),
            rated("aiohttp", 1000.0, 10.0, **where),
            rated("fast", 1400.0, 14.0, 12.0, **where),
            rated("core", 550.0, 5.5, 6.0, **where),
            rated("httpx", 100.0, 1.0, **at_once, p99=900.0),
            rated("aiohttp", 1000.0, 10.0, **at_once, p99=50.0),
            rated("fast", 900.0, 9.0, 12.0, **at_once, p99=90.0),
            rated("core", 700.0, 7.0, 2.5, **at_once, p99=400.0),
        ],
    }


def download() -> Any:
    where = {"scheme": "http", "size": 1024 * MIB, "cpu": 1.0, "peak": 52.0}
    return [
        where
        | {"contender": name, "rate": rate, "against_curl": rate / 1000}
        | {"against_chunks": rate / 100, "to_reach": bar}
        for name, rate, bar in (
            ("curl", 1000.0, None),
            ("chunks", 100.0, None),
            ("core", 300.0, 0.33),
            ("fast", 800.0, 0.75),
        )
    ]


def archive() -> Any:
    rates = {"index": 9.0, "plain": 300.0, "typed": 200.0, "behind": 9.0, "ijson": 100.0}
    return [
        {"contender": name, "rows": 1000, "megabytes": 2.0, "seconds": 1000 / rate, "cpu": 1.0}
        | {"rate": rate, "peak": 30.0, "spread": None}
        | {"bars": {"ijson": 2.0, "json": 1.0} if name == "plain" else {}}
        for name, rate in rates.items()
    ]


def verify() -> Any:
    one = {"scene": "one JSON", "content_mb": 500, "archive_mb": 99.0, "unzip_seconds": 2.0}
    one |= {"check_seconds": 1.0, "ratio": 2.0, "mb_per_second": 500.0, "peak_mib": 1.0}
    return [one | {"unzip_spread": 0.9, "check_spread": 0.8, "bar": 1.0}]


def sinks() -> Any:
    one = {"rows": 1000, "seconds": 2.0, "cpu": 1.0, "rate": 500.0, "cpu_rate": 1000.0}
    one |= {"peak": 310.0, "bar": 300.0}
    return [one | {"format": "read", "megabytes": 0.0}, one | {"format": "csv", "megabytes": 3.0}]


def queued() -> Any:
    return {
        "memory": {"bytes_each": 2048.0, "bar": 4096},
        "few": {"tasks": 50, "rate": 900.0, "spread": 0.9},
        "many": {"tasks": 2500, "rate": 800.0, "spread": 0.8},
        "ratio": 800 / 900,
        "bar": 0.9,
    }


def everything() -> dict[str, Any]:
    """Return the results of all scripts."""
    return {
        "calls": calls(),
        "pages": [
            rated("httpx", 100.0, 1.0, windows=16),
            rated("core", 131.0, 1.31, 1.3, windows=16),
        ],
        "queued": queued(),
        "decode": [
            timed("msgspec, bytes to structs", 0.001, 1.0, page="every field"),
            timed("json.loads alone", 0.002, 2.0, page="every field"),
            timed("bytes to models, core", 0.003, 3.0, 2.5, page="every field"),
            timed("pydantic, bytes to models", 0.004, 4.0, page="every field"),
        ],
        "imports": [
            timed("httpx", 0.2, 1.0, statement="import httpx"),
            timed("tiktok_async", 0.02, 0.1, 1.3, statement="import tiktok_async"),
        ],
        "download": download(),
        "verify": verify(),
        "archive": archive(),
        "crawl": [
            rated("sdk", 100.0, 1.0, width=200, latency=0.05, calls=966),
            rated("core", 400.0, 4.0, 5.0, width=200, latency=0.05, calls=966),
        ],
        "batch": {"files": 200, "size": 10**9, "seconds": 9.0, "cpu": 4.0}
        | {"peak": 63.0, "bar": 128.0},
        "sinks": sinks(),
        "jobs": {
            "cpu_ms": {"job core": 1.9},
            "jobs": [rated("job core", 160.0, 16.0), rated("tiktokresearchapi", 10.0, 1.0)],
        },
        "checkpoints": [
            rated("each page", 95.0, None, 0.9, latency=0.05, kept=0.95),
            rated("each shard", 100.0, None, latency=0.05, kept=1.0),
        ],
    }


def write(folder: Path, results: dict[str, Any], *, run: bool = True) -> None:
    """Write results as the scripts do, and the run that they are of."""
    for name, found in results.items():
        (folder / f"{name}.json").write_text(json.dumps(found))
    if run:
        began, ended = "2020-01-02T03:04:05+00:00", "2100-01-02T03:04:05+00:00"
        machine = {"python": "3.11.9", "cores": 2, "quick": False, "load": [0.25, 1.5]}
        described = machine | {"began": began, "ended": ended}
        (folder / "run.json").write_text(json.dumps(described))
