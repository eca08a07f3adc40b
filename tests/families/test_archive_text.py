"""The text form of an export."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tiktok_async.errors import ArchiveError, DamagedArchiveError
from tiktok_async.portability.archive import Archive, rows

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001  # the archive does not tell the zone
LINK = "https://www.tiktokv.com/share/video/1/"
ROW = f"Date: 2026-01-02 03:04:05\nLink: {LINK}\n"


def opened(folder: Path, **files: str | bytes) -> Archive:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name.replace('_', ' ')}.txt").write_bytes(data)
    return Archive.open(folder)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"{ROW}\n{ROW}", id="blank-line"),
        pytest.param(f"\n\n{ROW}\n\n\n{ROW}\n\n", id="blank-lines"),
        pytest.param(f"{ROW} \n{ROW}".replace("\n", "\r\n"), id="windows"),
        pytest.param(f"\ufeff{ROW}\n{ROW}", id="byte-order-mark"),
        pytest.param(f"Your watch history\n\n{ROW}\n{ROW}", id="title"),
        pytest.param(f"Your watch history\n{ROW}\n{ROW}", id="title-on-top"),
    ],
)
def test_records_are_blocks_of_pairs(content: str, tmp_path: Path):
    archive = opened(tmp_path, Watch_History=content)
    section = archive.watch_history
    assert list(section) == [rows.WatchedVideo(date=AT, link=LINK)] * 2
    assert section.skipped == 0


@pytest.mark.parametrize("name", ["Watch History", "Browsing History", "browsing_history"])
def test_file_is_opened_alone_and_under_older_names(name: str, tmp_path: Path):
    path = tmp_path / f"{name}.txt"
    path.write_text(ROW)
    archive = Archive.open(path)
    assert (archive.form, archive.language, archive.watch_history.count()) == ("text", "en", 1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="no-bytes"),
        pytest.param("\n\n", id="no-lines"),
        pytest.param("You have no data in this section\n", id="sentence"),
        pytest.param("Geen gegevens", id="other-language"),
    ],
)
def test_file_without_pairs_is_empty(content: str, tmp_path: Path):
    archive = opened(tmp_path, Watch_History=content, Ad_Interests=content, Autofill=content)
    for section in (archive.watch_history, archive.ads.interests, archive.section("autofill")):
        assert section.empty
        assert section.count() == section.skipped == 0
    assert archive.autofill is None


def test_value_keeps_its_colons_lines_and_paragraphs(tmp_path: Path):
    comment = "one: two\nthree\n\nfour"
    archive = opened(tmp_path, Comments=f"Comment: {comment}\n\nComment: five\n")
    assert [one.comment for one in archive.comments] == [comment, "five"]


def test_chat_is_told_by_its_heading_and_by_no_paragraph(tmp_path: Path):
    content = (
        ">>> Chat History with alice::\n\n"
        "Date: 2026-01-02 03:04:05\nFrom: alice\nContent: see:\n\n"
        "this paragraph\n\nand that:\n\n"
        "Date: 2026-01-02 03:04:05\nFrom: me\nContent: ok\n\n"
        "Chat History with bob:\nDate: 2026-01-02 03:04:05\nFrom: bob\nContent: hi\n\n"
        "carol\nDate: 2026-01-02 03:04:05\nFrom: carol\nContent: yes\n"
    )
    archive = opened(tmp_path, Direct_Messages=content)
    assert [(one.chat, one.sender, one.content) for one in archive.direct_messages] == [
        ("alice", "alice", "see:\n\nthis paragraph"),
        ("alice", "me", "ok"),
        ("bob", "bob", "hi"),
        ("carol", "carol", "yes"),
    ]
    assert archive.direct_messages.skipped == 1


@pytest.mark.parametrize("headed", [True, False])
def test_purchases_are_told_apart_by_heading_or_keys(headed: bool, tmp_path: Path):
    content = (
        f"{'Send Gifts:' if headed else ''}\n\nDate: 2026-01-02 03:04:05\nUser Name: alice\n\n"
        f"{'Buy Gifts:' if headed else ''}\n\nDate: 2026-01-02 03:04:05\nPrice: 2\n\n"
    )
    archive = opened(tmp_path, Purchases=content)
    assert list(archive.purchases.gifts_sent) == [rows.SentGift(date=AT, username="alice")]
    assert list(archive.purchases.gifts_bought) == [rows.BoughtGift(date=AT, price="2")]
    assert archive.purchases.gifts_sent.skipped == archive.purchases.gifts_bought.skipped == 0


def test_purchase_of_neither_kind_is_counted_once(tmp_path: Path):
    archive = opened(tmp_path, Purchases="Mood: good\n")
    sent, bought = archive.purchases.gifts_sent, archive.purchases.gifts_bought
    assert (sent.count(), bought.count(), sent.skipped + bought.skipped) == (0, 0, 1)


def test_settings_stand_under_their_headings(tmp_path: Path):
    content = (
        "App Language: en\n\nPrivacy\nPrivate Account: No\nWho can see your list:: Friends\n\n"
        "Push notifications:\nLikes: On\n"
    )
    archive = opened(tmp_path, Settings=content)
    assert archive.settings == {
        "App Language": "en",
        "Privacy": {"Private Account": "No", "Who can see your list": "Friends"},
        "Push notifications": {"Likes": "On"},
    }


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("Ad Interests: Gardening | Cooking\n", id="pair"),
        pytest.param("Gardening | Cooking\n", id="line"),
        pytest.param("[Gardening, Cooking]\n", id="list"),
        pytest.param("Ad Interests: [Gardening, Cooking]\n", id="pair-with-list"),
        pytest.param("What we think\n\nInterest: Gardening\n\nInterest: Cooking\n", id="pairs"),
    ],
)
def test_interests_are_spelled_out(content: str, tmp_path: Path):
    archive = opened(tmp_path, Ad_Interests=content)
    assert [one.name for one in archive.ads.interests] == ["Gardening", "Cooking"]


def test_known_file_of_another_language_is_read_by_what_its_values_are(tmp_path: Path):
    row = f"Datum: 2026-01-02 03:04:05\nKoppeling: {LINK}\nGeluid: x\n"
    archive = opened(tmp_path, Kijkgeschiedenis=row, Likelijst=row)
    assert archive.language == "nl"
    (watched,) = archive.watch_history
    assert watched == rows.WatchedVideo(date=AT, link=LINK, extra={"Geluid": "x"})
    assert archive.likes.count() == 1


def test_two_dates_in_another_language_are_no_guess(tmp_path: Path):
    row = f"Datum: 2026-01-02 03:04:05\nTot: 2026-01-02 03:04:05\nKoppeling: {LINK}\n"
    archive = opened(tmp_path, Kijkgeschiedenis=row)
    assert (archive.watch_history.count(), archive.watch_history.skipped) == (0, 1)


def test_file_that_nobody_knows_is_reported_and_kept(tmp_path: Path):
    archive = opened(tmp_path, Watch_History=ROW, Favoriete_videos=ROW)
    (unknown,) = archive.unknown
    assert (unknown.path, unknown.kind) == (("Favoriete videos.txt",), "file")
    assert unknown.value() == ROW.encode()
    assert archive.favorites.videos.state == "absent"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param(b"Date: \xff\xfe\n", DamagedArchiveError, id="no-utf-8"),
        pytest.param("Link: " + "x" * 2**20, ArchiveError, id="endless-line"),
        pytest.param(("Link: " + "x" * 1000 + "\n") * 20_000, ArchiveError, id="endless-block"),
    ],
)
def test_text_that_cannot_be_read_is_refused(
    content: str | bytes, error: type[ArchiveError], tmp_path: Path
):
    archive = opened(tmp_path, Watch_History=content)
    with pytest.raises(error) as caught:
        archive.watch_history.count()
    assert "xxx" not in repr(caught.value)
    assert caught.value.__context__ is None
