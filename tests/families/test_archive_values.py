"""What single values of an archive mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tiktok_async.portability.archive import rows
from tiktok_async.portability.archive.build import Builder

NAIVE = datetime(2024, 4, 20, 23, 17, 46)  # noqa: DTZ001  # its zone is not told


def made(row: type[rows.Row], raw: dict[str, Any]) -> rows.Row:
    (found,) = Builder(row).all([raw])
    return found


@pytest.mark.parametrize(
    ("text", "date"),
    [
        pytest.param("2024-04-20 23:17:46", NAIVE, id="no-zone"),
        pytest.param("2024-04-20 23:17:46 UTC", NAIVE.replace(tzinfo=UTC), id="utc"),
        pytest.param("2024-04-20T23:17:46", NAIVE, id="iso-no-zone"),
        pytest.param("2024-04-20T23:17:46Z", NAIVE.replace(tzinfo=UTC), id="iso-z"),
        pytest.param(
            "2024-04-20T23:17:46+02:00",
            NAIVE.replace(tzinfo=timezone(timedelta(hours=2))),
            id="iso-offset",
        ),
        pytest.param("1713655066", NAIVE.replace(tzinfo=UTC), id="seconds"),
        pytest.param(1713655066, NAIVE.replace(tzinfo=UTC), id="seconds-number"),
        pytest.param("1713655066000", NAIVE.replace(tzinfo=UTC), id="milliseconds"),
    ],
)
def test_date_has_a_zone_only_if_the_archive_says_so(text: Any, date: datetime):
    row = made(rows.LikedVideo, {"Date": text, "Link": "x"})
    assert row == rows.LikedVideo(date=date, link="x")
    assert isinstance(row, rows.LikedVideo)
    assert row.date is not None
    assert row.date.tzinfo == date.tzinfo


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("yesterday", id="words"),
        pytest.param("2024-04-20", id="no-time"),
        pytest.param("2024-13-20 23:17:46", id="no-such-month"),
        pytest.param("2024-04-20 23:17:46 CET", id="other-zone"),
        pytest.param("2024-04-20T23:17:46+02:00 UTC", id="two-zones"),
        pytest.param("42", id="few-digits"),
        pytest.param("1713655066" * 9, id="many-digits"),
        pytest.param("١٧١٣٦٥٥٠٦٦", id="other-digits"),
        pytest.param(-1713655066, id="negative"),
        pytest.param(10**30, id="huge"),
        pytest.param(1713655066.5, id="fraction"),
        pytest.param(True, id="boolean"),
        pytest.param(["2024-04-20 23:17:46"], id="list"),
    ],
)
def test_date_that_cannot_be_read_is_kept_as_it_is(text: Any):
    row = made(rows.LikedVideo, {"Date": text, "Link": "x"})
    assert row == rows.LikedVideo(link="x", extra={"Date": text})


@pytest.mark.parametrize("nothing", [None, "", "N/A", "None"])
def test_nothing_is_none_in_every_field(nothing: Any):
    raw = {"Date": nothing, "Link": "x", "Likes": nothing, "Sound": nothing}
    assert made(rows.Post, raw) == rows.Post(link="x")


@pytest.mark.parametrize("word", ["None", "N/A"])
def test_word_for_nothing_is_a_word_where_nothing_cannot_be(word: str):
    assert made(rows.Search, {"SearchTerm": word}) == rows.Search(search_term=word)
    assert made(rows.Contact, {"UserName": word}) == rows.Contact(username=word)
    assert Builder(rows.Search).all([{"SearchTerm": ""}]) == []


@pytest.mark.parametrize(
    ("value", "likes"),
    [
        pytest.param(12, 12, id="number"),
        pytest.param("12", 12, id="digits"),
        pytest.param("-1", -1, id="negative"),
        pytest.param("1.2K", None, id="short-form"),
        pytest.param("1,200", None, id="comma"),
        pytest.param(12.0, None, id="fraction"),
        pytest.param(True, None, id="boolean"),
        pytest.param(2**63, None, id="beyond-64-bits"),
        pytest.param("9" * 5000, None, id="endless"),
    ],
)
def test_number_is_never_guessed(value: Any, likes: int | None):
    extra = {"Likes": value} if likes is None else {}
    row = made(rows.Post, {"Link": "x", "Likes": value})
    assert row == rows.Post(link="x", likes=likes, extra=extra)


@pytest.mark.parametrize(
    ("link", "video_id"),
    [
        pytest.param("https://www.tiktokv.com/share/video/7359012345678901234/", True, id="share"),
        pytest.param("https://www.tiktok.com/@a.b/video/7359012345678901234", True, id="page"),
        pytest.param("https://tiktok.com/@a/video/7359012345678901234?x=1", True, id="query"),
        pytest.param("https://tiktok.com/video/liked1", False, id="no-number"),
        pytest.param("https://evil.example/share/video/7359012345678901234/", False, id="host"),
        pytest.param("https://nottiktok.com/share/video/7359012345678901234/", False, id="like"),
        pytest.param("https://www.tiktok.com/@a/video/" + "7" * 30, False, id="too-long"),
        pytest.param(None, False, id="none"),
    ],
)
def test_video_id_comes_from_both_forms_of_link(link: str | None, video_id: bool):
    row = rows.WatchedVideo(link=link)
    assert row.video_id == (7359012345678901234 if video_id else None)


def test_keys_are_known_in_any_case_and_others_kept():
    raw = {"date": "2024-04-20 23:17:46", "VIDEO LINK": "x", "Mood": {"a": [1]}}
    assert made(rows.WatchedVideo, raw) == rows.WatchedVideo(
        date=NAIVE, link="x", extra={"Mood": {"a": [1]}}
    )


def test_second_spelling_of_a_key_is_kept():
    row = made(rows.WatchedVideo, {"Link": "x", "VideoLink": "y"})
    assert row == rows.WatchedVideo(link="x", extra={"VideoLink": "y"})
    row = made(rows.WatchedVideo, {"Link": "", "VideoLink": "y"})
    assert row == rows.WatchedVideo(link="y")


def test_rows_inside_a_row_are_kept_raw_if_one_is_none():
    messages = [{"Date": "2024-04-20 23:17:46"}, "x"]
    row = made(rows.TakoChat, {"Chat Title": "a", "Messages": messages})
    assert row == rows.TakoChat(chat_title="a", extra={"Messages": messages})


def test_rows_of_endless_shapes_take_no_memory():
    builder = Builder(rows.Entry)
    builder.all({f"key{number}": 1} for number in range(5000))
    assert len(builder._plans) < 1000
