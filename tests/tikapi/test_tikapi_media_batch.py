"""Many videos at once: bounded, each with an outcome, and nothing left by whoever leaves early."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from media_stage import LINK_HEADERS, answer, film, studio, until

from tiktok_async import DownloadError, InputError, LinkExpiredError, NotFoundError
from tiktok_async.errors import AlreadyDownloadingError, ClientClosedError, IncompleteError
from tiktok_async.io.output.lock import FileLock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from media_stage import Studio, Visit

    from tiktok_async.tikapi.media import BatchProgress, Outcome, SavingBatch
    from tiktok_async.tikapi.models import Post

pytestmark = pytest.mark.anyio

FILM = film(20_000)


def numbered(on: Studio, count: int) -> list[Post]:
    """Return posts whose links lead to files of their own, and serve those."""
    on.host.answers |= {f"/{n}.mp4": answer(film(1000 + n, seed=n)) for n in range(count)}
    return [on.post(f"/{n}.mp4", id_=str(7_000_000 + n)) for n in range(count)]


async def taken(outcomes: SavingBatch, into: list[Outcome]) -> None:
    """Take the outcomes one by one, so that those before an error are there."""
    async for outcome in outcomes:
        into.append(outcome)  # noqa: PERF401  # see above


async def test_hundreds_of_videos_arrive_a_few_at_a_time(tmp_path: Path) -> None:
    seen: list[BatchProgress] = []
    pulled: list[int] = []
    async with studio(tmp_path, {}, real_time=True) as on:
        posts = numbered(on, 300)
        ended = 0

        def source() -> Iterator[Post]:
            for post in posts:
                pulled.append(len(pulled) + 1 - ended)
                yield post

        async with on.client.save_videos(
            source(), tmp_path, concurrency=6, on_progress=seen.append
        ) as outcomes:
            got = []
            async for outcome in outcomes:
                ended += 1
                got.append(outcome)
        assert on.host.most <= 6
        assert len(on.host.visits) == 300
        assert all(visit.headers["cookie"] == LINK_HEADERS["Cookie"] for visit in on.host.visits)
    assert {one.status for one in got} == {"saved"}
    assert sorted(one.post.id or "" for one in got) == [post.id for post in posts]
    for number in (0, 150, 299):
        assert (tmp_path / f"{7_000_000 + number}.mp4").read_bytes() == film(
            1000 + number, seed=number
        )
    assert max(pulled) <= 3 * 6 + 1
    last = seen[-1]
    assert (last.saved, last.skipped, last.failed, last.running) == (300, 0, 0, 0)
    assert last.received == sum(1000 + number for number in range(300))
    assert max(one.running for one in seen) <= 6


async def test_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    answers = {
        "/good": answer(FILM),
        "/expired": answer(status="403 Forbidden"),
        "/gone": answer(status="404 Not Found"),
        "/broken": answer(bytes(99)),
    }
    (tmp_path / "6.mp4").write_bytes(b"mine")
    async with studio(tmp_path, answers) as on:
        posts = [
            on.post("/expired", id_="1"),
            on.post("/gone", id_="2"),
            on.post("/broken", id_="3"),
            on.post(id_="4"),
            on.post("/good", id_="../5"),
            on.post("/good", id_="6"),
            on.post("/good", id_="7"),
            on.post("/good", id_="7"),
            on.post("/good", id_="8"),
        ]
        seen: list[BatchProgress] = []
        outcomes = await on.client.save_videos(posts, tmp_path, on_progress=seen.append)
        assert on.left() == ["6.mp4", "7.mp4", "8.mp4"]
        assert on.host.paths.count("/good") == 2
    found = sorted((one.post.id, one.status, type(one.error)) for one in outcomes)
    none = type(None)
    assert found == [
        ("../5", "failed", InputError),
        ("1", "failed", LinkExpiredError),
        ("2", "failed", NotFoundError),
        ("3", "failed", DownloadError),
        ("4", "failed", InputError),
        ("6", "skipped", none),
        ("7", "saved", none),
        ("7", "skipped", none),
        ("8", "saved", none),
    ]
    assert {one.status: one.path is None for one in outcomes} == {
        "failed": True,
        "skipped": False,
        "saved": False,
    }
    assert (tmp_path / "6.mp4").read_bytes() == b"mine"
    assert (seen[-1].saved, seen[-1].skipped, seen[-1].failed) == (2, 2, 5)


async def test_files_that_are_there_are_replaced_only_on_request(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v": answer(FILM)}) as on:
        posts = [on.post("/v", id_="1")]
        (tmp_path / "1.mp4").write_bytes(b"old")
        [one] = await on.client.save_videos(posts, tmp_path)
        assert (one.status, on.host.visits) == ("skipped", [])
        [one] = await on.client.save_videos(posts, tmp_path, overwrite=True)
        assert (one.status, (tmp_path / "1.mp4").read_bytes()) == ("saved", FILM)


async def test_a_file_that_somebody_else_saves_is_told(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v": answer(FILM)}) as on:
        lock = FileLock(tmp_path / "1.mp4")
        [one] = await on.client.save_videos([on.post("/v", id_="1")], tmp_path)
        lock.release()
    assert (one.status, type(one.error)) == ("failed", AlreadyDownloadingError)


async def test_posts_may_still_be_on_their_way(tmp_path: Path) -> None:
    async with studio(tmp_path, {}) as on:
        posts = numbered(on, 5)

        async def listed() -> AsyncIterator[Post]:
            for post in posts:
                await asyncio.sleep(0)
                yield post

        outcomes = await on.client.save_videos(listed(), tmp_path, concurrency=2)
        assert [one.status for one in outcomes] == ["saved"] * 5


async def test_several_are_in_flight_while_the_next_post_is_on_its_way(tmp_path: Path) -> None:
    async with studio(tmp_path, {}) as on:
        posts, pair = numbered(on, 4), asyncio.Barrier(2)

        async def together(visit: Visit) -> None:
            await pair.wait()
            await visit.send(answer(FILM))

        async def listed() -> AsyncIterator[Post]:
            for post in posts:
                await asyncio.sleep(0.001)
                yield post

        on.host.answers |= {f"/{n}.mp4": together for n in range(4)}
        outcomes = await on.client.save_videos(listed(), tmp_path, concurrency=2)
        assert [one.status for one in outcomes] == ["saved"] * 4


async def test_whoever_takes_outcomes_slowly_is_waited_for(tmp_path: Path) -> None:
    async with studio(tmp_path, {}, real_time=True) as on:
        posts = iter(numbered(on, 30))
        async with on.client.save_videos(posts, tmp_path, concurrency=2) as outcomes:
            async for _ in outcomes:
                await until(lambda: len(on.host.visits) >= 5)
                await asyncio.sleep(0.1)  # real time, in which nothing may happen
                break
        # One was taken, two wait to be, and two workers wait with theirs.
        assert len(on.host.visits) == 5


async def test_a_list_that_breaks_off_is_an_error_after_its_outcomes(tmp_path: Path) -> None:
    async with studio(tmp_path, {}) as on:
        posts = numbered(on, 5)

        async def listed() -> AsyncIterator[Post]:
            for post in posts:
                yield post
            raise IncompleteError("Not whole.", reason="cursor", state={"at": 5})

        got: list[Outcome] = []

        async with on.client.save_videos(listed(), tmp_path, concurrency=3) as outcomes:
            with pytest.raises(IncompleteError) as caught:
                await taken(outcomes, got)
        assert caught.value.state == {"at": 5}
        assert [one.status for one in got] == ["saved"] * 5


async def test_a_bug_in_the_source_is_raised(tmp_path: Path) -> None:
    def broken() -> Iterator[Post]:
        raise ZeroDivisionError
        yield

    async with studio(tmp_path, {}) as on:
        with pytest.raises(ZeroDivisionError):
            await on.client.save_videos(broken(), tmp_path)


async def test_no_posts_are_no_outcomes(tmp_path: Path) -> None:
    async with studio(tmp_path, {}) as on:
        assert await on.client.save_videos([], tmp_path) == []


async def test_a_listener_that_fails_is_told_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = []

    def listen(progress: BatchProgress) -> None:
        told.append(progress)
        raise ZeroDivisionError

    async with studio(tmp_path, {}) as on:
        posts = numbered(on, 3)
        outcomes = await on.client.save_videos(posts, tmp_path, on_progress=listen)
    assert ([one.status for one in outcomes], len(told)) == (["saved"] * 3, 1)
    assert "the batch goes on without it" in caplog.text


@pytest.mark.parametrize(
    ("posts", "said"),
    [
        pytest.param(5, "posts is 5: write a list of posts", id="number"),
        pytest.param(None, "posts is None: write a list of posts", id="none"),
        pytest.param("7109178205151464746", "write a list of posts", id="id"),
        pytest.param(b"71", "write a list of posts", id="bytes"),
    ],
)
async def test_what_holds_no_posts_is_refused_at_once(
    tmp_path: Path, posts: Any, said: str
) -> None:
    async with studio(tmp_path, {}) as on:
        with pytest.raises(InputError, match=said):
            on.client.save_videos(posts, tmp_path)
        with pytest.raises(InputError, match="folder is None: write a path"):
            on.client.save_videos([], None)  # type: ignore[arg-type]  # on purpose


async def test_a_single_post_says_how_to_write_it(tmp_path: Path) -> None:
    async with studio(tmp_path, {}) as on:
        with pytest.raises(InputError, match=r"write \[post\], or use save_video"):
            on.client.save_videos(on.post("/v.mp4"), tmp_path)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize("wrong", [None, "7109178205151464746", 5])
async def test_what_is_no_post_ends_the_batch_and_is_not_its_quiet_end(
    tmp_path: Path, wrong: Any
) -> None:
    got: list[Outcome] = []
    async with studio(tmp_path, {}) as on:
        first, last = numbered(on, 2)
        async with on.client.save_videos([first, wrong, last], tmp_path) as outcomes:
            with pytest.raises(InputError, match=r"post is .*: write a post"):
                await taken(outcomes, got)
    assert [one.status for one in got] == ["saved"]


@pytest.mark.parametrize("number", [0, -1, 65, True, "8", None])
async def test_a_number_at_once_that_makes_no_sense_is_refused(tmp_path: Path, number: Any) -> None:
    async with studio(tmp_path, {}) as on:
        with pytest.raises(InputError, match="write 1 to 64"):
            await on.client.save_videos([], tmp_path, concurrency=number)


async def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    async with studio(tmp_path, {}) as on:
        with pytest.raises(InputError, match="make it first"):
            await on.client.save_videos([], tmp_path / "no")


async def test_a_batch_is_used_once_and_inside_its_block(tmp_path: Path) -> None:
    async with studio(tmp_path, {}) as on:
        batch = on.client.save_videos(numbered(on, 2), tmp_path)
        with pytest.raises(InputError, match="async with"):
            _ = [one async for one in batch]
        assert len(await batch) == 2
        with pytest.raises(InputError, match="used once"):
            await batch


# ---- leaving early


def hanging(on: Studio) -> list[Post]:
    """Return posts of which the first arrives, and the others are never through."""

    async def half(visit: Any) -> None:
        await visit.send(answer(FILM)[:9000])
        await asyncio.sleep(60)

    posts = numbered(on, 20)
    on.host.answers |= {f"/{n}.mp4": half for n in range(1, 20)}
    return posts


async def test_leaving_the_loop_ends_what_is_in_flight(tmp_path: Path) -> None:
    async with studio(tmp_path, {}, real_time=True) as on:
        left = False

        async def listed() -> AsyncIterator[Post]:
            nonlocal left
            try:
                for post in posts:
                    yield post
            finally:
                left = True

        posts = hanging(on)
        async with on.client.save_videos(listed(), tmp_path, concurrency=4) as outcomes:
            async for outcome in outcomes:
                assert outcome.status == "saved"
                await until(lambda: on.host.running == 4)
                break
        assert on.left() == ["7000000.mp4"]
        assert left


async def test_a_cancel_leaves_nothing(tmp_path: Path) -> None:
    async with studio(tmp_path, {}, real_time=True) as on:
        task = asyncio.ensure_future(_all(on, hanging(on)))
        await until(lambda: on.host.running == 4)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert on.left() == ["7000000.mp4"]


async def _all(on: Studio, posts: list[Post]) -> list[Outcome]:
    return await on.client.save_videos(posts, on.folder, concurrency=4)


async def test_a_client_that_is_closed_ends_the_batch(tmp_path: Path) -> None:
    async with studio(tmp_path, {}, real_time=True) as on:
        task = asyncio.ensure_future(_all(on, hanging(on)))
        await until(lambda: on.host.running == 4)
        await on.client.aclose()
        with pytest.raises(ClientClosedError):
            await task
        assert on.left() == ["7000000.mp4"]


async def test_the_post_is_given_as_it_came(tmp_path: Path) -> None:
    async with studio(tmp_path, {"/v": answer(FILM)}) as on:
        post = attrs.evolve(on.post("/v"), desc="cats")
        [one] = await on.client.save_videos([post], tmp_path)
    assert one.post is post
    assert one.saved is not None
    assert (one.saved.path, one.saved.size) == (one.path, len(FILM))
