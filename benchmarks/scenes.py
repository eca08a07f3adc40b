"""From the JSON of each script that measures calls, pages and jobs to the scenes of its claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from benchmarks.calls import CROWD, IDEAL_BAR, P99_BARS, RAW_BAR
from benchmarks.claims import Entry, Goal, Scene, at_least, at_most, duration, shown, times, within
from benchmarks.jobs import BAR, CPU_BAR, LATENCY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Found: TypeAlias = Any
"""JSON."""
OURS: Final = frozenset({"core", "fast", "job core", "job fast", "each page"})
_NAMES: Final = {
    "session core": "core, session alone",
    "session fast": "fast, session alone",
    "sdk": "the tikapi SDK",
    "tiktokresearchapi": "TikTok's wrapper",
    "each page": "one for each page",
    "each shard": "one for each shard",
}
"""What contenders are called on the page, where it is not as in the JSON."""
MORE: Final = "more is better"
LESS: Final = "less is better"


def groups(found: Iterable[Found], *keys: str) -> Iterator[tuple[tuple[Any, ...], list[Found]]]:
    """Yield what has the same values, in the order of their first."""
    made: dict[tuple[Any, ...], list[Found]] = {}
    for one in found:
        made.setdefault(tuple(one[key] for key in keys), []).append(one)
    yield from made.items()


def of(found: Iterable[Found], name: str, key: str = "rate") -> float | None:
    return next((one[key] for one in found if one["contender"] == name), None)


def _takes(latency: float) -> str:
    return f"the server takes {latency * 1000:.0f} ms" if latency else "the server answers at once"


def _many(count: float, what: str) -> str:
    return f"{count:,.0f} {what}{'' if count == 1 else 's'}"


def rated(found: list[Found], base: str, unit: str, notes: Callable[[Found], Any]) -> list[Entry]:
    """Return entries of rates with ratios to one of them, and bars in such ratios."""
    theirs, whose = of(found, base), _NAMES.get(base, base)
    return [
        Entry(
            _NAMES.get(one["contender"], one["contender"]),
            one["rate"],
            f"{shown(one['rate'])} {unit}",
            "" if one["contender"] == base else times(one["ratio"], whose),
            one.get("spread"),
            ()
            if one.get("bar") is None or theirs is None
            else (at_least(one["bar"], one["ratio"], theirs, whose),),
            notes(one),
            one["contender"] in OURS,
        )
        for one in found
    ]


def calls(found: Found) -> Iterator[Scene]:
    """Yield the rates at so many connections, then what the client adds to a call."""
    for (connections, latency), made in groups(found["calls"], "connections", "latency"):
        title = f"{_many(connections, 'connection')}, {_takes(latency)}"
        entries = rated(
            made,
            "httpx",
            "calls/s",
            lambda one: {"p99": f"{shown(one['p99'])} ms", "CPU": f"{shown(one['cpu'])} µs a call"},
        )
        whole = tuple(_in_a_crowd(e, made, latency) if connections == CROWD else e for e in entries)
        yield Scene(title, f"calls a second, {MORE}", whole, listed=False)
    added = [
        Entry(
            one["contender"],
            one["us"],
            f"{shown(one['us'])} µs",
            spread=one["spread"],
            goals=(at_most(one["bar"], one["us"], f"{one['bar']:.0f} µs"),),
            ours=True,
        )
        for one in found["added"]
    ]
    title = "What the client adds to a call, on a transport that answers at once"
    yield Scene(title, f"CPU a call, {LESS}", tuple(added))


def _in_a_crowd(entry: Entry, made: list[Found], latency: float) -> Entry:
    """Return an entry with what is to be reached with many connections."""
    raw, theirs = of(made, "aiohttp"), of(made, "httpx", "p99")
    own, most = of(made, entry.name, "p99"), P99_BARS.get(entry.name)
    goals = [*entry.goals]
    if entry.name == "fast" and latency:
        ideal = CROWD / latency
        goals.append(
            at_least(IDEAL_BAR, entry.value / ideal, ideal, "what the server could answer")
        )
    elif entry.name == "fast" and raw is not None:
        goals.append(at_least(RAW_BAR, entry.value / raw, raw, "aiohttp"))
    if most is not None and theirs is not None and own is not None and not latency:
        said = f"p99 at most 1/{1 / most:.0f} of theirs, {shown(theirs)} ms"
        goals.append(Goal(entry.value, said, own <= most * theirs))
    return attrs.evolve(entry, goals=tuple(goals))


def pages(found: Found) -> Iterator[Scene]:
    """Yield the rates at so many windows."""
    for (windows,), made in groups(found, "windows"):
        title = f"{_many(windows, 'window')} in flight"
        entries = rated(
            made, "httpx", "pages/s", lambda one: {"CPU": f"{shown(one['cpu'])} ms a page"}
        )
        yield Scene(title, f"pages a second, {MORE}; httpx stops at dicts", tuple(entries))


def queued(found: Found) -> Iterator[Scene]:
    """Yield the memory of a queued call, then the rates with few tasks and with many."""
    held, bar = found["memory"]["bytes_each"], found["memory"]["bar"]
    goal = at_most(bar, held, f"{bar / 1024:.3g} KiB")
    each = Entry("queued call", held, f"{held / 1024:.2f} KiB", goals=(goal,), ours=True)
    yield Scene("A call that waits, its task included", f"memory of each, {LESS}", (each,))
    few, many = found["few"], found["many"]
    without = Entry(
        f"{few['tasks']:,} tasks", few["rate"], f"{shown(few['rate'])} calls/s", "", few["spread"]
    )
    queue = Entry(
        f"{many['tasks']:,} queued",
        many["rate"],
        f"{shown(many['rate'])} calls/s",
        times(found["ratio"], without.name),
        many["spread"],
        (at_least(found["bar"], found["ratio"], few["rate"], without.name),),
        ours=True,
    )
    title = "Rate with calls queued at once, against few tasks"
    yield Scene(title, f"calls a second, {MORE}", (without, queue))


def decode(found: Found) -> Iterator[Scene]:
    """Yield the ways from bytes to models, then the parts of which they are made."""
    for (page,), made in groups(found, "page"):
        base = min(one["seconds"] for one in made if one["ratio"] == 1)
        for title, whole in (("Bytes to models", True), ("What the parts cost", False)):
            entries = [_way(one, base) for one in made if whole != _is_part(one["contender"])]
            unit = f"CPU for a page of 100 videos, {LESS}"
            yield Scene(f"{title}, {page}", unit, tuple(entries), listed=whole)


def _is_part(way: str) -> bool:
    return "alone" in way or way.startswith("dicts")


def _way(one: Found, base: float) -> Entry:
    structs = "msgspec"
    goals = [within(one["bar"], one["ratio"], base, structs)] if one["bar"] is not None else []
    return Entry(
        one["contender"].removeprefix("bytes to models, "),
        one["seconds"],
        duration(one["seconds"]),
        "" if one["seconds"] == base else times(one["ratio"], structs),
        one["spread"],
        tuple(goals),
        ours=bool(goals),
    )


def imports(found: Found) -> Iterator[Scene]:
    """Yield the times of imports."""
    base = of(found, "httpx", "seconds") or 0.0
    entries = [
        Entry(
            one["statement"],
            one["seconds"],
            duration(one["seconds"]),
            "" if one["contender"] == "httpx" else times(one["ratio"], "httpx"),
            one["spread"],
            () if one["bar"] is None else (within(one["bar"], one["ratio"], base, "httpx"),),
            ours=one["contender"] != "httpx",
        )
        for one in found
    ]
    yield Scene("In a fresh interpreter", f"time of the import, {LESS}", tuple(entries))


def crawl(found: Found) -> Iterator[Scene]:
    """Yield the rates of crawls, by calls in flight and by what the server takes."""
    for (width, latency), made in groups(found, "width", "latency"):
        entries = rated(
            made, "sdk", "calls/s", lambda one: {"CPU": f"{shown(one['cpu'])} µs a call"}
        )
        title = f"{_many(made[0]['calls'], 'call')}, {width} in flight, {_takes(latency)}"
        unit = f"calls a second, {MORE}; the SDK, in threads, stops at JSON"
        yield Scene(title, unit, tuple(entries))


def jobs(found: Found) -> Iterator[Scene]:
    """Yield the rates of jobs and of other packages, then the CPU of a page."""
    made = [{**one, "bar": BAR if _is_job(one) else None} for one in found["jobs"]]
    title = f"20 windows of 20 pages, {_takes(LATENCY)}"
    entries = rated(
        made,
        "tiktokresearchapi",
        "pages/s",
        lambda one: {"CPU": f"{shown(one['cpu'])} ms a page"},
    )
    yield Scene(title, f"pages a second, {MORE}", tuple(entries))
    spent = [
        Entry(
            name,
            cpu,
            f"{shown(cpu)} ms",
            goals=(at_most(CPU_BAR, cpu, f"{CPU_BAR:.0f} ms"),),
            ours=True,
        )
        for name, cpu in found["cpu_ms"].items()
    ]
    yield Scene("A page of a job, besides its exchange", f"CPU, {LESS}", tuple(spent))


def _is_job(one: Found) -> bool:
    return str(one["contender"]).startswith("job")


def checkpoints(found: Found) -> Iterator[Scene]:
    """Yield the rates of jobs by checkpoints, by what the server takes."""
    base = "each shard"
    for (latency,), made in groups(found, "latency"):
        kept = [{**one, "ratio": one["kept"]} for one in made]
        entries = rated(
            kept, base, "pages/s", lambda one: {"CPU": f"{shown(one['cpu'])} ms a page"}
        )
        title = f"A job with checkpoints, {_takes(latency)}"
        yield Scene(title, f"pages a second, {MORE}", tuple(entries))
