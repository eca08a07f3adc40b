"""How long a page of videos takes from bytes to models, against msgspec's structs.

A page holds 100 videos with every field of the contract. Rounds of all ways alternate, and the
median of each one's CPU time is taken, so that a busy machine slows all alike. To reach: 2.5 times
the structs' time with the core install, of which the standard library's parser alone takes as
much, and 1.5 times with the extra `fast`.

    python -m benchmarks.decode [--rounds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any
from unittest import mock

import msgspec
import orjson

from benchmarks.videos import page
from tiktok_async import convert
from tiktok_async.research.models import Video
from tiktok_async.structs import PageForm

if TYPE_CHECKING:
    from collections.abc import Callable


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


def models(load: Callable[[bytes], Any], body: bytes) -> list[Video]:
    return convert.decode_list(Video, load(body)["data"]["videos"], "$.data.videos")


def of_the_core(body: bytes) -> Any:
    with mock.patch.object(convert, "msgspec", None):
        return convert.loads(body)


def ways(body: bytes) -> dict[str, Callable[[], Any]]:
    structs = msgspec.json.Decoder(AnswerStruct)
    raws = json.loads(body)["data"]["videos"]
    return {
        "msgspec, bytes to structs": lambda: structs.decode(body),
        "json.loads alone": lambda: json.loads(body),
        "orjson.loads alone": lambda: orjson.loads(body),
        "loads alone, with msgspec": lambda: convert.loads(body),
        "dicts to models": lambda: convert.decode_list(Video, raws),
        "dicts to models, converter only": lambda: convert._structure(raws, list[Video], "$"),  # noqa: SLF001  # the way around the shortcut
        "bytes to models, core": lambda: models(of_the_core, body),
        "bytes to models, fast, by dicts": lambda: models(convert.loads, body),
        "bytes to models, fast": lambda: models(lambda body: convert.loads_page(body, PAGE), body),
    }


def measure(body: bytes, rounds: int) -> dict[str, float]:
    """Return the median seconds of each way."""
    found = ways(body)
    taken: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, way in found.items():
            way()  # so that each finds the caches as it would leave them itself
            start = process_time()
            way()
            taken[name].append(process_time() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=100)
    arguments.add_argument("--quick", action="store_true", help="fewer rounds")
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    rounds = 20 if given.quick else given.rounds
    bodies = {
        "every field": page(),
        "some omitted": page(without=frozenset({"voice_to_text", "playlist_id", "effect_ids"})),
    }
    result = {}
    for kind, body in bodies.items():
        medians = measure(body, rounds)
        base = medians["msgspec, bytes to structs"]
        print(f"\n{kind}: 100 videos, {len(body)} bytes, median of {rounds} rounds")
        for name, seconds in medians.items():
            print(f"  {name:34}{seconds * 1e6:9.0f} µs {seconds / base:7.2f}x")
        result[kind] = {
            name: {"seconds": seconds, "ratio": seconds / base} for name, seconds in medians.items()
        }
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
