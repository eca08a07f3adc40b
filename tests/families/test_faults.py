"""The situations in which every known client of this API loses rows, loops or burns quota.

Each is played on the emulator, over a real socket and with virtual time. In none is a row lost or
doubled, a call wasted, or a partial result passed off as whole.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from tiktok_async import (
    AuthError,
    IncompleteError,
    QuotaExhaustedError,
    RateLimitError,
    ServerError,
    TransportError,
)
from tiktok_async.research import F

pytestmark = pytest.mark.anyio

VIDEOS = "research.video.query"
WHERE = F.region_code.in_("US", "CA") | (F.hashtag_name == "fyp")
FIRST = date(2022, 1, 10)
ONE_WINDOW = {"start": FIRST, "end": FIRST + timedelta(days=24)}
NINETY_DAYS = {"start": FIRST, "end": FIRST + timedelta(days=89)}


def truth(emulator: Any, span: dict[str, date]) -> list[int]:
    """Return the ids that the emulator's world holds, in the order the client promises."""
    found = [v["id"] for v in emulator.world.search(WHERE.to_dict(), span["start"], span["end"])]
    if (span["end"] - span["start"]).days < 30:
        return found
    windows: dict[int, list[int]] = {}
    for id_ in found:
        day = datetime.fromtimestamp(id_ >> 32, UTC).date()
        windows.setdefault((day - span["start"]).days // 30, []).append(id_)
    return [id_ for window in sorted(windows) for id_ in windows[window]]


def calls(emulator: Any) -> int:
    """Return how many video queries the emulator served."""
    served: dict[str, int] = emulator.stats()["by_endpoint"]
    return served.get(VIDEOS, 0)


async def keep(rows: Any, ids: list[int]) -> None:
    """Put the id of each row into `ids` as it comes, so that those before an error are there."""
    async for video in rows:
        ids.append(video.id)  # noqa: PERF401  # a comprehension would lose them all


async def needed(start: Any, span: dict[str, date]) -> tuple[list[int], int]:
    """Return the rows and the calls of an unbroken run."""
    emulator, research, _ = await start()
    rows = [video.id async for video in research.videos.query(WHERE, **span)]
    assert rows == truth(emulator, span)
    return rows, calls(emulator)


@attrs.frozen
class Healed:
    """A fault that must not show in the result, and what it may cost."""

    faults: tuple[dict[str, Any], ...]
    extra_calls: int
    least_wait: float = 0.0
    span: dict[str, date] = ONE_WINDOW


def fault(kind: str, *, after: int = 1, times: int | None = 1, **details: Any) -> dict[str, Any]:
    """Return a fault of the video query; by default of its second page, once."""
    return {"kind": kind, "path": VIDEOS, "after": after, "times": times, **details}


HEALED = [
    pytest.param(Healed((fault("server_error"),), 1), id="one-500"),
    pytest.param(Healed((fault("gateway_html"),), 1), id="one-504-in-html"),
    pytest.param(
        Healed((fault("search_id_invalid"),), 1, least_wait=5.0), id="search-id-invalid-once"
    ),
    pytest.param(
        Healed((fault("rate_limited", retry_after=7),), 1, least_wait=7.0),
        id="429-with-retry-after",
    ),
    pytest.param(Healed((fault("rate_limited", times=3),), 3), id="429-without-retry-after"),
    pytest.param(Healed((fault("token_expired"),), 1), id="token-dies-after-page-1"),
    pytest.param(Healed((fault("repeat_page"),), 1), id="repeated-page"),
    pytest.param(Healed((fault("stuck_cursor"),), 1), id="cursor-that-stands-once"),
    pytest.param(Healed((fault("no_search_id", after=0),), 1), id="no-search-id-in-first-page"),
    pytest.param(Healed((fault("no_search_id"),), 0), id="no-search-id-in-later-page"),
    pytest.param(Healed((fault("null_items"),), 1), id="videos-null"),
    pytest.param(Healed((fault("null_items", times=2),), 2), id="videos-null-twice"),
    pytest.param(
        Healed((fault("null_items"), fault("null_items", after=3)), 2),
        id="null-here-and-there",
    ),
    pytest.param(Healed((), 0, span=NINETY_DAYS), id="ninety-days"),
    pytest.param(Healed((fault("cut_body"),), 1), id="page-cut-in-mid-body"),
    pytest.param(Healed((fault("reset_connection"),), 1), id="reset-before-the-status"),
    pytest.param(Healed((fault("malformed_json"),), 1), id="malformed-json"),
    pytest.param(Healed((fault("html_200"),), 1), id="html-in-a-200"),
]


@pytest.mark.parametrize("case", HEALED)
async def test_fault_heals_without_a_row_lost_or_doubled(start: Any, case: Healed) -> None:
    """What the provider gets over, the client gets over: same rows, no call wasted."""
    rows, cost = await needed(start, case.span)
    emulator, research, _ = await start(*case.faults)
    collection = await research.videos.query(WHERE, **case.span).collect()
    assert [video.id for video in collection.items] == rows
    assert collection.complete
    assert collection.holes == ()
    assert calls(emulator) <= cost + case.extra_calls
    clock = research._scope.middleware.clock
    assert sum(clock.slept) >= case.least_wait


async def test_empty_page_with_has_more_is_passed(start: Any) -> None:
    """A page whose rows are all gone is not the end: what comes after it comes."""
    _, whole, _ = await start()
    pages = [
        [v.id for v in page.items] async for page in whole.videos.query(WHERE, **ONE_WINDOW).pages()
    ]
    emulator, research, _ = await start(fault("empty_page"))
    collection = await research.videos.query(WHERE, **ONE_WINDOW).collect()
    assert collection.complete
    assert [v.id for v in collection.items] == [
        id_ for page in (pages[0], *pages[2:]) for id_ in page
    ]
    assert calls(emulator) == len(pages)


async def test_pages_of_deleted_rows_are_passed(start: Any) -> None:
    """With one row a page, every deleted row is an empty page with has_more true."""
    emulator, research, _ = await start(videos=300)
    span = {"start": FIRST, "end": FIRST + timedelta(days=10)}
    rows = [v.id async for v in research.videos.query(WHERE, max_count=1, **span)]
    assert rows == truth(emulator, span)
    assert calls(emulator) > len(rows)


@attrs.frozen
class Stopped:
    """A fault that lasts, how it must be named, and what it may cost."""

    faults: tuple[dict[str, Any], ...]
    error: type[Exception]
    reason: str
    calls: int
    max_count: int = 100


LASTING = [
    pytest.param(
        Stopped((fault("server_error", times=None),), ServerError, "server", 6), id="500-for-ever"
    ),
    pytest.param(
        Stopped(
            (fault("search_id_invalid", times=None),), IncompleteError, "search_id_refused", 15
        ),
        id="search-id-invalid-for-ever",
    ),
    pytest.param(
        Stopped((fault("quota_exhausted", times=None),), QuotaExhaustedError, "quota_exhausted", 2),
        id="429-daily-quota",
    ),
    pytest.param(
        Stopped((fault("unauthorized", times=None),), AuthError, "auth", 3), id="401-for-ever"
    ),
    pytest.param(
        Stopped((fault("rate_limited", times=None),), RateLimitError, "rate_limit", 10),
        id="429-for-ever",
    ),
    pytest.param(
        Stopped(
            (fault("rate_limited", times=None, retry_after=3600),),
            RateLimitError,
            "rate_limit",
            2,
        ),
        id="429-that-asks-for-an-hour",
    ),
    pytest.param(
        Stopped((fault("stuck_cursor", times=None),), IncompleteError, "cursor_stands_still", 3),
        id="cursor-that-never-moves",
    ),
    pytest.param(
        Stopped((fault("repeat_page", times=None),), IncompleteError, "page_repeats", 4),
        id="page-that-repeats-for-ever",
    ),
    pytest.param(
        Stopped((fault("empty_page", times=None),), IncompleteError, "no_new_rows", 11, 20),
        id="empty-pages-for-ever",
    ),
    pytest.param(
        Stopped(
            (fault("no_search_id", after=0, times=None),),
            IncompleteError,
            "search_id_missing",
            3,
        ),
        id="never-a-search-id",
    ),
    pytest.param(
        Stopped((fault("cut_body", times=None),), TransportError, "transport", 6),
        id="every-page-cut",
    ),
]


@pytest.mark.parametrize("case", LASTING)
async def test_lasting_fault_ends_named_and_resumable(start: Any, case: Stopped) -> None:
    """What does not pass is named, costs a bounded number of calls, and is gone on from later."""
    rows, _ = await needed(start, ONE_WINDOW)
    emulator, research, _ = await start(*case.faults)
    query = research.videos.query(WHERE, **ONE_WINDOW, max_count=case.max_count)
    first: list[int] = []
    with pytest.raises(case.error) as caught:
        await keep(query, first)
    error: Any = caught.value
    assert error.reason == case.reason
    assert calls(emulator) <= case.calls
    assert first == rows[: len(first)]
    emulator.faults.clear()
    if case.error in (QuotaExhaustedError, RateLimitError):
        research._scope.middleware.clock.advance(86_400)
    rest = [video.id async for video in query.resume_from(error.state)]
    assert first + rest == rows


@pytest.mark.parametrize("case", LASTING)
async def test_collect_says_partial_and_never_raises(start: Any, case: Stopped) -> None:
    """A collection that is not whole says so, why, what is missing and where to go on."""
    emulator, research, _ = await start(*case.faults)
    query = research.videos.query(WHERE, **ONE_WINDOW, max_count=case.max_count)
    collection = await query.collect()
    assert not collection.complete
    assert collection.stopped == case.reason
    assert [hole.label for hole in collection.holes] == ["2022-01-10..2022-02-03"]
    assert collection.state is not None
    assert [v.id for v in collection.items] == truth(emulator, ONE_WINDOW)[: len(collection)]


async def test_concurrent_windows_lose_nothing_that_was_paid_for(start: Any) -> None:
    """Windows that fail do not cost the rows that came before; each goes on at its own place."""
    rows, cost = await needed(start, NINETY_DAYS)
    emulator, research, _ = await start(fault("server_error", after=5, times=15))
    query = research.videos.query(WHERE, **NINETY_DAYS)
    first: list[int] = []
    async with query.concurrent(windows=3) as found:
        with pytest.raises(ServerError) as caught:
            await keep(found, first)
    assert first
    assert len(caught.value.state["todo"]) == 3
    emulator.faults.clear()
    rest = [v.id async for v in query.resume_from(caught.value.state)]
    assert sorted(first + rest) == sorted(rows)
    assert calls(emulator) == cost + 15


@pytest.mark.parametrize("end_date", ["inclusive", "exclusive"])
async def test_span_is_whole_on_either_reading_of_end_date(start: Any, end_date: str) -> None:
    """Nobody knows whether end_date is inclusive: the rows are the same on both readings."""
    emulator, research, _ = await start(end_date=end_date)
    async with research.videos.query(WHERE, **NINETY_DAYS).concurrent(windows=4) as found:
        rows = [video.id async for video in found]
    assert rows == truth(emulator, NINETY_DAYS)
