"""Small made-up jobs for the tests of a dataset's page."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from tiktok_async.jobs.documents import read_manifest, write_manifest
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import Gap, Manifest, OutputEntry, ShardEntry, StageEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SPEC = """\
name = "cats"

[[stage]]
name = "videos"
collect = "research.videos"
where = "region_code in (US, CA) and keyword = 'cats'"
start = 2026-01-01
end = 2026-02-19
shard_days = 10

[[stage]]
name = "comments"
collect = "research.comments"
from = "videos.id"
limit = 1000

[[stage]]
name = "posts"
collect = "tikapi.public.posts"
from = { file = "secret-folder/users.csv", column = "sec_uid" }
"""
HASH = "ab" * 32
REGIONS = ("US", "US", "CA", "MX")


def unix(day: date, hour: int = 12) -> int:
    """Return the Unix seconds of an hour of a day, UTC."""
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp())


def video(number: int, day: date, word: str = "word") -> dict[str, Any]:
    """Return a video of a day."""
    return {
        "id": 7_000_000_000_000_000_000 + number,
        "create_time": unix(day),
        "username": f"{word}-{number % 3}",
        "region_code": REGIONS[number % 4],
        "hashtag_names": [word, "Cats"] if number % 2 else ["cats"],
    }


def comment(number: int, item: int, word: str = "word") -> dict[str, Any]:
    """Return a comment on a video."""
    made = unix(date(2026, 3, 1 + number % 9))
    return {"id": number, "text": word, "create_time": made, "of_video_id": str(item)}


def post(number: int, word: str = "word") -> dict[str, Any]:
    """Return a post of TikAPI, its time as text as some answers have it."""
    return {
        "id": f"{number}",
        "createTime": str(unix(date(2025, 1 + number % 12, 5))),
        "author": {"uniqueId": f"{word}.author"},
        "textExtra": [{"type": 1, "hashtagName": f"{word}tag"}, {"type": 0, "hashtagName": ""}],
        "locationCreated": "NL",
        "of_sec_uid": f"{word}-sec-{number % 2}",
    }


def written(layout: Layout, stage: str, shard: ShardEntry, rows: Iterable[Any]) -> ShardEntry:
    """Write a part; return its entry with what belongs to the part."""
    path = layout.part(stage, shard.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row).encode() + b"\n" for row in rows]
    content = b"".join(lines)
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest() if shard.status == "complete" else None
    return attrs.evolve(shard, rows=len(lines), size=len(content), sha256=digest)


def videos_stage(layout: Layout, word: str) -> StageEntry:
    """Return five shards of ten days: with a hole, and the last one stopped with four days left."""
    shards = []
    for number in range(5):
        first = date(2026, 1, 1) + number * timedelta(days=10)
        days = [first + back * timedelta(days=1) for back in range(9, -1, -1)]
        hole = date(2026, 1, 14)
        done = 6 if number == 4 else 10
        had = [day for day in days[:done] if day != hole]
        entry = ShardEntry(
            id=f"{number:05}",
            label=f"{first}..{days[0]}",
            status="stopped" if number == 4 else "complete",
            items=10,
            done=done,
            pages=12,
            calls=14,
            holes=(Gap("2026-01-14", "server", f"Internal {word}", f"{word}-log"),)
            if hole in days
            else (),
        )
        rows = [video(day.day * 10 + i, day, word) for day in had for i in range(1 + day.day % 4)]
        shards.append(written(layout, "videos", entry, rows))
    return StageEntry(
        name="videos",
        collect="research.videos",
        endpoint="research.videos.query",
        status="stopped",
        shards=tuple(shards),
        outputs=(
            OutputEntry(
                path="dataset/videos.parquet",
                format="parquet",
                rows=118,
                size=2_048,
                sha256="cd" * 32,
            ),
        ),
    )


def comments_stage(layout: Layout, word: str) -> StageEntry:
    """Return two shards of items: rows for some, none for one, two missing, one not asked yet."""
    gone = (
        Gap("7005", "not_found", f"{word} is gone", "log-7005"),
        Gap("7006", "private", "", None),
    )
    one = ShardEntry(
        id="00000",
        label="7000 … 7004",
        status="complete",
        items=5,
        done=5,
        pages=6,
        calls=6,
    )
    rows = [comment(i, 7000 + item) for item in range(4) for i in range(1 + item * 3)]
    two = ShardEntry(
        id="00001",
        label="7005 … 7007",
        status="stopped",
        items=3,
        done=2,
        calls=2,
        missing=gone,
    )
    return StageEntry(
        name="comments",
        collect="research.comments",
        endpoint="research.videos.comments",
        status="stopped",
        shards=(written(layout, "comments", one, rows), written(layout, "comments", two, [])),
    )


def posts_stage(layout: Layout, word: str) -> StageEntry:
    """Return a stage of TikAPI."""
    entry = ShardEntry(
        id="00000", label="a … b", status="complete", items=2, done=2, pages=2, calls=2
    )
    shard = written(layout, "posts", entry, [post(number, word) for number in range(24)])
    return StageEntry(
        name="posts",
        collect="tikapi.public.posts",
        endpoint="tikapi.public.posts",
        status="complete",
        shards=(shard,),
    )


def kept(folder: Path, word: str = "word", **changes: Any) -> Layout:
    """Write a stopped job of three stages; `word` is in each text of the providers."""
    layout = Layout(folder)
    layout.root.mkdir(parents=True, exist_ok=True)
    layout.spec.write_text(SPEC)
    manifest = Manifest(
        job="cats",
        spec_sha256=HASH,
        library="0.1.0",
        status="stopped",
        stopped="quota",
        message=f"The daily quota is spent {word}: it starts anew at 00:00 UTC.",
        created_at="2026-11-20T09:30:00+00:00",
        updated_at="2026-11-22T11:00:00+00:00",
        stages=(
            videos_stage(layout, word),
            comments_stage(layout, word),
            posts_stage(layout, word),
        ),
        credential="research-1",
        base_url="https://open.tiktokapis.com",
        requests_per_day={"2026-11-20": 40, "2026-11-22": 38},
    )
    write_manifest(layout, attrs.evolve(manifest, **changes))
    return layout


def changed(layout: Layout, stage: int, shard: str, **changes: Any) -> None:
    """Write the manifest again with something of a shard changed."""
    manifest = read_manifest(layout)
    assert manifest is not None
    stages = list(manifest.stages)
    stages[stage] = with_shard(stages[stage], shard, changes)
    write_manifest(layout, attrs.evolve(manifest, stages=tuple(stages)))


def planned(layout: Layout) -> None:
    """Write the plans of the stages, as those have who read rows by the plan."""
    manifest = read_manifest(layout)
    assert manifest is not None
    for stage in manifest.stages:
        path = layout.plan(stage.name)
        path.parent.mkdir(exist_ok=True)
        lines = [{"id": one.id, "label": one.label, "items": ["a"]} for one in stage.shards]
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def with_shard(stage: StageEntry, shard: str, changes: Mapping[str, Any]) -> StageEntry:
    """Return a stage one of whose shards is changed."""
    shards = tuple(attrs.evolve(one, **changes) if one.id == shard else one for one in stage.shards)
    return attrs.evolve(stage, shards=shards)
