"""What the models of TikAPI's answers tell beyond their fields."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import made_up_answers as made_up
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async import convert
from tiktok_async.tikapi import models

SAMPLES = Path(__file__).parent.parent / "samples" / "tikapi"


def sample(name: str) -> Any:
    return convert.loads((SAMPLES / f"{name}.json").read_bytes())


def test_text_extra_slices_by_utf_16() -> None:
    post = convert.decode(models.Post, made_up.POST)
    assert post.desc is not None
    found = [each.of(post.desc) for each in post.text_extra or ()]
    assert found == ["#fyp", "@user02", "#cats"]
    assert post.hashtags == ("fyp", "cats")
    assert post.mentions == ("user02",)
    comment = convert.decode(models.Comment, made_up.COMMENT)
    assert (comment.hashtags, comment.mentions) == (post.hashtags, post.mentions)


@pytest.mark.parametrize(
    ("type_", "kinds"),
    [
        pytest.param(1, (True, False), id="hashtag"),
        pytest.param(0, (False, True), id="mention"),
        pytest.param(5, (False, True), id="other-mention"),
        pytest.param(2, (False, False), id="unknown"),
        pytest.param(None, (False, False), id="absent"),
    ],
)
def test_text_extra_tells_hashtags_from_mentions(
    type_: int | None, kinds: tuple[bool, bool]
) -> None:
    each = models.TextExtra(type=type_)
    assert (each.is_hashtag, each.is_mention) == kinds


@pytest.mark.parametrize(
    ("text", "start", "end", "part"),
    [
        pytest.param("a#b", 1, 3, "#b", id="ascii"),
        pytest.param("é#b", 1, 3, "#b", id="two-bytes-in-utf-8"),
        pytest.param("🥰#b", 2, 4, "#b", id="emoji"),
        pytest.param("🥰", 0, 1, "", id="half-an-emoji"),
        pytest.param("🥰#b", 1, 4, "#b", id="start-inside-an-emoji"),
        pytest.param("#b🥰", 0, 3, "#b", id="end-inside-an-emoji"),
        pytest.param("🥰#b🥰", 1, 5, "#b", id="both-inside"),
        pytest.param("👨\u200d👩\u200d👧#b", 8, 10, "#b", id="behind-a-family"),
        pytest.param("👨\u200d👩\u200d👧#b", 4, 10, "\u200d👧#b", id="inside-a-family"),
        pytest.param("#b👨\u200d👩", 0, 6, "#b👨\u200d", id="end-inside-a-family"),
        pytest.param("#b\ud83e", 0, 3, "#b", id="half-a-pair-in-the-text"),
        pytest.param("🥰", 1, 99, "", id="inside-and-beyond-the-end"),
        pytest.param("\ud800#b", 1, 3, "#b", id="half-a-pair-before"),
        pytest.param("#b", 0, 10**30, "#b", id="beyond-the-end"),
        pytest.param("#b", 5, 9, "", id="behind-the-end"),
        pytest.param("#b", 2, 1, "", id="backwards"),
        pytest.param("#b", -2, 2, "", id="negative"),
        pytest.param("#b", None, 2, "", id="no-start"),
        pytest.param("#b", 0, None, "", id="no-end"),
        pytest.param("", 0, 2, "", id="no-text"),
    ],
)
def test_text_extra_of_takes_any_place(
    text: str, start: int | None, end: int | None, part: str
) -> None:
    assert models.TextExtra(start=start, end=end).of(text) == part


@given(
    text=st.text(st.characters(exclude_categories=()) | st.sampled_from("👨👩👧🥰\u200d#")),
    start=st.integers(-1, 30),
    end=st.integers(-1, 30),
)
def test_text_extra_of_is_valid_unicode_wherever_it_points(text: str, start: int, end: int) -> None:
    part = models.TextExtra(start=start, end=end).of(text)
    assert part.encode().decode() == part
    assert part in text or any(0xD800 <= ord(char) < 0xE000 for char in text)


@given(before=st.text(), word=st.text(min_size=1), after=st.text())
def test_text_extra_finds_its_word_between_any_texts(before: str, word: str, after: str) -> None:
    start = len(before.encode("utf-16-le")) // 2
    end = start + len(word.encode("utf-16-le")) // 2
    assert models.TextExtra(start=start, end=end).of(before + word + after) == word


@pytest.mark.parametrize(
    ("raw", "likes", "plays", "saves"),
    [
        pytest.param(made_up.POST, 59149, 59149, 59149, id="exact-first"),
        pytest.param({"stats": {"diggCount": 5, "playCount": 0}}, 5, 0, None, id="rounded-alone"),
        pytest.param(
            {"stats": {"diggCount": 5, "playCount": 6}, "statsV2": {"diggCount": "0"}},
            0,
            6,
            None,
            id="each-by-itself",
        ),
        pytest.param({"statsV2": {"collectCount": "7"}}, None, None, 7, id="exact-alone"),
        pytest.param({}, None, None, None, id="none"),
    ],
)
def test_post_counts_are_as_exact_as_is_known(
    raw: dict[str, Any], likes: int | None, plays: int | None, saves: int | None
) -> None:
    post = convert.decode(models.Post, raw)
    assert (post.likes, post.plays, post.counts.collect_count) == (likes, plays, saves)


def test_counts_of_profiles_and_hashtags_are_as_exact_as_is_known() -> None:
    profile = convert.decode(models.Profile, sample("user_detail")["userInfo"])
    assert (profile.counts.heart_count, profile.counts.follower_count) == (6764096, 427682)
    assert models.Follower(stats=models.UserStats(heart=1)).counts.heart == 1
    assert models.Follower().counts == models.UserStats()
    hashtag = convert.decode(models.HashtagInfo, sample("challenge_info")["challengeInfo"])
    assert hashtag.counts.video_count == 8050280214
    assert hashtag.counts.view_count == 105814218058744


def test_video_links_are_the_best_first_and_each_once() -> None:
    video = convert.decode(models.Video, made_up.VIDEO)
    assert [link.rpartition("/")[2] for link in video.links] == [
        "download",
        "play",
        "struct",
        "quality",
    ]
    assert attrs.evolve(video, download_addr=video.play_addr).links == video.links[1:]
    assert attrs.evolve(video, download_addr=None, play_addr="").links == video.links[2:]
    assert models.Video().links == ()


@pytest.mark.parametrize(
    ("other", "headers"),
    [
        pytest.param(
            {"videoLinkHeaders": {"Cookie": "c", "Odd": 1}}, {"Cookie": "c"}, id="texts-only"
        ),
        pytest.param({"videoLinkHeaders": []}, {}, id="empty-list"),
        pytest.param([], {}, id="no-object"),
        pytest.param(None, {}, id="absent"),
    ],
)
def test_post_link_headers_come_from_its_answer(other: Any, headers: dict[str, str]) -> None:
    post = convert.decode(models.Post, {"$other": other})
    assert dict(post.link_headers) == headers
    assert "Cookie" not in repr(post)


@pytest.mark.parametrize(
    ("post", "url"),
    [
        pytest.param(
            {"id": "7", "author": {"uniqueId": "user01"}},
            "https://www.tiktok.com/@user01/video/7",
            id="video",
        ),
        pytest.param(
            {"id": "7", "author": {"uniqueId": "user01"}, "imagePost": {}},
            "https://www.tiktok.com/@user01/photo/7",
            id="photo",
        ),
        pytest.param({"id": "7", "author": {}}, None, id="no-handle"),
        pytest.param({"author": {"uniqueId": "user01"}}, None, id="no-id"),
        pytest.param({"id": "7"}, None, id="no-author"),
    ],
)
def test_post_url_is_its_page(post: dict[str, Any], url: str | None) -> None:
    assert convert.decode(models.Post, post).url == url


WHEN = datetime(2023, 10, 9, 4, 50, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    ("model", "when"),
    [
        pytest.param(models.Post(create_time=1696827055), WHEN, id="post"),
        pytest.param(models.Comment(create_time=1696827055), WHEN, id="comment"),
        pytest.param(models.Author(create_time=1696827055), WHEN, id="author"),
        pytest.param(models.Notification(create_time=1696827055), WHEN, id="notification"),
        pytest.param(models.StartedRoom(create_time=1696827055), WHEN, id="live-start"),
        pytest.param(models.Message(create_time=1696827055), WHEN, id="message-seconds"),
        pytest.param(models.Message(create_time=1696827055000), WHEN, id="message-milliseconds"),
        pytest.param(models.Message(create_time=1696827055000000), WHEN, id="message-microseconds"),
        pytest.param(models.Message(create_time=10**20), None, id="message-no-unit"),
        pytest.param(models.Message(create_time=-1), None, id="message-negative"),
        pytest.param(models.Message(), None, id="message-none"),
        pytest.param(models.Post(create_time=10**30), None, id="beyond-the-calendar"),
    ],
)
def test_created_at_is_utc(model: Any, when: datetime | None) -> None:
    assert model.created_at == when


def test_key_info_tells_when_it_ends() -> None:
    key = convert.decode(models.KeyInfo, made_up.KEY_INFO)
    assert key.expires_at == datetime(2025, 10, 20, 5, 57, 4, tzinfo=UTC)


def test_author_tells_its_page_and_whether_it_is_live() -> None:
    author = convert.decode(models.Author, made_up.AUTHOR)
    assert author.url == "https://www.tiktok.com/@user01"
    assert models.Author().url is None
    lives = {room: models.Author(room_id=room).is_live for room in (None, "", "0", "7")}
    assert lives == {None: False, "": False, "0": False, "7": True}


@pytest.mark.parametrize(
    ("value", "digits", "number"),
    [
        pytest.param(4493, 2, Decimal("44.93"), id="two-digits"),
        pytest.param(4493, 0, Decimal(4493), id="whole"),
        pytest.param(4493, None, Decimal(4493), id="no-digits-told"),
        pytest.param(None, 2, None, id="no-value"),
        pytest.param(1, 10**9, None, id="too-many-digits"),
    ],
)
def test_period_stats_put_their_point(
    value: int | None, digits: int | None, number: Decimal | None
) -> None:
    assert models.PeriodStats(value=value, decimal_num=digits).number == number


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        pytest.param({"msgId": 7}, "7", id="own"),
        pytest.param({"common": {"msgId": 8}}, "8", id="common"),
        pytest.param({"common": {"msgId": {}}}, None, id="common-no-id"),
        pytest.param({"messageType": "ChatMessage"}, None, id="none"),
    ],
)
def test_chat_event_key_is_its_id(raw: dict[str, Any], key: str | None) -> None:
    assert convert.decode(models.ChatEvent, raw).key == key


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        pytest.param({"music": {"id": "7"}}, "music 7", id="music"),
        pytest.param({"user": {"id": "7"}}, "user 7", id="user"),
        pytest.param({"challenge": {"id": 7}}, "challenge 7", id="hashtag"),
        pytest.param({"user": {}}, None, id="no-id"),
    ],
)
def test_discover_item_key_is_kind_and_id(raw: dict[str, Any], key: str | None) -> None:
    assert convert.decode(models.DiscoverItem, raw).key == key


def test_search_hit_tells_its_users() -> None:
    hit = convert.decode(models.SearchHit, made_up.SEARCH_HIT)
    assert [user.uid for user in hit.users] == ["7"]
    assert convert.decode(models.SearchHit, {"user_list": [{}]}).users == ()
