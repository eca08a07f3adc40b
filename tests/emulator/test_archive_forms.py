"""What an emulated archive holds: every section, in every era and form, at any size."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import zipfile
import zlib
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_async.emulator import Settings
from tiktok_async.emulator.archive.sections import SECTIONS, WATCH_HISTORY
from tiktok_async.emulator.archive.tape import Run, Tape, tape
from tiktok_async.emulator.archive.zipping import Member, gzipped, zipped
from tiktok_async.emulator.emulation import Emulation

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = (2023, 12, 31)
MIB = 1 << 20


def archive(categories: tuple[str, ...] = ("all_data",), data_format: str = "json", **options: Any):
    emulation = Emulation(Settings(**{"videos": 3000, **options}))
    export = emulation.exports.add(emulation.user_pair.grant, categories, data_format, 0.0)
    return emulation.archives.of(export)


def opened(found: Tape) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(found.read())))


def document(found: Tape) -> dict[str, Any]:
    files = opened(found)
    (name,) = files.namelist()
    read: dict[str, Any] = json.loads(files.read(name))
    return read


def at(whole: dict[str, Any], place: tuple[str, ...]) -> Any:
    for key in place:
        whole = whole[key]
    return whole


def walked(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf, with the keys that lead to it."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from walked(part, f"{path} > {key}")
    elif isinstance(value, list):
        for part in value:
            yield from walked(part, path)
    else:
        yield path, value


# ---- tapes and zips


RUNS = st.lists(st.builds(Run, st.binary(max_size=20), st.integers(0, 9)), max_size=6)


@given(RUNS, st.integers(0, 400), st.integers(0, 400))
def test_tape_is_its_bytes(runs, start, stop):
    found = Tape(tuple(runs))
    content = b"".join(run.block * run.count for run in runs)
    assert found.size == len(content)
    assert b"".join(found.read()) == content
    assert b"".join(found.read(start, stop)) == content[start:stop]
    assert b"".join(found.cut(start, stop).read()) == content[start:stop]
    assert found.crc() == zlib.crc32(content)
    assert found.sha256() == hashlib.sha256(content).hexdigest()
    assert zlib.decompress(b"".join(gzipped(found).read()), wbits=31) == content


@given(RUNS, st.booleans(), st.booleans())
def test_zip_gives_back_what_was_put_in(runs, deflated, descriptors):
    content = Tape(tuple(runs))
    members = [Member("ä/b.txt", content, deflated), Member("c", tape(b"hi"))]
    files = opened(zipped(members, DAY, descriptors=descriptors))
    assert files.testzip() is None
    assert files.read("ä/b.txt") == b"".join(content.read())
    assert files.read("c") == b"hi"
    assert files.infolist()[0].date_time[:3] == DAY


class Reader(io.RawIOBase):
    """A tape as a file that can be sought in."""

    def __init__(self, found: Tape) -> None:
        super().__init__()
        self.tape = found
        self.place = 0

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def seekable(self) -> bool:
        """Return that it is."""
        return True

    def tell(self) -> int:
        """Return the place."""
        return self.place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        self.place = offset + (0, self.place, self.tape.size)[whence]
        return self.place

    def readinto(self, buffer: Any) -> int:
        """Read on."""
        content = b"".join(self.tape.read(self.place, self.place + len(buffer)))
        buffer[: len(content)] = content
        self.place += len(content)
        return len(content)


@pytest.mark.parametrize("descriptors", [False, True])
@pytest.mark.parametrize("deflated", [False, True])
def test_zip_beyond_four_gib_is_read_by_others(deflated, descriptors):
    """Sizes and offsets then take 64 bits."""
    large = Tape((Run(bytes(range(256)) * 4096, 5000), Run(b"end")))
    members = [Member("large", large, deflated), Member("small", tape(b"hello"))]
    found = zipped(members, DAY, descriptors=descriptors)
    assert (found.size > 1 << 32) == (not deflated)
    with zipfile.ZipFile(Reader(found)) as files:  # type: ignore[call-overload]  # it seeks
        assert files.getinfo("large").file_size == large.size
        assert files.read("small") == b"hello"
        assert files.open("large").read(300) == (bytes(range(256)) * 2)[:300]


# ---- sections


@pytest.mark.parametrize(
    ("era", "name", "roots"),
    [
        pytest.param("A", "user_data.json", {
            "Activity", "Ads and data", "App Settings", "Comment", "Direct Messages",
            "Income Plus Wallet Transactions", "Poi Review", "Profile", "Tiktok Live",
            "Tiktok Shopping", "Video"}, id="A"),
        pytest.param("B", "user_data_tiktok.json", {
            "Ads and data", "App Settings", "Comment", "Direct Message",
            "Income Plus Wallet Transactions", "Location Review", "Post", "Profile",
            "TikTok Shop", "Tiktok Live", "Your Activity"}, id="B"),
        pytest.param("C", "user_data_tiktok.json", {
            "Comment", "Direct Message", "Income+ Wallet", "Likes and Favorites",
            "Location Review", "Post", "Profile And Settings", "TikTok Live", "TikTok Shop",
            "Your Activity"}, id="C"),
    ],
)  # fmt: skip
def test_roots_are_those_of_the_era(era, name, roots):
    found = archive(export_era=era)
    assert opened(found).namelist() == [name]
    assert set(document(found)) == roots


@pytest.mark.parametrize("era", ["A", "B", "C"])
def test_every_section_stands_at_its_place(era):
    whole = document(archive(export_era=era))
    for section in SECTIONS:
        for place in section.places(era):
            at(whole, place)
    assert len(at(whole, WATCH_HISTORY.places(era)[0])) == 200


@pytest.mark.parametrize(
    ("era", "watch", "like", "comment"),
    [
        pytest.param("A", {"Date", "VideoLink"}, {"Date", "Link"}, {"Date", "Comment"}, id="A"),
        pytest.param("B", {"Date", "Link"}, {"date", "link"},
                     {"date", "comment", "photo", "url"}, id="B"),
        pytest.param("C", {"Date", "Link", "Title"}, {"date", "link"},
                     {"date", "comment", "photo", "video", "sticker", "originalPostUrl",
                      "original post link"}, id="C"),
    ],
)  # fmt: skip
def test_keys_are_those_of_the_era(era, watch, like, comment):
    whole = document(archive(export_era=era))
    places = {one.name: one.places(era)[0] for one in SECTIONS if one.places(era)}
    found = {name: set(at(whole, places[name])[0]) for name in ("Like List", "Comments")}
    assert set(at(whole, WATCH_HISTORY.places(era)[0])[0]) == watch
    assert (found["Like List"], found["Comments"]) == (like, comment)


def test_hybrid_has_likes_as_later_and_the_rest_as_before():
    whole = document(archive(export_era="hybrid"))
    assert "link" in whole["Likes and Favorites"]["Like List"]["ItemFavoriteList"][0]
    assert "VideoLink" in whole["Activity"]["Video Browsing History"]["VideoList"][0]
    assert "Like List" not in whole["Activity"]


def test_quirks_of_the_wire_are_there():
    whole = document(archive())
    settings = whole["Profile And Settings"]
    assert "Who can see your following list::" in settings["Settings"]["SettingsMap"]
    assert settings["Off TikTok Activity"] == whole["Your Activity"]["Off TikTok Activity"]
    assert settings["Follower"]["IsFastLane"] is True
    assert isinstance(settings["Follower"]["App"], int)
    assert "adress_info" in whole["TikTok Shop"]["Saved Address Information"]["SavedAddress"][0]
    assert whole["Comment"]["Comments"]["CommentsList"][0]["date"].endswith(" UTC")
    empties = [whole["Direct Message"]["Group Chat"]["GroupChat"],
               whole["TikTok Shop"]["Vouchers"]["Vouchers"],
               whole["TikTok Shop"]["Order History"]["OrderHistories"]]  # fmt: skip
    assert empties == [{}, [], None]


def test_rows_fall_on_the_days_of_the_world_newest_first():
    start, days = date(2022, 3, 1), 90
    rows = document(archive(start=start, days=days))["Your Activity"]["Watch History"]["VideoList"]
    dates = [row["Date"] for row in rows]
    begin = datetime.combine(start, time(), UTC)
    assert dates == sorted(dates, reverse=True)
    assert dates[-1] >= f"{begin:%Y-%m-%d %H:%M:%S}"
    assert dates[0] < f"{begin + timedelta(days=days):%Y-%m-%d %H:%M:%S}"


def test_watched_videos_are_of_the_world_and_older_than_the_watching():
    emulation = Emulation(Settings(videos=3000))
    rows = document(archive())["Your Activity"]["Watch History"]["VideoList"]
    for row in rows:
        index = emulation.world.timeline.index_of(int(row["Link"].split("/")[-2]))
        assert index is not None
        made = datetime.fromtimestamp(emulation.world.timeline.time_of(index), UTC)
        assert f"{made:%Y-%m-%d %H:%M:%S}" <= row["Date"]


def test_users_have_lives_of_their_own():
    emulation = Emulation(Settings(videos=3000))
    found = []
    for user in range(2):
        grant = emulation.grants.grant("key", user, ["portability.all.ongoing"])
        export = emulation.exports.add(grant, ["all_data"], "json", 0.0)
        found.append(document(emulation.archives.of(export)))
    names = [one["Profile And Settings"]["Profile Info"]["ProfileMap"]["userName"] for one in found]
    assert names[0] == "joe1234567" != names[1]
    assert found[0]["Your Activity"] != found[1]["Your Activity"]


def test_nobody_real_is_addressed():
    """Addresses are those kept for examples; TikTok's own are in links only."""
    links = [value for _, value in walked(document(archive())) if "://" in str(value)]
    hosts = {value.split("/")[2] for value in links}
    assert {host for host in hosts if not host.endswith(".example.org")} == {
        "www.tiktok.com",
        "www.tiktokv.com",
    }


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_number_of_rows_can_be_set(rows):
    whole = document(archive(export_rows=rows))
    assert len(whole["Your Activity"]["Watch History"]["VideoList"]) == rows
    assert len(whole["Likes and Favorites"]["Like List"]["ItemFavoriteList"]) == rows


# ---- the text form


def blocks(text: str) -> list[dict[str, str]]:
    """Read records as a simple reader would: lines split on the first colon."""
    return [
        dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        for block in text.strip().split("\n\n")
    ]


@pytest.mark.parametrize(
    ("era", "watched", "profile"),
    [
        pytest.param("A", "Tiktok/Activity/Browsing History.txt",
                     "Tiktok/Profile/Profile Information.txt", id="A"),
        pytest.param("C", "Watch History.txt", "Profile Info.txt", id="C"),
    ],
)  # fmt: skip
def test_text_files_are_those_of_the_era(era, watched, profile):
    files = opened(archive(data_format="text", export_era=era))
    read = {name: files.read(name).decode() for name in files.namelist()}
    assert {watched, profile} <= set(read)
    assert all("/" in name for name in read) == (era == "A")
    records = blocks(read[watched])
    assert len(records) == 200
    assert {"Date"} < set(records[0])
    (one,) = blocks(read[profile])
    assert one["User Name"] == "joe1234567"


def test_text_has_spaced_keys_and_headers_and_a_sentence_where_nothing_is():
    files = opened(archive(data_format="text"))
    texts = {name: files.read(name).decode() for name in files.namelist()}
    assert "Search Term" in blocks(texts["Searches.txt"])[0]
    assert "Device Model" in blocks(texts["Login History.txt"])[0]
    assert texts["Direct Messages.txt"].startswith("Chat History with ana:\nDate: ")
    assert "Push Notification\n" in texts["Settings.txt"]
    assert texts["Vouchers.txt"] == "There is no data in this section.\n"


@pytest.mark.parametrize("era", ["A", "B", "C", "hybrid"])
def test_both_forms_have_as_many_watched_videos(era):
    options = {"export_era": era, "export_rows": 30}
    files = opened(archive(data_format="text", **options))
    ends = ("/Browsing History.txt", "Watch History.txt")
    (name,) = [one for one in files.namelist() if one.endswith(ends)]
    assert len(blocks(files.read(name).decode())) == 30


# ---- any size


@pytest.mark.parametrize("data_format", ["json", "text"])
@pytest.mark.parametrize("fill", ["rows", "padding"])
@pytest.mark.parametrize("deflated", [None, True])
@pytest.mark.parametrize("descriptors", [False, True])
def test_archive_is_filled_up_to_a_size(data_format, fill, deflated, descriptors):
    found = archive(
        data_format=data_format, export_bytes=2 * MIB, export_fill=fill,
        export_deflated=deflated, export_descriptors=descriptors,
    )  # fmt: skip
    assert found.size == pytest.approx(2 * MIB, rel=0.01)
    files = opened(found)
    assert files.testzip() is None
    assert ("padding.bin" in files.namelist()) == (fill == "padding")
    kinds = {one.compress_type for one in files.infolist() if one.filename != "padding.bin"}
    assert kinds == {zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED}


def test_small_archive_is_deflated():
    files = opened(archive())
    assert [one.compress_type for one in files.infolist()] == [zipfile.ZIP_DEFLATED]


def test_filled_up_json_is_json_with_more_watched_videos():
    rows = document(archive(export_bytes=2 * MIB))["Your Activity"]["Watch History"]["VideoList"]
    assert len(rows) > 10_000
    assert all(row["Date"] and row["Link"] for row in rows)


def test_filled_up_text_has_more_watched_videos():
    files = opened(archive(data_format="text", export_bytes=2 * MIB))
    records = blocks(files.read("Watch History.txt").decode())
    assert len(records) > 10_000
    assert all(record["Date"] and record["Link"] for record in records)


def test_categories_without_watched_videos_are_padded():
    files = opened(archive(("video",), export_bytes=MIB))
    assert "padding.bin" in files.namelist()


def test_small_size_changes_nothing():
    assert archive(export_bytes=1, export_deflated=True).sha256() == archive().sha256()


@pytest.mark.parametrize("size", [MIB, 4096 * MIB])
def test_size_takes_no_memory(size):
    found = archive(export_bytes=size)
    tracemalloc.start()
    try:
        total = sum(map(len, found.read()))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == found.size == pytest.approx(size, rel=0.01)
    assert most < MIB
