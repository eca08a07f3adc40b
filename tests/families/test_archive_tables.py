"""Sections as tables and files."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_up_export import AT, DAY, ID, LINK, SECTIONS, Made, as_json, document, full

from tiktok_async.errors import DamagedArchiveError, InputError
from tiktok_async.portability.archive import Archive

if TYPE_CHECKING:
    from pathlib import Path

VIDEOS = [
    {"Date": DAY, "Link": LINK, "Likes": "12", "Title": 'a, "b"\nc'},
    {"Date": f"{DAY} UTC", "Link": "x", "Likes": "1.2K", "Mood": "\ud83d"},
    {"Date": "2026-01-02T03:04:05+02:00", "Link": "y", "Likes": 2**63 - 1},
]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = Made("posts", ("Post", "Posts", "VideoList"), VIDEOS, ())
    return Archive.open(as_json(tmp_path / "user_data.json", document(made)))


def test_table_has_exact_numbers_and_honest_zones(archive: Archive):
    table = archive.to_arrow(archive.posts)
    assert table.schema.field("date").type == pa.timestamp("us")
    assert table["date"].to_pylist() == [AT, AT, datetime(2026, 1, 2, 1, 4, 5)]  # noqa: DTZ001  # Arrow's wall clock
    assert table["date_zone"].to_pylist() == [None, "UTC", "UTC"]
    assert table["video_id"].to_pylist() == [str(ID), None, None]
    assert table["likes"].to_pylist() == [12, None, 2**63 - 1]
    assert [extra and json.loads(extra) for extra in table["extra"].to_pylist()] == [
        None,
        {"Likes": "1.2K", "Mood": "\ud83d"},
        None,
    ]


@pytest.mark.parametrize("made", [pytest.param(one, id=one.name) for one in SECTIONS])
def test_every_section_makes_a_table(made: Made, tmp_path: Path):
    archive = Archive.open(as_json(tmp_path / "user_data.json", full()))
    assert archive.to_arrow(made.name).num_rows == len(made.rows)
    for ending in ("jsonl", "csv", "parquet"):
        assert archive.write(made.name, tmp_path / f"rows.{ending}") == len(made.rows)


def test_section_that_is_not_there_makes_an_empty_table(archive: Archive, tmp_path: Path):
    assert archive.to_arrow("likes").num_rows == 0
    assert archive.to_arrow("likes").schema.names[:2] == ["date", "date_zone"]
    archive.write("likes", tmp_path / "likes.csv")
    assert (tmp_path / "likes.csv").read_bytes() == b"date,link,video_id,extra\r\n"


def test_lines_have_what_the_rows_have(archive: Archive, tmp_path: Path):
    path = tmp_path / "posts.jsonl"
    assert archive.write("posts", path) == 3
    assert [json.loads(line) for line in path.read_bytes().splitlines()] == [
        {
            "date": "2026-01-02T03:04:05",
            "link": LINK,
            "likes": 12,
            "title": 'a, "b"\nc',
            "video_id": ID,
        },
        {
            "date": "2026-01-02T03:04:05+00:00",
            "link": "x",
            "extra": {"Likes": "1.2K", "Mood": "\ud83d"},
        },
        {"date": "2026-01-02T03:04:05+02:00", "link": "y", "likes": 2**63 - 1},
    ]


def test_csv_has_every_column(archive: Archive, tmp_path: Path):
    path = tmp_path / "posts.csv"
    archive.write("posts", path)
    with path.open(newline="", encoding="utf-8") as file:
        one, two, three = csv.DictReader(file)
    assert (one["title"], one["video_id"], one["extra"]) == ('a, "b"\nc', str(ID), "")
    assert (two["date"], two["likes"]) == ("2026-01-02T03:04:05+00:00", "")
    assert json.loads(two["extra"]) == {"Likes": "1.2K", "Mood": "\ud83d"}
    assert three["likes"] == str(2**63 - 1)


def test_parquet_is_the_table(archive: Archive, tmp_path: Path):
    path = tmp_path / "posts.parquet"
    archive.write("posts", path)
    assert pq.read_table(path).equals(archive.to_arrow("posts"))


def test_ids_are_text_of_their_digits(tmp_path: Path):
    archive = Archive.open(as_json(tmp_path / "user_data.json", full()))
    assert archive.to_arrow("devices")["uid"].to_pylist() == ["7000000000000000001"]
    assert archive.to_arrow("go_live_history")["room_id"].to_pylist() == ["7300000000000000010"]


def test_rows_inside_of_rows_are_json_in_tables(tmp_path: Path):
    archive = Archive.open(as_json(tmp_path / "user_data.json", full()))
    (messages,) = archive.to_arrow("tako_chats")["messages"].to_pylist()
    assert json.loads(messages) == [
        {
            "date": AT.replace(tzinfo=UTC).isoformat(),
            "content": {"text": "What grows?"},
        }
    ]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_that_is_there_is_kept_unless_asked(archive: Archive, tmp_path: Path):
    path = tmp_path / "posts.jsonl"
    path.write_text("mine")
    with pytest.raises(InputError, match="overwrite=True"):
        archive.write("posts", path)
    assert path.read_text() == "mine"
    assert archive.write("posts", path, overwrite=True) == 3
    assert path.read_text() != "mine"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("rows.txt", "end its name in", id="ending"),
        pytest.param("nowhere/rows.csv", "make it first", id="folder"),
        pytest.param("folder.csv", "write the name of a file", id="is-a-folder"),
    ],
)
def test_bad_target_is_refused(name: str, message: str, archive: Archive, tmp_path: Path):
    (tmp_path / "folder.csv").mkdir()
    before = names(tmp_path)
    with pytest.raises(InputError, match=message):
        archive.write("posts", tmp_path / name)
    assert names(tmp_path) == before


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_archive_that_breaks_off_leaves_the_old_file(ending: str, tmp_path: Path):
    source = tmp_path / "user_data.json"
    value: Any = document(Made("posts", ("Post", "Posts", "VideoList"), VIDEOS * 2000, ()))
    archive = Archive.open(as_json(source, value))
    assert archive.posts.present
    path = tmp_path / f"rows.{ending}"
    path.write_text("old")
    before = names(tmp_path)
    broken = BreaksOff(archive.posts)
    with pytest.raises(DamagedArchiveError):
        archive.write(broken, path, overwrite=True)  # type: ignore[arg-type]  # all that a file needs
    assert path.read_text() == "old"
    assert names(tmp_path) == before


class BreaksOff:
    """A section whose reading ends in an error."""

    def __init__(self, section: Any) -> None:
        self.row = section.row
        self._section = section

    def batches(self) -> Any:
        """Yield all rows, and fail."""
        yield from self._section.batches()
        raise DamagedArchiveError("The export is cut.")
