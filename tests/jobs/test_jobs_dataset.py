from __future__ import annotations

import attrs
import polars as pl
import pyarrow as pa
import pytest

from tests.jobs.handmade import (
    BIG,
    comments_stage,
    make_job,
    ran,
    video,
    videos_stage,
    write_shard,
)
from tiktok_async.errors import CheckpointMismatchError, DecodeError, InputError
from tiktok_async.jobs.dataset import Dataset
from tiktok_async.jobs.layout import Layout
from tiktok_async.jobs.manifest import Gap
from tiktok_async.research.models import Video

ROWS = [
    [video(2, video_description="ü\u2028"), video(1, like_count=3)],
    [video(9, 1, id=BIG, brand_new={"a": BIG})],
]


@pytest.fixture
def directory(tmp_path):
    make_job(tmp_path / "job", {videos_stage(): ROWS})
    return tmp_path / "job"


def test_rows_come_as_they_are_in_order_of_the_shards(directory):
    dataset = Dataset.open(directory, "videos")
    assert list(dataset.rows()) == [*ROWS[0], *ROWS[1]]
    assert len(dataset) == 3
    assert dataset.complete
    assert dataset.manifest.whole


def test_rows_of_any_number_come_in_portions(tmp_path, monkeypatch):
    monkeypatch.setattr("tiktok_async.jobs.part_lines.PORTION", 100)
    rows = [video(number) for number in range(500)]
    make_job(tmp_path / "job", {videos_stage(1): [rows]})
    dataset = Dataset.open(tmp_path / "job", "videos")
    assert list(dataset.rows()) == rows
    assert max(len(batch) for batch in dataset.batches()) < 5


def test_models_are_typed(directory):
    found = list(Dataset.open(directory, "videos").models())
    assert all(isinstance(one, Video) for one in found)
    assert [one.id for one in found] == [row["id"] for rows in ROWS for row in rows]
    assert found[2].extra == {"brand_new": {"a": BIG}}


def test_a_stage_that_is_not_there_is_refused(directory):
    with pytest.raises(InputError, match="no stage vidoes: write one of videos"):
        Dataset.open(directory, "vidoes")


def test_columns_have_the_item_that_a_row_was_asked_for(tmp_path):
    rows = [[{"id": 1, "text": "a", "of_video_id": "7"}]]
    make_job(tmp_path / "job", {comments_stage("7", "8"): rows})
    table = Dataset.open(tmp_path / "job", "comments").to_arrow()
    assert table.column_names[-2:] == ["of_video_id", "extra"]
    assert table["of_video_id"].to_pylist() == ["7"]
    assert table["extra"].to_pylist() == [None]


def test_columns_are_those_that_the_stage_asks_for(tmp_path):
    stage = videos_stage(1, params=(("fields", ("like_count",)),))
    make_job(tmp_path / "job", {stage: [[video(1, like_count=2, view_count=5)]]})
    dataset = Dataset.open(tmp_path / "job", "videos")
    assert [one.name for one in dataset.columns] == ["id", "create_time", "like_count"]
    assert dataset.to_arrow()["extra"].to_pylist() == ['{"view_count":5}']


def test_a_field_has_one_column_under_whichever_name_it_came(tmp_path):
    row = {"video_id": BIG, "create_time": 1_672_531_200, "favourites_count": 4}
    make_job(tmp_path / "job", {videos_stage(1): [[row, video(2, id="7300")]]})
    dataset = Dataset.open(tmp_path / "job", "videos")
    table = dataset.to_arrow()
    assert table["id"].to_pylist() == [str(BIG), "7300"]
    assert table["favorites_count"].to_pylist() == [4, None]
    assert next(dataset.rows()) == row


def test_tables_hold_ids_as_text_and_integers_with_gaps_as_integers(directory):
    dataset = Dataset.open(directory, "videos")
    frame = dataset.to_pandas()
    assert list(frame["id"]) == [str(row["id"]) for rows in ROWS for row in rows]
    assert str(frame["like_count"].dtype) == "Int64"
    assert frame["like_count"].isna().tolist() == [True, False, True]
    polars = dataset.to_polars()
    assert polars["id"].to_list()[-1] == str(BIG)
    assert polars["like_count"].dtype == pl.Int64


def test_arrow_streams_are_read_by_others(directory):
    dataset = Dataset.open(directory, "videos")
    assert pa.RecordBatchReader.from_stream(dataset).read_all().num_rows == 3
    assert pl.DataFrame(dataset)["id"].to_list()[-1] == str(BIG)


def test_tables_say_what_they_are_of(directory):
    facts = Dataset.open(directory, "videos").to_arrow().schema.metadata
    assert facts[b"job"] == b"handmade"
    assert facts[b"complete"] == b"true"


def test_a_partial_dataset_says_so_and_gives_what_counts(directory):
    layout = Layout(directory)
    spec = Dataset.open(directory, "videos").spec
    gap = Gap("2023-01-02", "server")
    mark = write_shard(layout, spec, "videos", "00001", ROWS[1], status="running", holes=(gap,))
    with layout.part("videos", "00001").open("ab") as part:
        part.write(b'{"id":5}\n{"id":')
    dataset = Dataset.open(directory, "videos")
    assert not dataset.complete
    assert "partial" in repr(dataset)
    assert len(dataset) == 3
    assert [row["id"] for row in dataset.rows()][-1] == BIG
    assert dataset.holes() == mark.holes == (gap,)
    assert dataset.missing() == ()


def test_a_stage_without_a_plan_is_empty_and_partial(directory):
    Layout(directory).plan("videos").unlink()
    dataset = Dataset.open(directory, "videos")
    assert (list(dataset.rows()), dataset.complete, bool(dataset)) == ([], False, True)
    assert dataset.to_arrow().num_rows == 0


def test_a_copy_without_checkpoints_is_read_by_its_manifest(directory):
    for path in (directory / "checkpoint").rglob("*.json"):
        path.unlink()
    dataset = Dataset.open(directory, "videos")
    assert (len(list(dataset.rows())), dataset.complete) == (3, True)


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda part: part.write_bytes(part.read_bytes()[:-1]), id="cut"),
        pytest.param(lambda part: part.unlink(), id="gone"),
        pytest.param(lambda part: part.write_bytes(part.read_bytes()[::-1]), id="other-lines"),
    ],
)
def test_a_part_that_is_too_short_is_told(directory, harm):
    part = Layout(directory).part("videos", "00000")
    harm(part)
    dataset = Dataset.open(directory, "videos")
    with pytest.raises(CheckpointMismatchError, match=r"00000\.jsonl"):
        list(dataset.rows())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param(b'{"id":', "Line 2", id="no-json"),
        pytest.param(b"[1]", "no object", id="no-object"),
        pytest.param(b"1,2", "Line 2", id="two-values"),
    ],
)
def test_a_line_that_is_no_row_is_told(tmp_path, line, words):
    directory = tmp_path / "job"
    spec = make_job(directory, {videos_stage(1): [[video(1)]]})
    layout = Layout(directory)
    part = layout.part("videos", "00000")
    part.write_bytes(part.read_bytes() + line + b"\n")
    content = part.read_bytes()
    size = len(content)
    write_shard(layout, spec, "videos", "00000", [], size=size)
    part.write_bytes(content)
    with pytest.raises(DecodeError, match=words):
        list(Dataset.open(directory, "videos").rows())


@pytest.mark.parametrize(
    ("package", "call", "extra"),
    [
        pytest.param("pandas", "to_pandas", "pandas", id="pandas"),
        pytest.param("polars", "to_polars", "polars", id="polars"),
        pytest.param("pyarrow", "to_arrow", "parquet", id="pyarrow"),
    ],
)
def test_a_package_that_is_not_there_is_named_with_its_extra(directory, package, call, extra):
    code = f"""
import sys
sys.modules[{package!r}] = None
from tiktok_async.jobs.dataset import Dataset
from tiktok_async.errors import MissingExtraError
try:
    Dataset.open({str(directory)!r}, "videos").{call}()
except MissingExtraError as error:
    print(error)
"""
    assert f'pip install "tiktok-async[{extra}]"' in ran(code)


def test_a_dataset_needs_no_extra_to_be_read(directory):
    code = f"""
import sys
for name in ("pyarrow", "pandas", "polars", "duckdb", "zstandard", "msgspec"):
    sys.modules[name] = None
from tiktok_async.jobs.dataset import Dataset
print(len(list(Dataset.open({str(directory)!r}, "videos").models())))
"""
    assert ran(code) == "3\n"


def test_shards_are_taken_in_order_whatever_the_order_of_the_plan(directory):
    plan = Layout(directory).plan("videos")
    plan.write_bytes(b"".join(reversed(plan.read_bytes().splitlines(keepends=True))))
    assert [row["id"] for row in Dataset.open(directory, "videos").rows()][-1] == BIG


def test_a_checkpoint_of_another_job_is_refused(directory):
    dataset = Dataset.open(directory, "videos")
    other = attrs.evolve(dataset.spec, stages=(videos_stage(2, limit=1),))
    with pytest.raises(CheckpointMismatchError, match="another job"):
        list(Dataset(other, "videos", directory).rows())
