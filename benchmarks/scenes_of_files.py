"""From the JSON of each script that measures files to the scenes of its claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from benchmarks.claims import Entry, Goal, Scene, at_least, at_most, duration, shown, times
from benchmarks.download import MEMORY_BAR
from benchmarks.scenes import LESS, MORE, OURS, groups, of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.scenes import Found

_MIB: Final = 2**20
CHUNKS_BAR: Final = 2.0
"""Times the rate of a write for each chunk that a download is to reach."""
_PEAK: Final = f"peak memory of the whole process, {LESS}"


def _mib(value: float) -> str:
    return f"{shown(value)} MiB"


def download(found: Found) -> Iterator[Scene]:
    """Yield the rates by scheme and size, then the memory of all."""
    for (scheme, size), made in groups(found, "scheme", "size"):
        entries = tuple(_downloaded(one, made) for one in made)
        title = f"{size / _MIB:,.0f} MiB over {scheme}"
        yield Scene(title, f"MB a second, {MORE}", entries)
    peaks = [
        Entry(
            f"{one['contender']}, {one['scheme']}, {one['size'] / _MIB:,.0f} MiB",
            one["peak"],
            _mib(one["peak"]),
            goals=(at_most(MEMORY_BAR, one["peak"], f"{MEMORY_BAR:.0f} MiB"),),
            ours=True,
        )
        for one in found
        if one["contender"] in OURS
    ]
    yield Scene("Memory of a download", _PEAK, tuple(peaks))


def _downloaded(one: Found, made: list[Found]) -> Entry:
    ours = one["contender"] in OURS
    ratios = {"curl": one["against_curl"], "chunks": one["against_chunks"]}
    bases = {name: of(made, name) for name in ratios}
    bars = {"curl": one["to_reach"], "chunks": CHUNKS_BAR if ours else None}
    goals = [
        at_least(bars[name], ratios[name], base, name)
        for name, base in bases.items()
        if base is not None and bars[name] is not None
    ]
    against = [times(ratios[name], name) for name, base in bases.items() if base is not None]
    return Entry(
        one["contender"],
        one["rate"],
        f"{shown(one['rate'])} MB/s",
        ", ".join(against) if ours else "",
        one.get("spread"),
        tuple(goals),
        {"CPU": f"{shown(one['cpu'])} s for each GB", "peak": _mib(one["peak"])},
        ours=ours,
    )


def verify(found: Found) -> Iterator[Scene]:
    """Yield the times of both, by archive."""
    for one in found:
        theirs = one["unzip_seconds"]
        goal = () if one["bar"] is None else (_no_slower(one["bar"], one["ratio"], theirs),)
        unzip = Entry("unzip -t", theirs, duration(theirs), spread=one["unzip_spread"])
        check = Entry(
            "check_archive",
            one["check_seconds"],
            duration(one["check_seconds"]),
            f"{one['ratio']:.2f} times as fast as unzip -t",
            one["check_spread"],
            goal,
            {
                "content": f"{shown(one['mb_per_second'])} MB/s",
                "memory beyond the imports": _mib(one["peak_mib"]),
            },
            ours=True,
        )
        title = f"{one['content_mb']:,.0f} MB, {one['scene']}"
        yield Scene(title, f"time, {LESS}", (unzip, check))


def _no_slower(bar: float, ratio: float, theirs: float) -> Goal:
    fast = "as fast" if bar == 1 else f"{bar:.3g} times as fast"
    return Goal(theirs / bar, f"at least {fast} as unzip -t", ratio >= bar)


def archive(found: Found) -> Iterator[Scene]:
    """Yield the rates of rows, what a small section and the index take, and the memory."""
    sized = f"{found[0]['rows']:,} rows, {found[0]['megabytes']:,.0f} MB of JSON in a zip"
    alone = {"index": "index, made once", "behind": "a small section behind"}
    named = [one for one in found if one["contender"] not in alone]
    rates = tuple(_rows_of(one, found) for one in named)
    yield Scene(sized, f"rows a second, {MORE}", rates)
    waits = [
        Entry(
            alone[one["contender"]],
            one["seconds"],
            duration(one["seconds"]),
            spread=one["spread"],
            ours=True,
        )
        for one in found
        if one["contender"] in alone
    ]
    yield Scene("Before the first row of the same zip", f"time, {LESS}", tuple(waits))
    peaks = [
        Entry(
            one["contender"],
            one["peak"],
            _mib(one["peak"]),
            ours=one["contender"] in {"plain", "typed"},
        )
        for one in named
    ]
    yield Scene("Memory, same zip", _PEAK, tuple(peaks), listed=False)


def _rows_of(one: Found, found: list[Found]) -> Entry:
    bases = {name: of(found, name) for name in ("ijson", "json")}
    ours = one["contender"] in {"plain", "typed"}
    ratios = {name: one["rate"] / base for name, base in bases.items() if ours and base}
    goals = [
        at_least(bar, ratios[name], bases[name] or 0.0, name)
        for name, bar in one["bars"].items()
        if name in ratios
    ]
    return Entry(
        one["contender"],
        one["rate"],
        f"{shown(one['rate'])} rows/s",
        ", ".join(times(ratio, name) for name, ratio in ratios.items()),
        one["spread"],
        tuple(goals),
        {"peak": _mib(one["peak"])},
        ours=ours,
    )


def batch(found: Found) -> Iterator[Scene]:
    """Yield the memory of a batch."""
    entry = Entry(
        "save_videos",
        found["peak"],
        _mib(found["peak"]),
        goals=(at_most(found["bar"], found["peak"], _mib(found["bar"])),),
        notes={
            "rate": f"{shown(found['size'] / 1e6 / found['seconds'])} MB/s",
            "CPU": duration(found["cpu"]),
        },
        ours=True,
    )
    title = f"{found['files']} videos, {found['size'] / 1e6:,.0f} MB, 8 at a time"
    yield Scene(title, _PEAK, (entry,))


def sinks(found: Found) -> Iterator[Scene]:
    """Yield the memory of each format, then its rate."""
    read = next((one["seconds"] for one in found if one["format"] == "read"), None)
    entries = [_format(one, read) for one in found]
    sized = f"{found[0]['rows']:,} videos out of a job's parts"
    yield Scene(f"{sized}, memory", _PEAK, tuple(entries))
    rates = [
        attrs.evolve(
            entry, value=one["rate"], figure=f"{shown(one['rate'])} rows/s", goals=(), notes={}
        )
        for entry, one in zip(entries, found, strict=True)
    ]
    yield Scene(f"{sized}, rate", f"rows a second, {MORE}", tuple(rates), listed=False)


def _format(one: Found, read: float | None) -> Entry:
    notes = {"rate": f"{shown(one['rate'])} rows/s", "time": duration(one["seconds"])}
    if one["megabytes"]:
        notes["file"] = f"{shown(one['megabytes'])} MB"
    whose = "the time of reading alone"
    other = read is not None and one["format"] != "read"
    return Entry(
        one["format"],
        one["peak"],
        _mib(one["peak"]),
        times(one["seconds"] / (read or 1.0), whose) if other else "",
        goals=(at_most(one["bar"], one["peak"], _mib(one["bar"])),),
        notes=notes,
        ours=True,
    )
