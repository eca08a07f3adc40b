from __future__ import annotations

import hashlib
import sqlite3

import duckdb
import pytest

from tests.jobs.handmade import comments_stage, make_job, video, videos_stage, write_shard
from tiktok_async import convert
from tiktok_async.errors import CheckpointMismatchError, InputError
from tiktok_async.jobs.dataset import Dataset
from tiktok_async.jobs.export import export
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.sinks import ENDINGS

VIDEOS = [[video(1), video(2)], [video(3, 1)]]
COMMENTS = [[{"id": 5, "text": "a", "of_video_id": "7"}]]


@pytest.fixture
def directory(tmp_path):
    make_job(tmp_path / "job", {videos_stage(): VIDEOS, comments_stage("7", "8"): COMMENTS})
    (tmp_path / "job" / "dataset").mkdir()
    return tmp_path / "job"


@pytest.mark.parametrize("ending", list(ENDINGS))
def test_an_export_says_what_it_is(directory, ending):
    path = directory / "dataset" / f"videos{ending}"
    entry = export(Dataset.open(directory, "videos"), path)
    assert (entry.path, entry.format, entry.rows) == (f"dataset/videos{ending}", ending[1:], 3)
    content = path.read_bytes()
    assert (entry.size, entry.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_an_export_elsewhere_has_its_whole_path(directory, tmp_path):
    entry = export(Dataset.open(directory, "videos"), tmp_path / "a.csv")
    assert entry.path == str(tmp_path / "a.csv")


def test_lines_are_the_parts_one_after_the_other(directory, tmp_path):
    export(Dataset.open(directory, "videos"), tmp_path / "a.jsonl")
    parts = [Layout(directory).part("videos", f"0000{number}").read_bytes() for number in (0, 1)]
    assert (tmp_path / "a.jsonl").read_bytes() == b"".join(parts)


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl.zst"])
def test_an_export_made_again_is_the_same(directory, tmp_path, ending):
    dataset = Dataset.open(directory, "videos")
    first = export(dataset, tmp_path / f"a{ending}")
    again = export(dataset, tmp_path / f"a{ending}", overwrite=True)
    assert again == first


def test_what_is_there_is_not_overwritten_unasked(directory, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"mine")
    with pytest.raises(InputError, match="is there already"):
        export(Dataset.open(directory, "videos"), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"mine"


@pytest.mark.parametrize("ending", ["sqlite", "duckdb"])
def test_a_database_holds_several_stages(directory, tmp_path, ending):
    both = [Dataset.open(directory, name) for name in ("videos", "comments")]
    entry = export(both, tmp_path / f"all.{ending}")
    assert entry.rows == 4
    base = (sqlite3 if ending == "sqlite" else duckdb).connect(str(tmp_path / f"all.{ending}"))
    query = "SELECT text, videos.id FROM comments JOIN videos ON videos.position = 3"
    assert base.execute(query).fetchall() == [("a", str(VIDEOS[1][0]["id"]))]
    base.close()


@pytest.mark.parametrize(
    ("names", "file", "words"),
    [
        pytest.param(("videos", "comments"), "a.csv", "holds one stage", id="csv"),
        pytest.param(("videos", "videos"), "a.sqlite", "the same table", id="twice"),
        pytest.param((), "a.sqlite", "no stage", id="none"),
        pytest.param(("videos",), "a.xlsx", "does not say its format", id="ending"),
    ],
)
def test_what_cannot_be_one_file_is_refused(directory, tmp_path, names, file, words):
    with pytest.raises(InputError, match=words):
        export([Dataset.open(directory, name) for name in names], tmp_path / file)
    assert not (tmp_path / file).exists()


@pytest.mark.parametrize("ending", list(ENDINGS))
def test_a_damaged_part_leaves_no_file(directory, tmp_path, ending):
    part = Layout(directory).part("videos", "00001")
    part.write_bytes(part.read_bytes()[:-5])
    with pytest.raises(CheckpointMismatchError):
        export(Dataset.open(directory, "videos"), tmp_path / f"a{ending}")
    assert [path.name for path in tmp_path.iterdir()] == ["job"]


def test_a_partial_dataset_is_exported_and_says_so(directory, tmp_path):
    spec = Dataset.open(directory, "videos").spec
    write_shard(Layout(directory), spec, "videos", "00001", [], status="running")
    dataset = Dataset.open(directory, "videos")
    assert export(dataset, tmp_path / "a.jsonl").rows == 2
    assert convert.loads((tmp_path / "a.jsonl").read_bytes().splitlines()[1]) == VIDEOS[0][1]
    assert dataset.facts()["complete"] == "false"
