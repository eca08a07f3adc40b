"""What an answer means for the bytes that are here, and when a download gives up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.sansio.transfer import (
    MAX_STARTS,
    Act,
    Kept,
    Meter,
    Pace,
    Plan,
    Starts,
    begins_file,
    identity,
    is_cut,
    is_whole,
    kept_of,
    plan,
    range_headers,
)
from tiktok_async.sansio.wire import Opening, WireRequest

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"
OLD = "Sun, 22 Nov 2026 09:00:00 GMT"
YOUNG = "Sun, 22 Nov 2026 09:59:30 GMT"
RANGES = {"accept-ranges": "bytes"}
KEPT = Kept("r", '"v1"', 100)


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        pytest.param({**RANGES, "etag": '"v1"'}, '"v1"', id="strong-etag"),
        pytest.param({**RANGES, "last-modified": OLD, "date": DATE}, OLD, id="old-date"),
        pytest.param({"etag": '"v1"'}, None, id="no-ranges"),
        pytest.param({"accept-ranges": "none", "etag": '"v1"'}, None, id="ranges-refused"),
        pytest.param({**RANGES, "etag": 'W/"v1"'}, None, id="weak-etag"),
        pytest.param(
            {**RANGES, "etag": 'W/"v1"', "last-modified": OLD, "date": DATE},
            None,
            id="weak-and-old",
        ),
        pytest.param({**RANGES, "etag": "v1"}, None, id="etag-without-quotes"),
        pytest.param({**RANGES, "etag": '"v1", "v2"'}, None, id="two-etags"),
        pytest.param({**RANGES, "last-modified": YOUNG, "date": DATE}, None, id="young-date"),
        pytest.param({**RANGES, "last-modified": OLD}, None, id="no-date-of-the-answer"),
        pytest.param({**RANGES, "last-modified": "x", "date": DATE}, None, id="no-date-at-all"),
        pytest.param(RANGES, None, id="no-validator"),
    ],
)
def test_a_file_may_be_continued_only_with_a_validator_that_tells_versions_apart(
    headers: dict[str, str], validator: str | None
) -> None:
    kept = kept_of("r", {**headers, "content-length": "7"})
    assert kept == (None if validator is None else Kept("r", validator, 7))


def test_a_range_is_asked_for_with_the_condition_that_the_file_is_the_same() -> None:
    assert range_headers(KEPT, 40) == (("range", "bytes=40-"), ("if-range", '"v1"'))


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        pytest.param(
            206, {"content-range": "bytes 40-99/100"}, Plan(Act.APPEND, 100, 100), id="fits"
        ),
        pytest.param(
            206,
            {"content-range": "bytes 40-59/100", "etag": '"v1"'},
            Plan(Act.APPEND, 100, 60),
            id="fits-but-short",
        ),
        pytest.param(206, {"content-range": "bytes 0-99/100"}, None, id="other-start"),
        pytest.param(206, {"content-range": "bytes 40-119/120"}, None, id="other-total"),
        pytest.param(206, {"content-range": "bytes 40-99/*"}, None, id="total-gone"),
        pytest.param(206, {"content-range": "bytes 40-100/100"}, None, id="past-the-end"),
        pytest.param(206, {"content-range": "bytes 40-30/100"}, None, id="backwards"),
        pytest.param(206, {"content-range": "items 40-99/100"}, None, id="other-unit"),
        pytest.param(206, {}, None, id="no-content-range"),
        pytest.param(
            206, {"content-range": "bytes 40-99/100", "etag": '"v2"'}, None, id="other-validator"
        ),
        pytest.param(
            206,
            {"content-range": "bytes 40-99/100", "content-length": "9"},
            None,
            id="lying-length",
        ),
        pytest.param(200, {"content-length": "90"}, Plan(Act.FRESH, 90, 90), id="ignored"),
        pytest.param(200, {}, Plan(Act.FRESH), id="ignored-without-length"),
        pytest.param(200, {"content-range": "bytes 40-99/100"}, None, id="200-with-content-range"),
        pytest.param(
            416, {"content-range": "bytes */40"}, None, id="416-with-our-size-but-not-the-total"
        ),
        pytest.param(416, {"content-range": "bytes */100"}, None, id="416-with-another-size"),
        pytest.param(416, {}, None, id="416-without-a-size"),
        pytest.param(412, {}, None, id="412"),
    ],
)
def test_an_answer_to_a_range_is_taken_only_where_it_fits(
    status: int, headers: dict[str, str], expected: Plan | None
) -> None:
    assert plan(status, headers, KEPT, 40) == (expected or Plan(Act.DISCARD))


@pytest.mark.parametrize("total", [pytest.param(40, id="known"), pytest.param(None, id="unknown")])
def test_416_of_the_size_that_is_here_means_that_the_file_is_whole(total: int | None) -> None:
    kept = Kept("r", '"v1"', total)
    assert plan(416, {"content-range": "bytes */40"}, kept, 40) == Plan(Act.COMPLETE, 40, 40)


def test_a_total_that_was_never_promised_may_come_with_the_range() -> None:
    kept = Kept("r", '"v1"', None)
    found = plan(206, {"content-range": "bytes 40-99/100"}, kept, 40)
    assert found == Plan(Act.APPEND, 100, 100)


@pytest.mark.parametrize("status", [206, 412, 416])
def test_an_answer_to_a_range_that_was_not_asked_for_fits_nothing(status: int) -> None:
    headers = {"content-range": "bytes 0-99/100"}
    assert plan(status, headers, None, 0).act is Act.DISCARD


@given(
    st.sampled_from([200, 206, 412, 416]),
    st.dictionaries(
        st.sampled_from(["content-range", "content-length", "etag", "transfer-encoding"]),
        st.from_regex(r"(bytes )?(\*|[0-9]{1,3}-[0-9]{1,3})/(\*|[0-9]{1,3})", fullmatch=True)
        | st.text(max_size=12),
    ),
    st.integers(1, 200),
)
def test_bytes_are_joined_only_where_one_ends_and_the_other_begins(
    status: int, headers: dict[str, str], size: int
) -> None:
    found = plan(status, headers, KEPT, size)
    if found.act is Act.APPEND:
        assert status == 206
        assert headers["content-range"].startswith(f"bytes {size}-")
        assert found.total == KEPT.total
        assert size < (found.end or 0) <= 100


@pytest.mark.parametrize(
    ("status", "kind", "first", "ranged", "expected"),
    [
        pytest.param(200, "application/zip", b"PK\3\4", False, True, id="zip"),
        pytest.param(200, "", b"PK\3\4", False, True, id="zip-without-a-type"),
        pytest.param(200, "application/json", b"PK\3\4", False, False, id="called-json"),
        pytest.param(200, "text/html; charset=utf-8", b"PK\3\4", False, False, id="called-html"),
        pytest.param(200, "application/problem+json", b"PK\3\4", False, False, id="called-problem"),
        pytest.param(200, "application/zip", b'{"error"', False, False, id="json-called-zip"),
        pytest.param(200, "application/zip", b"", False, False, id="empty"),
        pytest.param(206, "application/zip", b"middle", True, True, id="rest-of-it"),
        pytest.param(206, "text/html", b"middle", True, False, id="html-for-the-rest"),
        pytest.param(206, "application/zip", b"PK\3\4", False, False, id="206-not-asked-for"),
        pytest.param(416, "text/html", b"<html>", True, True, id="416"),
        pytest.param(412, "", b"", True, True, id="412"),
        pytest.param(416, "text/html", b"<html>", False, False, id="416-not-asked-for"),
        pytest.param(400, "application/zip", b"PK\3\4", True, False, id="400"),
        pytest.param(302, "application/zip", b"PK\3\4", True, False, id="302"),
    ],
)
def test_a_file_is_told_by_status_type_and_first_bytes(
    status: int, kind: str, first: bytes, ranged: bool, expected: bool
) -> None:
    opening = Opening(status, {"content-type": kind} if kind else {}, first)
    found = begins_file(opening, lambda head: head.startswith(b"PK\3\4"), ranged=ranged)
    assert found is expected


@pytest.mark.parametrize(
    ("todo", "size", "cut", "whole"),
    [
        pytest.param(Plan(Act.FRESH, 100, 100), 100, False, True, id="all-of-it"),
        pytest.param(Plan(Act.FRESH, 100, 100), 99, True, False, id="one-byte-short"),
        pytest.param(Plan(Act.FRESH, 100, 100), 101, True, False, id="one-byte-long"),
        pytest.param(Plan(Act.FRESH), 5, False, True, id="nothing-promised"),
        pytest.param(Plan(Act.APPEND, 100, 60), 60, False, False, id="a-piece-as-promised"),
        pytest.param(Plan(Act.APPEND, 100, 60), 59, True, False, id="a-piece-cut"),
    ],
)
def test_a_body_is_whole_when_it_keeps_its_promise(
    todo: Plan, size: int, cut: bool, whole: bool
) -> None:
    assert is_cut(todo, size) is cut
    assert is_whole(todo, size) is whole


def test_there_are_five_starts_with_growing_waits_between_them() -> None:
    starts = Starts()
    assert [starts.next(1.0) for _ in range(MAX_STARTS + 2)] == [0.0, 1, 2, 4, 8, None, None]
    assert starts.made == MAX_STARTS


def test_a_server_that_sends_the_file_in_pieces_uses_up_no_starts() -> None:
    starts = Starts()
    for _ in range(50):
        assert starts.next(1.0) == 0.0
        starts.grew(2**20)
    assert starts.made == 50


def test_pieces_that_are_too_small_do_use_up_starts() -> None:
    starts = Starts()
    for _ in range(MAX_STARTS):
        assert starts.next(0.0) is not None
        starts.grew(2**20 - 1)
    assert starts.next(0.0) is None


@pytest.mark.parametrize(
    ("each", "stalled"),
    [pytest.param(1023, True, id="below"), pytest.param(1024, False, id="one-kib-a-second")],
)
def test_less_than_a_kib_a_second_for_a_minute_is_a_stall(each: int, stalled: bool) -> None:
    pace = Pace()
    found = [pace.is_stalled(1.0, each) for _ in range(60)]
    assert found == [False] * 59 + [stalled]


def test_a_slow_minute_after_a_fast_one_is_a_stall_too() -> None:
    pace = Pace()
    assert not any(pace.is_stalled(1.0, 10**6) for _ in range(60))
    assert any(pace.is_stalled(1.0, 1) for _ in range(60))


def test_progress_tells_rate_and_time_left() -> None:
    meter = Meter()
    meter.begin(1, 1000)
    assert meter.progress(0.0, 0, "downloading").eta is None
    found = meter.progress(2.0, 500, "downloading")
    assert (found.rate, found.eta, found.total) == (250.0, 2.0, 1000)
    done = meter.progress(4.0, 1000, "done")
    assert (done.rate, done.eta, done.stage) == (250.0, 0.0, "done")


def test_progress_without_a_total_has_a_rate_and_no_time_left() -> None:
    meter = Meter()
    meter.begin(1, None)
    meter.progress(0.0, 0, "downloading")
    found = meter.progress(1.0, 500, "downloading")
    assert (found.rate, found.eta, found.total) == (500.0, None, None)


def test_the_rate_is_that_of_the_last_five_seconds() -> None:
    meter = Meter()
    meter.begin(1, None)
    for tenth in range(100):
        found = meter.progress(tenth / 10, tenth * 10, "downloading")
    for tenth in range(100, 150):
        found = meter.progress(tenth / 10, 1000, "downloading")
    assert found.rate == 0.0


def test_a_new_start_knows_nothing_of_the_rate_before() -> None:
    meter = Meter()
    meter.begin(1, None)
    meter.progress(0.0, 0, "downloading")
    meter.progress(1.0, 10**9, "downloading")
    meter.begin(2, None)
    found = meter.progress(2.0, 0, "downloading")
    assert (found.rate, found.start) == (0.0, 2)


def test_progress_is_due_ten_times_a_second() -> None:
    meter = Meter()
    assert meter.is_due(0.0)
    meter.progress(0.0, 0, "downloading")
    assert not meter.is_due(0.099)
    assert meter.is_due(0.1)


def test_requests_are_told_apart_by_what_they_ask_for_and_not_by_who_asks() -> None:
    one = WireRequest("POST", "https://a/b", (("authorization", "Bearer x"),), b'{"request_id":1}')
    same = WireRequest("POST", "https://a/b", (("authorization", "Bearer y"),), b'{"request_id":1}')
    other = WireRequest("POST", "https://a/b", (), b'{"request_id":2}')
    assert identity(one) == identity(same) != identity(other)
    assert "request_id" not in identity(one)
