"""How long a page of videos takes from bytes to models, against msgspec's structs and pydantic.

Claim: from the bytes of a page to models takes at most 2.5 times as long as msgspec takes to its
structs with the core install, of which the standard library's parser alone takes as much, and at
most 1.5 times with the extra `fast`.

A page holds 100 videos with every field of the contract; a second one omits some. Rounds of all
ways alternate, and the median of each one's CPU time is taken, so that a busy machine slows all
alike. Only the ways from bytes to models are compared; the others show what their parts cost.
pydantic validates the same page from bytes to models of the same fields; if it is not installed,
it is absent.

    python -m benchmarks.decode [--rounds N] [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, Final

import attrs
import msgspec
import orjson

from benchmarks.rounds import core_only, spread
from benchmarks.videos import page
from tiktok_async import convert
from tiktok_async.research.models import Video
from tiktok_async.rows import PageForm

if TYPE_CHECKING:
    from collections.abc import Callable

BASE: Final = "msgspec, bytes to structs"
BARS: Final = {"bytes to models, core": 2.5, "bytes to models, fast": 1.5}
"""Times the time of the structs that is to be reached."""


@attrs.frozen
class Result:
    """Median of the rounds."""

    page: str
    contender: str
    seconds: float
    ratio: float
    """Of the times, against msgspec's structs."""
    spread: float | None
    """The shortest round against the longest."""
    bar: float | None


class HashtagStruct(msgspec.Struct):
    """The fields of `HashtagInfo`."""

    hashtag_id: int | None = None
    hashtag_name: str | None = None
    hashtag_description: str | None = None


class StickerStruct(msgspec.Struct):
    """The fields of `StickerInfo`."""

    sticker_id: int | None = None
    sticker_name: str | None = None


class EffectStruct(msgspec.Struct):
    """The fields of `EffectInfo`."""

    effect_id: int | None = None
    effect_name: str | None = None
    effect_photo_url: str | None = None


class TagStruct(msgspec.Struct):
    """The fields of `VideoTag`."""

    type: str | None = None
    number: int | None = None


class VideoStruct(msgspec.Struct):
    """The fields of `Video`."""

    id: int | None = None
    create_time: int | None = None
    username: str | None = None
    region_code: str | None = None
    video_description: str | None = None
    music_id: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None
    view_count: int | None = None
    favorites_count: int | None = None
    effect_ids: list[str] | None = None
    hashtag_names: list[str] | None = None
    hashtag_info_list: list[HashtagStruct] | None = None
    sticker_info_list: list[StickerStruct] | None = None
    effect_info_list: list[EffectStruct] | None = None
    video_mention_list: list[str] | None = None
    video_label: dict[str, Any] | None = None
    playlist_id: int | None = None
    voice_to_text: str | None = None
    is_stem_verified: bool | None = None
    video_duration: int | None = None
    video_tag: TagStruct | None = None


class DataStruct(msgspec.Struct):
    """A page."""

    videos: list[VideoStruct]
    cursor: int
    has_more: bool
    search_id: str


class AnswerStruct(msgspec.Struct):
    """The envelope."""

    data: DataStruct
    error: dict[str, Any]


PAGE = PageForm(
    model=Video,
    around=("error",),
    under="data",
    rows=("videos",),
    flags=("has_more",),
    beside=("cursor", "search_id"),
)


def by_dicts(body: bytes) -> list[Video]:
    return convert.decode_list(Video, convert.loads(body)["data"]["videos"], "$.data.videos")


def rows_of(body: bytes) -> list[Video]:
    page = convert.loads_page(body, PAGE)
    return convert.decode_list(Video, page["data"]["videos"], "$.data.videos")


def by_core(body: bytes) -> list[Video]:
    with core_only():
        return rows_of(body)


def ways(body: bytes) -> dict[str, Callable[[], Any]]:
    structs = msgspec.json.Decoder(AnswerStruct)
    raws = json.loads(body)["data"]["videos"]
    found: dict[str, Callable[[], Any]] = {
        BASE: lambda: structs.decode(body),
        "json.loads alone": lambda: json.loads(body),
        "orjson.loads alone": lambda: orjson.loads(body),
        "loads alone, with msgspec": lambda: convert.loads(body),
        "dicts to models": lambda: convert.decode_list(Video, raws),
        "dicts to models, converter only": lambda: convert._structure(raws, list[Video], "$"),  # noqa: SLF001  # the way around the shortcut
        "bytes to models, core": lambda: by_core(body),
        "bytes to models, fast, by dicts": lambda: by_dicts(body),
        "bytes to models, fast": lambda: rows_of(body),
    }
    if importlib.util.find_spec("pydantic"):
        from benchmarks.by_pydantic import Answer

        found["pydantic, bytes to models"] = lambda: Answer.model_validate_json(body)
    return found


def measure(kind: str, body: bytes, rounds: int) -> list[Result]:
    """Return the medians of each way."""
    found = ways(body)
    taken: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, way in found.items():
            way()  # so that each finds the caches as it would leave them itself
            start = process_time()
            way()
            taken[name].append(process_time() - start)
    base = statistics.median(taken[BASE])
    return [
        Result(
            kind,
            name,
            seconds := statistics.median(times),
            seconds / base,
            spread(times),
            BARS.get(name),
        )
        for name, times in taken.items()
    ]


def main() -> None:
    """Measure both pages."""
    arguments = argparse.ArgumentParser(description="Bytes of a page to models.")
    arguments.add_argument("--rounds", type=int, default=100)
    arguments.add_argument("--quick", action="store_true", help="fewer rounds")
    arguments.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    given = arguments.parse_args()
    rounds = 20 if given.quick else given.rounds
    bodies = {
        "every field": page(),
        "some omitted": page(without=frozenset({"voice_to_text", "playlist_id", "effect_ids"})),
    }
    results: list[Result] = []
    for kind, body in bodies.items():
        found = measure(kind, body, rounds)
        print(f"\n{kind}: 100 videos, {len(body)} bytes, median of {rounds} rounds")
        for one in found:
            bar = "" if one.bar is None else f" (to reach: {one.bar}x)"
            print(f"  {one.contender:34}{one.seconds * 1e6:9.0f} µs {one.ratio:7.2f}x{bar}")
        results += found
    if given.json is not None:
        given.json.write_text(json.dumps([attrs.asdict(one) for one in results], indent=2) + "\n")


if __name__ == "__main__":
    main()
