"""Media and chat as the emulator serves them: expired links, faults on the way, a room's end."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from tiktok_async import DownloadError, LinkExpiredError, Runtime, ServerError, TikAPIClient
from tiktok_async.emulator import Emulator, Fault
from tiktok_async.testing import FakeClock
from tiktok_async.tikapi.chat import ChatPace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tiktok_async.tikapi.models import ChatEvent, Post

pytestmark = pytest.mark.anyio


@attrs.frozen
class Place:
    """An emulator, a client of it, and the time of both."""

    emulator: Emulator
    client: TikAPIClient
    clock: FakeClock

    async def posts(self, count: int) -> list[Post]:
        """Return posts with videos, from a search that finds many."""
        found = self.client.public.hashtag(name="fyp")
        videos = [post async for post in found.limit(2 * count) if post.video and post.video.links]
        return videos[:count]

    def truth(self, link: str) -> bytes:
        """Return the bytes behind a link."""
        tape = self.emulator.media_of(link)
        return b"".join(tape.read(0, tape.size))

    def served(self) -> int:
        """Return how many links were followed."""
        found: int = self.emulator.stats()["by_endpoint"].get("tikapi.media", 0)
        return found


@asynccontextmanager
async def emulated(*faults: dict[str, Any], **settings: Any) -> AsyncIterator[Place]:
    """Run an emulator and a client of its user."""
    clock = FakeClock()
    script = [Fault.from_dict(fault) for fault in faults]
    options = {"videos": 3000, "start": date(2022, 1, 1), "media_bytes": 50_000, **settings}
    async with (
        Emulator(now=clock.time, faults=script, **options) as emulator,
        TikAPIClient(
            api_key=emulator.api_key,
            account_key=emulator.account_key,
            base_url=emulator.tikapi_base_url,
            runtime=Runtime(clock=clock),
        ) as client,
    ):
        yield Place(emulator, client, clock)
        assert emulator.stats()["tikapi"]["key_leaks"] == 0


def first_link(post: Post) -> str:
    """Return the link that is tried first."""
    assert post.video is not None
    return post.video.links[0]


def left(folder: Path) -> list[str]:
    """Return the names in a directory."""
    return [path.name for path in folder.iterdir()]


async def test_a_video_is_what_is_behind_its_link(tmp_path: Path) -> None:
    async with emulated() as on:
        [post] = await on.posts(1)
        saved = await on.client.save_video(post, tmp_path)
        assert saved.path.read_bytes() == on.truth(first_link(post))
        assert on.served() == 1


async def test_posts_on_their_way_are_saved(tmp_path: Path) -> None:
    async with emulated(media_bytes=2000) as on:
        found = on.client.public.hashtag(name="fyp").limit(80)
        outcomes = await on.client.save_videos(found, tmp_path, concurrency=8)
        assert len(outcomes) == 80
        saved = [one for one in outcomes if one.status == "saved"]
        failed = [one for one in outcomes if one.status == "failed"]
        assert len(saved) > 40
        assert all(one.path and one.path.exists() for one in saved)
        assert all("has no video" in str(one.error) for one in failed)
        for one in saved[::20]:
            assert one.path is not None
            assert one.path.read_bytes() == on.truth(first_link(one.post))


@pytest.mark.parametrize("form", ["refused", "html", "json"])
async def test_links_expire_and_the_post_asked_for_again_has_good_ones(
    tmp_path: Path, form: str
) -> None:
    async with emulated(media_life=60.0, media_expired=form) as on:
        [post] = await on.posts(1)
        assert post.id
        on.clock.advance(300.0)
        with pytest.raises(LinkExpiredError):
            await on.client.save_video(post, tmp_path)
        assert left(tmp_path) == []
        again = await on.client.public.video(video_id=post.id)
        saved = await on.client.save_video(again, tmp_path)
        assert saved.path.read_bytes() == on.truth(first_link(again))


async def test_headers_of_another_answer_are_not_good(tmp_path: Path) -> None:
    async with emulated() as on:
        [post] = await on.posts(1)
        with pytest.raises(LinkExpiredError):
            await on.client.save_video(attrs.evolve(post, other=None), tmp_path)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "cut_body"}, id="cut"),
        pytest.param({"kind": "reset_connection"}, id="reset"),
        pytest.param({"kind": "wrong_length"}, id="wrong-length"),
        pytest.param({"kind": "bad_chunk"}, id="bad-chunk"),
        pytest.param({"kind": "gateway_html"}, id="gateway"),
        pytest.param({"kind": "range_ignored"}, id="range-ignored"),
        pytest.param({"kind": "wrong_range", "by": 7}, id="wrong-range"),
        pytest.param({"kind": "wrong_total", "by": 7}, id="wrong-total"),
        pytest.param({"kind": "other_validator"}, id="another-file"),
        pytest.param({"kind": "no_content_range"}, id="no-place"),
        pytest.param({"kind": "range_on_200"}, id="part-as-a-whole"),
    ],
)
async def test_faults_on_the_way_are_repaired(tmp_path: Path, fault: dict[str, Any]) -> None:
    first = {"path": "tikapi.media", "kind": "cut_body", "at": 0.3}
    async with emulated(first, {"path": "tikapi.media", **fault}) as on:
        [post] = await on.posts(1)
        saved = await on.client.save_video(post, tmp_path)
        assert saved.path.read_bytes() == on.truth(first_link(post))
        assert on.served() > 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param({"kind": "gateway_html", "status": 503}, ServerError, id="down"),
        pytest.param({"kind": "html_200"}, LinkExpiredError, id="html"),
        pytest.param({"kind": "encoded_body"}, DownloadError, id="compressed"),
    ],
)
async def test_a_host_that_never_answers_well_is_an_error(
    tmp_path: Path, fault: dict[str, Any], error: type[Exception]
) -> None:
    async with emulated({"path": "tikapi.media", "times": None, **fault}) as on:
        [post] = await on.posts(1)
        with pytest.raises(error):
            await on.client.save_video(post, tmp_path)
        assert left(tmp_path) == []


# ---- chat


async def room_of(on: Place) -> str:
    """Return a room that is open."""
    async for hit in on.client.user().live.search(query="a"):
        if hit.room is not None and hit.room.is_live and hit.room.id:
            return hit.room.id
    raise AssertionError("nobody is live")


@pytest.mark.parametrize("end", ["refused", "status"])
async def test_a_chat_is_followed_to_the_end_of_its_room(end: str) -> None:
    async with emulated(users=300, room_life=150.0, room_end=end, chat_overlap=3.0) as on:
        chat = on.client.user().live.chat(
            room_id=await room_of(on), pace=ChatPace(fastest=2.0, slowest=8.0)
        )
        events: list[ChatEvent] = [event async for event in chat]
        assert chat.ended == "room_closed"
        assert 140 <= on.clock.monotonic() < 200
    keys = [event.key for event in events]
    assert len(set(keys)) == len(keys)
    assert len(keys) > 150
    times = [int((event.common or {})["createTime"]) for event in events]
    assert times == sorted(times)
    # Two messages a second, and none for the last 20 s of each minute: no other gap.
    assert sorted(later - before for before, later in pairwise(times))[-3] <= 1000
    assert {event.message_type for event in events} >= {"ChatMessage"}


async def test_what_is_said_is_heard_and_a_stream_goes_on_where_one_stood() -> None:
    async with emulated(users=300, chat_rate=0.0, chat_overlap=0.0) as on:
        live, room = on.client.user().live, await room_of(on)
        first = live.chat(room_id=room)
        await live.send_chat(room_id=room, text="hello")
        assert (await anext(first)).content == "hello"
        on.clock.advance(20.0)
        await live.send_chat(room_id=room, text="again")
        second = live.chat(room_id=room, next_cursor=first.next_cursor)
        assert (await anext(second)).content == "again"
