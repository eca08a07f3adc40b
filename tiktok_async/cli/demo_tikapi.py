"""What `demo` shows of TikAPI: a crawl with faults, videos saved, and that all of it is true."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
from anyio import to_thread

from tiktok_async.cli.amounts import duration, size
from tiktok_async.cli.bar import Step, shown
from tiktok_async.cli.collect import gather
from tiktok_async.cli.exits import Exit
from tiktok_async.cli.interrupts import Interrupts
from tiktok_async.cli.options import Output, Talk
from tiktok_async.cli.run import Run
from tiktok_async.cli.stopping import stoppable
from tiktok_async.cli.summary import present
from tiktok_async.cli.terminal import say
from tiktok_async.cli.tikapi.listing import order_of
from tiktok_async.io.clock import SystemClock
from tiktok_async.io.output import OutputFile
from tiktok_async.research.where import parse_where
from tiktok_async.tikapi.client import TikAPIClient
from tiktok_async.tikapi.endpoints import ListPosts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rich.table import Table

    from tiktok_async.cli.summary import Report
    from tiktok_async.emulator import Emulator, Fault
    from tiktok_async.io.counters import Statistics
    from tiktok_async.tikapi.media import Outcome
    from tiktok_async.tikapi.models import Comment, Post, Profile

POSTS: Final = "posts.jsonl"
VIDEOS: Final = "clips"
_USER: Final = "joe1234567"
_HASHTAG: Final = "catsoftiktok"
_CRAWLED: Final = 500
"""Posts of the hashtag; with their authors and comments about a thousand calls."""
_SAVED: Final = 20
_FAULTS: Final = {
    "tikapi.public.posts": ("server_error", 3),
    "tikapi.public.check": ("gateway_html", 20),
    "tikapi.public.comments_list": ("reset_connection", 50),
    "tikapi.media": ("cut_body", 4),
}
"""What goes wrong where, and how many calls before it."""


@attrs.frozen(kw_only=True)
class _Crawl:
    """What a crawl brought."""

    posts: list[Post]
    authors: dict[str, Profile]
    """By the name that was asked for."""
    comments: dict[str, list[Comment]]
    """The first of each post, by its id."""
    seconds: float


def faults() -> list[Fault]:
    """Return what goes wrong in this part."""
    from tiktok_async.emulator import Fault

    return [Fault(kind, path, after=after) for path, (kind, after) in _FAULTS.items()]


async def show_tikapi(emulator: Emulator, folder: Path, talk: Talk) -> Exit:
    """Collect, crawl, save and check; return the exit code.

    Args:
        emulator: Where from.
        folder: Where the rows and the videos go.
        talk: How much to say.

    Raises:
        StoppedError: if the user had enough.
    """
    if not talk.quiet:
        say(f"All posts of {_USER}; then #{_HASHTAG}: posts, authors, comments, videos.")
    async with TikAPIClient(api_key=emulator.api_key, base_url=emulator.tikapi_base_url) as client:
        report = await _collect(client, folder / POSTS, talk)
        if report.code:
            present(report, Talk())
            return report.code
        crawl = await _with_bar(client, talk, _crawl(client))
        outcomes = await _with_bar(client, talk, _save(client, crawl.posts, folder / VIDEOS))
        calls = client.statistics()
    wrong = [
        *_posts_wrong(emulator, folder / POSTS),
        *_crawl_wrong(emulator, crawl),
        *await to_thread.run_sync(_videos_wrong, emulator, outcomes),
    ]
    healed = {one["kind"] for one in emulator.faults.shown() if one["fired"] and _is_ours(one)}
    table = _table(report, crawl, outcomes, calls)
    table.add_row("faults healed", ", ".join(sorted(healed)))
    _show(table, wrong, folder)
    return Exit.ERROR if wrong else Exit.COMPLETE


async def _collect(client: TikAPIClient, path: Path, talk: Talk) -> Report:
    user = (await client.public.check(username=_USER)).user
    request = ListPosts(sec_uid=(user and user.sec_uid) or "")
    interrupts = Interrupts()
    with interrupts.listening():
        run = Run(order_of(request, None), client, interrupts, SystemClock())
        output = Output(output=str(path), overwrite=True)
        return await gather(run, OutputFile(path, overwrite=True), output, talk)


async def _crawl(client: TikAPIClient) -> _Crawl:
    """Fetch posts, their authors and first comments; as many at once as the client allows."""
    began = time.monotonic()
    found = await client.public.hashtag(name=_HASHTAG).limit(_CRAWLED).collect()
    names = sorted({str(post.author and post.author.unique_id) for post in found.items})

    async def comments(post: Post) -> list[Comment]:
        return list((await client.public.comments_list(media_id=str(post.id))).items)

    authors, first = await asyncio.gather(
        asyncio.gather(*(client.public.check(username=name) for name in names)),
        asyncio.gather(*map(comments, found.items)),
    )
    return _Crawl(
        posts=found.items,
        authors=dict(zip(names, authors, strict=True)),
        comments={str(post.id): one for post, one in zip(found.items, first, strict=True)},
        seconds=time.monotonic() - began,
    )


async def _save(client: TikAPIClient, posts: Iterable[Post], folder: Path) -> list[Outcome]:
    films = [post for post in posts if post.video is not None and post.video.links]
    await to_thread.run_sync(lambda: folder.mkdir(exist_ok=True))
    return await client.save_videos(films[:_SAVED], folder, overwrite=True)


async def _with_bar(client: TikAPIClient, talk: Talk, work: Any) -> Any:
    """Do some work, and say how many calls were made as long as it lasts."""

    async def step() -> Step:
        return Step(f"{client.statistics().attempts:,} calls")

    with shown(talk, step):
        return await stoppable(work)


def _posts_wrong(emulator: Emulator, path: Path) -> list[str]:
    had = [json.loads(line)["id"] for line in path.read_bytes().splitlines()]
    same = len(had) == len(set(had)) and set(had) == _truth(emulator, f"username = {_USER}")
    return [] if same else [f"the posts of {_USER} are not those of the world"]


def _crawl_wrong(emulator: Emulator, crawl: _Crawl) -> list[str]:
    ids = {str(post.id) for post in crawl.posts}
    strangers = ids - _truth(emulator, f"hashtag_name = {_HASHTAG}")
    checks = {
        "posts of the hashtag are missing": len(ids) != _CRAWLED,
        "posts are not of the hashtag": bool(strangers),
        "authors are others than were asked for": any(
            profile.user is None or profile.user.unique_id != name
            for name, profile in crawl.authors.items()
        ),
        "comments are of other posts": any(
            comment.aweme_id not in (None, post)
            for post, comments in crawl.comments.items()
            for comment in comments
        ),
    }
    return [text for text, wrong in checks.items() if wrong]


def _videos_wrong(emulator: Emulator, outcomes: list[Outcome]) -> list[str]:
    wrong = [f"the video of {one.post.id} is not the emulator's" for one in outcomes
             if not _is_true(emulator, one)]  # fmt: skip
    if emulator.stats()["tikapi"]["key_leaks"]:
        wrong.append("a key was sent to a media host")
    return wrong


def _is_true(emulator: Emulator, outcome: Outcome) -> bool:
    video, saved = outcome.post.video, outcome.saved
    if video is None or saved is None:
        return False
    return any(emulator.media_of(link).sha256() == saved.sha256 for link in video.links)


def _truth(emulator: Emulator, where: str) -> set[str]:
    last = emulator.start + timedelta(days=emulator.days - 1)
    query = parse_where(where).to_dict()
    return {
        str(row["id"]) for row in emulator.world.search(query, emulator.start, last, fields=["id"])
    }


def _is_ours(fault: Mapping[str, Any]) -> bool:
    return fault["path"] in _FAULTS


def _table(report: Report, crawl: _Crawl, outcomes: list[Outcome], calls: Statistics) -> Table:
    from rich.table import Table

    saved = [one.saved.size for one in outcomes if one.saved is not None]
    table = Table(title="What it took", show_header=False)
    for name, value in (
        (f"posts of {_USER}", f"{report.measure.rows:,}"),
        (f"posts of #{_HASHTAG}", f"{len(crawl.posts):,}"),
        ("their authors", f"{len(crawl.authors):,}"),
        ("their first comments", f"{sum(map(len, crawl.comments.values())):,}"),
        ("time of that crawl", duration(crawl.seconds)),
        ("videos saved", f"{len(saved)}, {size(sum(saved))}"),
        ("calls", f"{calls.attempts:,}"),
        ("retries", f"{calls.retries:,}"),
    ):
        table.add_row(name, value)
    return table


def _show(table: Table, wrong: list[str], folder: Path) -> None:
    from rich.console import Console

    console = Console()
    console.print(table)
    verdict = "; ".join(wrong) or "every post, author, comment and byte is as it should be"
    for line in (
        f"Checked against the emulator's world: {verdict}.",
        f"The posts are in {folder / POSTS}, the videos in {folder / VIDEOS}.",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
