"""Memory, CPU and rate of a batch of videos that is saved, eight at a time.

Claim: 200 videos of 5 MB each are saved with a peak below 128 MiB for the whole process, where the
official SDK holds each file in memory twice.

The emulator has a process of its own, the saving a fresh one.

    python -m benchmarks.batch [--quick] [--json PATH]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.children import child
from benchmarks.crawl import HASHTAGS, emulating

_FILE: Final = 5_000_000
"""Bytes."""
MEMORY_BAR: Final = 128.0
"""MiB."""


async def save(url: str, key: str, folder: Path, files: int) -> tuple[float, ...]:
    """Save so many videos, as many at once as is usual; return seconds, CPU seconds, MiB."""
    from tiktok_async import TikAPIClient

    async with TikAPIClient(api_key=key, base_url=url) as client:
        posts = await client.public.hashtag(name=HASHTAGS[0]).limit(files * 5 // 4).collect()
        films = [post for post in posts.items if post.video is not None and post.video.links]
        cpu, started = time.process_time(), time.perf_counter()
        outcomes = await client.save_videos(films[:files], folder)
        seconds = time.perf_counter() - started
    assert [one.status for one in outcomes] == ["saved"] * files
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, time.process_time() - cpu, peak


def measure(files: int) -> dict[str, float]:
    """Save a batch in a fresh process; return the bytes and what it took."""
    with emulating(media_bytes=_FILE) as (url, key), tempfile.TemporaryDirectory() as folder:
        seconds, cpu, peak = child("batch", url, key, folder, files)
        sizes = [path.stat().st_size for path in Path(folder).iterdir()]
    assert len(sizes) == files
    size, bar = sum(sizes), MEMORY_BAR
    print(f"{files} videos, {size / 1e6:.0f} MB: {size / 1e6 / seconds:.0f} MB/s,", end="")
    print(f" CPU {cpu:.1f} s, peak {peak:.1f} MiB (to reach: {bar:.0f} MiB)")
    return {"files": files, "size": size, "seconds": seconds, "cpu": cpu, "peak": peak, "bar": bar}


def main() -> None:
    """Measure one batch."""
    parser = argparse.ArgumentParser(description="A batch of videos.")
    parser.add_argument("--quick", action="store_true", help="fewer files")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        url, key, folder, files = given.child
        print(json.dumps(asyncio.run(save(url, key, Path(folder), int(files)))))
        return
    found = measure(50 if given.quick else 200)
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
